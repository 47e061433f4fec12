/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pair.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "deadline_heap.h"
#include "hash.h"
#include "hash_index.h"
#include "pool.h"
#include "story_copy.h"
#include "twin.h"

#define CANDIDATES_MAX 64	/* with TCP_REPAIR a program can make many numbers collide */

struct waiting {
	struct hash_index_link link;
	struct deadline_heap_node due;	/* in pair_table.due, if it has a deadline */
	TAILQ_ENTRY(waiting) order;
	struct pair_end end;
	uint32_t nr;			/* index in the pool */
};

struct pair_table {
	struct pair_config config;
	struct pool pool;
	struct hash_index by_key;
	struct deadline_heap due;
	TAILQ_HEAD(waiting_list, waiting) waiting;	/* in order of arrival */
	struct pair_counts counts;
	uint64_t now_ns;	/* the latest time that was seen: that of the fastest clock */
};

static struct waiting *get_waiting(const struct pair_table *t, uint32_t nr)
{
	return pool_at(&t->pool, nr);
}

static struct waiting *get_due(struct deadline_heap_node *due)
{
	return (struct waiting *)((char *)due - offsetof(struct waiting, due));
}

static uint32_t hash_key(const struct pair_table *t, const struct story *s)
{
	return (uint32_t)hash_fmix64(twin_key_unordered(&s->isns) ^ t->config.seed);
}

struct pair_table *pair_table_new(const struct pair_config *config)
{
	struct pair_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->config = *config;
	t->pool.size = (sizeof(struct waiting) + 7) & ~(size_t)7;
	TAILQ_INIT(&t->waiting);
	if (hash_index_init(&t->by_key, &t->pool, offsetof(struct waiting, link)))
		return t;
	free(t);
	return NULL;
}

/* Remove a story from the table without freeing it: free_waiting() follows. */
static void unlink_waiting(struct pair_table *t, struct waiting *w)
{
	hash_index_remove(&t->by_key, w->nr);
	if (w->due.slot)
		deadline_heap_remove(&t->due, &w->due);
	TAILQ_REMOVE(&t->waiting, w, order);
}

static void free_waiting(struct pair_table *t, struct waiting *w)
{
	story_release(&w->end.story);
	pool_free(&t->pool, w->nr);
}

void pair_table_free(struct pair_table *t)
{
	struct waiting *w;

	if (!t)
		return;
	while ((w = TAILQ_FIRST(&t->waiting))) {
		unlink_waiting(t, w);
		free_waiting(t, w);
	}
	deadline_heap_release(&t->due);
	hash_index_release(&t->by_key);
	pool_release(&t->pool);
	free(t);
}

static void report_alone(const struct pair_table *t, const struct pair_end *end, enum one_sided why)
{
	if (end->wanted)
		t->config.report(t->config.arg, end, NULL, why);
}

static void report_waiting(struct pair_table *t, struct waiting *w, enum one_sided why)
{
	unlink_waiting(t, w);
	report_alone(t, &w->end, why);
	free_waiting(t, w);
}

static bool may_differ_in_role(const struct story *a, const struct story *b)
{
	if (a->opened == OPENED_CONNECT && b->opened == OPENED_CONNECT)
		return a->syns_crossed && b->syns_crossed;
	return !a->opened || !b->opened || a->opened != b->opened;
}

/* Hosts with one clock have one boot, in which a cookie is that of one socket. */
static bool are_ends_of_one(const struct story *a, const struct story *b)
{
	return twin_match(&a->isns, &b->isns) && may_differ_in_role(a, b) &&
	       !(a->cookie && a->cookie == b->cookie && a->clock == b->clock);
}

static struct waiting *find_other_end(const struct pair_table *t, const struct story *s,
				      uint32_t hash)
{
	uint32_t nr = hash_index_first(&t->by_key, hash);

	for (unsigned i = 0; nr && i < CANDIDATES_MAX; i++, nr = hash_index_next(&t->by_key, nr))
		if (are_ends_of_one(s, &get_waiting(t, nr)->end.story))
			return get_waiting(t, nr);
	return NULL;
}

static void join_with(struct pair_table *t, struct waiting *w, const struct pair_end *end)
{
	unlink_waiting(t, w);
	t->counts.joined++;
	if (w->end.wanted || end->wanted)
		t->config.report(t->config.arg, &w->end, end, ONE_SIDED_NONE);
	free_waiting(t, w);
}

/* May the other end be open long after this one was over? */
static bool may_outlast(const struct verdict *v)
{
	return v->partial || v->ending == ENDING_OPEN ||
	       (v->ending == ENDING_TIMED_OUT && v->reason == REASON_FIN_WAIT_2);
}

/* The time up to which a story waits; 0: to the end. */
static uint64_t find_deadline_ns(const struct pair_table *t, const struct story *s,
				 const struct verdict *v, enum pair_window window)
{
	if (s->twin.known || window == PAIR_WINDOW_INPUT)
		return 0;
	if (window == PAIR_WINDOW_LIVE)
		return v->settled_ns + PAIR_LIVE_WAIT_NS;
	if (window == PAIR_WINDOW_BRIEF)
		return v->settled_ns + PAIR_BRIEF_WAIT_NS;
	return t->now_ns + (may_outlast(v) ? PAIR_STREAM_LONG_WAIT_NS : PAIR_STREAM_WAIT_NS);
}

/* Keep a copy of a story. False if out of memory. */
static bool keep_story(struct pair_table *t, const struct pair_end *end, uint32_t hash,
		       uint64_t deadline_ns)
{
	uint32_t nr = pool_alloc(&t->pool);
	struct waiting *w;

	if (!nr)
		return false;
	w = get_waiting(t, nr);
	w->nr = nr;
	w->end.wanted = end->wanted;
	w->due.deadline_ns = deadline_ns;
	if (!story_copy(&w->end.story, &w->end.verdict, &end->story, &end->verdict) ||
	    (deadline_ns && !deadline_heap_add(&t->due, &w->due))) {
		free_waiting(t, w);
		return false;
	}
	hash_index_add(&t->by_key, hash, nr);
	TAILQ_INSERT_TAIL(&t->waiting, w, order);
	return true;
}

static enum one_sided find_reason(const struct story *s)
{
	if (!s->twin.known)
		return ONE_SIDED_NOT_FOUND;
	return s->twin.lost ? ONE_SIDED_PEER_LOST : ONE_SIDED_OPEN;
}

static void evict_oldest(struct pair_table *t)
{
	struct waiting *w = TAILQ_FIRST(&t->waiting);

	t->counts.evicted++;
	report_waiting(t, w, find_reason(&w->end.story));
}

/*
 * Is it known that no other end will come? A socket that is closed in repair mode lives on in the
 * one that is restored from it, which has its numbers.
 */
static bool comes_alone(const struct pair_end *end)
{
	return (end->story.twin.known && end->story.twin.lost) || !end->story.isns_known ||
	       end->verdict.reason == REASON_REPAIR;
}

void pair_table_add(struct pair_table *t, const struct story *s, const struct verdict *v,
		    bool wanted, enum pair_window window)
{
	const struct pair_end end = { .story = *s, .verdict = *v, .wanted = wanted };
	struct waiting *w;
	uint32_t hash;

	if (v->settled_ns > t->now_ns)
		t->now_ns = v->settled_ns;
	if (story_is_self(s)) {
		if (wanted)
			t->config.report(t->config.arg, &end, &end, ONE_SIDED_NONE);
		return;
	}
	hash = hash_key(t, s);
	w = s->isns_known ? find_other_end(t, s, hash) : NULL;
	if (w) {
		join_with(t, w, &end);
		return;
	}
	if (comes_alone(&end)) {
		report_alone(t, &end, end.story.twin.lost ? ONE_SIDED_PEER_LOST :
							    ONE_SIDED_NOT_FOUND);
		return;
	}
	if (t->by_key.len >= t->config.max)
		evict_oldest(t);
	if (!keep_story(t, &end, hash, find_deadline_ns(t, s, v, window)))
		report_alone(t, &end, find_reason(s));
}

void pair_table_lose(struct pair_table *t, const struct story *s)
{
	struct waiting *w = s->isns_known ? find_other_end(t, s, hash_key(t, s)) : NULL;

	if (w)
		report_waiting(t, w, ONE_SIDED_PEER_LOST);
}

uint64_t pair_table_next_ns(const struct pair_table *t)
{
	const struct deadline_heap_node *first = deadline_heap_first(&t->due);

	return first ? first->deadline_ns : 0;
}

void pair_table_expire(struct pair_table *t, uint64_t now_ns)
{
	struct deadline_heap_node *first;

	if (now_ns > t->now_ns)
		t->now_ns = now_ns;
	while ((first = deadline_heap_first(&t->due)) && first->deadline_ns <= now_ns)
		report_waiting(t, get_due(first), ONE_SIDED_NOT_FOUND);
}

void pair_table_end(struct pair_table *t)
{
	struct waiting *w;

	while ((w = TAILQ_FIRST(&t->waiting)))
		report_waiting(t, w, find_reason(&w->end.story));
}

struct pair_counts pair_table_counts(const struct pair_table *t)
{
	return t->counts;
}
