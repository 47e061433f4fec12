/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Capabilities of this process, by capget(2), capset(2) and prctl(2). Sets are bits, 1 << CAP_X of
 * linux/capability.h.
 */
#pragma once

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#define CAPS_BIT(name) (UINT64_C(1) << CAP_##name)

/* The effective ones; none where they cannot be read. */
uint64_t caps_effective(void);

/*
 * Is one of these effective that loading BPF programs, or attaching them to the kernel's functions,
 * takes? Either may be had through CAP_SYS_ADMIN too (before 5.8 there was nothing else).
 */
bool caps_may_bpf(uint64_t effective);
bool caps_may_trace(uint64_t effective);

/*
 * Gives up all but those of keep, for good: they leave every set, the bounding one where that is
 * permitted, and no exec of this process brings any back (no_new_privs). Children that were forked
 * before keep theirs. 0 or -errno.
 */
int caps_drop(uint64_t keep);
