/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How shipments leave the host: one implementation per library, in one file with a stub beside it.
 * A transport runs in the shipper's child process alone (shipper.h), so it may start threads.
 *
 * open() is called with the privileges of the caller: it reads the files of the configuration
 * (credentials, certificates) into memory and makes no connection. Everything after that runs as
 * nobody, in the sandbox of sandbox.h: reading files that all may read and the network still work,
 * writing files does not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shipment.h"

#define TRANSPORT_WHY_BYTES 256
#define TRANSPORT_TEXT_BYTES 512
#define TRANSPORT_IN_FLIGHT 64	/* shipments sent and not yet reported, at most */

struct otlp_target;

/* Every member may be NULL unless noted. The strings outlive the transport. */
struct transport_config {
	const char *url;	/* not NULL; already checked by the parser of its scheme */
	const char *host;	/* HOST of the subjects; not NULL for NATS */
	const char *credentials;	/* path of a .creds file */
	const char *ca, *cert, *key;	/* paths of PEM files */
	const char *user, *password, *token;	/* from the environment */
	const struct otlp_target *otlp;	/* of OTLP, which uses nothing else of this */
	unsigned timeout_ms;	/* of one shipment; 0: the transport's default */
};

enum transport_event_kind {
	TRANSPORT_TAKEN = 1,	/* the shipment is where it should be, or was there already */
	TRANSPORT_REJECTED,	/* it is refused for good: do not send it again */
	TRANSPORT_FAILED,	/* send it again later */
	TRANSPORT_UP,		/* connected: send() may be called */
	TRANSPORT_DOWN,		/* not connected, and trying to; all in flight have failed */
	TRANSPORT_CONFIG,	/* the configuration of the stream, in text */
};

struct transport_event {
	enum transport_event_kind kind;
	uint64_t id;		/* of the shipment */
	uint32_t units;		/* REJECTED: units of it that were refused; 0: all */
	uint32_t retry_ms;	/* FAILED: send nothing for this time; 0: the shipper's choice */
	char why[TRANSPORT_WHY_BYTES];	/* REJECTED, FAILED, DOWN: one line, without a newline */
	uint32_t text_size;	/* CONFIG */
	char text[TRANSPORT_TEXT_BYTES];
};

struct transport {
	const char *name;	/* of the child process: "tcpclose-nats" */

	/* NULL if it cannot work at all, with the reason in why. */
	void *(*open)(const struct transport_config *config, char why[TRANSPORT_WHY_BYTES]);

	/*
	 * Start to send a shipment. Its bytes are valid during the call. The result is reported by
	 * wait(), also if it failed at once. Not called with TRANSPORT_IN_FLIGHT unreported ones,
	 * nor before UP or between DOWN and UP.
	 */
	void (*send)(void *t, const struct shipment *shipment);

	/*
	 * Wait for an event, but no longer than until fd is readable or ms milliseconds have passed
	 * (-1: no limit). True: there is an event. It also makes the connection and keeps it up,
	 * and reports a shipment that stays unanswered as FAILED.
	 */
	bool (*wait)(void *t, int fd, int ms, struct transport_event *event);

	void (*close)(void *t);
};

extern const struct transport transport_nats;	/* works only if nats_client_is_built_in() */

/* OTLP over HTTP, with libcurl. */
bool transport_curl_is_built_in(void);
bool transport_curl_can_load(void);	/* false also if it is not installed */
extern const struct transport transport_curl;
