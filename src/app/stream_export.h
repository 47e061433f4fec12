/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records to the stream of a fleet: record -o nats://HOST/, or --record nats://HOST/ beside another
 * view. The segments of the recording (segment_writer.h) go through a bounded spool to a child
 * process that publishes them (shipper.h), so the run never waits for the network. A heartbeat
 * follows every HEARTBEAT_NS.
 *
 * What does not arrive is counted, and reported: in the heartbeats, as the loss spool_full, and at
 * the end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "metrics.h"
#include "options.h"
#include "partition_hash.h"
#include "process.h"
#include "redact.h"
#include "scout.h"
#include "segment_writer.h"
#include "session.h"
#include "shipper.h"

#define HEARTBEAT_NS (10 * NS_PER_S)
#define STREAM_FLUSH_MS 10000	/* the end of a run waits for that long at most */
#define STREAM_CONFIG_MS 1000	/* the start waits that long for the configuration */

struct stream_export {
	const struct options *o;	/* NULL: nothing is recorded to a stream */
	struct process *process;	/* whose interrupts end a wait */
	struct session *session;
	struct stream_recording recording;
	struct record_writer *writer;	/* the session's; NULL after its end */
	struct shipper *shipper;
	struct scout scout;
	uint64_t now_ns;		/* as of the last stream_export_advance() */
	uint64_t sk_xor;		/* live_sk_xor(), set by the caller */
	bool is_behind;			/* the scout has more */
	struct run_info meta;		/* as in the segments: its host is that of the subjects */
	struct redactor redactor;	/* with --redact */
	char run[RECORD_RUN_BYTES];
	bool is_configured;		/* the configuration of the stream is known */
	uint64_t heartbeat_ns;		/* when the next one is due */
	bool has_addresses;		/* a heartbeat had them */
	uint64_t failed, taken;		/* attempts, when they were looked at last */
	bool failing, rejected;		/* reported */
};

/* e stays empty, and every function does nothing, unless the options record to a stream. */
void stream_export_init(struct stream_export *e, const struct options *o, struct session *session,
			struct process *process);
void stream_export_release(struct stream_export *e);

/*
 * Start the children. Call it before memory is filled, and before threads are started or privileges
 * are dropped. Returns an exit status, with the reason logged.
 */
int stream_export_open(struct stream_export *e);

/* How the session records to the stream; NULL: it does not. */
const struct stream_recording *stream_export_recording(const struct stream_export *e);

/* Descriptors that are readable when stream_export_advance() has something to do; -1: none. */
int stream_export_fd(const struct stream_export *e);
int stream_export_scout_fd(const struct stream_export *e);

/* Pass segments on, and take results. Never waits. */
void stream_export_pump(struct stream_export *e);

/* Do what is due at now_ns. */
void stream_export_advance(struct stream_export *e, uint64_t now_ns,
			   const struct kernel_counters *counters);

/* What waits, and what became of the rest. */
struct metrics_spool stream_export_spool(const struct stream_export *e);

/* When stream_export_advance() is due next; 0: never. */
uint64_t stream_export_next_ns(const struct stream_export *e);

/*
 * The session has ended: send the last heartbeat and what is in the spool, within STREAM_FLUSH_MS,
 * and report. Another interrupt ends the wait. Returns an exit status.
 */
int stream_export_end(struct stream_export *e, uint64_t now_ns,
		      const struct kernel_counters *counters);
