/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * decode: any bytes of any length. Every view must be able to print an event that decode accepts,
 * and the endpoint table and the table of stuck sockets must be able to store it.
 */
#include "fuzz.h"

#include "decode.h"
#include "stuck_table.h"
#include "pipeline.h"
#include "../stories/check.h"

static void check_event(struct view_context *context, const struct event *e)
{
	for (unsigned i = 0; view_at(i); i++) {
		if (!view_at(i)->event)
			continue;
		buf_reset(context->out);
		view_at(i)->event(context, e);
		HOLDS(!context->out->failed);
		HOLDS(!check_output(view_at(i)->name, context->out->data, context->out->len));
	}
}

static void check_story(void *arg, const struct story *s, uint64_t now_ns)
{
	struct verdict v;

	(void)arg;
	verdict_make(&v, s, now_ns);
	HOLDS(v.ending < ENDING_COUNT);
}

/* Prints the stuck sockets with every view that shows them. */
static void finish(struct view_context *context, struct stuck_table *h)
{
	HOLDS(stuck_table_finish(h));
	HOLDS(h->nr <= h->config.max);
	for (unsigned i = 0; view_at(i); i++) {
		if (!view_at(i)->stuck)
			continue;
		buf_reset(context->out);
		view_at(i)->stuck(context, h, 1ULL << 40);
		HOLDS(!context->out->failed);
		HOLDS(!check_output(view_at(i)->name, context->out->data, context->out->len));
	}
	stuck_table_release(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct run_info meta = { .nr_hooks = 0 };
	struct endpoint_table_config config = { .max_open = 4, .calls = true, .timewait = true,
						.report = check_story };
	static const struct filter any_flow;
	static const struct story_filter any_story;
	struct stuck_table_config stuck = { .filter = &any_flow, .story_filter = &any_story,
					    .max = 8 };
	struct endpoint_table *endpoint_table = endpoint_table_new(&config);
	struct stuck_table h;
	struct buf out = { 0 };
	struct view_context context = { .out = &out, .meta = &meta };

	HOLDS(endpoint_table);
	stuck_table_init(&h, &stuck);
	HOLDS(size == sizeof(struct event) || !decode_event(data, size));
	for (; size >= sizeof(struct event);
	     data += sizeof(struct event), size -= sizeof(struct event)) {
		struct event aligned;
		const struct event *e;

		memcpy(&aligned, data, sizeof(aligned));
		e = decode_event(&aligned, sizeof(aligned));
		if (!e)
			continue;
		HOLDS(e == &aligned && e->syscall < SYSCALL_COUNT);
		HOLDS(strcmp(event_kind_name(e->kind), "?") &&
		      strcmp(state_name(e->old_state), "?"));
		check_event(&context, e);
		stuck_table_feed(&h, e, sizeof(*e));
		endpoint_table_feed(endpoint_table, e);
		endpoint_table_expire(endpoint_table, e->ts_ns);
	}
	finish(&context, &h);
	endpoint_table_end(endpoint_table, UINT64_MAX);
	endpoint_table_free(endpoint_table);
	buf_release(&out);
	return 0;
}
