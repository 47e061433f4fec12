/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The run that plays a recording instead of tracing the kernel. It needs no privileges and reads no
 * clock.
 */
#pragma once

#include "options.h"

/* Replays o->record.replay. Returns the exit status, EXIT_INPUT if the file is unusable. */
int replay_main(const struct options *o);
