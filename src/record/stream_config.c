/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "partition_hash.h"

#define KEY_DIGITS 32

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_key(struct siphash_key *key, const char *value)
{
	uint64_t half[2] = { 0 };

	for (unsigned i = 0; i < KEY_DIGITS; i++) {
		int digit = digit_of(value[i]);

		if (digit < 0)
			return false;
		half[i / 16] |= (uint64_t)digit << (i % 16 / 2 * 8 + (i % 2 ? 0 : 4));
	}
	*key = (struct siphash_key){ half[0], half[1] };
	return !value[KEY_DIGITS];
}

static bool parse_partitions(unsigned *partitions, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	*partitions = (unsigned)n;
	return *value >= '1' && *value <= '9' && !*end && partitions_are_valid(n);
}

bool stream_config_parse(struct stream_config *c, const char *text, size_t len)
{
	size_t magic = strlen(STREAM_CONFIG_MAGIC);
	const char *end = text + len, *eol;
	bool has_partitions = false, has_key = false;

	if (len < magic || memcmp(text, STREAM_CONFIG_MAGIC, magic) != 0)
		return false;
	for (text += magic; text < end; text = eol + 1) {
		char line[80];
		size_t n;

		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			break;
		n = (size_t)(eol - text);
		if (n >= sizeof(line))
			continue;
		memcpy(line, text, n);
		line[n] = '\0';
		if (!strncmp(line, "partitions ", 11))
			has_partitions = parse_partitions(&c->partitions, line + 11);
		else if (!strncmp(line, "hash_key ", 9))
			has_key = parse_key(&c->hash_key, line + 9);
	}
	return has_partitions && has_key;
}
