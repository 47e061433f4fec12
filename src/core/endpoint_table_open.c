/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_table_private.h"

void endpoint_table_visit_open(struct endpoint_table *t, uint64_t before_ns,
			       void (*visit)(void *arg, const struct story *s), void *arg)
{
	struct endpoint *c;

	endpoint_table_flush(t);
	TAILQ_FOREACH(c, &t->active, active)
		if (c->last_ns < before_ns && c->story.progress == CLOSE_NOT_YET)
			visit(arg, &c->story);
}

void endpoint_table_visit_closing(struct endpoint_table *t,
				  void (*visit)(void *arg, const struct story *s), void *arg)
{
	struct endpoint *c;

	endpoint_table_flush(t);
	TAILQ_FOREACH(c, &t->active, active)
		if (story_is_closing(&c->story) && !story_is_over(&c->story))
			visit(arg, &c->story);
	for (size_t i = 0; i < t->due.len; i++) {
		c = get_due_endpoint(t->due.items[i].node);
		if (!story_is_over(&c->story))
			visit(arg, &c->story);
	}
}

static struct endpoint *find_open(struct endpoint_table *t, uint64_t sk_key, uint64_t cookie)
{
	struct endpoint *c = endpoint_index_first_of_key(&t->index, sk_key);

	while (c && (c->story.progress != CLOSE_NOT_YET || c->story.cookie != cookie))
		c = endpoint_index_next_of_key(&t->index, c);
	return c;
}

const struct story *endpoint_table_find_open(struct endpoint_table *t, uint64_t sk_key,
					     uint64_t cookie)
{
	struct endpoint *c;

	endpoint_table_flush(t);
	c = find_open(t, sk_key, cookie);
	return c ? &c->story : NULL;
}

bool endpoint_table_lose(struct endpoint_table *t, uint64_t sk_key, uint64_t cookie,
			 uint64_t looked_ns)
{
	struct endpoint *c;

	endpoint_table_flush(t);
	c = find_open(t, sk_key, cookie);
	if (!c || c->last_ns >= looked_ns)
		return false;
	t->order.lossy = true;
	endpoint_table_give_up(t, c, DEPARTED_VANISHED);
	return true;
}
