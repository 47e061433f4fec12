/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * nats://HOST[:PORT][,HOST[:PORT]...]/[STREAM], or tls:// with the same. STREAM names the three
 * streams of a fleet: STREAM has the events, STREAM_HOSTS the heartbeats, STREAM_CONFIG the
 * configuration.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define NATS_URL_SERVERS 16
#define NATS_STREAM_DEFAULT "TCPCLOSE"
#define NATS_STREAM_BYTES 33
#define NATS_SUBJECT "tcpclose.v1"
#define NATS_PARTITIONS_MAX 64

struct nats_url {
	bool tls;		/* tls://: required */
	char stream[NATS_STREAM_BYTES];
	unsigned nr;
	char server[NATS_URL_SERVERS][280];	/* nats://HOST:PORT */
};

/* Does the text begin like such an address? What does not is a file. */
bool nats_url_is_one(const char *text);

/* False, with the reason in why ("want nats://HOST..."), if it is not valid. */
bool nats_url_parse(const char *text, struct nats_url *url, const char **why);

/* HOST of a subject: bytes outside [A-Za-z0-9_-] become '_', at most 71 bytes. */
void nats_subject_host(const char *host, char subject_host[72]);
