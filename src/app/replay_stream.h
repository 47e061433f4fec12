/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The run that plays the stream of a fleet: --replay nats://... A child process fetches the
 * segments (stream_read.h), fleet.h brings them into order, and each run of a host is played as if
 * it came from a file (replay_host.h). Hosts may appear at any time.
 */
#pragma once

#include "options.h"
#include "process.h"
#include "top_run.h"

/* Returns the exit status. */
int replay_stream(const struct options *o, struct process *process, struct top_run *top);
