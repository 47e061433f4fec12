/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the harnesses share. Each is one file with LLVMFuzzerTestOneInput(): libFuzzer's (make
 * fuzz), AFL++'s, and driver.c's, with which `make check` plays the corpus and some thousand inputs
 * by chance.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant. */
#define HOLDS(what)                                                                                \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);  \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input, taken from the front; zeros when it is used up. */
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
