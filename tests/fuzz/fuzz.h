/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shared by the fuzz harnesses. Each harness is one file with LLVMFuzzerTestOneInput(), which
 * libFuzzer (make fuzz), AFL++ and driver.c call. `make check` uses driver.c to run the corpus and
 * some thousand random inputs.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts unless an invariant holds. */
#define HOLDS(what)                                                                                \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);  \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input, consumed from the front. Once it is used up, it yields zeros. */
struct input {
	const uint8_t *data;
	size_t len;
};

static inline uint8_t take_u8(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

static inline uint16_t take_u16(struct input *in)
{
	uint16_t v = take_u8(in);

	return (uint16_t)(v << 8 | take_u8(in));
}

static inline uint64_t take_u64(struct input *in)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | take_u8(in);
	return v;
}
