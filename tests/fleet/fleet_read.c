/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A reader without the rest of the tool: prints each frame of a stream as a JSON line, with the
 * first line of its bytes.
 *
 *	fleet_read URL [follow] [since=NS] [partitions=MASK] [ca=FILE] [creds=FILE] ...
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "stream_read.h"

static void print_frame(const struct ship_frame *f, const uint8_t *bytes)
{
	printf("{\"kind\":%u,\"partition\":%u,\"seq\":%" PRIu64 ",\"ns\":%" PRIu64
	       ",\"host\":\"%s\",\"size\":%u,\"text\":\"", f->kind, f->partition, f->stream_seq,
	       f->broker_ns, f->host, f->size);
	for (uint32_t i = 0; i < f->size && bytes[i] && bytes[i] != '\n'; i++)
		putchar(bytes[i] == '"' || bytes[i] == '\\' || bytes[i] < ' ' ? '\'' : bytes[i]);
	printf("\"}\n");
	fflush(stdout);
}

static void set(struct stream_read_config *c, const char *name, const char *value)
{
	if (strcmp(name, "since") == 0)
		c->since_ns = strtoull(value, NULL, 10);
	else if (strcmp(name, "partitions") == 0)
		c->partitions = strtoull(value, NULL, 0);
	else if (strcmp(name, "ca") == 0)
		c->from.ca = value;
	else if (strcmp(name, "cert") == 0)
		c->from.cert = value;
	else if (strcmp(name, "key") == 0)
		c->from.key = value;
	else if (strcmp(name, "creds") == 0)
		c->from.credentials = value;
	else
		exit(64);
}

int main(int argc, char **argv)
{
	struct stream_read_config config = { .from = { .url = argv[1], .user = getenv("NATS_USER"),
						       .password = getenv("NATS_PASSWORD") } };
	struct frame_reader frames = { 0 };
	char why[STREAM_WHY_BYTES];
	struct stream_reader reader;
	struct ship_frame frame;
	const uint8_t *bytes;
	int rc;

	for (int i = 2; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (equals)
			*equals = '\0';
		if (equals)
			set(&config, argv[i], equals + 1);
		else
			config.follow = true;
	}
	if (argc < 2 || stream_reader_start(&reader, &config, why)) {
		fprintf(stderr, "fleet_read: %s\n", argc < 2 ? "no URL" : why);
		return 1;
	}
	frames.fd = reader.fd;
	while ((rc = frame_read(&frames, &frame, &bytes)) >= 0) {
		struct pollfd p = { .fd = reader.fd, .events = POLLIN };

		if (rc)
			print_frame(&frame, bytes);
		else
			poll(&p, 1, -1);
	}
	frame_reader_release(&frames);
	stream_reader_stop(&reader);
	return rc == -1 ? 0 : 1;
}
