/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view report: one HTML page. report.c keeps what the page shows, in bounded space, until the
 * run ends; report_page.c prints the page, the other files its sections.
 *
 * The page fetches nothing, has no scripts, and does not depend on the time zone, the locale or the
 * time of day: the same recording makes the same bytes.
 */
#pragma once

#include "aggregate.h"
#include "clock_pairs.h"
#include "ladder.h"
#include "pair.h"
#include "time_bins.h"
#include "view.h"

#define REPORT_SLOWEST 16	/* ladders */
#define REPORT_LADDER_BYTES (512u << 10)	/* all ladders together: later ones are left out */
#define REPORT_ROWS 50		/* of a table */
#define REPORT_STATES 16	/* more than enum tcp_state_id has */

/* A connection with its ends, which are owned copies. */
struct report_close {
	struct pair_end end[2];	/* the second one is valid with has_both */
	struct pair_times times;	/* valid with two_clocks */
	uint64_t ns;		/* its longest phase */
	uint64_t nr;		/* the order in which the connections came */
	uint64_t wall_ns;	/* when its close began; of end[0] */
	bool has_both, two_clocks, at_least;
	bool has_start;		/* false: it began before wall_ns */
};

struct report {
	struct view_context *context;
	struct view_context who, hist;	/* they sum up; print nothing */
	struct aggregate_ops who_ops, hist_ops;
	struct keyed_table who_rows, hist_rows;	/* at the end of the run: sorted; borrowed */
	struct pair_table *pairs;
	struct clock_pairs clocks;
	struct time_bins bins;
	uint64_t ended[ENDING_COUNT];	/* endpoints; ENDING_OPEN: not over */
	uint64_t open_state[REPORT_STATES];	/* those that are not over, by state */
	uint64_t first_ns, last_ns;	/* wall time of the first and the last event of them */
	uint64_t partial;		/* endpoints of which a segment was not seen */
	uint64_t taken;			/* connections */
	uint64_t connections;		/* those that have ended */
	uint64_t slow;			/* connections with a phase of known length */
	unsigned nr;			/* of slowest[] */
	struct report_close slowest[REPORT_SLOWEST];	/* at the end of the run: sorted */
};

/* The number of endpoints that ended. */
uint64_t report_count_ended(const struct report *r);

/* Print the page. */
void report_print_page(struct view_context *v, const struct report *r, const struct run_counts *t);

/* Print a number with commas: "12,400". */
void report_print_number(struct buf *b, uint64_t n);

/* Print a time in ms: "2026-11-22 08:12:32.123". */
void report_print_time(struct buf *b, uint64_t wall_ns);

/* Print the opening of a section with its heading; report_end_section() closes it. */
void report_begin_section(struct buf *b, const char *id, const char *heading);
void report_end_section(struct buf *b);

/* The sections. */
void report_print_who(struct view_context *v, const struct report *r);
void report_print_resets(struct view_context *v, const struct report *r);
void report_print_open(struct view_context *v, const struct report *r);
void report_print_over_time(struct view_context *v, const struct report *r);
void report_print_phases(struct view_context *v, const struct report *r);
void report_print_slowest(struct view_context *v, const struct report *r);

/* Print "<tr><th>nginx", the head of a row for this key. */
void report_print_key(struct buf *b, const struct report *r, const struct keyed_entry *e);

/* Print the drawing of a ladder, with that number in the ids of its parts. */
void report_print_ladder(struct view_context *v, struct buf *b, const struct ladder *l, unsigned n);

extern const char report_style[];
