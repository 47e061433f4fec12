/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One HTML page about a run: the view report prints it at the end, and serve whenever it is asked.
 * report.c keeps what the page shows, in bounded space; report_page.c prints the page, the other
 * files its sections.
 *
 * The page fetches nothing, has no scripts, and does not depend on the time zone, the locale or the
 * time of day: the same recording makes the same bytes. Each figure links to the rows that it
 * counts, as far as they are listed.
 */
#pragma once

#include "aggregate.h"
#include "clock_pairs.h"
#include "ladder.h"
#include "pair.h"
#include "report_rows.h"
#include "stuck_rows.h"
#include "time_bins.h"
#include "view.h"

#define REPORT_SLOWEST 16	/* ladders */
#define REPORT_LADDER_BYTES (400u << 10)	/* all ladders together: later ones are left out */
#define REPORT_CLOSES_BYTES (420u << 10)	/* the closes behind the figures, likewise */
#define REPORT_OTHER_BYTES (470u << 10)	/* all other sections, at most */
#define REPORT_BYTES (1u << 20)
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
	unsigned row[2];	/* of its ends, once the rows are gathered; 0 none */
};

struct report_walk;

/* The sockets whose close was not over, and what the walks found. */
struct report_stuck {
	struct stuck_rows rows;	/* the oldest ones */
	uint64_t state[REPORT_STATES];
	struct report_walk **walks;	/* by host */
	unsigned nr_walks;
};

struct report {
	struct view_context *context;
	struct view_context who, hist;	/* they sum up; print nothing */
	struct aggregate_ops who_ops, hist_ops;
	struct keyed_table who_rows, hist_rows;	/* sorted, for the page; borrowed */
	struct pair_table *pairs;
	struct clock_pairs clocks;
	struct time_bins bins;
	struct report_rows rows;
	struct report_stuck stuck;
	uint64_t ended[ENDING_COUNT];	/* endpoints; ENDING_OPEN: not over */
	uint64_t first_ns, last_ns;	/* wall time of the first and the last event of them */
	uint64_t partial;		/* endpoints of which a segment was not seen */
	uint64_t taken;			/* connections */
	uint64_t connections;		/* those that have ended */
	uint64_t slow;			/* connections with a phase of known length */
	unsigned nr;			/* of slowest[] */
	struct report_close slowest[REPORT_SLOWEST];	/* for the page: sorted */
	unsigned nr_ladders;		/* of them that fit on the page */
};

/* What the page of a run that goes on shows besides. */
struct report_live {
	uint64_t now_wall_ns;
	unsigned refresh_s;		/* the browser loads it again every so often; 0: not */
	uint64_t last_minute[CLASS_COUNT];	/* endpoints that ended */
	uint64_t walk_wall_ns;		/* of the latest walk over the sockets; 0: none yet */
	const struct stuck_rows *stuck;	/* what it found; NULL unknown */
	const uint32_t *state;		/* sockets by stuck_state_at() */
	bool complete;
};

/* Keeps nothing of v but the pointer; NULL if out of memory. waiting: see pair_config.max. */
struct report *report_new(struct view_context *v, unsigned waiting);
void report_free(struct report *r);

/* Take a story; wanted: the filters include it. Sets v->due_ns, as the next two do. */
void report_take(struct report *r, struct view_context *v, const struct story *s,
		 const struct verdict *verdict, bool wanted);
void report_lose(struct report *r, struct view_context *v, const struct story *s);
void report_advance(struct report *r, struct view_context *v, uint64_t now_ns);

/* Print the page, as often as it is asked for. live: NULL if the run is over. */
void report_print_page(struct view_context *v, struct report *r, const struct run_counts *t,
		       uint64_t now_ns, const struct report_live *live);

/* Sort what the page shows. */
void report_sort(struct report *r, const struct run_counts *t, uint64_t now_ns);

/* The number of endpoints that ended, in all and of a class. */
uint64_t report_count_ended(const struct report *r);
uint64_t report_count_class(const struct report *r, enum class class);

/* A walk found this; false if out of memory. */
bool report_stuck_take_walk(struct report_stuck *k, const struct event *e, unsigned host);
void report_stuck_add_story(struct report_stuck *k, const struct view_context *v,
			    const struct story *s, const struct verdict *verdict);
void report_stuck_release(struct report_stuck *k);

/* Print a number with commas: "12,400". */
void report_print_number(struct buf *b, uint64_t n);

/* Print a time in ms: "2026-11-22 08:12:32.123"; that of the day: "08:12:32.123". */
void report_print_time(struct buf *b, uint64_t wall_ns);
void report_print_time_of_day(struct buf *b, uint64_t wall_ns);

/* Print the opening of a section with its heading; report_end_section() closes it. */
void report_begin_section(struct buf *b, const char *id, const char *heading);
void report_end_section(struct buf *b);

/* Print the opening of a table that may be scrolled, and its end. */
void report_begin_table(struct buf *b, const char *label);
void report_end_table(struct buf *b);

/* Print "<p>12 more processes are left out.</p>"; nothing if n is 0. */
void report_print_more(struct buf *b, uint64_t n, const char *what);

/* Print the opening of a link to the row with that id, or nothing if it is 0. */
void report_begin_link(struct buf *b, unsigned row);
void report_end_link(struct buf *b, unsigned row);

/* Print "<td>12", a link to that row unless it is 0. */
void report_print_count(struct buf *b, uint64_t n, unsigned row);

/* Print "<td>12", a link to the closes of the process with that ending and reason. */
void report_print_ended_count(struct buf *b, const struct report_process *p, unsigned ending,
			      unsigned reason, uint64_t n);

/* Print "<td>12", a link to the first of the closes of a process whose ending is one of a set. */
void report_print_endings_count(struct buf *b, const struct report_process *p, unsigned endings,
				uint64_t n);

/* The sections. */
void report_print_summary(struct buf *b, const struct report *r);
void report_print_who(struct view_context *v, const struct report *r);
void report_print_resets(struct view_context *v, const struct report *r);
void report_print_open(struct view_context *v, const struct report *r,
		       const struct report_live *live);
void report_print_over_time(struct view_context *v, const struct report *r,
			    const struct report_live *live);
void report_print_phases(struct view_context *v, const struct report *r);
void report_print_slowest(struct view_context *v, const struct report *r);
/* How many ladders fit goes to r->nr_ladders. Returns the bytes that they take, at most. */
size_t report_measure_ladders(struct view_context *v, struct report *r);
void report_print_closes(struct view_context *v, const struct report *r);
void report_print_losses(struct buf *b, const struct report *r, const struct run_counts *t);

/* The bytes of a row of the closes with the heading of its group, at most. */
size_t report_measure_close(const struct view_context *v, const struct report *r,
			    const struct report_row *row);

/* Print "nginx", the key of an entry of the table who. */
void report_print_key(struct buf *b, const struct report *r, const struct keyed_entry *e);

/* Print "nginx[4021]", or "-". */
void report_print_process(struct buf *b, const uint8_t *name, const uint8_t *comm, uint32_t pid,
			  bool known);

/* Print " on web-1", if there are several hosts. */
void report_print_host(const struct view_context *v, struct buf *b, unsigned host);

/* Print the drawing of a ladder, with that number in the ids of its parts. */
void report_print_ladder(struct view_context *v, struct buf *b, const struct ladder *l, unsigned n);

extern const char report_style[];
