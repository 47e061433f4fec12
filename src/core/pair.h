/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Joins the stories of the two ends of each connection, of one host or of several. Pure.
 *
 * Two stories are the ends of one connection if each has the initial sequence numbers of the other.
 * The numbers survive the NAT of addresses and ports; the addresses do not count, nor does the
 * time. What rewrites sequence numbers (a SYN proxy, some firewalls) makes two connections. A match
 * is confirmed by the roles: one end called connect(), the other one was accepted, or it is unknown
 * which. Two stories of one socket are never the two ends.
 *
 * A story is kept until that of the other end arrives. If the other end is not known, it is kept
 * only for the time that the source needs (enum pair_window), and then reported alone, with the
 * reason. The table is bounded: if it is full, the story that has waited longest is reported alone,
 * and counted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "verdict.h"

#define PAIR_LIVE_WAIT_NS 2000000000ULL
#define PAIR_BRIEF_WAIT_NS 100000000ULL
#define PAIR_STREAM_WAIT_NS (120 * 1000000000ULL)
#define PAIR_STREAM_LONG_WAIT_NS (7200 * 1000000000ULL)

/* How long a story waits, after it was over, for an end of which nothing is known. */
enum pair_window {
	PAIR_WINDOW_LIVE,	/* one host: 2 s */
	/*
	 * One host, which has not seen another end of this connection: 100 ms. The ends of a
	 * connection within a host end at nearly the same time, and thousands of others that wait
	 * in vain fill the caches of the CPU.
	 */
	PAIR_WINDOW_BRIEF,
	/*
	 * Several hosts whose stories still come: 2 min, or 2 h if the other end may be open for
	 * long: after a timeout in FIN_WAIT2, or if the story is open or partial. They count from
	 * when the story came, because the clocks of the hosts may differ by hours.
	 */
	PAIR_WINDOW_STREAM,
	PAIR_WINDOW_INPUT,	/* recordings of several hosts: to the end of the input */
};

/* A story that was kept, or that has just come. */
struct pair_end {
	struct story story;
	struct verdict verdict;
	bool wanted;	/* the filters include it */
};

struct pair_config {
	uint32_t max;		/* stories kept, at least 1 */
	uint64_t seed;		/* of the hash table, because remote hosts choose their numbers */
	/*
	 * Called once for each connection, unless the filters exclude both ends. The end b is NULL,
	 * for the reason why, or a itself if the socket is connected to itself. Both are valid
	 * during the call, which must not call a function of this table.
	 */
	void (*report)(void *arg, const struct pair_end *a, const struct pair_end *b,
		       enum one_sided why);
	void *arg;
};

struct pair_counts {
	uint64_t joined;	/* pairs */
	uint64_t evicted;	/* reported alone because the table was full */
};

struct pair_table;

/* Returns NULL if out of memory. */
struct pair_table *pair_table_new(const struct pair_config *config);
void pair_table_free(struct pair_table *t);

/* Take a story. It is copied if it must wait; if there is no memory for that, it is reported. */
void pair_table_add(struct pair_table *t, const struct story *s, const struct verdict *v,
		    bool wanted, enum pair_window window);

/* The source has lost an endpoint whose story was not over: the other end waits in vain. */
void pair_table_lose(struct pair_table *t, const struct story *s);

/* The time at which pair_table_expire() has something to do next; 0 never. */
uint64_t pair_table_next_ns(const struct pair_table *t);

/* Advance the time to now_ns: report the stories that have waited long enough. */
void pair_table_expire(struct pair_table *t, uint64_t now_ns);

/* The input has ended: report all that wait. */
void pair_table_end(struct pair_table *t);

struct pair_counts pair_table_counts(const struct pair_table *t);
