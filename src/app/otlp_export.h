/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sends the requests of the view otlp to a collector: through a bounded spool and a child process
 * (shipper.h), so that a run that traces never waits for the network. A replay waits for room in
 * the spool instead of dropping what it can read only once.
 *
 * What does not arrive is counted, and reported at the end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "otlp_sink.h"
#include "otlp_target.h"
#include "process.h"
#include "shipper.h"

#define OTLP_FLUSH_MS 10000	/* the end of a run waits for that long at most */

struct otlp_export {
	const struct options *o;	/* NULL: the view is another one, or writes to a file */
	struct process *process;	/* whose interrupts end a wait */
	struct otlp_target target;
	struct otlp_sink sink;
	struct shipper *shipper;
	uint64_t failed, taken;		/* attempts, when they were looked at last */
	bool failing;			/* reported */
	bool refused, dropped;		/* reported once */
};

/* e stays empty, and every function does nothing, unless the view sends. */
void otlp_export_init(struct otlp_export *e, const struct options *o, struct process *process);
void otlp_export_release(struct otlp_export *e);

/*
 * Starts the child. Call it before memory is filled, threads are started or privileges are dropped.
 * Returns an exit status, with the reason logged.
 */
int otlp_export_open(struct otlp_export *e);

/* For the context of the view; NULL: it writes to its output. */
const struct otlp_sink *otlp_export_sink(const struct otlp_export *e);

/* A descriptor that is readable when otlp_export_advance() has something to do; -1: none. */
int otlp_export_fd(const struct otlp_export *e);

/* Passes requests on, and reports when the collector is not reached, or is again. Never waits. */
void otlp_export_advance(struct otlp_export *e);

/* Sends what is in the spool, within OTLP_FLUSH_MS, and reports. Returns an exit status. */
int otlp_export_end(struct otlp_export *e);
