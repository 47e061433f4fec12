/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The joints between a source and a view: bytes -> event -> story -> verdict -> view, with the
 * filters and the counting. Knows no source and no clock: time comes with the events and from the
 * caller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "endpoint_table.h"
#include "story_filter.h"
#include "view.h"

struct teller_config {
	const struct view *view;
	struct view_context *context;
	const struct filter *filter;
	const struct select *select;
	uint64_t max_stories;	/* -n, 0 unlimited */
	bool never_open;	/* --all */
	void (*shown)(void *arg);	/* after each story, to make room in context->out; or NULL */
	void *arg;
	struct conns_config conns;	/* tell and arg are the teller's own */
};

struct teller;

/* NULL if out of memory. */
struct teller *teller_new(const struct teller_config *config);
void teller_free(struct teller *t);

/* One record of a source. Anything that is no event is counted as malformed. */
void teller_take(struct teller *t, const void *bytes, unsigned long len);

/*
 * Some events may be kept for a while (src/conn.h: conns_expect). What the rest of this header says is right for all
 * that were taken only after this; what changes anything does it first.
 */
void teller_settle(struct teller *t);

/* The source lost events. */
void teller_note_loss(struct teller *t);

/* Time has come to now_ns. */
void teller_tick(struct teller *t, uint64_t now_ns);

/* When teller_tick() has something to do next; 0 never. */
uint64_t teller_next_ns(const struct teller *t);

/* Closes that began and are not over. */
uint64_t teller_unsettled(const struct teller *t);

/* Has -n been reached? */
bool teller_is_done(const struct teller *t);

/* The run is over: tells what can be told of the rest. */
void teller_end(struct teller *t, uint64_t now_ns);

/* What it came to so far; kernel may be NULL. */
struct tally teller_tally(const struct teller *t, const struct kernel_counters *kernel);
