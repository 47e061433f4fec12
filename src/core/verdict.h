/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The conclusions from a story: who ended the connection, how, why, and where the time went. Pure.
 *
 * The words are public (names.h). What the story does not show stays unknown, and is listed in
 * missing[].
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "story.h"

#define VERDICT_MISSING 8

struct phase_time {
	uint64_t ns;
	bool known;
};

/* One row of the story's "waves": the segment, in the order of its number 1 to 4. */
struct verdict_wave {
	uint8_t segment;	/* enum segment: index into story.seg */
	uint8_t number;		/* 1 to 4 */
};

struct verdict {
	enum initiator initiator;
	enum ending ending;
	enum reason reason;
	enum blame blame;
	bool blame_known;		/* false: how long it took is not known */
	const struct socket_call *trigger;	/* points into the story; NULL none */
	uint64_t start_ns;		/* the first event of the end, 0 none */
	uint64_t settled_ns;		/* when it was over */
	struct phase_time phase[PHASE_COUNT];
	struct verdict_wave wave[SEG_COUNT];
	unsigned nr_waves;		/* waves seen */
	const char *missing[VERDICT_MISSING];	/* "what: why", static strings */
	unsigned nr_missing;
	bool partial;			/* an event that should be there was not seen */
};

/* now_ns: for a story that is not over, the end of the run. */
void verdict_make(struct verdict *v, const struct story *s, uint64_t now_ns);
