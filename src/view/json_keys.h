/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All keys of the JSON objects, as paths: "trigger" and "trigger.pid". --fields accepts these.
 */
#pragma once

#include <stdint.h>

/* The i-th path, NULL past the last. A key that several objects have may come more than once. */
const char *json_key_path(unsigned i);

/* The i-th key without the keys in it, each once; NULL past the last. */
const char *json_key_word(unsigned i);

/* The path as the table has it, and the views (1 << enum view_id) that print it; NULL unknown. */
const char *json_key_find(const char *path, uint32_t *views);
