/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The demangler, with names as hostile programs may have them: its text is bounded in length and in
 * time. The input is one name; random bytes after the beginnings of mangled names go deeper.
 */
#include "fuzz.h"

#include <time.h>

#include "demangle.h"
#include "read_clock.h"

#define TIME_MAX_NS 2000000000ULL	/* of any name, on a busy host with sanitizers */

static void check_name(const char *name)
{
	uint64_t from = read_clock_ns(CLOCK_MONOTONIC);
	char *text = demangle(name);

	HOLDS(read_clock_ns(CLOCK_MONOTONIC) - from < TIME_MAX_NS);
	if (text) {
		HOLDS(*text);
		HOLDS(strlen(text) <= DEMANGLE_OUTPUT_MAX);
		HOLDS(strlen(name) <= DEMANGLE_INPUT_MAX);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const begins[] = { "", "_Z", "_ZN", "_R", "_RINvC1a1b" };
	char name[2048];

	for (unsigned i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		size_t n = strlen(begins[i]), len = size;

		if (len > sizeof(name) - 1 - n)
			len = sizeof(name) - 1 - n;
		memcpy(name, begins[i], n);
		if (len)
			memcpy(name + n, data, len);
		name[n + len] = '\0';
		check_name(name);
	}
	return 0;
}
