/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shared by the unit tests: cmocka and its headers, and comparisons that print both values.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"

/* Checks that b has exactly this text, then empties it. */
static inline void expect_text(struct buf *b, const char *text)
{
	assert_false(b->failed);
	buf_char(b, '\0');
	assert_string_equal(b->data, text);
	assert_int_equal(b->len, strlen(text) + 1);
	buf_reset(b);
}

/* A struct filter_text, for an initializer. */
#define TEXT(literal) { (literal), sizeof(literal) - 1 }
