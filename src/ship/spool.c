/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "array.h"
#include "spool_dir.h"

#define ENTRIES_MAX 262144	/* bounds the memory for shipments in files: 64 bytes each */

struct spool_entry {
	TAILQ_ENTRY(spool_entry) link;
	uint64_t id;
	uint32_t size, units;
	bool handed_over;
	struct shipment *copy;	/* in memory, its bytes behind it; NULL: in a file */
};

TAILQ_HEAD(spool_list, spool_entry);

struct spool {
	struct spool_config config;
	uint64_t memory_max;
	struct spool_dir dir;
	struct spool_list list;	/* ascending ids */
	struct shipment *heartbeat;	/* the newest, not handed over; NULL */
	struct shipment *heartbeat_sent;	/* handed over; NULL */
	uint64_t last_id;
	struct spool_counts counts;
};

static void count_entry(struct spool *s, const struct spool_entry *e)
{
	s->counts.waiting++;
	s->counts.waiting_bytes += e->size;
	s->counts.waiting_units += e->units;
	if (e->copy)
		s->counts.memory_bytes += e->size;
}

static void forget_entry(struct spool *s, struct spool_entry *e)
{
	s->counts.waiting--;
	s->counts.waiting_bytes -= e->size;
	s->counts.waiting_units -= e->units;
	s->counts.handed_over -= e->handed_over;
	if (e->copy)
		s->counts.memory_bytes -= e->size;
	TAILQ_REMOVE(&s->list, e, link);
	free(e->copy);
	free(e);
}

/* Remove an entry and its file. */
static void delete_entry(struct spool *s, struct spool_entry *e)
{
	if (!e->copy)
		spool_dir_unlink(&s->dir, e->id);
	forget_entry(s, e);
}

/* Those that are handed over are few, and at the front. */
static struct spool_entry *first_waiting(const struct spool *s)
{
	struct spool_entry *e;

	TAILQ_FOREACH(e, &s->list, link)
		if (!e->handed_over)
			return e;
	return NULL;
}

static struct spool_entry *find_entry(const struct spool *s, uint64_t id)
{
	struct spool_entry *e;

	TAILQ_FOREACH(e, &s->list, link)
		if (e->id >= id)
			return e->id == id ? e : NULL;
	return NULL;
}

static void count_drop(struct spool *s, uint32_t size, uint32_t units)
{
	s->counts.dropped++;
	s->counts.dropped_bytes += size;
	s->counts.dropped_units += units;
}

/* Drop the oldest that is not handed over; with `memory` the oldest of those in memory. */
static bool drop_oldest(struct spool *s, bool memory)
{
	struct spool_entry *e = first_waiting(s);

	while (e && (e->handed_over || (memory && !e->copy)))
		e = TAILQ_NEXT(e, link);
	if (!e)
		return false;
	count_drop(s, e->size, e->units);
	delete_entry(s, e);
	return true;
}

static bool make_room(struct spool *s, uint64_t size)
{
	while (s->counts.waiting_bytes + size > s->config.max_bytes ||
	       s->counts.waiting >= ENTRIES_MAX)
		if (!drop_oldest(s, false))
			return false;
	return true;
}

/* A copy of a shipment with its bytes behind it, in one piece of memory. */
static struct shipment *copy_shipment(const struct shipment *shipment)
{
	struct shipment *copy = malloc(sizeof(*copy) + shipment->size);

	if (!copy)
		return NULL;
	*copy = *shipment;
	memcpy(copy + 1, shipment->bytes, shipment->size);
	copy->bytes = copy + 1;
	return copy;
}

static bool is_full(int err)
{
	return err == -ENOSPC || err == -EDQUOT;
}

/* Store the bytes in a file, or else in memory. False: there is no room for them. */
static bool store(struct spool *s, const struct shipment *shipment, struct spool_entry *e)
{
	int err = 0;

	for (;;) {
		if (s->dir.fd >= 0) {
			err = spool_dir_write(&s->dir, shipment);
			if (!err)
				return true;
			s->counts.disk_errors++;
			s->counts.disk_error = -err;
		}
		if (s->counts.memory_bytes + shipment->size <= s->memory_max)
			break;
		/* a file that goes makes room on a full disk; other errors need memory */
		if (!drop_oldest(s, !is_full(err)))
			return false;
	}
	e->copy = copy_shipment(shipment);
	return e->copy;
}

/* A heartbeat that could not be stored is not a loss: the next one follows. */
static bool put_heartbeat(struct spool *s, const struct shipment *shipment)
{
	struct shipment *copy = copy_shipment(shipment);

	if (!copy)
		return false;
	copy->id = ++s->last_id;
	free(s->heartbeat);
	s->heartbeat = copy;
	return true;
}

bool spool_put(struct spool *s, const struct shipment *given)
{
	struct shipment shipment = *given;
	struct spool_entry *e;

	if (shipment.kind == SHIPMENT_HEARTBEAT)
		return put_heartbeat(s, given);
	s->counts.put++;
	e = calloc(1, sizeof(*e));
	if (!e || !make_room(s, shipment.size))
		goto drop;
	shipment.id = e->id = ++s->last_id;
	e->size = shipment.size;
	e->units = shipment.units;
	if (!store(s, &shipment, e))
		goto drop;
	TAILQ_INSERT_TAIL(&s->list, e, link);
	count_entry(s, e);
	return true;
drop:
	count_drop(s, shipment.size, shipment.units);
	free(e);
	return false;
}

static void hand_over_heartbeat(struct spool *s, struct shipment *shipment)
{
	s->heartbeat_sent = s->heartbeat;
	s->heartbeat = NULL;
	*shipment = *s->heartbeat_sent;
}

static bool heartbeat_is_next(const struct spool *s)
{
	return s->heartbeat && !s->heartbeat_sent;
}

bool spool_next(struct spool *s, struct shipment *shipment)
{
	struct spool_entry *e;

	if (heartbeat_is_next(s)) {
		hand_over_heartbeat(s, shipment);
		return true;
	}
	while ((e = first_waiting(s))) {
		if (e->copy) {
			*shipment = *e->copy;
			break;
		}
		shipment->id = e->id;
		if (!spool_dir_read(&s->dir, shipment))
			break;
		s->counts.damaged++;
		s->counts.damaged_units += e->units;
		delete_entry(s, e);
	}
	if (!e)
		return false;
	e->handed_over = true;
	s->counts.handed_over++;
	return true;
}

bool spool_has_next(const struct spool *s)
{
	return heartbeat_is_next(s) || first_waiting(s);
}

bool spool_is_empty(const struct spool *s)
{
	return !s->heartbeat && !s->heartbeat_sent && TAILQ_EMPTY(&s->list);
}

bool spool_find(const struct spool *s, uint64_t id, struct shipment_facts *facts)
{
	const struct spool_entry *e = find_entry(s, id);

	if (s->heartbeat_sent && s->heartbeat_sent->id == id)
		*facts = (struct shipment_facts){ SHIPMENT_HEARTBEAT, 0, s->heartbeat_sent->size };
	else if (e)
		*facts = (struct shipment_facts){ SHIPMENT_SEGMENT, e->units, e->size };
	else
		return false;
	return true;
}

bool spool_remove(struct spool *s, uint64_t id)
{
	struct spool_entry *e = find_entry(s, id);

	if (s->heartbeat_sent && s->heartbeat_sent->id == id) {
		free(s->heartbeat_sent);
		s->heartbeat_sent = NULL;
		return true;
	}
	if (e)
		delete_entry(s, e);
	return e;
}

/* A newer heartbeat makes the old one pointless. */
static void take_back_heartbeat(struct spool *s)
{
	if (s->heartbeat)
		free(s->heartbeat_sent);
	else
		s->heartbeat = s->heartbeat_sent;
	s->heartbeat_sent = NULL;
}

static void take_back(struct spool *s, struct spool_entry *e)
{
	s->counts.handed_over -= e->handed_over;
	e->handed_over = false;
}

void spool_again(struct spool *s, uint64_t id)
{
	struct spool_entry *e = find_entry(s, id);

	if (s->heartbeat_sent && s->heartbeat_sent->id == id)
		take_back_heartbeat(s);
	if (e)
		take_back(s, e);
}

void spool_again_all(struct spool *s)
{
	struct spool_entry *e;

	if (s->heartbeat_sent)
		take_back_heartbeat(s);
	TAILQ_FOREACH(e, &s->list, link) {
		if (!s->counts.handed_over)
			break;
		take_back(s, e);
	}
}

const struct spool_counts *spool_counts(const struct spool *s)
{
	return &s->counts;
}

void spool_save_text(struct spool *s, const void *text, size_t len)
{
	int err = s->dir.fd < 0 ? 0 : spool_dir_write_text(&s->dir, text, len);

	if (err) {
		s->counts.disk_errors++;
		s->counts.disk_error = -err;
	}
}

size_t spool_load_text(struct spool *s, void *text, size_t max)
{
	return s->dir.fd < 0 ? 0 : spool_dir_read_text(&s->dir, text, max);
}

struct loading {
	struct spool *s;
	struct spool_entry **entries;
	size_t nr, cap;
};

static bool load_one(void *arg, const struct spool_found *found)
{
	struct loading *l = arg;
	struct spool_entry *e;

	if (found->shipment.id > l->s->last_id)
		l->s->last_id = found->shipment.id;
	if (found->damaged) {
		l->s->counts.damaged++;
		spool_dir_unlink(&l->s->dir, found->shipment.id);
		return true;
	}
	if (!ARRAY_GROW(l->entries, l->nr, l->cap, SIZE_MAX / 64))
		return false;
	e = calloc(1, sizeof(*e));
	if (!e)
		return false;
	e->id = found->shipment.id;
	e->size = found->shipment.size;
	e->units = found->shipment.units;
	l->entries[l->nr++] = e;
	return true;
}

static int order_by_id(const void *a, const void *b)
{
	const struct spool_entry *x = *(struct spool_entry *const *)a;
	const struct spool_entry *y = *(struct spool_entry *const *)b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* What an earlier run left is sent first. If it is more than the bound, its oldest is dropped. */
static int load(struct spool *s)
{
	struct loading l = { .s = s };
	int err = spool_dir_list(&s->dir, &s->counts.ignored, load_one, &l);

	array_sort(l.entries, l.nr, sizeof(*l.entries), order_by_id);
	for (size_t i = 0; i < l.nr; i++) {
		TAILQ_INSERT_TAIL(&s->list, l.entries[i], link);
		count_entry(s, l.entries[i]);
	}
	free(l.entries);
	s->counts.found = s->counts.waiting;
	make_room(s, 0);
	return err;
}

struct spool *spool_open(const struct spool_config *config, char why[SPOOL_WHY_BYTES])
{
	struct spool *s = calloc(1, sizeof(*s));
	int err = 0;

	if (!s) {
		snprintf(why, SPOOL_WHY_BYTES, "no memory");
		return NULL;
	}
	s->config = *config;
	if (!s->config.max_bytes)
		s->config.max_bytes = config->dir ? SPOOL_MAX_BYTES : SPOOL_MEMORY_BYTES;
	s->memory_max = s->config.max_bytes;
	if (config->dir && s->memory_max > SPOOL_MEMORY_BYTES)
		s->memory_max = SPOOL_MEMORY_BYTES;
	s->dir.fd = -1;
	TAILQ_INIT(&s->list);
	if (config->dir)
		err = spool_dir_open(&s->dir, config->dir, why);
	if (!err && config->dir) {
		err = load(s);
		if (err)
			snprintf(why, SPOOL_WHY_BYTES, "cannot list '%s': %s", config->dir,
				 strerror(-err));
	}
	if (!err)
		return s;
	spool_close(s);
	return NULL;
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	while (!TAILQ_EMPTY(&s->list))
		forget_entry(s, TAILQ_FIRST(&s->list));
	free(s->heartbeat);
	free(s->heartbeat_sent);
	spool_dir_close(&s->dir);
	free(s);
}
