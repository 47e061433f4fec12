/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How often a BPF program ran, and for how long, since it was loaded.
 */
#pragma once

#include <stdint.h>

#define PROGRAM_RUN_MAX 64	/* programs */

struct program_run {
	char name[32];
	uint64_t run_ns, runs;
};
