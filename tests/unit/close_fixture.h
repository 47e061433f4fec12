/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two ends of a connection with facts and conclusions that a test sets by hand, and a view to print
 * them. client[100] (10.0.0.1:51544) closes, server[200] (10.0.0.9:80) answers after 40 ms.
 */
#pragma once

#include "event_fixture.h"
#include "view.h"

struct end {
	struct story story;
	struct verdict verdict;
};

struct stage {
	struct buf out;
	struct run_info meta;
	struct text_cache *stacks;
	struct view_context context;
	struct end client, server;
};

static inline struct event of_server(struct event e)
{
	struct event o = e;

	memcpy(o.local_addr, e.peer_addr, sizeof(o.local_addr));
	memcpy(o.peer_addr, e.local_addr, sizeof(o.peer_addr));
	o.local_port = e.peer_port;
	o.peer_port = e.local_port;
	o.sk_key = 0xb000;
	o.cookie = 0x12;
	o.snd_una = o.snd_nxt = o.write_seq = 5000;
	o.rcv_nxt = o.rcv_wup = o.copied_seq = 1000;
	return o;
}

static inline void feed_end(struct end *end, struct event e)
{
	if (!end->story.flow.family)
		story_init(&end->story, &e);
	story_feed(&end->story, &e);
}

/* Names the tasks of both ends, which by_task() does not, and lets each name the other its twin. */
static inline void name_ends(struct stage *g)
{
	for (unsigned i = 0; i < g->client.story.nr_calls; i++)
		memcpy(g->client.story.calls[i].comm, "client", sizeof("client"));
	for (unsigned i = 0; i < g->server.story.nr_calls; i++) {
		g->server.story.calls[i].pid = 200;
		memcpy(g->server.story.calls[i].comm, "server", sizeof("server"));
	}
	g->client.story.twin = (struct twin_end){ .cookie = 0x12, .pid = 200, .comm = "server",
						  .known = true };
	g->server.story.twin = (struct twin_end){ .cookie = 0x11, .pid = 100, .comm = "client",
						  .known = true };
	verdict_make(&g->client.verdict, &g->client.story, T0 + 1000 * MS);
	verdict_make(&g->server.verdict, &g->server.story, T0 + 1000 * MS);
}

static inline void feed_clean_close(struct stage *g)
{
	struct event e;

	feed_end(&g->client, established(T0));
	feed_end(&g->client, a_fin(T0 + 10 * MS, 101));
	feed_end(&g->client, an_ack(T0 + 12 * MS));
	feed_end(&g->client, a_last_change(T0 + 50 * MS, SOCKF_DONE));
	feed_end(&g->server, of_server(a_state_change(T0, STATE_SYN_RECV, STATE_ESTABLISHED,
						      SOCKF_HELD)));
	e = of_server(a_state_change(T0 + 10 * MS, STATE_ESTABLISHED, STATE_CLOSE_WAIT,
				     SOCKF_DONE));
	e.rcv_nxt = 1001;
	feed_end(&g->server, e);
	e = by_task(of_server(a_state_change(T0 + 50 * MS, STATE_CLOSE_WAIT, STATE_LAST_ACK,
			      CLOSED_BITS | SOCKF_LAST_REF | SOCKF_DONE)), 201, SYSCALL_CLOSE, 7);
	e.rcv_nxt = e.rcv_wup = 1001;
	feed_end(&g->server, e);
	e = of_server(a_state_change(T0 + 50 * MS, STATE_LAST_ACK, STATE_CLOSE,
				     ORPHAN_BITS | SOCKF_DONE));
	e.snd_una = e.snd_nxt = e.write_seq = 5001;
	e.rcv_nxt = e.rcv_wup = 1001;
	feed_end(&g->server, e);
	name_ends(g);
}

/* A RST arrives at an end that is ESTABLISHED. */
static inline void feed_reset(struct end *end, struct event first, uint64_t ts_ns)
{
	struct event e = first;

	feed_end(end, first);
	e.ts_ns = ts_ns;
	e.old_state = STATE_ESTABLISHED;
	e.new_state = STATE_CLOSE;
	e.sk_err = EVENT_ECONNRESET;
	feed_end(end, e);
}

/* A RST arrives at each end, the client's first. */
static inline void feed_resets(struct stage *g)
{
	feed_reset(&g->client, established(T0), T0 + 10 * MS);
	feed_reset(&g->server, of_server(established(T0)), T0 + 12 * MS);
	name_ends(g);
}

/* Adds a call that sent the client's RST: by child[103], after the FIN of client[100]. */
static inline void add_reset_by(struct stage *g)
{
	struct socket_call *calls = realloc(g->client.story.calls, 4 * sizeof(*calls));

	assert_non_null(calls);
	g->client.story.calls = calls;
	g->client.story.cap_calls = 4;
	calls[1] = calls[0];
	calls[1].pid = calls[1].tid = 103;
	calls[1].fd = 9;
	calls[1].effect = EFFECT_RESET;
	calls[1].ts_ns = calls[1].effect_ns = T0 + 40 * MS;
	memcpy(calls[1].comm, "child", sizeof("child"));
	g->client.story.nr_calls = 2;
	g->client.verdict.trigger = &calls[0];
	g->client.verdict.reset_by = &calls[1];
	g->client.verdict.ending = ENDING_RESET_SENT;
	g->client.verdict.reason = REASON_UNREAD_DATA;
}

static inline int set_up(void **state)
{
	struct stage *g = calloc(1, sizeof(*g));

	if (!g)
		return -1;
	g->meta = (struct run_info){ .boot_to_wall_ns = 1795335151LL * 1000000000 };
	g->context = (struct view_context){ .out = &g->out, .meta = &g->meta };
	*state = g;
	return 0;
}

static inline int tear_down(void **state)
{
	struct stage *g = *state;

	text_cache_free(g->stacks);
	story_release(&g->client.story);
	story_release(&g->server.story);
	buf_release(&g->out);
	free(g);
	return 0;
}

/* Returns what the view prints for that end alone, NUL-terminated. */
static inline const char *show(struct stage *g, const struct view *view, const struct end *end)
{
	buf_reset(&g->out);
	view->story(&g->context, &end->story, &end->verdict);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	return g->out.data;
}

/* Returns what the view prints for a run with both ends. */
static inline const char *show_run(struct stage *g, const struct view *view, bool both)
{
	const struct run_counts none = { .seen = 0 };

	buf_reset(&g->out);
	if (view->start)
		view->start(&g->context);
	view->story(&g->context, &g->client.story, &g->client.verdict);
	if (both)
		view->story(&g->context, &g->server.story, &g->server.verdict);
	if (view->end)
		view->end(&g->context, &none, T0 + 100 * MS);
	if (view->release)
		view->release(&g->context);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	return g->out.data;
}

static inline void expect_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in '%s'", part, text);
}

static inline void expect_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' in '%s'", part, text);
}
