/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "parse.h"

#define MAGIC "tcpclose heartbeat\n"
#define LINE_BYTES 512

static void copy_text(char *to, size_t max, const char *value)
{
	snprintf(to, max, "%s", value);
}

/* "CAUSE N" or "P N": the number behind the first word. */
static bool read_second(const char *value, uint64_t *n)
{
	const char *space = strchr(value, ' ');

	return space && parse_u64(space + 1, 0, UINT64_MAX, n);
}

static void take_sequence(struct stream_host *h, const char *value)
{
	uint64_t partition = strtoull(value, NULL, 10), next;

	if (!read_second(value, &next) || partition >= STREAM_HOST_PARTITIONS)
		return;
	h->next[partition] = next;
	if (partition >= h->partitions)
		h->partitions = (unsigned)partition + 1;
}

static void take_line(struct stream_host *h, const char *key, const char *value)
{
	struct { const char *key; uint64_t *to; } numbers[] = {
		{ "seen", &h->seen }, { "told", &h->told },
		{ "spool_dropped", &h->spool_dropped }, { "spool_waiting", &h->spool_waiting },
	};
	uint64_t n;

	for (size_t i = 0; i < COUNT(numbers); i++)
		if (strcmp(key, numbers[i].key) == 0)
			parse_u64(value, 0, UINT64_MAX, numbers[i].to);
	if (strcmp(key, "sequence") == 0)
		take_sequence(h, value);
	else if (strcmp(key, "lost") == 0 && read_second(value, &n))
		h->lost += n;
	else if (strcmp(key, "run") == 0)
		copy_text(h->run, sizeof(h->run), value);
	else if (strcmp(key, "tool") == 0)
		copy_text(h->version, sizeof(h->version), value);
	else if (strcmp(key, "kernel") == 0)
		copy_text(h->kernel, sizeof(h->kernel), value);
	else if (strcmp(key, "ended") == 0)
		h->ended = true;
}

static void take_lines(struct stream_host *h, const char *text, const char *end)
{
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((newline ? newline : end) - text);
		char line[LINE_BYTES];

		if (len < sizeof(line)) {
			char *space;

			memcpy(line, text, len);
			line[len] = '\0';
			space = strchr(line, ' ');
			if (space)
				*space++ = '\0';
			take_line(h, line, space ? space : "");
		}
		text += len + 1;
	}
}

bool stream_hosts_add(struct stream_hosts *hosts, const char *host, const char *text, size_t len,
		      uint64_t heard_ns)
{
	struct stream_host *h;
	size_t magic = strlen(MAGIC);

	if (len < magic || memcmp(text, MAGIC, magic) != 0 ||
	    !ARRAY_GROW(hosts->host, hosts->nr, hosts->cap, STREAM_HOSTS_MAX))
		return false;
	h = &hosts->host[hosts->nr++];
	*h = (struct stream_host){ .heard_ns = heard_ns, .seen = UINT64_MAX,
				   .told = UINT64_MAX };
	copy_text(h->host, sizeof(h->host), host);
	take_lines(h, text + magic, text + len);
	return true;
}

static int order_by_name(const void *a, const void *b)
{
	return strcmp(((const struct stream_host *)a)->host, ((const struct stream_host *)b)->host);
}

void stream_hosts_sort(struct stream_hosts *h)
{
	array_sort(h->host, h->nr, sizeof(*h->host), order_by_name);
}

void stream_hosts_release(struct stream_hosts *h)
{
	free(h->host);
	*h = (struct stream_hosts){ 0 };
}
