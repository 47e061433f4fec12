/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A desk for the tests of the table: takes what it tells and keeps count.
 */
#pragma once

#include "event_unit.h"

#include "endpoint_table.h"

#define CROWD 100000
#define ROOM 5000

/* The table, and what it told: cookie by cookie. */
struct desk {
	struct endpoint_table *endpoint_table;
	struct endpoint_table_config config;
	uint32_t told[CROWD + 1];
	uint64_t stories;
	struct story last;	/* its acts are gone ... */
	struct socket_call call;		/* ... but for the first */
};

static inline void tell(void *arg, const struct story *s, uint64_t now_ns)
{
	struct desk *d = arg;

	(void)now_ns;
	d->stories++;
	d->last = *s;
	if (s->nr_calls)
		d->call = s->calls[0];
	if (s->cookie <= CROWD)
		d->told[s->cookie]++;
}

static inline void reopen(struct desk *d)
{
	endpoint_table_free(d->endpoint_table);
	memset(d->told, 0, sizeof(d->told));
	d->stories = 0;
	d->endpoint_table = endpoint_table_new(&d->config);
	assert_non_null(d->endpoint_table);
}

static inline int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (!d)
		return -1;
	d->config = (struct endpoint_table_config){ .max_open = ROOM, .seed = 1, .calls = true, .timewait = true,
					   .report = tell, .arg = d };
	d->endpoint_table = endpoint_table_new(&d->config);
	*state = d;
	return !d->endpoint_table;
}

static inline int tear_down(void **state)
{
	struct desk *d = *state;

	endpoint_table_free(d->endpoint_table);
	free(d);
	return 0;
}

static inline void feed(struct desk *d, struct event e)
{
	endpoint_table_feed(d->endpoint_table, &e);
}

/* The two ends of one connection on this host: addresses and ports the other way round. */
static inline struct event other_end(struct event e)
{
	struct event o = e;

	memcpy(o.local_addr, e.peer_addr, sizeof(o.local_addr));
	memcpy(o.peer_addr, e.local_addr, sizeof(o.peer_addr));
	o.local_port = e.peer_port;
	o.peer_port = e.local_port;
	o.sk_key = 0xb000;
	o.cookie = 0x12;
	o.snd_una = o.snd_nxt = o.write_seq = e.rcv_nxt;
	o.rcv_nxt = o.rcv_wup = o.copied_seq = e.snd_nxt;
	return o;
}
