/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "delta.h"

#include <endian.h>
#include <string.h>

#define MASK_BYTES ((int)DELTA_WORDS / 8)

void delta_begin(struct delta *p)
{
	memset(p->used, 0, sizeof(p->used));
	memset(p->slot[0], 0, sizeof(p->slot[0]));
	p->latest = 0;
	p->ts = 0;
}

/* Replace fields that mostly equal another field by their difference, which is mostly 0. */
static void make_fields_relative(struct event *e)
{
	e->write_seq -= e->snd_nxt;
	e->snd_nxt -= e->snd_una;
	e->copied_seq -= e->rcv_nxt;
	e->rcv_wup -= e->rcv_nxt;
	e->tid -= e->pid;
}

/* Undo make_fields_relative(): same steps, reverse order. */
static void make_fields_absolute(struct event *e)
{
	e->tid += e->pid;
	e->rcv_wup += e->rcv_nxt;
	e->copied_seq += e->rcv_nxt;
	e->snd_nxt += e->snd_una;
	e->write_seq += e->snd_nxt;
}

/* Fold the sign into bit 0, so that a small negative difference is a small number too. */
static uint64_t zigzag(uint64_t v)
{
	return v << 1 ^ -(v >> 63);
}

static uint64_t unzigzag(uint64_t v)
{
	return v >> 1 ^ -(v & 1);
}

/* Return the base of the next record in this slot, copied there from the latest slot if empty. */
static uint64_t *load_base(struct delta *p, unsigned slot)
{
	if (!p->used[slot] && slot != p->latest)
		memcpy(p->slot[slot], p->slot[p->latest], sizeof(p->slot[slot]));
	p->used[slot] = 1;
	p->latest = slot;
	return p->slot[slot];
}

/* Choose the slot of a record: those with the same socket or the same change share one. */
static unsigned choose_slot(const struct delta *p, const struct event *e)
{
	uint64_t key = e->sk_key;

	if (p->base == DELTA_BASE_CHANGE)
		key = e->kind | (uint64_t)e->old_state << 8 | (uint64_t)e->new_state << 16;
	return (unsigned)(key * 0x9e3779b97f4a7c15ULL >> 56);
}

/* Encode one word, which is not 0, and return the end of the output. */
static uint8_t *encode_word(uint8_t *out, uint64_t v)
{
	unsigned zeros = (unsigned)__builtin_ctzll(v) / 8;
	unsigned bytes = 8 - (unsigned)__builtin_clzll(v) / 8 - zeros;
	uint64_t rest = htole64(v >> 8 * zeros);

	*out++ = (uint8_t)(zeros | bytes << 4);
	memcpy(out, &rest, sizeof(rest));	/* all 8 bytes: DELTA_ENCODED_MAX has room */
	return out + bytes;
}

size_t delta_encode(struct delta *p, const void *record, uint8_t *out)
{
	uint8_t *words = out + 1, *to = words + MASK_BYTES;
	uint64_t now[DELTA_WORDS], *was;
	struct event e;
	unsigned slot;

	memcpy(&e, record, sizeof(e));
	make_fields_relative(&e);
	memcpy(now, &e, sizeof(now));
	slot = choose_slot(p, &e);
	was = load_base(p, slot);
	*out = (uint8_t)slot;
	memset(words, 0, MASK_BYTES);
	for (unsigned i = 0; i < DELTA_WORDS; i++) {
		uint64_t v = i ? now[i] ^ was[i] : zigzag(now[0] - p->ts);

		if (!v)
			continue;
		words[i / 8] |= (uint8_t)(1u << i % 8);
		to = encode_word(to, v);
	}
	memcpy(was, now, sizeof(now));
	p->ts = now[0];
	return (size_t)(to - out);
}

/* Decode one word and return the end of the input. NULL: malformed, or it passes `end`. */
static const uint8_t *decode_word(const uint8_t *in, const uint8_t *end, uint64_t *v)
{
	unsigned zeros, bytes;
	uint64_t rest = 0;

	if (in == end)
		return NULL;
	zeros = *in & 7;
	bytes = *in++ >> 4;
	if (!bytes || bytes > sizeof(rest) || end - in < (int)bytes)
		return NULL;
	if (end - in >= (int)sizeof(rest))
		memcpy(&rest, in, sizeof(rest));
	else
		memcpy(&rest, in, bytes);
	*v = (le64toh(rest) & UINT64_MAX >> (64 - 8 * bytes)) << 8 * zeros;
	return in + bytes;
}

void *delta_decode(struct delta *p, const uint8_t **in, const uint8_t *end)
{
	const uint8_t *from = *in;
	uint64_t *now, v;
	unsigned words;

	if (end - from < 1 + MASK_BYTES)
		return NULL;
	now = load_base(p, from[0]);
	words = from[1] | (unsigned)from[2] << 8 | (unsigned)from[3] << 16;
	from += 1 + MASK_BYTES;
	now[0] = p->ts;
	for (; words; words &= words - 1) {
		unsigned i = (unsigned)__builtin_ctz(words);

		from = decode_word(from, end, &v);
		if (!from)
			return NULL;
		if (i)
			now[i] ^= v;
		else
			now[0] += unzigzag(v);
	}
	p->ts = now[0];
	*in = from;
	memcpy(&p->out, now, sizeof(p->out));
	make_fields_absolute(&p->out);
	return &p->out;
}
