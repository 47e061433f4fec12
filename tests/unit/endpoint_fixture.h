/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The endpoint table under test: counts the stories that it reports.
 */
#pragma once

#include "event_fixture.h"

#include "endpoint_table.h"

#define COOKIES_MAX 100000
#define MAX_OPEN 5000

/* The table, and the number of stories that it reported for each cookie. */
struct fixture {
	struct endpoint_table *endpoint_table;
	struct endpoint_table_config config;
	uint32_t reported[COOKIES_MAX + 1];
	uint64_t stories;
	struct story last;	/* its calls are no longer valid ... */
	struct socket_call call;		/* ... so this is a copy of the first */
};

static inline void count_story(void *arg, const struct story *s, uint64_t now_ns)
{
	struct fixture *d = arg;

	(void)now_ns;
	d->stories++;
	d->last = *s;
	if (s->nr_calls)
		d->call = s->calls[0];
	if (s->cookie <= COOKIES_MAX)
		d->reported[s->cookie]++;
}

static inline void reset_table(struct fixture *d)
{
	endpoint_table_free(d->endpoint_table);
	memset(d->reported, 0, sizeof(d->reported));
	d->stories = 0;
	d->endpoint_table = endpoint_table_new(&d->config);
	assert_non_null(d->endpoint_table);
}

static inline int set_up(void **state)
{
	struct fixture *d = calloc(1, sizeof(*d));

	if (!d)
		return -1;
	d->config = (struct endpoint_table_config){ .max_open = MAX_OPEN, .seed = 1, .calls = true,
						    .timewait = true,
					   .report = count_story, .arg = d };
	d->endpoint_table = endpoint_table_new(&d->config);
	*state = d;
	return !d->endpoint_table;
}

static inline int tear_down(void **state)
{
	struct fixture *d = *state;

	endpoint_table_free(d->endpoint_table);
	free(d);
	return 0;
}

static inline void feed(struct fixture *d, struct event e)
{
	endpoint_table_feed(d->endpoint_table, &e);
}

/* Returns the event for the other end of the connection: addresses and ports are swapped. */
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
