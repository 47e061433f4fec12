/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The conclusions from a story: who ended the connection, how, why, and where the time went. Pure.
 *
 * The words of the enums are public (names.h). Whatever the story does not show stays unknown and
 * is listed in missing[].
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

/*
 * The phase that was in progress when the close was over, or the run, and that no wave ended; or a
 * phase that had begun before a scan found the socket. Its phase_time is unknown.
 */
struct phase_cut {
	uint64_t ns;
	enum phase phase;
	bool known;		/* there is one */
	bool at_least;		/* it began before the scan: ns is a minimum */
};

/* One of the four waves of a close: first FIN, its ACK, second FIN, its ACK. */
struct verdict_wave {
	uint8_t segment;	/* enum segment: index into story.seg */
	uint8_t number;		/* wave 1 to 4 */
};

/*
 * The time that the close itself took. A call may block (SO_LINGER); or a close() may have returned
 * while a call of another thread kept the socket, whose end then ended the connection.
 */
struct call_delay {
	uint64_t ns;		/* 0 none, or unknown */
	const struct socket_call *call;	/* the call that blocked, or the close() that returned */
	const struct socket_call *until;	/* the call that kept the socket; NULL: blocked */
};

/* Did something between the two ends send the RST that arrived? Unknown also if none arrived. */
enum middlebox { MIDDLEBOX_UNKNOWN, MIDDLEBOX_NO, MIDDLEBOX_YES };

struct verdict {
	enum initiator initiator;
	enum ending ending;
	enum reason reason;
	enum blame blame;
	bool blame_known;		/* false: the duration is unknown */
	bool blame_at_least;		/* blame_ns is a minimum, see struct phase_cut */
	uint64_t blame_ns;		/* the time that blame took; 0 with BLAME_NONE */
	const struct socket_call *trigger;	/* points into the story; NULL none */
	/* The call that sent our RST, if that is not the trigger; points into the story. */
	const struct socket_call *reset_by;
	enum middlebox middlebox;
	uint64_t start_ns;		/* the first event of the close; 0 none */
	uint64_t settled_ns;		/* when the close was over, else now_ns */
	struct phase_time phase[PHASE_COUNT];
	struct phase_cut cut;
	struct call_delay delay;
	struct verdict_wave wave[SEG_COUNT];
	unsigned nr_waves;		/* waves seen, in wave[] by number */
	const char *missing[VERDICT_MISSING];	/* "what: why", static strings */
	unsigned nr_missing;
	bool partial;			/* a segment that should be there was not seen */
};

/*
 * When a phase began that v has a duration of: a known phase other than the total, or the one that
 * was cut.
 */
uint64_t verdict_phase_start_ns(const struct verdict *v, const struct story *s, enum phase phase);

/* Conclude from a story, which must outlive v. now_ns ends a story that is not over. */
void verdict_make(struct verdict *v, const struct story *s, uint64_t now_ns);
