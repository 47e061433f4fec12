/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A streaming JSON writer on a struct buf: no tree, no allocation per value, automatic commas.
 *
 *	struct json j;
 *
 *	json_init(&j, b);
 *	json_begin_object(&j);
 *	json_kv_str(&j, "kind", "close");
 *	if (json_kv_array(&j, "states")) {
 *		json_str(&j, "FIN_WAIT1");
 *		json_end_array(&j);
 *	}
 *	json_end_object(&j);		{"kind":"close","states":["FIN_WAIT1"]}
 *
 * The outermost value is an object or an array. Each value is written with a comma behind it, which
 * the end of its object or array replaces: no key and no value has to find out whether it is the
 * first.
 *
 * Keys and the text of json_str() are copied unescaped: they must be the tool's own words in plain
 * ASCII without quotes or backslashes. Use json_bytes() for everything else. Integers must be below
 * 2^53: the output promises that to readers that only have doubles. The caller ensures it; no check
 * is made here. Nesting deeper than JSON_DEPTH, or one end too many, sets buf.failed, as
 * running out of memory does.
 *
 * With a selection of keys (json_select.h), json_key() and all json_kv_...() skip the keys that are
 * not selected: those that return bool return false then, and the value must be left out.
 */
#pragma once

#include "buf.h"
#include "json_select.h"

#define JSON_DEPTH 16

struct json {
	struct buf *buf;
	const struct json_select *select;	/* NULL: every key */
	unsigned depth;
	uint16_t next;		/* with a selection, the node of the next object or array */
	uint16_t at[JSON_DEPTH + 1];	/* with a selection, by depth: the node of what is open */
};

/* Start a JSON text at the end of b, behind what it holds. The caller adds the newline. */
void json_init(struct json *j, struct buf *b);

/* From now on, write only the selected keys of the outermost object. NULL: all keys. */
void json_select_keys(struct json *j, const struct json_select *select);

void json_begin_object(struct json *j);
void json_end_object(struct json *j);
void json_begin_array(struct json *j);
void json_end_array(struct json *j);

/*
 * Inlined because nearly all keys are literals: their length is then a constant, and a key with its
 * quotes is copied as one word or two.
 */
#define JSON_INLINE static inline __attribute__((always_inline))

/* Find the node of a key of the innermost object in j->select; 0: the key is not selected. */
JSON_INLINE uint16_t json_find_selected(const struct json *j, const char *key, size_t len)
{
	uint16_t at = j->at[j->depth];

	if (at == JSON_SELECT_ALL)
		return JSON_SELECT_ALL;
	return j->select->node[at].bits & json_select_bit(key, len) ?
		json_select_find(j->select, at, key, len) : 0;
}

/* Is the key selected? For what is costly to find out before the key is written. */
JSON_INLINE bool json_wants(const struct json *j, const char *key)
{
	return !j->select || json_find_selected(j, key, strlen(key));
}

/* The same for a key that is written next. */
JSON_INLINE bool json_takes(struct json *j, const char *key)
{
	if (__builtin_expect(!j->select, true))
		return true;
	j->next = json_find_selected(j, key, strlen(key));
	return j->next;
}

/*
 * Write a key, and find room for n bytes behind it. Returns the place of the value, or NULL if
 * there is no room. The caller writes the value and its comma, and calls json_put_end().
 */
JSON_INLINE char *json_put_key(struct json *j, const char *key, size_t n)
{
	size_t len = strlen(key);
	char *to = buf_room(j->buf, len + 3 + n);

	if (!to)
		return NULL;
	to[0] = '"';
	memcpy(to + 1, key, len);
	memcpy(to + 1 + len, "\":", 2);
	return to + len + 3;
}

JSON_INLINE void json_put_end(struct json *j, const char *end)
{
	j->buf->len = (size_t)(end - j->buf->data);
}

/* Append a key and n bytes: a value with its comma. */
JSON_INLINE void json_put_literal(struct json *j, const char *key, const char *value, size_t n)
{
	char *to = json_put_key(j, key, n);

	if (!to)
		return;
	memcpy(to, value, n);
	json_put_end(j, to + n);
}

/*
 * Append a key, whose value must follow. If the key is not selected, append nothing and return
 * false.
 */
JSON_INLINE __attribute__((warn_unused_result)) bool json_key(struct json *j, const char *key)
{
	if (!json_takes(j, key))
		return false;
	json_put_literal(j, key, "", 0);
	return true;
}

/* Append a value to an array, or behind a key. json_str(NULL) appends null. */
void json_str(struct json *j, const char *word);
void json_u64(struct json *j, uint64_t v);
void json_i64(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);

/* Append nanoseconds as a number of seconds, exactly and without zeros at its end: 0.002552. */
void json_seconds(struct json *j, uint64_t ns);

/* Append a value that is JSON already. If it failed, j->buf fails too. */
void json_raw(struct json *j, const struct buf *value);

/*
 * Append bytes of unknown origin as a string. Nothing is cut or dropped: valid UTF-8 is kept,
 * control characters (C0, DEL, C1) become \u00XX, and each byte that is not UTF-8 becomes the text
 * \xNN, written "\\xNN" in JSON. A reader cannot distinguish that from the same four characters in
 * the source. A NUL is a byte like any other: pass a comm without its padding.
 */
void json_bytes(struct json *j, const void *bytes, size_t len);

/*
 * Begin and end a string whose text the caller appends to j->buf in between, for example with
 * fmt_addr(). The text is not escaped: plain ASCII only, no quotes or backslashes.
 */
void json_begin_str(struct json *j);
void json_end_str(struct json *j);

/*
 * Append a key and its value, "key":value, if the key is selected. Of an object or an array, only
 * the beginning.
 */
JSON_INLINE __attribute__((warn_unused_result)) bool json_kv_object(struct json *j,
								     const char *key)
{
	if (!json_key(j, key))
		return false;
	json_begin_object(j);
	return true;
}

JSON_INLINE __attribute__((warn_unused_result)) bool json_kv_array(struct json *j, const char *key)
{
	if (!json_key(j, key))
		return false;
	json_begin_array(j);
	return true;
}

JSON_INLINE void json_kv_str(struct json *j, const char *key, const char *word)
{
	if (json_key(j, key))
		json_str(j, word);
}

/* The same with a literal, which is copied as a key is. */
JSON_INLINE void json_kv_literal(struct json *j, const char *key, const char *word)
{
	size_t len = strlen(word);
	char *to;

	if (!json_takes(j, key))
		return;
	to = json_put_key(j, key, len + 3);
	if (!to)
		return;
	to[0] = '"';
	memcpy(to + 1, word, len);
	memcpy(to + 1 + len, "\",", 2);
	json_put_end(j, to + len + 3);
}

JSON_INLINE void json_kv_bytes(struct json *j, const char *key, const void *bytes, size_t len)
{
	if (json_key(j, key))
		json_bytes(j, bytes, len);
}

JSON_INLINE void json_kv_u64(struct json *j, const char *key, uint64_t v)
{
	char *to;

	if (!json_takes(j, key))
		return;
	to = json_put_key(j, key, BUF_U64_MAX + 1);
	if (!to)
		return;
	to = buf_put_u64(to, v);
	*to = ',';
	json_put_end(j, to + 1);
}

JSON_INLINE void json_kv_i64(struct json *j, const char *key, int64_t v)
{
	if (v >= 0)
		json_kv_u64(j, key, (uint64_t)v);
	else if (json_key(j, key))
		json_i64(j, v);
}

JSON_INLINE void json_kv_bool(struct json *j, const char *key, bool v)
{
	if (!json_takes(j, key))
		return;
	if (v)
		json_put_literal(j, key, "true,", 5);
	else
		json_put_literal(j, key, "false,", 6);
}

JSON_INLINE void json_kv_null(struct json *j, const char *key)
{
	if (json_takes(j, key))
		json_put_literal(j, key, "null,", 5);
}
