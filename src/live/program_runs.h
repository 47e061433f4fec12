/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How often BPF programs ran, and for how long, as the kernel counts if kernel.bpf_stats_enabled is
 * set. Read from /proc/self/fdinfo: that needs no privilege, whereas bpf(2) may.
 */
#pragma once

#include "program_run.h"

struct bpf_program;

/* List those of the n programs that ran. Returns their number, at most max. */
unsigned program_runs_count(const struct bpf_program *const *programs, unsigned n,
			    struct program_run *list, unsigned max);
