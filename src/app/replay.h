/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A run on a recording instead of the kernel. Needs no privilege, reads no clock.
 */
#pragma once

#include "options.h"

/* Replays o->record.replay. Returns the exit status; EXIT_INPUT for a file that cannot be used. */
int replay_main(const struct options *o);
