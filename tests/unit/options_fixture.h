/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Parses command lines in memory, for the tests of options.c.
 */
#pragma once

#include "unit.h"

#include <stdio.h>

#include "options.h"
#include "view.h"

#define WORDS_MAX 40
#define PARSE(r, ...) parse_words(r, (const char *const[]){ "tcpclose", __VA_ARGS__, NULL })

struct result {
	struct options o;
	int status;
	char out[16384], err[2048];
	char *argv[WORDS_MAX];
};

static inline void parse_words(struct result *r, const char *const *words)
{
	FILE *out, *err;
	int argc = 0;

	memset(r, 0, sizeof(*r));
	for (; words[argc] && argc < WORDS_MAX - 1; argc++)
		r->argv[argc] = (char *)words[argc];
	out = fmemopen(r->out, sizeof(r->out), "w");
	err = fmemopen(r->err, sizeof(r->err), "w");
	assert_non_null(out);
	assert_non_null(err);
	r->status = options_parse(&r->o, argc, r->argv, out, err);
	fclose(out);
	fclose(err);
}

/* The options were accepted without any output. */
static inline void expect_fine(const struct result *r)
{
	assert_string_equal(r->err, "");
	assert_string_equal(r->out, "");
	assert_int_equal(r->status, -1);
}

static inline void expect_usage(const struct result *r, const char *line)
{
	assert_string_equal(r->err, line);
	assert_string_equal(r->out, "");
	assert_int_equal(r->status, EXIT_USAGE);
}
