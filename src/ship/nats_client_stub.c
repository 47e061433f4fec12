/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The build without cnats: nats:// is refused, so nothing here is used. */
#include "nats_client.h"

#include <stddef.h>

bool nats_client_is_built_in(void)
{
	return false;
}

struct nats_client *nats_connect(const struct nats_login *login, const char *name,
				 const char *inbox, const struct nats_callbacks *callbacks,
				 char why[NATS_WHY_BYTES])
{
	(void)login;
	(void)name;
	(void)inbox;
	(void)callbacks;
	why[0] = '\0';
	return NULL;
}

void nats_disconnect(struct nats_client *c)
{
	(void)c;
}

bool nats_publish(struct nats_client *c, const struct nats_outgoing *m, char why[NATS_WHY_BYTES])
{
	(void)c;
	(void)m;
	(void)why;
	return false;
}

struct nats_sub *nats_subscribe(struct nats_client *c, const char *subject,
				void (*take)(void *arg, const struct nats_message *m), void *arg,
				char why[NATS_WHY_BYTES])
{
	(void)c;
	(void)subject;
	(void)take;
	(void)arg;
	(void)why;
	return NULL;
}

void nats_unsubscribe(struct nats_sub *sub)
{
	(void)sub;
}

struct nats_sub *nats_consume(struct nats_client *c, const struct nats_consumption *what,
			      uint64_t *pending, char why[NATS_WHY_BYTES])
{
	(void)c;
	(void)what;
	(void)pending;
	(void)why;
	return NULL;
}

enum nats_stream_error nats_stream_info(struct nats_client *c, const char *name,
					struct nats_stream *s, char why[NATS_WHY_BYTES])
{
	(void)c;
	(void)name;
	(void)s;
	(void)why;
	return NATS_STREAM_FAILED;
}

enum nats_stream_error nats_stream_make(struct nats_client *c, const struct nats_stream *s,
					bool exists, char why[NATS_WHY_BYTES])
{
	(void)c;
	(void)s;
	(void)exists;
	(void)why;
	return NATS_STREAM_FAILED;
}

bool nats_store(struct nats_client *c, const char *subject, const void *bytes, size_t size,
		char why[NATS_WHY_BYTES])
{
	(void)c;
	(void)subject;
	(void)bytes;
	(void)size;
	(void)why;
	return false;
}

int nats_last(struct nats_client *c, const char *stream, const char *subject,
	      struct nats_last *last, char why[NATS_WHY_BYTES])
{
	(void)c;
	(void)stream;
	(void)subject;
	(void)last;
	(void)why;
	return -1;
}
