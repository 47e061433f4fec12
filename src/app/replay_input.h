/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One of several recordings that are replayed together: gives its records in the order in which the
 * merge takes them. A recording that was merged has the records of several hosts.
 */
#pragma once

#include "replay_host.h"
#include "replay_source.h"

/* A host of a recording. */
struct replay_part {
	const struct run_info *run;	/* of its present or next run; the reader's */
	struct replay_host *host;	/* NULL: not known yet */
	bool pending;			/* that run begins with its next record */
};

struct replay_input {
	struct replay_source *source;
	struct replay_part *parts;	/* in the order in which their headers came */
	unsigned nr_parts;
	unsigned part;			/* of the present record */
	struct record record;		/* the present one, END or more: none is left */
	uint64_t key_ns;		/* its time on the axis of all hosts; never falls */
	bool is_dry;			/* --follow: nothing to read at present */
	bool fresh;			/* the present record is the first one */
	bool announces_next;		/* the record before is RECORD_MARK_NEXT_FILE */
	bool done;
};

/* Read the headers at the beginning and the first record. False if out of memory. */
bool replay_input_begin(struct replay_input *in, struct replay_source *source);
void replay_input_release(struct replay_input *in);

/*
 * Read the next record, and set part. Another header may come before it: then the run of a part is
 * pending, and its host may be NULL; the caller sets it, and calls replay_input_set_key(). False if
 * out of memory.
 */
bool replay_input_next(struct replay_input *in);

/* Set key_ns, once the host of the present record is known. */
void replay_input_set_key(struct replay_input *in);

static inline struct replay_part *replay_input_part(const struct replay_input *in)
{
	return &in->parts[in->part];
}

/* The time of a record that has one: an event or a mark. */
static inline uint64_t replay_record_ns(const struct record *record)
{
	return record->got == RECORD_GOT_EVENT ? record->event->ts_ns : record->mark->now_ns;
}
