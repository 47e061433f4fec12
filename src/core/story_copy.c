/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "story_copy.h"

#include <stdlib.h>
#include <string.h>

static void *copy_bytes(const void *bytes, size_t len)
{
	void *to = malloc(len);

	if (to)
		memcpy(to, bytes, len);
	return to;
}

/* Point a verdict's call, one of the calls of a story, to the same call in the copy. */
static void move_call(const struct socket_call **call, const struct story *copy,
		      const struct story *s)
{
	if (*call)
		*call = copy->calls + (*call - s->calls);
}

bool story_copy(struct story *to, struct verdict *verdict_to, const struct story *s,
		const struct verdict *verdict)
{
	size_t calls_bytes = s->nr_calls * sizeof(*s->calls);
	size_t holders_bytes = s->scan.nr_holders * sizeof(*s->scan.holders);

	*to = *s;
	to->cap_calls = s->nr_calls;
	to->calls = calls_bytes ? copy_bytes(s->calls, calls_bytes) : NULL;
	to->scan.holders = holders_bytes ? copy_bytes(s->scan.holders, holders_bytes) : NULL;
	if ((calls_bytes && !to->calls) || (holders_bytes && !to->scan.holders)) {
		story_release(to);
		return false;
	}
	*verdict_to = *verdict;
	move_call(&verdict_to->trigger, to, s);
	move_call(&verdict_to->reset_by, to, s);
	move_call(&verdict_to->delay.call, to, s);
	move_call(&verdict_to->delay.until, to, s);
	return true;
}

/* 0 is no time. */
static void move_time(uint64_t *ts_ns, int64_t ns)
{
	if (*ts_ns)
		*ts_ns += (uint64_t)ns;
}

void story_move(struct story *copy, struct verdict *verdict, int64_t ns)
{
	uint64_t *times[] = { &copy->established_ns, &copy->end_ns, &copy->expires_ns,
			      &copy->reset.ts_ns, &copy->scan.closing_since_ns,
			      &verdict->start_ns, &verdict->settled_ns };

	for (unsigned i = 0; i < sizeof(times) / sizeof(*times); i++)
		move_time(times[i], ns);
	for (unsigned i = 0; i < SEG_COUNT; i++)
		move_time(&copy->seg[i].ts_ns, ns);
	for (unsigned i = 0; i < copy->nr_calls; i++) {
		move_time(&copy->calls[i].ts_ns, ns);
		move_time(&copy->calls[i].effect_ns, ns);
	}
}
