/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "early_calls.h"

#include <stddef.h>
#include <stdint.h>

#define CALL_BEFORE_CHANGE_NS 1000000000ULL	/* the task may have been kept from running meanwhile */

void event_order_keep_call(struct early_calls *y, const struct event *e)
{
	if (e->kind == EVENT_CALL)
		y->call[y->next++ % EARLY_CALLS] = *e;
}

static bool is_call_of_change(const struct event *call, const struct event *change)
{
	uint64_t end_ns = call->ts_ns + call->call_ns;

	return call->kind == EVENT_CALL && call->sk_key == change->sk_key && call->tid == change->tid &&
	       (!call->cookie || !change->cookie || call->cookie == change->cookie) &&
	       end_ns <= change->ts_ns && change->ts_ns - end_ns < CALL_BEFORE_CHANGE_NS;
}

const struct event *event_order_take_call(struct early_calls *y, const struct event *change)
{
	if (change->kind != EVENT_STATE || !(change->task_flags & TASKF_VALID))
		return NULL;
	for (unsigned i = 0; i < EARLY_CALLS; i++) {
		struct event *call = &y->call[i];

		if (!is_call_of_change(call, change))
			continue;
		y->taken = *call;
		call->kind = 0;
		return &y->taken;
	}
	return NULL;
}
