/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The counters of metrics.c, which metrics_visit.c reads.
 */
#pragma once

#include "buf.h"
#include "keyed_table.h"
#include "metrics.h"

#define METRICS_OTHER "other"

enum lost_cause { LOST_RING_FULL, LOST_CALLS_FULL, LOST_MALFORMED, LOST_SPOOL_FULL, LOST_CAUSES };
enum endpoint_result { RESULT_TOLD, RESULT_FILTERED, RESULT_LOST, RESULTS };

/* The key of a row of metrics.closes: these bytes, then the name of the call. */
struct closes_key {
	uint8_t initiator, ending, reason;
};

struct metrics {
	struct metrics_config config;
	/* A row is a uint64_t. */
	struct keyed_table closes;
	/* The closes of the combinations that did not fit: their call is "other". */
	uint64_t others[INITIATOR_COUNT][ENDING_COUNT][REASON_COUNT];
	struct keyed_table comms;	/* by name; a row is a uint64_t for each class */
	uint64_t by_class[CLASS_COUNT];
	struct metric_histogram phase[PHASE_COUNT];
	uint64_t cut[PHASE_COUNT];
	struct exemplars exemplars;	/* with config.fleet_key */
	uint64_t blame[BLAME_COUNT];
	uint64_t overflow_call, overflow_comm;
	struct buf key;		/* of the latest story */
	/* The largest values so far, because a counter does not decrease. */
	uint64_t result[RESULTS], lost[LOST_CAUSES];
	uint32_t advised;	/* set of 1 << enum advice: found by any walk */
};
