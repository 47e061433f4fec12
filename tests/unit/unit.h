/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the unit tests share: cmocka with what it needs, and comparisons that show both values.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"

/* b holds this text and nothing else; empties it. */
static inline void expect_text(struct buf *b, const char *text)
{
	assert_false(b->failed);
	buf_char(b, '\0');
	assert_string_equal(b->data, text);
	assert_int_equal(b->len, strlen(text) + 1);
	buf_reset(b);
}
