/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The slowest close of each bucket of the phase histograms, by the minute: those of the last
 * complete minute are the exemplars of the metrics. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "twin.h"

#define EXEMPLAR_BUCKETS 23	/* METRICS_BOUNDS and infinity */

struct exemplar {
	uint64_t ns;		/* of the phase */
	struct twin_key isns;	/* of the connection */
	bool known;
};

/* All zero: none yet. */
struct exemplars {
	uint64_t minute;	/* the present one, since the zero of the clock of events */
	struct exemplar present[PHASE_COUNT][EXEMPLAR_BUCKETS];
	struct exemplar last[PHASE_COUNT][EXEMPLAR_BUCKETS];	/* of the minute before */
};

/* A close that was over at at_ns. One of an earlier minute does not count. */
void exemplars_add(struct exemplars *x, unsigned phase, unsigned bucket,
		   const struct exemplar *e, uint64_t at_ns);

/* The buckets of the last minute that was complete at now_ns. */
const struct exemplar *exemplars_of(struct exemplars *x, unsigned phase, uint64_t now_ns);
