/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "siphash.h"

static uint64_t rotate_left(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

static void mix_rounds(uint64_t v[4], unsigned rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate_left(v[1], 13) ^ v[0];
		v[3] = rotate_left(v[3], 16) ^ v[2];
		v[0] = rotate_left(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate_left(v[1], 17) ^ v[2];
		v[3] = rotate_left(v[3], 21) ^ v[0];
		v[2] = rotate_left(v[2], 32);
	}
}

/* Up to 8 bytes, the first one least significant on every machine. */
static uint64_t load_bytes(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

static void mix_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix_rounds(v, 2);
	v[0] ^= word;
}

static void start(uint64_t v[4], const struct siphash_key *key)
{
	v[0] = key->k0 ^ 0x736f6d6570736575ULL;
	v[1] = key->k1 ^ 0x646f72616e646f6dULL;
	v[2] = key->k0 ^ 0x6c7967656e657261ULL;
	v[3] = key->k1 ^ 0x7465646279746573ULL;
}

static void mix_bytes(uint64_t v[4], const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8)
		mix_word(v, load_bytes(p, 8));
	mix_word(v, load_bytes(p, left) | (uint64_t)len << 56);
}

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t len)
{
	uint64_t v[4];

	start(v, key);
	mix_bytes(v, bytes, len);
	v[2] ^= 0xff;
	mix_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void store_word(uint8_t to[8], uint64_t word)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = (uint8_t)(word >> 8 * i);
}

void siphash128(const struct siphash_key *key, const void *bytes, size_t len, uint8_t hash[16])
{
	uint64_t v[4];

	start(v, key);
	v[1] ^= 0xee;
	mix_bytes(v, bytes, len);
	v[2] ^= 0xee;
	mix_rounds(v, 4);
	store_word(hash, v[0] ^ v[1] ^ v[2] ^ v[3]);
	v[1] ^= 0xdd;
	mix_rounds(v, 4);
	store_word(hash + 8, v[0] ^ v[1] ^ v[2] ^ v[3]);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool siphash_parse_key(struct siphash_key *key, const char *digits)
{
	uint8_t bytes[16];

	for (unsigned i = 0; i < sizeof(bytes); i++) {
		int high = digit_of(digits[2 * i]);
		int low = high < 0 ? -1 : digit_of(digits[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	key->k0 = load_bytes(bytes, 8);
	key->k1 = load_bytes(bytes + 8, 8);
	return !digits[2 * sizeof(bytes)];
}

void siphash_make_key(struct siphash_key *key, const void *secret, size_t len)
{
	const struct siphash_key first = { 1, 2 }, second = { 3, 4 };

	key->k0 = siphash(&first, secret, len);
	key->k1 = siphash(&second, secret, len);
}
