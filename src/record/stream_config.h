/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The configuration of a fleet's stream: text, "tcpclose config" and then one "key value" per line:
 * partitions N, a power of two, and hash_key with 32 hexadecimal digits. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "siphash.h"

#define STREAM_CONFIG_MAGIC "tcpclose config\n"

struct stream_config {
	unsigned partitions;
	struct siphash_key hash_key;	/* its bytes are those of the digits, lowest first */
};

/* False if it is no such text, or not complete. Other lines are ignored. */
bool stream_config_parse(struct stream_config *c, const char *text, size_t len);
