/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A byte buffer that grows up to a hard cap: where every line of output is built.
 *
 * Starts as { 0 } and owns data from the first byte on until buf_release. When memory or the cap
 * ends, failed is set, the addition that did not fit is left out whole, and so is every later one
 * until buf_reset: look at failed once, before writing. data is not NUL-terminated. No printf:
 * numbers are written by hand, since this is the hot path.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BUF_MAX ((size_t)16 << 20)	/* bytes; far above any record */

struct buf {
	char *data;
	size_t len, cap;
	bool failed;
};

/* Makes it so that n bytes fit; false, with failed set, if they cannot. */
bool buf_grow(struct buf *b, size_t n);

/* Room for n bytes behind data[len], or NULL with failed set. The caller fills it, adds to len. */
static inline char *buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->len < n || b->failed || !b->data)
		if (!buf_grow(b, n))
			return NULL;
	return b->data + b->len;
}

static inline void buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *to = buf_room(b, n);

	if (!to || n == 0)	/* bytes may be NULL then */
		return;
	memcpy(to, bytes, n);
	b->len += n;
}

static inline void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_str(struct buf *b, const char *s);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);

/* v in exactly `digits` decimal digits (at most 20), zeros before; higher digits are left out. */
void buf_digits(struct buf *b, uint64_t v, unsigned digits);

/*
 * Makes what was added since position `from` (an earlier len) at least `width` columns wide with
 * spaces: behind it (left-aligned text) or before it (right-aligned numbers). A UTF-8 character
 * counts as one column. What is wider stays as it is.
 */
void buf_pad(struct buf *b, size_t from, size_t width);
void buf_pad_before(struct buf *b, size_t from, size_t width);

/* Empties it, keeps the memory, forgets a failure. */
void buf_reset(struct buf *b);

/* Gives the memory back; the buffer is as new. */
void buf_release(struct buf *b);
