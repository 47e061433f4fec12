/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A connection to NATS: what cnats does for the children of the shipper and of the reader, and for
 * `stream`. The only interface to that library; nats_client_cnats.c alone includes its header.
 *
 * The library starts threads, so only child processes and short commands connect. Callbacks run on
 * these threads. It does not reconnect by itself: a connection that is lost is closed, and its
 * owner makes a new one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport.h"

#define NATS_WHY_BYTES TRANSPORT_WHY_BYTES
#define NATS_CONNECT_MS 5000	/* for each server */
#define NATS_REQUEST_MS 5000

struct nats_message {
	const char *subject;
	const char *data;	/* not NUL-terminated */
	size_t size;
	bool no_responders;	/* the answer of the server: nothing takes the subject */
	/* of a message of a stream */
	uint64_t stream_seq;
	uint64_t consumer_seq;	/* 1 is the first that the consumer delivered */
	uint64_t pending;	/* messages that follow, at the time it was delivered */
	uint64_t broker_ns;
};

struct nats_callbacks {
	void *arg;
	/* The connection is lost: why. Called once. */
	void (*lost)(void *arg, const char *why);
	/* The server refused something that was sent, on a connection that goes on. */
	void (*refused)(void *arg, const char *why);
	/* A consumer is silent: subscribe again behind the last message. May be NULL. */
	void (*stalled)(void *arg, void *subscription_arg);
};

struct nats_login;	/* the server's addresses, and what proves who we are */
struct nats_client;
struct nats_sub;

bool nats_client_is_built_in(void);

/* Read the files of the configuration. NULL, with the reason in why. Needs no connection. */
struct nats_login *nats_login_read(const struct transport_config *config,
				   char why[NATS_WHY_BYTES]);
void nats_login_free(struct nats_login *login);

/* The name of the events' stream in the URL. */
const char *nats_login_stream(const struct nats_login *login);

/*
 * Connect to one of the servers. `name` is shown in the server's list of connections, `inbox` is
 * the start of the subjects that answers come to; without it that of the library. NULL, with the
 * reason in why.
 */
struct nats_client *nats_connect(const struct nats_login *login, const char *name,
				 const char *inbox, const struct nats_callbacks *callbacks,
				 char why[NATS_WHY_BYTES]);
void nats_disconnect(struct nats_client *c);

/* Publish; with id as a message id for JetStream, with reply as where the answer goes. */
bool nats_publish(struct nats_client *c, const char *subject, const char *reply, const char *id,
		  const void *bytes, size_t size, char why[NATS_WHY_BYTES]);

/* Call take() for the messages of a subject. NULL with the reason in why. */
struct nats_sub *nats_subscribe(struct nats_client *c, const char *subject,
				void (*take)(void *arg, const struct nats_message *m), void *arg,
				char why[NATS_WHY_BYTES]);
void nats_unsubscribe(struct nats_sub *sub);
