/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pub_ack.h"

#include <stdio.h>
#include <string.h>

/* The value behind "key": in a JSON text of one or two levels; NULL: there is none. */
static const char *find_value(const char *text, const char *end, const char *key)
{
	size_t len = strlen(key);

	for (; (size_t)(end - text) > len; text++)
		if (memcmp(text, key, len) == 0)
			break;
	if ((size_t)(end - text) <= len)
		return NULL;
	text += len;
	while (text < end && (*text == ' ' || *text == ':'))
		text++;
	return text < end ? text : NULL;
}

static uint64_t read_number(const char *at, const char *end)
{
	uint64_t n = 0;

	for (; at && at < end && *at >= '0' && *at <= '9' && n < UINT64_MAX / 16; at++)
		n = n * 10 + (uint64_t)(*at - '0');
	return n;
}

/* Printable characters up to the closing quote. */
static void copy_string(char *to, size_t max, const char *at, const char *end)
{
	size_t i = 0;

	if (at && *at == '"')
		for (at++; at < end && *at != '"' && i + 1 < max; at++)
			to[i++] = *at >= ' ' && *at <= '~' ? *at : '?';
	to[i] = '\0';
}

void pub_ack_parse(const char *text, size_t len, struct pub_ack *ack)
{
	const char *end = text + len, *error = find_value(text, end, "\"error\"");

	*ack = (struct pub_ack){ 0 };
	if (error) {
		ack->error = (uint32_t)read_number(find_value(error, end, "\"err_code\""), end);
		copy_string(ack->why, sizeof(ack->why), find_value(error, end, "\"description\""),
			    end);
		if (!*ack->why)
			snprintf(ack->why, sizeof(ack->why), "error %u", ack->error);
	} else if (len && *text == '{' && read_number(find_value(text, end, "\"seq\""), end)) {
		const char *duplicate = find_value(text, end, "\"duplicate\"");

		ack->stored = true;
		ack->duplicate = duplicate && *duplicate == 't';
	} else {
		snprintf(ack->why, sizeof(ack->why), "the answer is not one of JetStream");
	}
}
