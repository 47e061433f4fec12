/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets that live as the kernel permits: they go from state to state, with or without a task,
 * lose events, report an event twice in a row (bpf/reentry.bpf.h), and come back with the same key
 * and addresses. Each life must be reported at most once, and if no event was lost, each life that
 * ended must be reported.
 */
#include "fuzz.h"

#include "pipeline.h"

#define SOCKETS 6
#define LIVES 4096
#define START_NS (1ULL << 40)

struct life {
	struct event e;
	unsigned state;
	bool orphan, minisock, destroyed;
};

struct world {
	struct view_context context;	/* first, because a view gets a pointer to it */
	struct pipeline *pipeline;
	struct life life[SOCKETS];
	uint64_t now_ns;
	unsigned lives;
	bool lossy;
	bool ended[LIVES];
	uint8_t told[LIVES];
	uint8_t ending[LIVES];
};

static void count_story(struct view_context *context, const struct story *s,
			const struct verdict *v)
{
	struct world *w = (struct world *)context;

	HOLDS(s->cookie < LIVES);
	HOLDS(!w->told[s->cookie]);
	w->told[s->cookie]++;
	w->ending[s->cookie] = (uint8_t)v->ending;
}

static const struct view counting = { .name = "counting", .story = count_story };

static void start_life(struct world *w, unsigned i)
{
	struct life *l = &w->life[i];

	if (w->lives + 1 >= LIVES)
		return;
	*l = (struct life){ .state = STATE_SYN_SENT };
	l->e = (struct event){ .sk_key = 0xa000 + i % 4 * 64, .cookie = ++w->lives, .netns = 1,
			       .family = 4, .local_port = (__u16)(1000 + i / 2),
			       .peer_port = 80, .local_addr = { 10 }, .peer_addr = { 11 },
			       .snd_una = 1000, .snd_nxt = 1000, .write_seq = 1000,
			       .rcv_nxt = 5000, .rcv_wup = 5000, .copied_seq = 5000,
			       .snd_wnd = 100, .syscall_nr = -1 };
}

/* Sends an event. how: 1 it is lost, 2 it arrives twice. */
static void send_event(struct world *w, struct event e, unsigned how)
{
	e.ts_ns = w->now_ns;
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

static void change_state(struct world *w, struct life *l, unsigned state, unsigned how,
			 unsigned bits)
{
	struct event e = l->e;

	e.kind = EVENT_STATE;
	e.old_state = (__u8)l->state;
	e.new_state = (__u8)state;
	e.sock_flags = (__u16)bits;
	if (l->orphan)
		e.sock_flags |= SOCKF_DEAD | SOCKF_NO_SOCKET;
	if (how & 4)
		e.sk_err = how & 8 ? EVENT_ECONNRESET : 110;
	if ((state == STATE_FIN_WAIT1 || state == STATE_LAST_ACK) && how & 16)
		set_task(&e, how & 32 ? SYSCALL_CLOSE : SYSCALL_SHUTDOWN, how >> 6);
	if (state == STATE_FIN_WAIT1 || state == STATE_LAST_ACK)
		l->orphan = how & 32;
	if (state == STATE_CLOSE)
		w->ended[l->e.cookie] = true;
	l->state = state;
	send_event(w, e, how);
}

static void ack_our_fin(struct life *l)
{
	l->e.write_seq = l->e.snd_nxt = l->e.snd_una = 1001;
}

/* Changes to a random state that the kernel permits after the current one. */
static void step_open(struct world *w, struct life *l, unsigned how)
{
	switch (l->state) {
	case STATE_SYN_SENT:
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
		if (!(how & 4))
			ack_our_fin(l);
		change_state(w, l,
			     how & 4 ? STATE_CLOSE : how & 128 ? STATE_CLOSING : STATE_FIN_WAIT2,
			     how, 0);
		break;
	case STATE_FIN_WAIT2:
		l->minisock = l->orphan && how & 128 && !(how & 4);
		change_state(w, l, STATE_CLOSE, how, l->minisock ? 0 : SOCKF_DONE);
		break;
	case STATE_CLOSE_WAIT:
		change_state(w, l, how & 4 ? STATE_CLOSE : STATE_LAST_ACK, how, SOCKF_DONE);
		break;
	default:
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
		send_event(w, e, how);
	} else if (how & 8 && !l->destroyed) {
		e.kind = EVENT_RESET_SENT;
		e.flags = how & 16 ? EVENTF_ANSWER : 0;
		send_event(w, e, how);
	} else if (!l->destroyed) {
		e.kind = EVENT_DESTROY;
		e.sock_flags = SOCKF_DEAD | SOCKF_NO_SOCKET;
		if (how & 16)
			set_task(&e, SYSCALL_CLOSE, how >> 6);
		l->destroyed = true;
		send_event(w, e, how);
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
	e.sock_flags = 0;
	send_event(w, e, how);
}

static void step(struct world *w, struct input *in)
{
	static const uint64_t steps[] = { 1, 1000, 1000000, 150000000, 600000000, 70000000000 };
	unsigned what = take_u8(in), how = take_u8(in), i = what % SOCKETS;
	struct life *l = &w->life[i];

	w->now_ns += what & 64 ? steps[how % 6] : 1;
	if (what >= 250)
		endpoint_table_expire(pipeline_endpoints(w->pipeline), w->now_ns);
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
		HOLDS(w->lossy || w->told[i] || !w->ended[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct filter any_flow;
	static const struct story_filter any_story;
	static const struct run_info meta = { .nr_hooks = 0 };
	static struct world w;
	struct buf out = { 0 };
	struct input in = { data, size };
	uint8_t how = take_u8(&in);
	struct pipeline_config config = { .view = &counting, .context = &w.context,
					  .filter = &any_flow,
					.story_filter = &any_story, .never_open = true,
					.endpoint_table = { .max_open = 4096, .seed = how,
							    .calls = how & 1,
						   .timewait = how & 2 } };

	memset(&w, 0, sizeof(w));
	w.context = (struct view_context){ .out = &out, .meta = &meta };
	w.now_ns = START_NS;
	w.pipeline = pipeline_new(&config);
	HOLDS(w.pipeline);
	for (unsigned i = 0; i < SOCKETS; i++)
		start_life(&w, i);
	while (in.len)
		step(&w, &in);
	endpoint_table_end(pipeline_endpoints(w.pipeline), w.now_ns);
	check_lives(&w);
	pipeline_free(w.pipeline);
	return 0;
}
