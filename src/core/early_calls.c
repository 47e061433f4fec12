/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "early_calls.h"

#include <stddef.h>
#include <stdint.h>

#define AT_ONCE_NS 1000000000ULL	/* the task may have been kept from running meanwhile */

void early_keep(struct early *y, const struct event *e)
{
	if (e->kind == EVENT_CALL)
		y->call[y->at++ % EARLY_CALLS] = *e;
}

static bool made(const struct event *call, const struct event *change)
{
	uint64_t end_ns = call->ts_ns + call->call_ns;

	return call->kind == EVENT_CALL && call->sk == change->sk && call->tid == change->tid &&
	       (!call->cookie || !change->cookie || call->cookie == change->cookie) &&
	       end_ns <= change->ts_ns && change->ts_ns - end_ns < AT_ONCE_NS;
}

const struct event *early_take(struct early *y, const struct event *change)
{
	if (change->kind != EVENT_STATE || !(change->task & EVENT_TASK_HERE))
		return NULL;
	for (unsigned i = 0; i < EARLY_CALLS; i++) {
		struct event *call = &y->call[i];

		if (!made(call, change))
			continue;
		y->taken = *call;
		call->kind = 0;
		return &y->taken;
	}
	return NULL;
}
