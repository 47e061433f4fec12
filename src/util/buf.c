/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define BUF_FIRST 256	/* bytes of the first allocation: most lines fit */

const char buf_digit_pairs[] = "00010203040506070809" "10111213141516171819"
			       "20212223242526272829" "30313233343536373839"
			       "40414243444546474849" "50515253545556575859"
			       "60616263646566676869" "70717273747576777879"
			       "80818283848586878889" "90919293949596979899";

bool buf_grow(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	char *data;

	if (b->failed)
		return false;
	if (n > BUF_MAX - b->len)
		goto fail;
	while (cap - b->len < n)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data)
		goto fail;
	b->data = data;
	b->cap = cap;
	return true;
fail:
	b->failed = true;
	b->cap = b->len;
	return false;
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

/* Write v, which is below 10^4, or 10^8, with four digits, or eight. */
static char *put_4(char *to, uint32_t v)
{
	return buf_put_2(buf_put_2(to, v / 100), v % 100);
}

static char *put_8(char *to, uint32_t v)
{
	return put_4(put_4(to, v / 10000), v % 10000);
}

static char *put_1_or_2(char *to, uint32_t v)
{
	if (v >= 10)
		return buf_put_2(to, v);
	*to = (char)('0' + v);
	return to + 1;
}

/* Write v, which is below 10^4, with one to four digits. */
static char *put_1_to_4(char *to, uint32_t v)
{
	return v < 100 ? put_1_or_2(to, v) : buf_put_2(put_1_or_2(to, v / 100), v % 100);
}

char *buf_put_u64(char *to, uint64_t v)
{
	if (v < 10000)
		return put_1_to_4(to, (uint32_t)v);
	if (v < 100000000)
		return put_4(put_1_to_4(to, (uint32_t)v / 10000), (uint32_t)v % 10000);
	return put_8(buf_put_u64(to, v / 100000000), (uint32_t)(v % 100000000));
}

void buf_u64(struct buf *b, uint64_t v)
{
	char *to = buf_room(b, BUF_U64_MAX);

	if (to)
		b->len = (size_t)(buf_put_u64(to, v) - b->data);
}

void buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_char(b, '-');
	buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_digits(struct buf *b, uint64_t v, unsigned digits)
{
	char text[BUF_U64_MAX];

	if (digits > BUF_U64_MAX)
		digits = BUF_U64_MAX;
	for (unsigned i = digits; i-- > 0; v /= 10)
		text[i] = (char)('0' + v % 10);
	buf_add(b, text, digits);
}

/* A byte 10xxxxxx continues a UTF-8 character; every other byte starts one, and so a column. */
static size_t buf_missing_columns(const struct buf *b, size_t from, size_t width)
{
	size_t columns = 0;

	for (size_t i = from; i < b->len; i++)
		columns += ((unsigned char)b->data[i] & 0xc0) != 0x80;
	return columns < width ? width - columns : 0;
}

void buf_pad(struct buf *b, size_t from, size_t width)
{
	size_t n = buf_missing_columns(b, from, width);
	char *to = n ? buf_room(b, n) : NULL;

	if (!to)
		return;
	memset(to, ' ', n);
	b->len += n;
}

void buf_pad_before(struct buf *b, size_t from, size_t width)
{
	size_t n = buf_missing_columns(b, from, width);

	if (!n || from > b->len || !buf_room(b, n))
		return;
	memmove(b->data + from + n, b->data + from, b->len - from);
	memset(b->data + from, ' ', n);
	b->len += n;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}
