/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opens the recording that a session makes, and selects its events.
 */
#pragma once

#include "options.h"
#include "run_info.h"
#include "writer.h"

/* Open the recording of the options. Returns an exit status, with the reason logged. */
int recording_open(struct record_writer **writer, const struct options *o,
		   const struct run_info *meta);

/* The same for a recording of several hosts: meta and shift_ns are those of the first. */
int recording_open_hosts(struct record_writer **writer, const struct options *o,
			 const struct run_info *meta, int64_t shift_ns);

/*
 * Does an event of a replay go into the recording that is made of it? It does if an address filter
 * matches this end of the connection or the other one, whose story needs the event.
 */
bool recording_wants(const struct filter *f, const struct event *e);
