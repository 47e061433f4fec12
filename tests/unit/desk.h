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
	struct conns *conns;
	struct conns_config config;
	uint32_t told[CROWD + 1];
	uint64_t stories;
	struct story last;	/* its acts are gone ... */
	struct act act;		/* ... but for the first */
};

static inline void tell(void *arg, const struct story *s, uint64_t now_ns)
{
	struct desk *d = arg;

	(void)now_ns;
	d->stories++;
	d->last = *s;
	if (s->nr_acts)
		d->act = s->acts[0];
	if (s->cookie <= CROWD)
		d->told[s->cookie]++;
}

static inline void reopen(struct desk *d)
{
	conns_free(d->conns);
	memset(d->told, 0, sizeof(d->told));
	d->stories = 0;
	d->conns = conns_new(&d->config);
	assert_non_null(d->conns);
}

static inline int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (!d)
		return -1;
	d->config = (struct conns_config){ .max_open = ROOM, .seed = 1, .calls = true, .late = true,
					   .tell = tell, .arg = d };
	d->conns = conns_new(&d->config);
	*state = d;
	return !d->conns;
}

static inline int tear_down(void **state)
{
	struct desk *d = *state;

	conns_free(d->conns);
	free(d);
	return 0;
}

static inline void feed(struct desk *d, struct event e)
{
	conns_feed(d->conns, &e);
}

/* The two ends of one connection on this host: addresses and ports the other way round. */
static inline struct event other_end(struct event e)
{
	struct event o = e;

	memcpy(o.local_addr, e.peer_addr, sizeof(o.local_addr));
	memcpy(o.peer_addr, e.local_addr, sizeof(o.peer_addr));
	o.local_port = e.peer_port;
	o.peer_port = e.local_port;
	o.sk = 0xb000;
	o.cookie = 0x12;
	o.snd_una = o.snd_nxt = o.write_seq = e.rcv_nxt;
	o.rcv_nxt = o.rcv_wup = o.copied_seq = e.snd_nxt;
	return o;
}
