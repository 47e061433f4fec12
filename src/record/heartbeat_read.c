/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "heartbeat_read.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define MAGIC "tcpclose heartbeat\n"
#define LINE_MAX_BYTES 128

static uint64_t parse_number(const char *text)
{
	return *text >= '0' && *text <= '9' ? strtoull(text, NULL, 10) : 0;
}

/* "PARTITION N" */
static void parse_sequence(struct heartbeat_facts *h, const char *value)
{
	char *end;
	unsigned long partition = strtoul(value, &end, 10);

	if (*value >= '0' && *value <= '9' && partition < HEARTBEAT_PARTITIONS_MAX && *end == ' ')
		h->sequence[partition] = parse_number(end + 1);
}

/* "CAUSE N" */
static void parse_lost(struct heartbeat_facts *h, const char *value)
{
	const char *n = strchr(value, ' ');

	if (n)
		h->lost += parse_number(n + 1);
}

static void parse_address(struct heartbeat_facts *h, const char *value)
{
	struct member_address *a = &h->address[h->nr];

	if (h->nr == HEARTBEAT_ADDRESSES_MAX) {
		h->complete = false;
		return;
	}
	memset(a, 0, sizeof(*a));
	a->family = strchr(value, ':') ? 6 : 4;
	if (inet_pton(a->family == 4 ? AF_INET : AF_INET6, value, a->addr) == 1)
		h->nr++;
}

static void parse_line(struct heartbeat_facts *h, const char *key, const char *value)
{
	if (!strcmp(key, "sequence"))
		parse_sequence(h, value);
	else if (!strcmp(key, "lost"))
		parse_lost(h, value);
	else if (!strcmp(key, "sampled_out"))
		h->sampled_out = parse_number(value);
	else if (!strcmp(key, "spool_dropped"))
		h->spool_dropped = parse_number(value);
	else if (!strcmp(key, "addresses"))
		h->complete = !strcmp(value, "complete");
	else if (!strcmp(key, "address"))
		parse_address(h, value);
	else if (!strcmp(key, "ended"))
		h->ended = true;
}

static void parse_lines(struct heartbeat_facts *h, const char *text, const char *end)
{
	char line[LINE_MAX_BYTES];
	const char *eol;

	for (; text < end && (eol = memchr(text, '\n', (size_t)(end - text))); text = eol + 1) {
		size_t len = (size_t)(eol - text), key;

		if (len >= sizeof(line))
			continue;
		memcpy(line, text, len);
		line[len] = '\0';
		key = strcspn(line, " ");
		line[key] = '\0';
		parse_line(h, line, key < len ? line + key + 1 : "");
	}
}

/* The lines of a header follow the same line as that of a recording. */
static bool parse_header(struct record_header *h, const char *text, size_t len,
			 char why[RECORD_WHY])
{
	struct buf copy = { 0 };
	bool ok;

	buf_str(&copy, RECORD_MAGIC);
	buf_add(&copy, text, len);
	ok = !copy.failed && record_header_parse(h, copy.data, copy.len, why);
	buf_release(&copy);
	return ok;
}

bool heartbeat_read(struct heartbeat_facts *h, const char *text, size_t len, char why[RECORD_WHY])
{
	struct record_header *header = h->header;
	size_t magic = strlen(MAGIC);

	memset(h, 0, sizeof(*h));
	h->header = header;
	snprintf(why, RECORD_WHY, "it is no heartbeat");
	if (len < magic || memcmp(text, MAGIC, magic) != 0 ||
	    !parse_header(header, text + magic, len - magic, why))
		return false;
	parse_lines(h, text + magic, text + len);
	return header->segment.run[0];
}
