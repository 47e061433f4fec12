/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "trace_id.h"

void trace_id_print(char digits[TRACE_ID_DIGITS], const struct siphash_key *key,
		    const struct twin_key *isns)
{
	static const char digit[] = "0123456789abcdef";
	uint64_t numbers = twin_key_unordered(isns);
	uint8_t bytes[8], hash[16];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(numbers >> (56 - 8 * i));
	siphash128(key, bytes, sizeof(bytes), hash);
	for (unsigned i = 0; i < sizeof(hash); i++) {
		digits[2 * i] = digit[hash[i] >> 4];
		digits[2 * i + 1] = digit[hash[i] & 15];
	}
}
