/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What /proc and /sys tell of this host and of our place in it. Reads, changes nothing.
 */
#pragma once

#include "diagnosis.h"

/* What cannot be read is as the fields of struct diagnosis_host say for "not known". */
void host_facts_read(struct diagnosis_host *host);
