/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A streaming JSON writer on a struct buf: no tree, no allocation per value, automatic commas.
 *
 *	struct json j;
 *
 *	json_init(&j, b);
 *	json_begin_object(&j);
 *	json_kv_str(&j, "kind", "close");
 *	json_kv_array(&j, "states");
 *	json_str(&j, "FIN_WAIT1");
 *	json_end_array(&j);
 *	json_end_object(&j);		{"kind":"close","states":["FIN_WAIT1"]}
 *
 * Keys and the text of json_str() are copied unescaped: they must be the tool's own words in plain
 * ASCII without quotes or backslashes. Use json_bytes() for everything else. Integers must be below
 * 2^53: the output promises that to readers that only have doubles. The caller ensures it; no check
 * is made here. Nesting deeper than JSON_DEPTH, or one end too many, sets buf.failed, as
 * running out of memory does.
 */
#pragma once

#include "buf.h"

#define JSON_DEPTH 16

struct json {
	struct buf *buf;
	uint32_t filled;	/* bit n: depth n has a value, a comma must precede the next */
	unsigned depth;
	bool keyed;		/* a key was written and has no value yet */
};

/* Start a JSON text at the end of b, behind what it holds. The caller adds the newline. */
void json_init(struct json *j, struct buf *b);

void json_begin_object(struct json *j);
void json_end_object(struct json *j);
void json_begin_array(struct json *j);
void json_end_array(struct json *j);

/* Append the comma, if one is needed, before a key or a value in an array. */
static inline void json_comma(struct json *j)
{
	if (j->filled & 1u << j->depth)
		buf_char(j->buf, ',');
	j->filled |= 1u << j->depth;
}

/*
 * Inlined because nearly all keys are literals: their length is then a constant and the copy is
 * free. This saves a tenth of the cost of the view json (build/bench_replay json).
 */
#define JSON_INLINE static inline __attribute__((always_inline)) void

/* Append a key. Its value must follow. */
JSON_INLINE json_key(struct json *j, const char *key)
{
	size_t len = strlen(key);
	char *to;

	json_comma(j);
	to = buf_room(j->buf, len + 3);
	if (!to)
		return;
	to[0] = '"';
	memcpy(to + 1, key, len);
	memcpy(to + 1 + len, "\":", 2);
	j->buf->len += len + 3;
	j->keyed = true;
}

/* Append a value. json_str(NULL) appends null. */
void json_str(struct json *j, const char *word);
void json_u64(struct json *j, uint64_t v);
void json_i64(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);

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

/* Append a key and its value: "key":value. Of an object or an array, only the beginning. */
JSON_INLINE json_kv_object(struct json *j, const char *key)
{
	json_key(j, key);
	json_begin_object(j);
}

JSON_INLINE json_kv_array(struct json *j, const char *key)
{
	json_key(j, key);
	json_begin_array(j);
}

JSON_INLINE json_kv_str(struct json *j, const char *key, const char *word)
{
	json_key(j, key);
	json_str(j, word);
}

JSON_INLINE json_kv_bytes(struct json *j, const char *key, const void *bytes, size_t len)
{
	json_key(j, key);
	json_bytes(j, bytes, len);
}

JSON_INLINE json_kv_u64(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	json_u64(j, v);
}

JSON_INLINE json_kv_i64(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_i64(j, v);
}

JSON_INLINE json_kv_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}

JSON_INLINE json_kv_null(struct json *j, const char *key)
{
	json_key(j, key);
	json_null(j);
}
