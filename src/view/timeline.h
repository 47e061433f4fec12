/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of the view timeline: the ladder diagram, and the sentence below it.
 */
#pragma once

#include "clock_pairs.h"
#include "ladder.h"
#include "view.h"

#define TIMELINE_COLUMNS 80	/* the minimum, and the width without a terminal */
#define TIMELINE_COLUMNS_MAX 140

/* The width of a diagram in columns. */
unsigned timeline_columns(const struct view_context *v);

/* Print "client[100]": at most width columns. comm is printed if the process's name is unknown. */
void timeline_print_process_pid(struct buf *b, const uint8_t *process, const uint8_t *comm,
				uint32_t pid, size_t width);

/* Print "/worker-1", the name of the thread that made the call, if it is not the process's. */
void timeline_print_thread(struct buf *b, const struct socket_call *a, size_t width);

/* The act for which a process is named: at one end, each may be another process. */
enum timeline_role {
	TIMELINE_ENDED,		/* ended that side; of a reset: made the call that sent the RST */
	TIMELINE_CLOSED,	/* made the call that sent the FIN */
	TIMELINE_HELD,		/* held the socket after the peer's FIN */
};

/* Print "client[100]", or "-" if no such process is known: at most width columns. */
void timeline_print_process(struct buf *b, const struct ladder *l, enum side side,
			    enum timeline_role role, size_t width);

/* Print "host web-1", or nothing if the run has no story of that end: at most width columns. */
void timeline_print_host(const struct view_context *v, struct buf *b, const struct ladder *l,
			 enum side side, size_t width);

/* Print "9.4 us", "5.1..12 us", "980 ns..1.2 us", or "0..12 us". */
void timeline_print_range(struct buf *b, uint64_t low_ns, uint64_t high_ns);

/*
 * Print how far the clock of b's host is ahead of that of a's, or that this is unknown, and how
 * long the FINs took. `moved` is what was added to the times of b.
 */
void timeline_print_clocks(struct view_context *v, const struct story *a, const struct story *b,
			   const struct pair_times *times, int64_t moved);

/* Print the diagram, from its header to the last rung. */
void timeline_draw(struct view_context *v, const struct ladder *l);

/*
 * The time before the first rung, a minimum, if a scan found the socket in a phase that had begun;
 * else 0.
 */
uint64_t timeline_first_wait_ns(const struct ladder *l);

/* Print a sentence, with a space before it, if the close() took 10 ms or more; see call_delay. */
void timeline_print_delay(struct buf *b, const struct story *s, const struct verdict *v);

/*
 * Print one sentence with the ending, the active closer and the blame for the delay, then a line
 * for each thing that was not seen.
 */
void timeline_print_text(struct view_context *v, const struct ladder *l);

/* Print text in lines of at most that many columns. */
void timeline_wrap(struct buf *out, const struct buf *text, size_t columns);
