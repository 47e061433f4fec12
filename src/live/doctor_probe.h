/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Probes the kernel for the view doctor, with the same probes that the tracer uses (probe.h). */
#pragma once

#include "diagnosis.h"
#include "live.h"

/*
 * Fill k. may: this process has the privileges to load programs; if not, only the facts that can be
 * read are filled in. no_trampolines: as in struct live_config.
 */
void doctor_probe_kernel(struct diagnosis_kernel *k, bool may, bool no_trampolines);

/* Bytes of all maps that the tracer creates with a ring of buffer_bytes. */
uint64_t doctor_probe_map_bytes(unsigned long buffer_bytes);
