/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A bounded table of texts that change with time: the executable of a process id, for example. Pure.
 *
 * Each key has its latest texts, and each text is valid from a time on. So a story that is reported
 * late still finds the text of its own time. When the table is full, the key that was added first
 * is evicted.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TEXT_HISTORY_VERSIONS 4	/* texts kept of each key */

struct text_history;

struct text_version {
	uint64_t from_ns;	/* CLOCK_BOOTTIME */
	const char *text;	/* len bytes and a NUL; NULL: unknown from then on */
	size_t len;
	unsigned file;		/* for the caller: file of the recording that has it, 0 none */
};

struct text_versions {
	struct text_version version[TEXT_HISTORY_VERSIONS];	/* [0]: the latest */
	unsigned nr;
	/* For the caller: what it knew when it looked the text up. Initially 0. */
	uint64_t checked_ns, read_ns, stale_ns, started;
	uint8_t name[16];
};

/* Create a table of up to `max` keys. Returns NULL if out of memory. */
struct text_history *text_history_new(unsigned max);

/* Free a table and its texts. NULL is allowed. */
void text_history_free(struct text_history *h);

/* Return the texts of a key, NULL if there are none. Valid until the next text_history_add(). */
struct text_versions *text_history_find(const struct text_history *h, uint64_t key);

/*
 * Add a text that is valid from a time on; NULL: unknown from then on. len bytes are copied. Returns
 * the texts of the key, NULL if out of memory.
 */
struct text_versions *text_history_add(struct text_history *h, uint64_t key, uint64_t from_ns,
					     const char *text, size_t len);

/* Return the text of a key at a time, NULL if it is unknown. */
const char *text_history_at(const struct text_history *h, uint64_t key, uint64_t ns);
