/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The closes behind the figures of the page. For each figure the slowest of those that it counts
 * are kept, in bounded space: a figure links to the row of the first one, and a heading reports how
 * many are left out.
 *
 * A row is one endpoint. Several lists may have it; the last one that drops it frees it.
 */
#pragma once

#include "hist.h"
#include "time_bins.h"
#include "who.h"

#define ROWS_KEPT 3		/* of a list */
#define ROWS_SLOWEST 32		/* of all closes */
#define ROWS_MAX 800		/* printed */
#define ROW_CALL_BYTES 32

struct row_time {
	uint64_t ns;
	bool known, cut;
};

struct report_process;
struct rows_room;

struct report_row {
	unsigned refs;		/* lists that have it */
	unsigned id;		/* from 1 on, in the order of the page; 0: not printed */
	unsigned group;		/* the id of the first row with its process, ending and reason */
	uint64_t nr;		/* the order in which the stories came */
	uint64_t start_ns, settled_ns;	/* wall time; start_ns: 0 unknown */
	uint64_t longest_ns;	/* its longest phase; 0 unknown */
	uint64_t cookie, sk_key;
	struct report_process *process;
	struct flow flow;
	struct row_time time[HIST_TIMES];
	uint32_t pid;		/* valid with has_process */
	uint16_t host;		/* as story.host */
	uint8_t ending, reason, initiator;
	bool has_process, lost_data, left_time_wait;
	uint8_t comm[EVENT_COMM_LEN], name[EVENT_COMM_LEN];	/* of the process, which acted */
	char call[ROW_CALL_BYTES];	/* "close(5)"; "" unknown */
};

/* The slowest ones first, with the times by which they are ordered. Starts as { 0 }. */
struct row_list {
	struct report_row *row[ROWS_KEPT];
	uint64_t ns[ROWS_KEPT];
};

/* The figures of a process, apart from its endings. */
enum row_figure {
	FIGURE_LOCAL, FIGURE_PEER, FIGURE_LOST_DATA, FIGURE_TIME_WAIT, FIGURE_APP_HOLD,
	FIGURE_PEER_HOLD, FIGURE_COUNT
};

/* The closes of a process with one ending and reason. */
struct ended_rows {
	struct ended_rows *next;
	uint8_t ending, reason;
	struct row_list list;
};

/* A row of the table who, with its closes. */
struct report_process {
	struct who_row who;	/* first */
	struct row_list figure[FIGURE_COUNT];
	struct ended_rows *ended;
	unsigned index;		/* in the table, once it is sorted */
	unsigned first_row;	/* id of its first printed row, 0 none */
};

struct report_rows {
	struct row_list bucket[HIST_TIMES][HISTOGRAM_BUCKETS];
	struct row_list cut[HIST_TIMES][HISTOGRAM_BUCKETS];	/* those of them that are cut */
	struct row_list bin[TIME_BINS][CLASS_COUNT];
	struct report_row *slowest[ROWS_SLOWEST];
	uint64_t slowest_ns[ROWS_SLOWEST];
	uint64_t bin_first;	/* those of the time bins when bin[] was filled */
	unsigned bin_scale;
	uint64_t taken;		/* stories */
	struct report_row **shown;	/* once they are gathered: sorted, nr_shown */
	unsigned nr_shown;
	size_t bytes_left;	/* while they are gathered */
	const struct rows_room *room;
};

/* The longest phase of a close; false if none is known. It is a minimum if no wave ended it. */
bool rows_find_longest(const struct verdict *v, uint64_t *ns, bool *at_least);

/*
 * Take a story that counts in the row of this process, and in these bins. Returns false if out of
 * memory.
 */
bool rows_take(struct report_rows *r, const struct view_context *v, struct report_process *process,
	       const struct time_bins *bins, const struct story *s, const struct verdict *verdict);

/* Room for rows. */
struct rows_room {
	size_t bytes;
	/* How many bytes the row takes, at most, with the heading of its group. */
	size_t (*measure)(void *arg, const struct report_row *row);
	void *arg;
};

/*
 * Choose the rows to print, sort and number them: those of the first nr processes, of the
 * histograms and of the bins, as far as there is room. processes->row is a struct report_process.
 * Returns false if out of memory.
 */
bool rows_gather(struct report_rows *r, const struct keyed_table *processes, unsigned nr,
		 const struct rows_room *room);

/* They are not chosen any more: others may be, after further stories. */
void rows_forget_shown(struct report_rows *r);

/* The row of the slowest close of a list, 0 if it is not printed. */
unsigned rows_first_id(const struct row_list *l);

/* Have two rows the same process, ending and reason? */
static inline bool rows_are_of_group(const struct report_row *a, const struct report_row *b)
{
	return a->process == b->process && a->ending == b->ending && a->reason == b->reason;
}

/* The printed row of a story, 0 if there is none. */
unsigned rows_find_id(const struct report_rows *r, const struct story *s);

/* Free the rows of a process: of a struct report_process. */
void rows_release_process(void *process);
void rows_release(struct report_rows *r);
