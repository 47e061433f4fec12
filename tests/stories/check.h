/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Checks that apply to the output of every view, whatever its content.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Returns the error in this output of a view as a static string, or NULL if it is correct. */
const char *check_output(const char *view, const char *text, size_t len);

/* Is the text exactly one JSON value (RFC 8259)? */
bool check_json(const char *text, size_t len);
