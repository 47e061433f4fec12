/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What trying shows of this kernel, for people to read: the same probes that the tracer goes by.
 */
#pragma once

#include "diagnosis.h"
#include "live.h"

/*
 * Tries. may: the privileges for it are there; else only what can be read without is found out.
 * no_trampolines: as in struct live_config.
 */
void doctor_probe_kernel(struct diagnosis_kernel *k, bool may, bool no_trampolines);

/* Bytes of all maps that the tracer makes with a ring of this size. */
uint64_t doctor_probe_map_bytes(unsigned long buffer_bytes);
