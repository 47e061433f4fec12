/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A streaming JSON writer on a struct buf: no tree, no allocation per value, commas by themselves.
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
 * Keys and json_str are words of our own, in plain ASCII without quotes or backslashes: they are
 * copied as they are. Everything else goes through json_bytes. Integers must be below 2^53 (the
 * contract's promise to readers that have doubles only): it is the caller's to see to, nothing is
 * checked here. Deeper than JSON_DEPTH, or an end too many, sets buf.failed, as lack of memory
 * does.
 */
#pragma once

#include "buf.h"

#define JSON_DEPTH 16

struct json {
	struct buf *buf;
	uint32_t filled;	/* bit n: depth n holds something, a comma comes next */
	unsigned depth;
	bool keyed;		/* a key was written, its value follows */
};

/* Begins a new text at the end of b; what b holds stays. The caller ends the line. */
void json_init(struct json *j, struct buf *b);

void json_begin_object(struct json *j);
void json_end_object(struct json *j);
void json_begin_array(struct json *j);
void json_end_array(struct json *j);
void json_key(struct json *j, const char *key);

void json_str(struct json *j, const char *word);	/* NULL is null */
void json_u64(struct json *j, uint64_t v);
void json_i64(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);

/*
 * Bytes of unknown origin as a string. Nothing is cut or dropped: valid UTF-8 is kept, control
 * characters (C0, DEL, C1) become \u00XX, and each byte that is not UTF-8 becomes the text \xNN,
 * which in JSON reads "\\xNN". That text alone is not told from the same four characters in the
 * source. A NUL is a byte like any other: give a comm without its padding.
 */
void json_bytes(struct json *j, const void *bytes, size_t len);

/* A string whose text the caller adds to j->buf in between (fmt_addr, say): plain ASCII only. */
void json_begin_str(struct json *j);
void json_end_str(struct json *j);

/* "key":value */
void json_kv_object(struct json *j, const char *key);	/* begins it */
void json_kv_array(struct json *j, const char *key);	/* begins it */
void json_kv_str(struct json *j, const char *key, const char *word);
void json_kv_bytes(struct json *j, const char *key, const void *bytes, size_t len);
void json_kv_u64(struct json *j, const char *key, uint64_t v);
void json_kv_i64(struct json *j, const char *key, int64_t v);
void json_kv_bool(struct json *j, const char *key, bool v);
void json_kv_null(struct json *j, const char *key);
