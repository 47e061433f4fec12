/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash. Without the key, nothing can be derived
 * from a result, and no input can be guessed and compared.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k0, k1;
};

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t len);

/* The variant with a result of 128 bits, in the order of bytes of its authors. */
void siphash128(const struct siphash_key *key, const void *bytes, size_t len, uint8_t hash[16]);

/* Parse a key of 32 hexadecimal digits: its 16 bytes in the order of its authors. */
bool siphash_parse_key(struct siphash_key *key, const char *digits);

/* Make a key of the bytes of a secret, which has at least 16 bytes that nobody can guess. */
void siphash_make_key(struct siphash_key *key, const void *secret, size_t len);
