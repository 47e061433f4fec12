/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The resources that this process uses, as the kernel counts them.
 */
#pragma once

#include "metrics.h"

/*
 * Fill in all of *p, which is zero at first. known is false if /proc cannot be read. The time of
 * the start is read once: it depends on how the clock is set.
 */
void proc_self_read(struct metrics_process *p);
