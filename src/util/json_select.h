/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A selection of JSON keys, as "time" and "trigger.pid": a tree of the words between the dots. A
 * key that is selected without a word below it is selected with everything in it. An array has no
 * word of its own: "calls.pid" selects the key pid of each item.
 *
 * The selection has no memory of its own. It keeps pointers to the paths that were added.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_SELECT_MAX 500	/* words */
#define JSON_SELECT_ALL 0xffff	/* in place of a node: everything below is selected */

struct json_select {
	struct json_select_node {
		const char *word;	/* not terminated */
		uint64_t bits;		/* of json_select_bit() of its children */
		uint16_t child, next;	/* its first child, its next sibling; 0 none */
		uint8_t len;		/* of word */
		bool whole;		/* selected with everything in it */
	} node[JSON_SELECT_MAX + 1];	/* node 0 stands for the object itself */
	uint16_t nr;			/* words; 0: nothing was added */
};

/*
 * Add a path, which must stay valid. Returns false if there is no room. Words that are longer than
 * 255 bytes do not occur.
 */
bool json_select_add(struct json_select *s, const char *path);

/*
 * Find the node of a key in the object of a node: JSON_SELECT_ALL if the key is selected with
 * everything in it, 0 if it is not selected.
 */
uint16_t json_select_find(const struct json_select *s, uint16_t at, const char *key, size_t len);

/* A bit that depends on the key: the first test, which excludes most keys. len is not 0. */
static inline uint64_t json_select_bit(const char *key, size_t len)
{
	return 1ull << ((len * 7 + (uint8_t)key[0] + (uint8_t)key[len - 1] * 3u) & 63);
}
