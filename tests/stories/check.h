/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What holds for the output of every view, whatever it says.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What is wrong with this output of the view of that name, a static string; NULL nothing. */
const char *check_output(const char *view, const char *text, size_t len);

/* Is it one JSON value (RFC 8259), and nothing else? */
bool check_json(const char *text, size_t len);
