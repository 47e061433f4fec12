/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "cgroup_names.h"
#include "close_facts.h"
#include "pattern.h"
#include "story_filter.h"

static bool has_number(const uint32_t *list, unsigned n, uint32_t v)
{
	for (unsigned i = 0; i < n && i < STORY_FILTER_MAX; i++)
		if (list[i] == v)
			return true;
	return false;
}

static bool is_name(const struct filter_text *pattern, const uint8_t *name)
{
	size_t len = 0;

	while (len < EVENT_COMM_LEN - 1 && name[len])
		len++;
	return pattern_matches(pattern->bytes, pattern->len, (const char *)name, len);
}

static bool has_name(const struct task_filter *f, const struct filter_task *task)
{
	for (unsigned i = 0; i < f->comms && i < STORY_FILTER_MAX; i++)
		if (is_name(&f->comm[i], task->comm) ||
		    (task->process && *task->process && is_name(&f->comm[i], task->process)))
			return true;
	return false;
}

/* "/a" and "/a/b" are below "/a", "/ab" is not; all paths are below "/". */
static bool is_below(const char *path, const struct filter_text *top)
{
	size_t n = top->len;

	if (n && top->bytes[n - 1] == '/')
		n--;
	return !strncmp(path, top->bytes, n) && (!path[n] || path[n] == '/');
}

static bool has_cgroup(const struct task_filter *f, const char *path)
{
	for (unsigned i = 0; path && i < f->cgroups && i < STORY_FILTER_MAX; i++)
		if (is_below(path, &f->cgroup[i]))
			return true;
	return false;
}

static bool has_container(const struct task_filter *f, const char *path)
{
	const char *id = path && f->containers ? cgroup_names_container(path) : NULL;

	for (unsigned i = 0; id && i < f->containers && i < STORY_FILTER_MAX; i++)
		if (!strncmp(id, f->container[i].bytes, f->container[i].len))
			return true;
	return false;
}

/* The path of the task's cgroup if the filter f asks for it. NULL: unknown, or not needed. */
static const char *find_cgroup_path(const struct story_filter *s, const struct task_filter *f,
				    const struct filter_task *task)
{
	if (!s->cgroup_path || (!f->cgroups && !f->containers))
		return NULL;
	return s->cgroup_path(s->cgroup_arg, task->cgroup, task->lives ? task->pid : 0);
}

bool story_filter_asks_of_tasks(const struct story_filter *f)
{
	const struct task_filter *w = &f->wanted;

	return w->pids || w->comms || w->uids || w->cgroups || w->containers;
}

bool story_filter_matches_task(const struct story_filter *f, const struct filter_task *task)
{
	const struct task_filter *w = &f->wanted;
	const char *path = find_cgroup_path(f, w, task);

	return (!w->pids || has_number(w->pid, w->pids, task->pid)) &&
	       (!w->uids || has_number(w->uid, w->uids, task->uid)) &&
	       (!w->comms || has_name(w, task)) && (!w->cgroups || has_cgroup(w, path)) &&
	       (!w->containers || has_container(w, path));
}

bool story_filter_excludes_task(const struct story_filter *f, const struct filter_task *task)
{
	const struct task_filter *x = &f->excluded;
	const char *path = find_cgroup_path(f, x, task);

	return has_number(x->pid, x->pids, task->pid) || has_number(x->uid, x->uids, task->uid) ||
	       has_name(x, task) || has_cgroup(x, path) || has_container(x, path);
}

bool story_filter_matches_user_alone(const struct story_filter *f, uint32_t uid)
{
	const struct task_filter *w = &f->wanted;

	if (w->pids || w->comms || w->cgroups || w->containers)
		return false;
	return (!w->uids || has_number(w->uid, w->uids, uid)) &&
	       !has_number(f->excluded.uid, f->excluded.uids, uid);
}

/* One call of the story must be by a wanted process, and none by an excluded one. */
static bool matches_calls(const struct story_filter *f, const struct story *s)
{
	bool found = !story_filter_asks_of_tasks(f);

	for (unsigned i = 0; i < s->nr_calls; i++) {
		const struct socket_call *a = &s->calls[i];
		struct filter_task task = { .pid = a->pid, .uid = a->uid, .comm = a->comm,
					    .process = a->process, .cgroup = a->cgroup };

		if (story_filter_excludes_task(f, &task))
			return false;
		found |= story_filter_matches_task(f, &task);
	}
	return found;
}

/* A phase, one that no wave ended, or the close() itself took at least this long. */
static bool is_slow(const struct verdict *v, uint64_t slow_ns)
{
	if (v->cut.ns >= slow_ns || v->delay.ns >= slow_ns)
		return true;
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (v->phase[i].known && v->phase[i].ns >= slow_ns)
			return true;
	return false;
}

static bool is_in_set(uint64_t set, unsigned v)
{
	return v < 64 && set >> v & 1;
}

/* Is the value in the set of wanted values, if there are any, and not in that of excluded ones? */
static bool is_wanted(uint64_t wanted, uint64_t excluded, unsigned v)
{
	return (!wanted || is_in_set(wanted, v)) && !is_in_set(excluded, v);
}

/* A story without a trigger matches no call, and so none that is excluded. */
static bool matches_trigger(const struct story_filter *f, const struct verdict *v)
{
	if (!v->trigger)
		return !f->words.calls;
	return is_wanted(f->words.calls, f->excluded_words.calls, v->trigger->trigger);
}

static bool matches_words(const struct story_filter *f, const struct verdict *v)
{
	const struct word_filter *w = &f->words, *x = &f->excluded_words;

	return is_wanted(w->endings, x->endings, v->ending) &&
	       is_wanted(w->classes, x->classes, ending_class(v->ending)) &&
	       is_wanted(w->initiators, x->initiators, v->initiator) && matches_trigger(f, v);
}

bool story_filter_matches(const struct story_filter *f, const struct story *s,
			  const struct verdict *v)
{
	if (!matches_words(f, v))
		return false;
	if (f->slow_ns && !is_slow(v, f->slow_ns))
		return false;
	if (f->data_lost && !close_lost_data(s))
		return false;
	return matches_calls(f, s);
}
