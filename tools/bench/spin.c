/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A tool that is slower than it need be: linked with --wrap=decode_event, it goes round BENCH_SPIN
 * times (an environment variable; some 0.3 ns each) per event. By it the benchmark is tested.
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
