/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_id.h"

#include <string.h>

static void print_digits(char *digits, const uint8_t *bytes, size_t len)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		digits[2 * i] = digit[bytes[i] >> 4];
		digits[2 * i + 1] = digit[bytes[i] & 15];
	}
}

/* The first byte is the most significant one. */
static void store_number(uint8_t *to, uint64_t number, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		to[i] = (uint8_t)(number >> 8 * (len - 1 - i));
}

/* An id of zeros is invalid. */
static void avoid_zero(uint8_t *id, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (id[i])
			return;
	id[len - 1] = 1;
}

void trace_id_print_alone(char digits[TRACE_ID_DIGITS], const struct siphash_key *key,
			  const void *bytes, size_t len)
{
	uint8_t hash[TRACE_ID_DIGITS / 2];

	siphash128(key, bytes, len, hash);
	avoid_zero(hash, sizeof(hash));
	print_digits(digits, hash, sizeof(hash));
}

void trace_id_print(char digits[TRACE_ID_DIGITS], const struct siphash_key *key,
		    const struct twin_key *isns)
{
	uint8_t bytes[8];

	store_number(bytes, twin_key_unordered(isns), sizeof(bytes));
	trace_id_print_alone(digits, key, bytes, sizeof(bytes));
}

void span_id_print(char digits[SPAN_ID_DIGITS], const struct siphash_key *key,
		   const char trace[TRACE_ID_DIGITS], const struct twin_key *isns, uint8_t part)
{
	uint8_t bytes[TRACE_ID_DIGITS + 9], hash[SPAN_ID_DIGITS / 2];

	memcpy(bytes, trace, TRACE_ID_DIGITS);
	store_number(bytes + TRACE_ID_DIGITS, isns->iss, 4);
	store_number(bytes + TRACE_ID_DIGITS + 4, isns->irs, 4);
	bytes[TRACE_ID_DIGITS + 8] = part;
	store_number(hash, siphash(key, bytes, sizeof(bytes)), sizeof(hash));
	avoid_zero(hash, sizeof(hash));
	print_digits(digits, hash, sizeof(hash));
}
