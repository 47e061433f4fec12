/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A bounded cache of texts that the source learns before the events that need them: the paths of
 * cgroups and the stacks of closes. Pure.
 *
 * The live source reads a text when it first meets its key, since the cgroup or the task may be
 * gone by the time that a story is reported. A replay takes it from the recording. When the cache
 * is full, the text that was added first is evicted.
 *
 * The key is that of an annotation in a recording (record/format.h): for a path the id of the
 * cgroup, which the kernel does not use twice before a reboot, and 0; for a stack the thread and
 * the time of the close.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CGROUPS_MAX 4096
#define STACKS_MAX 8192

struct text_cache;

struct cached_text {
	const char *text;	/* NUL-terminated; NULL: unknown */
	unsigned file;		/* for the caller: file of the recording that has it, 0 none */
};

/* Create a cache of up to `max` texts. Returns NULL if out of memory. */
struct text_cache *text_cache_new(unsigned max);

/* Free a cache and its texts. NULL is allowed. */
void text_cache_free(struct text_cache *c);

/* Return the entry of a key, NULL if there is none. Valid until the next text_cache_add(). */
struct cached_text *text_cache_find(struct text_cache *c, uint64_t key, uint64_t at_ns);

/*
 * Add a text, replacing that of an equal key. len bytes are copied; text is NULL if it is unknown.
 * Returns NULL if out of memory.
 */
struct cached_text *text_cache_add(struct text_cache *c, uint64_t key, uint64_t at_ns,
				   const char *text, size_t len);

/* Return the text of a key, NULL if it is unknown. Valid until the next text_cache_add(). */
const char *text_cache_text(const struct text_cache *c, uint64_t key, uint64_t at_ns);
