/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What became of the segments that a reader of the fleet's stream was sent. Pure.
 */
#pragma once

#include <stdint.h>

/* Why a segment is refused. */
#define STREAM_REFUSALS(X)                                                                         \
	X(FORGED, "forged_host")	/* its header names another host than its subject */       \
	X(DAMAGED, "damaged")                                                                      \
	X(SCHEMA, "other_schema")	/* one that this version does not read */                  \
	X(LARGE, "too_large")                                                                      \
	X(PARTITION, "other_partition")	/* its header names another one than its subject */        \
	X(SECOND_RUN, "second_run")	/* another run of the host lives */                        \
	X(MANY, "too_many")	/* hosts, runs of a host, or segments of it that wait */           \
	X(HEARTBEAT, "heartbeat")	/* not a segment: it is damaged, or of another host */

enum stream_refusal {
#define X(id, word) STREAM_REFUSED_##id,
	STREAM_REFUSALS(X)
#undef X
	STREAM_REFUSALS_COUNT,
};

const char *stream_refusal_name(unsigned v);

struct stream_counts {
	uint64_t segments;	/* read */
	uint64_t lost;		/* missing, and given up */
	uint64_t late;		/* came after that */
	uint64_t repeated;	/* came again */
	uint64_t refused[STREAM_REFUSALS_COUNT];
};

static inline uint64_t stream_counts_refused(const struct stream_counts *c)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < STREAM_REFUSALS_COUNT; i++)
		sum += c->refused[i];
	return sum;
}
