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

#include "nats_login.h"

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
	/* A consumer is silent: consume again from the last message on. May be NULL. */
	void (*stalled)(void *arg);
};

struct nats_client;
struct nats_sub;

bool nats_client_is_built_in(void);

/*
 * Connect to one of the servers. `name` is shown in the server's list of connections; `inbox` is
 * the start of the subjects that answers come to, for the permissions of the server. NULL, with the
 * reason in why.
 */
struct nats_client *nats_connect(const struct nats_login *login, const char *name,
				 const char *inbox, const struct nats_callbacks *callbacks,
				 char why[NATS_WHY_BYTES]);

/* No callback begins after this; one that runs may go on. */
void nats_disconnect(struct nats_client *c);

/* The largest message that the server takes, in bytes. */
uint64_t nats_max_payload(struct nats_client *c);

/* Publish, with `id` as a message id of JetStream, and `reply` as where the answer goes. */
struct nats_outgoing {
	const char *subject, *reply;
	const char *id, *stream;	/* NULL: none; stream: the one that must store it */
	const void *bytes;
	size_t size;
};
bool nats_publish(struct nats_client *c, const struct nats_outgoing *m, char why[NATS_WHY_BYTES]);

/* Call take() for the messages of a subject. NULL with the reason in why. */
struct nats_sub *nats_subscribe(struct nats_client *c, const char *subject,
				void (*take)(void *arg, const struct nats_message *m), void *arg,
				char why[NATS_WHY_BYTES]);

/* take() is not called any more; one that runs may go on. */
void nats_unsubscribe(struct nats_sub *sub);

/*
 * Call take() for the messages of a stream, in its order and without gaps; the server waits while
 * take() does. from_seq, or else from_ns, says where to begin; both 0: at the first message. From
 * a time, it begins up to a second before it.
 */
struct nats_consumption {
	const char *stream, *filter;
	uint64_t from_seq, from_ns;
	bool last_per_subject;	/* begin with the last message of each subject */
	void (*take)(void *arg, const struct nats_message *m);
	void *arg;
};

/* *pending: the number of messages that were there. NULL with the reason in why. */
struct nats_sub *nats_consume(struct nats_client *c, const struct nats_consumption *what,
			      uint64_t *pending, char why[NATS_WHY_BYTES]);

enum nats_stream_error {
	NATS_STREAM_FINE,
	NATS_STREAM_MISSING,
	NATS_STREAM_NO_REPLICAS,	/* the server is in no cluster */
	NATS_STREAM_NO_ROOM,	/* the server may not store that many bytes */
	NATS_STREAM_FAILED,
};

#define NATS_STREAM_PEERS 8

/* A stream's settings, and with nats_stream_info() its state. */
struct nats_stream {
	char name[48];
	char subject[64];		/* its only one; with several the first */
	unsigned subjects;
	bool in_memory;
	bool discards_new;		/* when it is full; else the oldest message goes */
	int64_t max_age_ns, max_bytes;	/* <= 0: unlimited */
	int64_t max_per_subject;
	int64_t duplicates_ns;
	int replicas;
	/* state */
	uint64_t messages, bytes, first_seq, last_seq;
	uint64_t first_ns, last_ns;	/* of the broker, since 1970; 0 no message */
	char leader[64];		/* empty: there is none, or no cluster */
	unsigned peers;
	struct {
		char name[64];
		bool current, offline;
		uint64_t lag;
	} peer[NATS_STREAM_PEERS];
};

enum nats_stream_error nats_stream_info(struct nats_client *c, const char *name,
					struct nats_stream *s, char why[NATS_WHY_BYTES]);
/* Create it, or change the settings of one that exists. */
enum nats_stream_error nats_stream_make(struct nats_client *c, const struct nats_stream *s,
					bool exists, char why[NATS_WHY_BYTES]);

/* Store a message and wait for the acknowledgement. */
bool nats_store(struct nats_client *c, const char *subject, const void *bytes, size_t size,
		char why[NATS_WHY_BYTES]);

/* The last message of a subject. */
struct nats_last {
	char id[SHIPMENT_KEY_BYTES];	/* its message id; empty: none */
	size_t len;
	char text[TRANSPORT_TEXT_BYTES];	/* its start */
};

/* 1 and the message, 0: there is none, or -1. */
int nats_last(struct nats_client *c, const char *stream, const char *subject,
	      struct nats_last *last, char why[NATS_WHY_BYTES]);
