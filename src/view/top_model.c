/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_model.h"

#include <stdlib.h>
#include <string.h>

#include "group_key.h"
#include "ladder.h"

static void release_row(void *row)
{
	struct top_row *r = row;

	who_row_ops().release(&r->who);
	close_list_release(&r->slowest);
}

static void init_groups(struct top_model *m, const struct view_context *v)
{
	m->groups = (struct keyed_table){ .row_size = sizeof(struct top_row),
					  .max = m->who.max_groups, .seed = v->seed };
}

bool top_model_init(struct top_model *m, struct view_context *v)
{
	if (!v->options.groups.nr)
		v->options.groups = (struct group_list){ .nr = 1, .by = { GROUP_BY_COMM } };
	*m = (struct top_model){ .slowest = slowest_new(), .open.max = CLOSE_LIST_MAX,
				 .key = calloc(1, sizeof(struct group_key)),
				 .who = who_row_ops(), .keeps_stories = v->goal };
	init_groups(m, v);
	if (m->slowest && m->key)
		return true;
	top_model_release(m);
	return false;
}

void top_model_release(struct top_model *m)
{
	keyed_table_clear(&m->groups, release_row);
	slowest_free(m->slowest);
	close_list_release(&m->open);
	if (m->key)
		buf_release(&m->key->bytes);
	free(m->key);
	m->slowest = NULL;
	m->key = NULL;
}

void top_model_reset(struct top_model *m, const struct view_context *v)
{
	keyed_table_clear(&m->groups, release_row);
	init_groups(m, v);
	slowest_reset(m->slowest);
	close_list_clear(&m->open);
	memset(m->rates, 0, sizeof(m->rates));
	m->closes = m->nr_open = 0;
	m->refreshes = m->nr_kept = 0;
	m->open_is_shown = false;
}

/* Begin a new list of the closes in progress, of which the groups have counts. */
static void reset_open(struct top_model *m)
{
	const struct keyed_entry *o;

	close_list_clear(&m->open);
	m->nr_open = 0;
	m->open_is_shown = false;
	for (uint32_t i = 0; (o = keyed_table_at(&m->groups, i)); i++)
		((struct top_row *)o->row)->who.n[WHO_OPEN] = 0;
}

/* Add a close to a list, with its story if stories are kept. False if out of memory. */
static bool add_to_list(const struct top_model *m, struct close_list *list,
			struct close_row *row, const struct story *s,
			const struct verdict *verdict)
{
	if (!close_list_wants(list, row))
		return true;
	if (m->keeps_stories && !row->kept)
		row->kept = kept_story_new(s, verdict);
	return (row->kept || !m->keeps_stories) && close_list_add(list, row);
}

static bool add_open(struct top_model *m, struct close_row *row, const struct story *s,
		     const struct verdict *verdict)
{
	m->nr_open++;
	return add_to_list(m, &m->open, row, s, verdict);
}

/* Would the list of a row keep a close with that time? */
static bool row_wants(const struct top_model *m, const struct top_row *row,
		      const struct close_row *close)
{
	if (!m->keeps_stories)
		return false;
	if (row->slowest.nr < TOP_ROW_CLOSES)
		return m->nr_kept < TOP_KEPT_MAX;
	return close_list_wants(&row->slowest, close);
}

static bool keep_for_row(struct top_model *m, struct top_row *row, struct close_row *close,
			 const struct story *s, const struct verdict *verdict)
{
	unsigned before = row->slowest.nr;
	bool ok;

	row->slowest.max = TOP_ROW_CLOSES;
	ok = add_to_list(m, &row->slowest, close, s, verdict);
	m->nr_kept += row->slowest.nr - before;
	return ok;
}

static bool count_close(struct top_model *m, struct keyed_entry *group, const struct story *s,
			const struct verdict *verdict)
{
	enum class class = ending_class(verdict->ending);
	struct close_row close = { .kept = NULL };
	bool ok = true, wanted, row_wanted;

	m->closes++;
	m->rates[TOP_CLOSES]++;
	m->rates[TOP_RESETS] += class == CLASS_RESET;
	m->rates[TOP_TIMEOUTS] += class == CLASS_TIMEOUT;
	close_row_set_time(&close, s, verdict);
	wanted = slowest_wants(m->slowest, &close);
	row_wanted = row_wants(m, group->row, &close);
	if (!wanted && !row_wanted)	/* most of them, at a high rate */
		return true;
	close_row_set(&close, s, verdict);
	close.group = group;
	if (row_wanted)
		ok = keep_for_row(m, group->row, &close, s, verdict);
	if (wanted && m->keeps_stories && !close.kept)
		close.kept = kept_story_new(s, verdict);
	ok = ok && (!wanted || slowest_add(m->slowest, &close));
	kept_story_drop(close.kept);
	return ok;
}

/* The group of the story; NULL if out of memory. */
static struct keyed_entry *find_group(struct top_model *m, const struct view_context *v,
				      const struct story *s, const struct verdict *verdict)
{
	const struct group_key *k = m->key;

	group_key_set(m->key, v, s, verdict);
	return k->bytes.failed ? NULL : keyed_table_get_or_add(&m->groups, k->bytes.data,
							       k->bytes.len, k->label,
							       k->label_len);
}

bool top_model_add(struct top_model *m, struct view_context *v, const struct story *s,
		   const struct verdict *verdict)
{
	struct keyed_entry *group;
	struct close_row close;
	bool ok;

	if (verdict->ending == ENDING_OPEN && m->open_is_shown)
		reset_open(m);
	group = find_group(m, v, s, verdict);
	if (!group || !m->who.add(group->row, s, verdict))
		return false;
	if (verdict->ending != ENDING_OPEN)
		return count_close(m, group, s, verdict);
	close_row_set(&close, s, verdict);
	close.group = group;
	ok = add_open(m, &close, s, verdict);
	kept_story_drop(close.kept);
	return ok;
}

struct open_visit {
	struct top_model *m;
	struct view_context *v;
};

static void take_open(void *arg, const struct story *s, const struct verdict *verdict)
{
	const struct open_visit *w = arg;
	struct keyed_entry *group;
	struct close_row close;

	view_use_host(w->v, s);
	group = find_group(w->m, w->v, s, verdict);
	close_row_set(&close, s, verdict);
	close.group = group;
	if (!group || !add_open(w->m, &close, s, verdict))
		w->v->out->failed = true;
	else
		((struct top_row *)group->row)->who.n[WHO_OPEN]++;
	kept_story_drop(close.kept);
}

void top_model_list_open(struct top_model *m, struct view_context *v, uint64_t now_ns, bool at_end)
{
	struct open_visit w = { m, v };

	if (!at_end || m->open_is_shown)
		reset_open(m);
	if (!at_end && v->visit_closing)
		v->visit_closing(v->visit_closing_arg, now_ns, take_open, &w);
	close_list_sort(&m->open);
	m->open_is_shown = true;
}

void top_model_end_interval(struct top_model *m)
{
	const struct keyed_entry *o;

	memcpy(m->history[m->refreshes++ % TOP_GRAPH], m->rates, sizeof(m->rates));
	memset(m->rates, 0, sizeof(m->rates));
	for (uint32_t i = 0; (o = keyed_table_at(&m->groups, i)); i++) {
		struct top_row *row = o->row;

		row->closes_then = row->who.n[WHO_CLOSES] - row->closes_before;
		row->closes_before = row->who.n[WHO_CLOSES];
	}
}

static struct kept_story *find_twin_in(const struct close_list *l, const struct story *s)
{
	for (unsigned i = 0; i < l->nr; i++) {
		struct kept_story *k = l->rows[i].kept;

		if (k && k->story.clock == s->clock && ladder_are_twins(&k->story, s))
			return k;
	}
	return NULL;
}

struct kept_story *top_model_find_twin(const struct top_model *m, const struct story *s)
{
	struct kept_story *found = find_twin_in(&m->open, s);
	const struct keyed_entry *o;

	for (uint32_t i = 0; !found && (o = keyed_table_at(&m->groups, i)); i++)
		found = find_twin_in(&((struct top_row *)o->row)->slowest, s);
	return found;
}
