/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets that live as the kernel permits: they go from state to state, with or without a task,
 * lose events, report an event twice in a row (bpf/reentry.bpf.h), and come back with the same key
 * and addresses, on some kernels without a cookie. Errors, timeouts and RSTs that end nothing are
 * set at random. If no event was lost, each life that ended must be reported, with the ending that
 * it had. Each life is reported at most once, and no event of one life enters another's story. At
 * random it is found which sockets are gone: after that no endpoint is open that is gone.
 */
#include "fuzz.h"

#include "pipeline.h"

#define SOCKETS 6
#define LIVES 4096
#define START_NS (1ULL << 40)
#define EVENTS 8192

enum truth { TRUTH_OPEN, TRUTH_CLEAN, TRUTH_RST, TRUTH_TIMEOUT, TRUTH_MINISOCK };

struct life {
	struct event e;
	unsigned state, nr;
	bool orphan, minisock, destroyed;
};

/* Whose event was it? The times are unique. */
struct logged {
	uint64_t ts_ns;
	unsigned life;
};

struct world {
	struct view_context context;	/* first, because a view gets a pointer to it */
	struct pipeline *pipeline;
	struct life life[SOCKETS];
	uint64_t now_ns;
	unsigned lives, events;
	bool lossy;
	bool cookies;		/* the kernel gives them to tracing programs (5.12 on) */
	uint8_t truth[LIVES];
	uint8_t told[LIVES];
	struct logged log[EVENTS];
};

/* The life that an event of this time was about; 0 none. */
static unsigned find_life_at(const struct world *w, uint64_t ts_ns)
{
	unsigned from = 0, to = w->events;

	while (from < to) {
		unsigned mid = (from + to) / 2;

		if (w->log[mid].ts_ns < ts_ns)
			from = mid + 1;
		else
			to = mid;
	}
	return from < w->events && w->log[from].ts_ns == ts_ns ? w->log[from].life : 0;
}

/* A time in a story is 0, or that of an event of this life. */
static void check_time(const struct world *w, unsigned life, uint64_t ts_ns)
{
	HOLDS(!ts_ns || find_life_at(w, ts_ns) == life);
}

static void check_owner(const struct world *w, unsigned life, const struct story *s)
{
	check_time(w, life, s->established_ns);
	if (s->progress == CLOSE_DONE || s->progress == CLOSE_BY_SEGMENT)
		check_time(w, life, s->end_ns);
	if (s->reset.sent)
		check_time(w, life, s->reset.ts_ns);
	for (unsigned i = 0; i < SEG_COUNT; i++)
		if (s->seg[i].seen)
			check_time(w, life, s->seg[i].ts_ns);
	for (unsigned i = 0; i < s->nr_calls; i++) {
		check_time(w, life, s->calls[i].ts_ns);
		check_time(w, life, s->calls[i].effect_ns);
		HOLDS(s->calls[i].uid == life);
	}
}

static void check_ending(enum truth truth, const struct verdict *v)
{
	switch (truth) {
	case TRUTH_OPEN:
		HOLDS(v->ending == ENDING_OPEN);
		break;
	case TRUTH_CLEAN:
		HOLDS(ending_class(v->ending) == CLASS_CLEAN);
		break;
	case TRUTH_RST:		/* data after our close calls tcp_reset() too */
		HOLDS(v->ending == ENDING_RESET_RECEIVED ||
		      (v->ending == ENDING_RESET_SENT && v->reason == REASON_DATA_AFTER_CLOSE));
		break;
	case TRUTH_TIMEOUT:	/* keepalive and TCP_USER_TIMEOUT may send a RST */
		HOLDS(v->ending == ENDING_TIMED_OUT || v->ending == ENDING_RESET_SENT);
		HOLDS(v->reason != REASON_DESTROYED && v->reason != REASON_UNREAD_DATA);
		break;
	case TRUTH_MINISOCK:
		break;
	}
}

static void count_story(struct view_context *context, const struct story *s,
			const struct verdict *v)
{
	struct world *w = (struct world *)context;
	unsigned life = find_life_at(w, s->established_ns);

	if (w->cookies)
		HOLDS(!life || life == s->cookie);
	life = w->cookies ? (unsigned)s->cookie : life;
	if (!life) {
		HOLDS(w->lossy || !w->cookies);
		return;
	}
	HOLDS(life < LIVES && !w->told[life]);
	w->told[life]++;
	if (w->lossy)
		return;
	check_owner(w, life, s);
	check_ending((enum truth)w->truth[life], v);
}

static const struct view counting = { .name = "counting", .story = count_story };

static void start_life(struct world *w, unsigned i)
{
	struct life *l = &w->life[i];
	__u32 seq = w->lives * 100000;

	if (w->lives + 1 >= LIVES)
		return;
	*l = (struct life){ .state = STATE_SYN_SENT, .nr = ++w->lives };
	l->e = (struct event){ .sk_key = 0xa000 + i * 64, .netns = 1, .family = 4,
			       .local_port = (__u16)(1000 + i), .peer_port = 80,
			       .local_addr = { 10 }, .peer_addr = { 11 },
			       .snd_una = seq, .snd_nxt = seq, .write_seq = seq,
			       .rcv_nxt = ~seq, .rcv_wup = ~seq, .copied_seq = ~seq,
			       .snd_wnd = 100, .syscall_nr = -1 };
}

/* Facts that are merely there: a pending error, an option, a measured path. */
static void add_bystanders(struct life *l, unsigned how)
{
	static const __u16 pending[] = { 0, 0, 113, EVENT_EPIPE, EVENT_ECONNRESET, 110, 111, 101 };

	l->e.sk_err = pending[how & 7];
	l->e.flags = how & 8 ? EVENTF_USER_TIMEOUT : 0;
	l->e.sock_flags = how & 16 ? SOCKF_KEEPALIVE | SOCKF_LINGER : 0;
	l->e.srtt_us = how & 32 ? how : 0;
}

/* Sends an event of a life. how: 1 it is lost, 2 it arrives twice. */
static void send_event(struct world *w, const struct life *l, struct event e, unsigned how)
{
	if (w->events == EVENTS)
		return;
	e.ts_ns = ++w->now_ns;
	e.uid = l->nr;
	w->log[w->events++] = (struct logged){ e.ts_ns, l->nr };
	if (w->cookies && l->state != STATE_SYN_SENT)
		e.cookie = l->nr;
	if ((how & 3) == 1) {
		w->lossy = true;
		endpoint_table_set_lossy(pipeline_endpoints(w->pipeline));
		return;
	}
	pipeline_feed(w->pipeline, &e, sizeof(e));
	if ((how & 3) == 2 && e.kind != EVENT_CALL)
		pipeline_feed(w->pipeline, &e, sizeof(e));
}

static void set_task(struct event *e, unsigned call, unsigned who)
{
	e->task_flags = TASKF_VALID | TASKF_SYSCALL;
	e->sock_flags |= SOCKF_OWNED;
	e->syscall = (__u8)call;
	e->syscall_nr = 3;
	e->pid = e->tid = 100 + who % 3;
	e->arg[0] = 5;
}

static void send_reset_received(struct world *w, const struct life *l, unsigned how)
{
	struct event e = l->e;

	e.kind = EVENT_RESET_RECEIVED;
	e.old_state = e.new_state = (__u8)l->state;
	send_event(w, l, e, how);
}

/* A RST that answers a segment and ends nothing: a challenge ACK came, in any state. */
static void send_challenge_reset(struct world *w, const struct life *l, unsigned how)
{
	struct event e = l->e;

	e.kind = EVENT_RESET_SENT;
	e.flags |= EVENTF_ANSWER;
	e.old_state = e.new_state = (__u8)l->state;
	send_event(w, l, e, how);
}

static void change_state(struct world *w, struct life *l, unsigned state, unsigned how,
			 unsigned bits)
{
	struct event e = l->e;

	e.kind = EVENT_STATE;
	e.old_state = (__u8)l->state;
	e.new_state = (__u8)state;
	e.sock_flags |= (__u16)bits;
	if (l->orphan)
		e.sock_flags |= SOCKF_DEAD | SOCKF_NO_SOCKET;
	if (state == STATE_CLOSE && how & 4)
		e.sk_err = how & 8 ? EVENT_ECONNRESET : 110;
	if ((state == STATE_FIN_WAIT1 || state == STATE_LAST_ACK) && how & 16)
		set_task(&e, how & 32 ? SYSCALL_CLOSE : SYSCALL_SHUTDOWN, how >> 6);
	if (state == STATE_FIN_WAIT1 || state == STATE_LAST_ACK)
		l->orphan = how & 32;
	if (state == STATE_CLOSE)
		w->truth[l->nr] = how & 4 ? how & 8 ? TRUTH_RST : TRUTH_TIMEOUT :
				  l->minisock ? TRUTH_MINISOCK : TRUTH_CLEAN;
	if (state == STATE_CLOSE && (how & 12) == 12)
		send_reset_received(w, l, how);
	l->state = state;
	send_event(w, l, e, how);
	if (state == STATE_FIN_WAIT1 || state == STATE_LAST_ACK)
		l->e.snd_nxt = ++l->e.write_seq;
}

static void ack_our_fin(struct life *l)
{
	l->e.snd_una = l->e.write_seq;
}

/* Changes to a random state that the kernel permits after the current one. */
static void step_open(struct world *w, struct life *l, unsigned how)
{
	switch (l->state) {
	case STATE_SYN_SENT:
		if (how & 4)
			send_challenge_reset(w, l, how);
		else
			change_state(w, l, STATE_ESTABLISHED, how & ~0xfcu, SOCKF_HELD);
		break;
	case STATE_ESTABLISHED:
		if (how & 4)
			change_state(w, l, STATE_CLOSE, how, SOCKF_HELD);
		else if (how & 128)
			change_state(w, l, STATE_CLOSE_WAIT, how, SOCKF_DONE | SOCKF_HELD);
		else
			change_state(w, l, STATE_FIN_WAIT1, how, 0);
		break;
	case STATE_FIN_WAIT1:
		if (!(how & (4 | 128)))
			ack_our_fin(l);
		change_state(w, l,
			     how & 4 ? STATE_CLOSE : how & 128 ? STATE_CLOSING : STATE_FIN_WAIT2,
			     how, 0);
		break;
	case STATE_FIN_WAIT2:
		if (l->orphan && (how & 12) == 4)
			how &= ~4u;	/* all is acknowledged: no timer gives up on an orphan */
		l->minisock = l->orphan && how & 128 && !(how & 4);
		change_state(w, l, STATE_CLOSE, how, l->minisock || how & 4 ? 0 : SOCKF_DONE);
		break;
	case STATE_CLOSE_WAIT:
		change_state(w, l, how & 4 ? STATE_CLOSE : STATE_LAST_ACK, how, SOCKF_DONE);
		break;
	default:
		if (!(how & 4))
			ack_our_fin(l);
		change_state(w, l, STATE_CLOSE, how, SOCKF_DONE);
		break;
	}
}

/* After CLOSE: sends the events that may still follow, and at last starts the next life. */
static void step_closed(struct world *w, unsigned i, unsigned how)
{
	struct life *l = &w->life[i];
	struct event e = l->e;

	e.old_state = e.new_state = STATE_CLOSE;
	if (l->minisock && how & 4) {
		e.kind = EVENT_TIMEWAIT;
		e.old_state = e.new_state = STATE_TIME_WAIT;
		e.substate = how & 8 ? STATE_TIME_WAIT : STATE_FIN_WAIT2;
		e.tcp_flags = how & 8 ? 0x11 : how & 16 ? 0x04 : 0x10;
		e.sk_key = 0;
		send_event(w, l, e, how);
	} else if (how & 8 && !l->destroyed) {
		e.kind = EVENT_RESET_SENT;
		e.flags |= how & 16 ? EVENTF_ANSWER : 0;
		send_event(w, l, e, how);
	} else if (!l->destroyed) {
		e.kind = EVENT_DESTROY;
		e.sock_flags |= SOCKF_DEAD | SOCKF_NO_SOCKET;
		if (how & 16)
			set_task(&e, SYSCALL_CLOSE, how >> 6);
		l->destroyed = true;
		send_event(w, l, e, how);
	} else {
		start_life(w, i);
	}
}

static void return_from_call(struct world *w, struct life *l, unsigned how)
{
	struct event e = l->e;

	e.kind = EVENT_CALL;
	e.old_state = e.new_state = (__u8)l->state;
	set_task(&e, how & 32 ? SYSCALL_CLOSE : SYSCALL_SHUTDOWN, how >> 6);
	e.call_ns = how * 1000;
	send_event(w, l, e, how);
}

/* The endpoints that a visit found. */
struct visited {
	const struct world *w;
	struct gone_endpoint {
		uint64_t sk_key, cookie;
	} gone[LIVES];
	unsigned nr_gone;
};

/* Does the socket of an open endpoint exist? Without a cookie it may be any with its key. */
static bool is_alive(const struct world *w, const struct story *s)
{
	for (unsigned i = 0; i < SOCKETS; i++) {
		const struct life *l = &w->life[i];

		if (l->state != STATE_CLOSE &&
		    (s->cookie ? l->nr == s->cookie : l->e.sk_key == s->sk_key))
			return true;
	}
	return false;
}

static void note_gone(void *arg, const struct story *s)
{
	struct visited *v = arg;

	if (!is_alive(v->w, s))
		v->gone[v->nr_gone++] = (struct gone_endpoint){ s->sk_key, s->cookie };
}

/* Looks for the sockets of the open endpoints, and gives up those that are gone. */
static void look_for_sockets(struct world *w)
{
	struct endpoint_table *t = pipeline_endpoints(w->pipeline);
	static struct visited v;	/* too large for the stack */
	uint64_t now_ns = ++w->now_ns;

	v.w = w;
	v.nr_gone = 0;
	endpoint_table_visit_open(t, now_ns, note_gone, &v);
	HOLDS(w->lossy || !v.nr_gone);
	for (unsigned i = 0; i < v.nr_gone; i++)
		HOLDS(endpoint_table_lose(t, v.gone[i].sk_key, v.gone[i].cookie, now_ns));
	v.nr_gone = 0;
	endpoint_table_visit_open(t, now_ns, note_gone, &v);
	HOLDS(!v.nr_gone);
}

static void check_tally(const struct world *w)
{
	struct run_counts t = pipeline_tally(w->pipeline, NULL);

	HOLDS(t.seen == t.reported + t.filtered + t.open + run_counts_lost_endpoints(&t));
	HOLDS(t.seen <= w->lives || !w->cookies || w->lossy);
}

static void step(struct world *w, struct input *in)
{
	static const uint64_t steps[] = { 1, 1000, 1000000, 150000000, 600000000, 70000000000 };
	unsigned what = take_u8(in), how = take_u8(in), i = what % SOCKETS;
	struct life *l = &w->life[i];

	w->now_ns += what & 64 ? steps[how % 6] : 1;
	if (what >= 253)
		look_for_sockets(w);
	else if (what >= 250)
		endpoint_table_expire(pipeline_endpoints(w->pipeline), w->now_ns);
	else if (what >= 240)
		add_bystanders(l, how);
	else if (what >= 200)
		return_from_call(w, l, how);
	else if (l->state != STATE_CLOSE)
		step_open(w, l, how);
	else
		step_closed(w, i, how);
}

static void check_lives(const struct world *w)
{
	for (unsigned i = 1; i <= w->lives; i++)
		HOLDS(w->lossy || w->told[i] || w->truth[i] == TRUTH_OPEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct filter any_flow;
	static const struct story_filter any_story;
	static const struct run_info meta = { .nr_hooks = 0 };
	static struct world w;	/* too large for the stack */
	struct buf out = { 0 };
	struct input in = { data, size };
	uint8_t how = take_u8(&in);
	struct pipeline_config config = { .view = &counting, .context = &w.context,
					  .filter = &any_flow,
					.story_filter = &any_story, .never_open = true,
					.endpoint_table = { .max_open = 4096, .seed = how,
							    .calls = how & 1,
							    .timewait = how & 2,
							    .resets = how & 8,
							    .minisock_resets = how & 16 } };

	memset(&w, 0, sizeof(w));
	w.context = (struct view_context){ .out = &out, .meta = &meta };
	w.now_ns = START_NS;
	w.cookies = !(how & 4);
	w.pipeline = pipeline_new(&config);
	HOLDS(w.pipeline);
	for (unsigned i = 0; i < SOCKETS; i++)
		start_life(&w, i);
	while (in.len)
		step(&w, &in);
	if (how & 32)
		look_for_sockets(&w);
	endpoint_table_end(pipeline_endpoints(w.pipeline), w.now_ns);
	check_lives(&w);
	check_tally(&w);
	pipeline_free(w.pipeline);
	return 0;
}
