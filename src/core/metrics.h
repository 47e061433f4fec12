/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The metrics of the view serve: counters and histograms that are fed with stories, and a visit of
 * all samples, with the facts that do not come from stories. Pure.
 *
 * The number of series is bounded: labels have the words of names.h, except two. The call may be
 * any system call: after METRICS_CLOSES_MAX combinations of labels, new ones count with the call
 * "other". And comm is a process name: after METRICS_COMMS_MAX names, others count as "other". Both
 * are counted by tcpclose_label_overflow_total. Label values are UTF-8 without control characters.
 *
 * A counter never decreases, not even if an endpoint that was lost acts again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exemplars.h"
#include "metrics_table.h"
#include "program_run.h"
#include "run_info.h"
#include "siphash.h"
#include "stuck_table.h"
#include "verdict.h"

#define METRICS_CLOSES_MAX 512	/* combinations of the labels of tcpclose_closes_total */
#define METRICS_COMMS_MAX 50	/* names in tcpclose_closes_by_comm_total */
#define METRICS_BOUNDS 22	/* upper bounds of the histograms, without infinity */

struct metrics_config {
	bool by_comm;
	uint64_t seed;		/* secret of the hash tables: users choose names */
	const struct siphash_key *fleet_key;	/* of the ids of exemplars; NULL: no exemplars */
};

/* A number of seconds, or a plain number with nano 0. */
struct metric_value {
	uint64_t whole;
	uint32_t nano;		/* below 10^9 */
};

struct metric_histogram {
	uint64_t n[METRICS_BOUNDS + 1];	/* values in each bucket, without those of lower buckets */
	struct metric_value sum;	/* seconds */
};

struct metric_text {
	const char *bytes;
	size_t len;
};

/* A sample during the visit. Metrics come in the order of the table, each with all its samples. */
struct metric_sample {
	const struct metric *metric;
	struct metric_text label[METRIC_LABELS];	/* in the order of metric->labels */
	struct metric_value value;
	const struct metric_histogram *histogram;	/* in place of a value; NULL: none */
	const struct exemplar *exemplars;	/* of its buckets; NULL: none */
	const struct siphash_key *fleet_key;	/* of their ids */
};

/* The result of a walk over the sockets. */
struct metrics_walk {
	bool known;		/* there was a walk */
	bool complete;
	bool ports_known;
	uint32_t ports_used_permille;
	uint64_t took_ns;
	uint64_t wall_ns;	/* when it ended, since 1970 */
	uint32_t count[STUCK_STATES];
	uint64_t oldest_ns[STUCK_STATES];	/* 0: none, or unknown */
	uint64_t advised[ADVICE_COUNT];
};

/* What the kernel counts for this process. */
struct metrics_process {
	bool known;
	bool limited;		/* max_fds is valid */
	uint64_t cpu_ns;
	uint64_t resident_bytes, virtual_bytes;
	uint64_t open_fds, max_fds;
	uint64_t start_ns;	/* since 1970 */
};

/* What waits for a stream, and what became of the rest. In events, except bytes. */
struct metrics_spool {
	bool known;		/* the run records to a stream */
	bool up;
	uint64_t waiting, bytes, sent, dropped, rejected, damaged;
};

/* What does not come from stories. */
struct metrics_facts {
	const char *version;
	uint64_t now_ns;	/* by the clock of the events */
	struct run_counts counts;
	struct metrics_walk walk;
	struct metrics_spool spool;
	struct metrics_process process;
	const struct program_run *program;	/* those that ran */
	unsigned nr_programs;
};

struct metrics;

/* NULL if out of memory. */
struct metrics *metrics_new(const struct metrics_config *config);
void metrics_free(struct metrics *m);

/* Count a story. One with the ending "open" does not count. */
void metrics_add_story(struct metrics *m, const struct story *s, const struct verdict *v);

/*
 * Call sample() for each sample. The texts of a sample are valid during the call. Only what has
 * occurred is a sample, except the counters of losses and overflows, which begin with 0.
 */
void metrics_visit(struct metrics *m, const struct metrics_facts *f,
		   void (*sample)(void *arg, const struct metric_sample *s), void *arg);

/* The stories that were counted, of a class and in all. */
uint64_t metrics_closes_of(const struct metrics *m, enum class c);
uint64_t metrics_closes(const struct metrics *m);

/* The upper bound of a bucket in ns, i < METRICS_BOUNDS. The bound is part of the bucket. */
uint64_t metrics_bound_ns(unsigned i);

/* The value of a time in ns, in seconds. */
static inline struct metric_value metric_seconds(uint64_t ns)
{
	return (struct metric_value){ ns / 1000000000, (uint32_t)(ns % 1000000000) };
}
