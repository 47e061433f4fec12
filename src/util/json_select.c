/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "json_select.h"

#include <string.h>

static uint16_t find_child(const struct json_select *s, uint16_t at, const char *word, size_t len)
{
	uint16_t i = s->node[at].child;

	while (i && (s->node[i].len != len || memcmp(s->node[i].word, word, len)))
		i = s->node[i].next;
	return i;
}

/* Returns the new node, 0 if there is no room. */
static uint16_t add_child(struct json_select *s, uint16_t at, const char *word, size_t len)
{
	struct json_select_node *parent = &s->node[at];

	if (s->nr == JSON_SELECT_MAX)
		return 0;
	s->nr++;
	s->node[s->nr] = (struct json_select_node){ .word = word, .len = (uint8_t)len,
						    .next = parent->child };
	parent->child = s->nr;
	parent->bits |= json_select_bit(word, len);
	return s->nr;
}

bool json_select_add(struct json_select *s, const char *path)
{
	uint16_t at = 0;

	while (*path) {
		size_t len = strcspn(path, ".");
		uint16_t child = find_child(s, at, path, len);

		at = child ? child : add_child(s, at, path, len);
		if (!at)
			return false;
		path += len + (path[len] == '.');
	}
	s->node[at].whole = true;
	return true;
}

uint16_t json_select_find(const struct json_select *s, uint16_t at, const char *key, size_t len)
{
	uint16_t i = find_child(s, at, key, len);

	return i && s->node[i].whole ? JSON_SELECT_ALL : i;
}
