/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The run that plays the recordings of several hosts, merged in the order of their wall clocks. It
 * reads each file once, and keeps one record of each.
 */
#pragma once

#include "options.h"
#include "replay_source.h"
#include "top_run.h"

/*
 * Replay o->record.replays; or only `merged`, a recording of several hosts that is open already, if
 * that is not NULL. Returns the exit status.
 */
int replay_hosts(const struct options *o, struct process *process, struct replay_source *merged,
		 struct top_run *top);
