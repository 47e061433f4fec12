/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "segment_texts.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "hash_table.h"
#include "partition_hash.h"
#include "process_names.h"

#define TEXTS_MAX 3	/* of one key */
#define NETNS_MAX 4096

/* The number of an event that a text has as its key. */
enum text_subject { OF_PROCESS, OF_CGROUP, OF_NETNS, OF_STACK, SUBJECTS };

/* The text types, each with its subject and its index among the texts of that. */
static const struct text_type {
	enum record_annotation_type type;
	enum text_subject of;
	unsigned index;
} types[] = {
	{ RECORD_ANNOTATION_PROCESS, OF_PROCESS, 0 },
	{ RECORD_ANNOTATION_EXE, OF_PROCESS, 1 },
	{ RECORD_ANNOTATION_CMDLINE, OF_PROCESS, 2 },
	{ RECORD_ANNOTATION_CGROUP, OF_CGROUP, 0 },
	{ RECORD_ANNOTATION_POD, OF_CGROUP, 1 },
	{ RECORD_ANNOTATION_NETNS, OF_NETNS, 0 },
	{ RECORD_ANNOTATION_STACK, OF_STACK, 0 },
};

#define TYPES (sizeof(types) / sizeof(*types))

static const unsigned subjects_max[SUBJECTS] = {
	[OF_PROCESS] = 2 * PROCESS_NAMES_MAX, [OF_CGROUP] = 2 * CGROUPS_MAX,
	[OF_NETNS] = 2 * NETNS_MAX, [OF_STACK] = 2 * STACKS_MAX,
};

struct text_value {
	char *bytes;		/* NULL: not set */
	size_t len;
	uint64_t at_ns;
	uint32_t version;	/* of all texts: a new one for each */
	/* The segment of each partition that has it, 0 none; [0] is apart, most fleets have one. */
	uint32_t written_first, *written;
};

struct subject_key {
	uint64_t key, at_ns;
};

struct text_subject_entry {
	struct subject_key key;
	struct text_value text[TEXTS_MAX];
	UT_hash_handle hh;
};

struct segment_texts {
	uint64_t seed;
	uint32_t versions;
	struct text_subject_entry *entries[SUBJECTS];	/* uthash: in the order of addition */
	struct text_subject_entry *latest[SUBJECTS];	/* the next event is often of the same */
};

struct segment_texts *segment_texts_new(uint64_t seed)
{
	struct segment_texts *t = calloc(1, sizeof(*t));

	if (t)
		t->seed = seed;
	return t;
}

static void free_entry(struct text_subject_entry *e)
{
	for (unsigned i = 0; i < TEXTS_MAX; i++) {
		free(e->text[i].bytes);
		free(e->text[i].written);
	}
	free(e);
}

void segment_texts_free(struct segment_texts *t)
{
	if (!t)
		return;
	for (unsigned i = 0; i < SUBJECTS; i++)
		HASH_TABLE_RELEASE(t->entries[i], free_entry);
	free(t);
}

static const struct text_type *find_type(enum record_annotation_type type)
{
	for (unsigned i = 0; i < TYPES; i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

bool segment_texts_has_type(enum record_annotation_type type)
{
	return find_type(type);
}

static unsigned hash_key(const struct segment_texts *t, const struct subject_key *k)
{
	return (unsigned)hash_fmix64(hash_fmix64(k->key ^ t->seed) ^ k->at_ns);
}

static struct text_subject_entry *find_entry(struct segment_texts *t, enum text_subject of,
					     uint64_t key, uint64_t at_ns)
{
	struct subject_key k = { key, at_ns };
	struct text_subject_entry *e = t->latest[of];

	if (!t->entries[of])
		return NULL;
	if (!e || e->key.key != key || e->key.at_ns != at_ns)
		HASH_FIND_BYHASHVALUE(hh, t->entries[of], &k, sizeof(k), hash_key(t, &k), e);
	if (e)
		t->latest[of] = e;
	return e;
}

static void forget_first(struct segment_texts *t, enum text_subject of)
{
	struct text_subject_entry *first = t->entries[of];

	if (t->latest[of] == first)
		t->latest[of] = NULL;
	HASH_DEL(t->entries[of], first);
	free_entry(first);
}

static struct text_subject_entry *add_entry(struct segment_texts *t, enum text_subject of,
					    uint64_t key, uint64_t at_ns)
{
	struct text_subject_entry *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	if (HASH_COUNT(t->entries[of]) >= subjects_max[of])
		forget_first(t, of);
	e->key = (struct subject_key){ key, at_ns };
	HASH_ADD_BYHASHVALUE(hh, t->entries[of], key, sizeof(e->key), hash_key(t, &e->key), e);
	if (e->hh.tbl)
		return e;
	free(e);
	return NULL;
}

void segment_texts_set(struct segment_texts *t, enum record_annotation_type type, uint64_t key,
		       uint64_t at_ns, const void *bytes, size_t len)
{
	const struct text_type *known = find_type(type);
	uint64_t entry_ns = known->of == OF_STACK ? at_ns : 0;
	struct text_subject_entry *e = find_entry(t, known->of, key, entry_ns);
	struct text_value *v;
	char *copy;

	if (!e)
		e = add_entry(t, known->of, key, entry_ns);
	copy = e ? malloc(len + 1) : NULL;
	if (!copy)
		return;
	if (len)
		memcpy(copy, bytes, len);
	v = &e->text[known->index];
	free(v->bytes);
	free(v->written);
	*v = (struct text_value){ .bytes = copy, .len = len, .at_ns = at_ns,
				  .version = ++t->versions };
}

/* The key of a subject in an event; 0: the event has none. */
static uint64_t key_of_event(const struct event *e, enum text_subject of)
{
	bool has_task = e->task_flags & TASKF_VALID && e->kind != EVENT_SOCKET;

	switch (of) {
	case OF_PROCESS:
		return has_task ? e->pid : 0;
	case OF_CGROUP:
		return has_task ? e->cgroup : 0;
	case OF_NETNS:
		return e->netns;
	default:
		return e->tid;
	}
}

static struct text_subject_entry *find_of_event(struct segment_texts *t, const struct event *e,
						enum text_subject of)
{
	uint64_t key = t->entries[of] ? key_of_event(e, of) : 0;

	return key ? find_entry(t, of, key, of == OF_STACK ? e->ts_ns : 0) : NULL;
}

uint32_t segment_texts_name_version(struct segment_texts *t, const struct event *e)
{
	struct text_subject_entry *of = find_of_event(t, e, OF_PROCESS);

	return of ? of->text[0].version : 0;
}

/* Note that the segment has the text. Returns false if it had it already, or out of memory. */
static bool mark_written(struct text_value *v, unsigned partition, uint32_t serial)
{
	uint32_t *written = &v->written_first;

	if (partition) {
		if (!v->written)
			v->written = calloc(PARTITIONS_MAX, sizeof(*v->written));
		written = v->written ? &v->written[partition] : NULL;
	}
	if (!written || *written == serial)
		return false;
	*written = serial;
	return true;
}

void segment_texts_need(struct segment_texts *t, const struct event *e, unsigned partition,
			uint32_t serial,
			void (*put)(void *arg, enum record_annotation_type type, uint64_t key,
				    uint64_t at_ns, const void *bytes, size_t len),
			void *arg)
{
	struct text_subject_entry *entry[SUBJECTS];

	for (unsigned i = 0; i < SUBJECTS; i++)
		entry[i] = find_of_event(t, e, i);
	for (unsigned i = 0; i < TYPES; i++) {
		struct text_subject_entry *of = entry[types[i].of];
		struct text_value *v = of ? &of->text[types[i].index] : NULL;

		if (v && v->bytes && mark_written(v, partition, serial))
			put(arg, types[i].type, of->key.key, v->at_ns, v->bytes, v->len);
	}
}
