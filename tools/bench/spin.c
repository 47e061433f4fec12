/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Makes the tool slower on purpose, to test the benchmark: linked with --wrap=decode_event, it adds
 * BENCH_SPIN loop iterations (an environment variable; about 0.3 ns each) per event.
 */
#include <stdlib.h>

#include "decode.h"

const struct event *__real_decode_event(const void *bytes, unsigned long len);
const struct event *__wrap_decode_event(const void *bytes, unsigned long len);

static unsigned long turns;

__attribute__((constructor)) static void read_turns(void)
{
	const char *text = getenv("BENCH_SPIN");

	turns = text ? strtoul(text, NULL, 10) : 0;
}

const struct event *__wrap_decode_event(const void *bytes, unsigned long len)
{
	for (unsigned long i = 0; i < turns; i++)
		__asm__ volatile("");
	return __real_decode_event(bytes, len);
}
