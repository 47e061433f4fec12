/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The texts that events refer to by a number (the path of a cgroup, the name of a process), for a
 * writer of segments: each segment repeats the texts that its own events need, before their first
 * use. Pure.
 *
 * Each text is the latest of its key. The table is bounded: the key that was added first is
 * forgotten. It keeps twice as many as the source of the texts, which passes each of them once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "format.h"

struct segment_texts;

/* NULL if out of memory. */
struct segment_texts *segment_texts_new(uint64_t seed);
void segment_texts_free(struct segment_texts *t);

/* Is this the type of a text that events refer to? The others are facts about the run. */
bool segment_texts_has_type(enum record_annotation_type type);

/* Set the text of a key, which replaces the one before. len bytes are copied. */
void segment_texts_set(struct segment_texts *t, enum record_annotation_type type, uint64_t key,
		       uint64_t at_ns, const void *bytes, size_t len);

/* A number of the name of the event's process, which changes with the name; 0: it has none. */
uint32_t segment_texts_name_version(struct segment_texts *t, const struct event *e);

/*
 * Call put() for each text that the event refers to and that the segment lacks. serial: the number
 * of the segment, unique in its partition and not 0.
 */
void segment_texts_need(struct segment_texts *t, const struct event *e, unsigned partition,
			uint32_t serial,
			void (*put)(void *arg, enum record_annotation_type type, uint64_t key,
				    uint64_t at_ns, const void *bytes, size_t len),
			void *arg);
