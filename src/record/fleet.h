/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stream of a fleet as one sequence of records: takes segments of many hosts as they come from
 * the broker, and returns the records of all hosts in the order of time.
 *
 * The order is that of the hosts' wall clocks, but no record is placed long after the time at which
 * the broker got its segment: a clock that is fast, or a time that is made up, delays nothing.
 * Records of one host in one partition stay in the order in which it sent them (segment_order.h).
 *
 * A record is returned once nothing earlier is expected: FLEET_LIVE_NS after its time; before the
 * present end of the stream, where nobody waits for it, SEGMENT_WAIT_NS later. Time is that of the
 * broker: that of the latest message, or what fleet_advance() says. A host that waits for a missing
 * segment delays no other host.
 *
 * One run of a host is read at a time. The next one begins when the one before has ended, or when
 * nothing has come from it for SEGMENT_WAIT_NS. If the one before lives, the other one is refused:
 * two recorders use one name.
 *
 * Publishers are not trusted. One can only spoil what is said in the name of its own HOST, which
 * the broker checks. What is refused is counted by cause, and reported once per cause and host. The
 * memory is bounded: a host that has more than FLEET_HOST_HELD_MAX waiting, or the oldest records
 * of all once these have FLEET_HELD_MAX, wait no longer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "segment.h"
#include "segment_order.h"
#include "stream_counts.h"

#define FLEET_HOST_NAME 72		/* bytes of the HOST of a subject, with the NUL */
#define FLEET_HOSTS_MAX 16384
#define FLEET_PARTITIONS_MAX 64
#define FLEET_RUNS_MAX 4		/* of a host, at once */
#define FLEET_LIVE_NS 1500000000ULL	/* a recorder sends what is a second old */
#define FLEET_HOST_HELD_MAX (16u << 20)	/* bytes of segments that wait */
#define FLEET_HELD_MAX (64u << 20)
#define FLEET_LANE_MAX 4096		/* segments of a run in one partition that wait */

struct fleet_config {
	uint64_t partitions;	/* those that are read, bit N: partition N; 0 all */
	uint64_t seed;		/* of hash tables: publishers choose their names */
	/* Called once per host and cause. text: more about it, one clause; or "". */
	void (*refused)(void *arg, const char *host, enum stream_refusal why, const char *text);
	/* A host's clock is fast: ahead_ns is the least that it is ahead. Once per host. */
	void (*ahead)(void *arg, const char *host, uint64_t ahead_ns);
	void *arg;
};

/* A run of a host. `user` is the caller's, initially NULL. */
struct fleet_run {
	const char *host;		/* HOST of its subject */
	char id[RECORD_RUN_BYTES];
	/* Of its first segment; hooks are those of that one. Valid until FLEET_END. */
	struct record_header *header;
	void *user;
	/*
	 * Added to the times of its records to get their places in the order: initially what makes
	 * its first segment's times those of the wall clock; the caller may change it.
	 */
	int64_t shift_ns;
};

enum fleet_got {
	FLEET_NONE,		/* nothing yet */
	FLEET_BEGIN,		/* a run begins, with this record */
	FLEET_RECORD,
	FLEET_GAP,		/* segments of the run are lost before its next record */
	FLEET_END,		/* a run has ended: with the mark of its end, or it was killed */
};

struct fleet_item {
	enum fleet_got got;
	struct fleet_run *run;
	/* BEGIN: an event or a mark, which comes again. END: the mark, or RECORD_GOT_END */
	struct record record;
	int64_t boot_to_wall_ns;	/* as the segment of the record has it */
	uint64_t order_ns;	/* its place in the order, since 1970; never falls for a run */
	uint64_t lost;		/* GAP: segments */
};

struct fleet;

/* NULL if out of memory. */
struct fleet *fleet_new(const struct fleet_config *config);
void fleet_free(struct fleet *f);

/* A segment has come. False if out of memory. */
bool fleet_add(struct fleet *f, const char *host, unsigned partition, uint64_t broker_ns,
	       const void *bytes, size_t size);

/*
 * A heartbeat of this run has come: it lives. next: of each partition the number of its next
 * segment; those that do not come are lost.
 */
void fleet_note_alive(struct fleet *f, const char *host, const char *run, uint64_t broker_ns);
void fleet_note_next(struct fleet *f, const char *host, const char *run, unsigned partition,
		     uint64_t next, uint64_t broker_ns);

/* A heartbeat is not what it should be. */
void fleet_refuse_beat(struct fleet *f, const char *host);

/* Is HOST of a subject that of a recorder with this name? */
bool fleet_is_name_of(const char *subject_host, const char *name);

/* The time of the broker is at least this. */
void fleet_advance(struct fleet *f, uint64_t broker_ns);

/* Before the first segment: the stream has all that was ever sent, and is read from its start. */
void fleet_set_from_start(struct fleet *f);

/* All that the stream had when reading began has come. */
void fleet_catch_up(struct fleet *f);

/* Nothing more comes: nothing waits any more, and the runs end. */
void fleet_end(struct fleet *f);

/* The next record. What it points to is valid until the next call. */
struct fleet_item fleet_next(struct fleet *f);

/* Does so much wait that fleet_next() should be called before more is added? */
bool fleet_is_full(const struct fleet *f);

/* The latest time of the broker; 0: none is known. */
uint64_t fleet_now_ns(const struct fleet *f);

struct stream_counts fleet_counts(const struct fleet *f);

/* For the list of hosts before the first record: visit the runs that fleet_next() would begin. */
void fleet_visit_waiting(struct fleet *f, void (*visit)(void *arg, struct fleet_run *run,
							 uint64_t first_ns), void *arg);
