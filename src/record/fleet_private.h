/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stream of a fleet: fleet.c has the hosts and their runs, fleet_lane.c the segments of a run
 * in one partition, fleet_next.c the order of all.
 */
#pragma once

#include <sys/queue.h>

#include "fleet.h"
#include "hash_table.h"
#include "lane_heap.h"

#define FLEET_PAST 8			/* runs of a host that are over and may still send */
#define FLEET_SETTLE_NS 5000000000ULL	/* what a run that ended has sent may still be under way */
#define FLEET_CHECK_NS 250000000ULL	/* how often those that wait are looked at */

struct fleet_host;

struct held_segment {
	struct segment_link link;
	size_t size, body;
	int64_t boot_to_wall_ns;
	int16_t (*syscall)[RECORD_SYSCALLS];	/* NULL: as on this machine; owned */
	uint8_t bytes[];
};

/* The segments of a run in one partition. */
struct fleet_lane {
	struct fleet_run_state *run;
	unsigned partition;
	struct segment_order order;	/* those that wait */
	struct held_segment *open;	/* the one that is read; NULL none */
	struct segment_cursor *cursor;
	struct buf texts;	/* annotations of the present record, packed */
	size_t texts_given;	/* bytes of them that were returned */
	struct record record;	/* the present one: an event or a mark */
	uint64_t order_ns;	/* its place */
	int64_t boot_to_wall_ns;
	uint64_t gap;		/* segments that are lost before it */
	bool queued;		/* it is in the heap, with a present record */
	bool ended;		/* the mark of the end was read */
	/* the recorder has used all numbers below next; next_ns: since when it is known */
	uint64_t next, next_ns;
};

struct fleet_run_state {
	struct fleet_run public;	/* first */
	struct fleet_host *host;
	TAILQ_ENTRY(fleet_run_state) link;
	struct fleet_lane *lane[FLEET_PARTITIONS_MAX];
	uint64_t first_ns, last_ns;	/* of the broker: first segment, latest sign of life */
	uint64_t order_ns;		/* of its latest record */
	bool begun;			/* FLEET_BEGIN was returned */
	bool lost_counted;		/* what is missing at its end was counted */
};

struct fleet_host {
	char name[FLEET_HOST_NAME];
	UT_hash_handle hh;
	/* The first one is read, unless it is over; the others wait. */
	TAILQ_HEAD(fleet_runs, fleet_run_state) runs;
	unsigned nr_runs;
	size_t held;			/* bytes of segments */
	char refused_run[RECORD_RUN_BYTES];	/* the latest SECOND_RUN */
	char past[FLEET_PAST][RECORD_RUN_BYTES];
	unsigned nr_past;
	unsigned reported;		/* set of enum stream_refusal */
	bool ahead_reported;
};

struct fleet {
	struct fleet_config config;
	bool from_start;
	struct segment_reader *reader;
	struct record_header *header;	/* of the segment that has come last */
	struct fleet_host *hosts;	/* by name */
	struct lane_heap heap;
	struct stream_counts counts;
	size_t held;			/* bytes of segments */
	uint64_t newest_ns;		/* the latest time of the broker */
	uint64_t partition_ns[FLEET_PARTITIONS_MAX];	/* the latest one in each partition */
	uint64_t checked_ns;
	bool caught_up, over, failed;
	unsigned lowest;		/* partition that is read */
	unsigned partitions;		/* one more than the highest one that has come */
	struct fleet_lane *given;	/* whose record was returned last; NULL none */
	struct fleet_run_state *done;	/* whose end was returned last; NULL none */
};

/* Find or make the lane. NULL if out of memory. */
struct fleet_lane *fleet_lane_get(struct fleet_run_state *run, unsigned partition, bool from_start);
void fleet_lane_free(struct fleet *f, struct fleet_lane *l);

/* Keep a copy of the segment that f->header describes. */
void fleet_lane_add(struct fleet *f, struct fleet_lane *l, uint64_t broker_ns, const void *bytes,
		    size_t size, size_t body);

/* Read the next record of the segments that have come. False: there is none yet. */
bool fleet_lane_advance(struct fleet *f, struct fleet_lane *l);

/* Put a lane with a record into the order, if it can be read. */
void fleet_lane_queue(struct fleet *f, struct fleet_lane *l);

/* Does it have nothing to read, and will it not have any unless more comes? */
bool fleet_lane_is_empty(const struct fleet_lane *l);

void fleet_refuse(struct fleet *f, struct fleet_host *host, enum stream_refusal why,
		  const char *text);

/* Remove a run, with what it has. */
void fleet_run_remove(struct fleet *f, struct fleet_run_state *run);

/* Leave the record, or the run, that was returned last. */
void fleet_step(struct fleet *f);

/* Look at what time has changed. Returns a run that is over without its end; NULL none. */
struct fleet_run_state *fleet_check_runs(struct fleet *f);
