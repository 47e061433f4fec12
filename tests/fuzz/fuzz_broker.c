/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What comes from a broker and its clients, and the address of one: acknowledgements, the
 * configuration, heartbeats, frames. All get the same bytes. Nothing counts as stored unless the
 * answer says so, and no text becomes a subject with more words than it should have.
 */
#include "fuzz.h"

#include <errno.h>
#include <unistd.h>

#include "frame.h"
#include "nats_url.h"
#include "pub_ack.h"
#include "stream_hosts.h"
#include "stream_init.h"

static void check_ack(const char *text, size_t size)
{
	struct pub_ack ack;

	pub_ack_parse(text, size, &ack);
	HOLDS(ack.stored != !!*ack.why);
	HOLDS(!ack.stored || (text[0] == '{' && !memmem(text, size, "\"error\":{", 9)));
	for (const char *at = ack.why; *at; at++)
		HOLDS(*at >= ' ' && *at <= '~');
}

static void check_config(const char *text, size_t size)
{
	struct stream_config config;

	if (!stream_config_parse(text, size, &config))
		return;
	HOLDS(config.partitions >= 1 && config.partitions <= NATS_PARTITIONS_MAX);
	HOLDS(!(config.partitions & (config.partitions - 1)));
	HOLDS(strspn(config.hash_key, "0123456789abcdef") == 32 && !config.hash_key[32]);
}

static void check_heartbeat(const char *text, size_t size)
{
	struct stream_hosts hosts = { 0 };

	if (stream_hosts_add(&hosts, "web", text, size, 1)) {
		HOLDS(hosts.nr == 1 && hosts.host[0].partitions <= STREAM_HOST_PARTITIONS);
		HOLDS(strnlen(hosts.host[0].run, 33) < 33);
	}
	stream_hosts_release(&hosts);
}

static void check_url(const char *text)
{
	const char *why = NULL;
	struct nats_url url;
	char host[72];

	nats_subject_host(text, host);
	HOLDS(*host && strlen(host) < sizeof(host) && !strpbrk(host, ".*> \t\r\n"));
	if (!nats_url_parse(text, &url, &why)) {
		HOLDS(why);
		return;
	}
	HOLDS(nats_url_is_one(text) && url.nr >= 1 && url.nr <= NATS_URL_SERVERS);
	HOLDS(*url.stream && !strpbrk(url.stream, ".*> \t\r\n/"));
	for (unsigned i = 0; i < url.nr; i++)
		HOLDS(!strncmp(url.server[i], "nats://", 7) && !strchr(url.server[i], '@'));
}

/* The bytes as a pipe would bring them. Every frame that is returned lies within them. */
static void check_frames(const uint8_t *data, size_t size)
{
	struct frame_reader r = { 0 };
	struct ship_frame frame;
	const uint8_t *bytes;
	size_t seen = 0;
	int fd[2], rc;

	if (size > 65536 || pipe(fd))
		return;
	HOLDS(write(fd[1], data, size) == (ssize_t)size);
	close(fd[1]);
	r.fd = fd[0];
	while ((rc = frame_read(&r, &frame, &bytes)) == 1) {
		HOLDS(!memcmp(bytes, data + seen + sizeof(frame), frame.size));
		seen += sizeof(frame) + frame.size;
	}
	HOLDS(rc == -1 ? seen == size : rc == -EBADMSG);
	frame_reader_release(&r);
	close(fd[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	check_ack(text, size);
	check_config(text, size);
	check_heartbeat(text, size);
	check_url(text);
	check_frames(data, size);
	free(text);
	return 0;
}
