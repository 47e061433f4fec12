/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A byte buffer that grows as needed, up to BUF_MAX bytes. Every line of output is built in one.
 *
 * Initialise a buffer with { 0 }; it allocates on the first addition and owns `data` until
 * buf_release(). `data` is not NUL-terminated.
 *
 * Additions do not return errors. If one does not fit (out of memory, or over BUF_MAX), none of
 * it is added, `failed` is set, and later additions are ignored until buf_reset(). Check `failed`
 * once, before writing the buffer out.
 *
 * Numbers are formatted without printf, because this is on the hot path.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BUF_MAX ((size_t)16 << 20)	/* bytes; far more than any line of output */

struct buf {
	char *data;
	size_t len, cap;	/* after a failed addition cap is len: nothing fits */
	bool failed;
};

/* Ensure that n more bytes fit. Returns false and sets `failed` if they cannot. */
bool buf_grow(struct buf *b, size_t n);

/*
 * Return a pointer to n (at least 1) writable bytes behind data[len], or NULL with `failed` set.
 * The caller writes the bytes and adds their number to `len`.
 */
static inline char *buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->len < n && !buf_grow(b, n))
		return NULL;
	return b->data + b->len;
}

#define BUF_U64_MAX 20		/* digits */

/*
 * Write a number at `to`, which has room for BUF_U64_MAX bytes, and return the end of its digits.
 */
char *buf_put_u64(char *to, uint64_t v);

extern const char buf_digit_pairs[];

/* Write v, which is below 100, with two digits. Returns their end. */
static inline char *buf_put_2(char *to, uint32_t v)
{
	memcpy(to, buf_digit_pairs + v * 2, 2);
	return to + 2;
}

/* Append n bytes. `bytes` may be NULL if n is 0. */
static inline void buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *to = n ? buf_room(b, n) : NULL;

	if (!to)
		return;
	memcpy(to, bytes, n);
	b->len += n;
}

static inline void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

/* Append a NUL-terminated string without its NUL, or a number in decimal. */
void buf_str(struct buf *b, const char *s);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);

/* Append v as `digits` (at most 20) decimal digits, zero-padded. Higher digits are dropped. */
void buf_digits(struct buf *b, uint64_t v, unsigned digits);

/*
 * Pad the text from position `from` (an earlier value of `len`) to the end with spaces, so that it
 * is at least `width` columns wide. buf_pad() adds the spaces behind the text (left-aligned),
 * buf_pad_before() in front of it (right-aligned). A UTF-8 character counts as one column. Wider
 * text is left as it is.
 */
void buf_pad(struct buf *b, size_t from, size_t width);
void buf_pad_before(struct buf *b, size_t from, size_t width);

/* Empty the buffer and clear `failed`. The memory is kept for reuse. */
void buf_reset(struct buf *b);

/* Free the memory. The buffer is back in its initial state and can be used again. */
void buf_release(struct buf *b);
