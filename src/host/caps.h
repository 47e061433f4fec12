/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Capabilities of this process, with capget(2), capset(2) and prctl(2). A set is a mask of bits,
 * CAPS_BIT(X) for CAP_X of linux/capability.h.
 */
#pragma once

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#define CAPS_BIT(name) (UINT64_C(1) << CAP_##name)

/* Return the effective set, 0 if it cannot be read. */
uint64_t caps_effective(void);

/*
 * Test whether an effective set permits loading BPF programs (CAP_BPF), or attaching them to kernel
 * functions (CAP_PERFMON). CAP_SYS_ADMIN permits both; before Linux 5.8 nothing else did.
 */
bool caps_may_bpf(uint64_t effective);
bool caps_may_trace(uint64_t effective);

/*
 * Drop all capabilities except those in `keep`, permanently. They are removed from every set; the
 * bounding set is emptied if CAP_SETPCAP permits it. no_new_privs keeps a later exec from regaining
 * any. Children forked earlier keep theirs. Returns 0 or -errno.
 */
int caps_drop(uint64_t keep);
