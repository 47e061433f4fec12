/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "generate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deadline_heap.h"
#include "writer.h"

#define SERVICES 100
#define START_NS 1000000000000ULL
#define LIFE_NS 2000000000ULL	/* longest life of a connection if there are LIFE_CONNECTIONS */
#define LIFE_CONNECTIONS 10000
#define NEAR_NS 100000ULL	/* round trip to the nearest peer */
#define FAR_NS 20000000ULL
#define AT_ONCE_NS 1500ULL	/* between two events of one segment or call */
#define MARK_NS 20000000ULL	/* between two time marks */

enum play { CLOSED_HERE, CLOSED_THERE, RESET_HERE };

/* An endpoint and its next event. */
struct endpoint {
	struct deadline_heap_node next;	/* the time of the next event */
	struct event e;		/* the current state */
	enum play play;
	unsigned step;
	uint64_t round_ns;	/* round trip time to the peer */
	uint64_t call_ns;	/* when close() was entered */
};

static uint64_t seed = 88172645463325252ULL, life_ns, last_cookie;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void start_connection(struct endpoint *p)
{
	uint64_t r = next_random(), service = r % SERVICES;
	struct event *e = &p->e;

	memset(p, 0, sizeof(*p));
	p->play = r >> 32 & 15 ? r >> 40 & 1 ? CLOSED_HERE : CLOSED_THERE : RESET_HERE;
	e->sk_key = next_random();
	e->cookie = ++last_cookie;
	e->netns = 4026531840u;
	e->family = 4;
	memcpy(e->local_addr, (uint8_t[]){ 10, 0, 0, 1 }, 4);
	r = next_random();
	memcpy(e->peer_addr, &r, 4);
	e->local_port = (__u16)(8000 + service);
	e->peer_port = (__u16)(r >> 32 | 1024);
	e->cgroup = 7000 + service;
	e->pid = e->tid = (__u32)(500 + service);
	snprintf((char *)e->comm, sizeof(e->comm), "service%u", (unsigned)service);
	e->snd_una = e->snd_nxt = e->write_seq = (__u32)next_random();
	e->rcv_nxt = e->rcv_wup = e->copied_seq = (__u32)(next_random());
	e->snd_wnd = 65535;
	r = next_random() % FAR_NS;
	p->round_ns = NEAR_NS + r * r / FAR_NS;		/* more peers are near than far */
	e->srtt_us = (__u32)(p->round_ns / 1000);
	e->syscall_nr = -1;
}

static void set_task(struct event *e, unsigned bits)
{
	e->task_flags = TASKF_VALID | TASKF_SYSCALL;
	e->syscall = SYSCALL_CLOSE;
	e->syscall_nr = 3;
	e->arg[0] = (__s32)(e->cookie % 900 + 5);
	e->sock_flags |= (__u16)(bits | SOCKF_OWNED);
}

static void make_call_return(struct endpoint *p)
{
	struct event *e = &p->e;

	e->kind = EVENT_CALL;
	e->old_state = e->new_state = STATE_ESTABLISHED;
	set_task(e, 0);
	e->call_ns = e->ts_ns - p->call_ns;
	e->ts_ns = p->call_ns;
}

static void send_fin(struct endpoint *p, unsigned from, unsigned to)
{
	generate_set_states(&p->e, from, to, SOCKF_SHUT_RCV | SOCKF_SHUT_SND);
	set_task(&p->e, SOCKF_LAST_REF);
	p->call_ns = p->e.ts_ns - 500;
}

static void ack_fin(struct event *e)
{
	e->snd_nxt = ++e->write_seq;
	e->snd_una = e->snd_nxt;
}

/* Closed locally; the peer's FIN reaches the timewait socket. Returns false for the last event. */
static bool step_closed_here(struct endpoint *p)
{
	const unsigned orphan = SOCKF_DEAD | SOCKF_NO_SOCKET | SOCKF_SHUT_RCV |
				SOCKF_SHUT_SND;
	struct event *e = &p->e;

	switch (p->step++) {
	case 0:
		generate_set_states(e, STATE_SYN_SENT, STATE_ESTABLISHED, SOCKF_HELD);
		return true;
	case 1:
		send_fin(p, STATE_ESTABLISHED, STATE_FIN_WAIT1);
		return true;
	case 2:
		make_call_return(p);
		return true;
	case 3:
		ack_fin(e);
		generate_set_states(e, STATE_FIN_WAIT1, STATE_FIN_WAIT2, orphan);
		return true;
	case 4:
		generate_set_states(e, STATE_FIN_WAIT2, STATE_CLOSE, orphan);
		e->fin_timeout_ns = 60000000000ULL;
		return true;
	default:
		generate_set_states(e, STATE_TIME_WAIT, STATE_TIME_WAIT, 0);
		e->kind = EVENT_TIMEWAIT;
		e->sk_key = 0;
		e->substate = STATE_TIME_WAIT;
		e->tcp_flags = 0x11;
		return false;
	}
}

static bool step_closed_there(struct endpoint *p)
{
	struct event *e = &p->e;

	switch (p->step++) {
	case 0:
		generate_set_states(e, STATE_SYN_RECV, STATE_ESTABLISHED, SOCKF_NO_SOCKET);
		return true;
	case 1:
		e->rcv_nxt++;
		generate_set_states(e, STATE_ESTABLISHED, STATE_CLOSE_WAIT,
		       SOCKF_DONE | SOCKF_HELD | SOCKF_SHUT_RCV);
		return true;
	case 2:
		e->rcv_wup = e->copied_seq = e->rcv_nxt;
		send_fin(p, STATE_CLOSE_WAIT, STATE_LAST_ACK);
		e->sock_flags |= SOCKF_DONE;
		return true;
	case 3:
		make_call_return(p);
		return true;
	case 4:
		ack_fin(e);
		generate_set_states(e, STATE_LAST_ACK, STATE_CLOSE, SOCKF_DEAD | SOCKF_DONE);
		return true;
	default:
		e->kind = EVENT_DESTROY;
		e->old_state = e->new_state = STATE_CLOSE;
		return false;
	}
}

static bool step_reset_here(struct endpoint *p)
{
	struct event *e = &p->e;

	switch (p->step++) {
	case 0:
		generate_set_states(e, STATE_SYN_RECV, STATE_ESTABLISHED, SOCKF_NO_SOCKET);
		return true;
	case 1:
		e->rcv_nxt += 100;
		generate_set_states(e, STATE_ESTABLISHED, STATE_CLOSE, SOCKF_SHUT_RCV);
		set_task(e, SOCKF_LAST_REF);
		p->call_ns = e->ts_ns - 500;
		return true;
	case 2:
		e->kind = EVENT_RESET_SENT;
		e->old_state = STATE_CLOSE;
		e->reason = RESET_ABORT_ON_CLOSE;
		return true;
	case 3:
		e->kind = EVENT_DESTROY;
		e->old_state = e->new_state = STATE_CLOSE;
		return true;
	default:
		make_call_return(p);
		return false;
	}
}

/* Returns the time between the step just made and the next one. */
static uint64_t delay_ns(const struct endpoint *p)
{
	bool far = false;

	if (p->step == 1)
		return next_random() % life_ns;
	if (p->play == CLOSED_HERE)
		far = p->step == 3 || p->step == 5;
	else if (p->play == CLOSED_THERE)
		far = p->step == 2 || p->step == 4;
	return far ? p->round_ns : AT_ONCE_NS + next_random() % 512;
}

static bool next_event(struct endpoint *p, uint64_t now_ns)
{
	p->e.ts_ns = now_ns;
	p->e.call_ns = 0;
	p->e.ret = 0;
	p->e.tcp_flags = 0;
	switch (p->play) {
	case CLOSED_HERE:
		return step_closed_here(p);
	case CLOSED_THERE:
		return step_closed_there(p);
	default:
		return step_reset_here(p);
	}
}

/* Writes the events of all endpoints in the order of their times, and a mark at the end. */
static void play_endpoints(struct record_writer *r, struct deadline_heap *h, unsigned long events)
{
	struct kernel_counters none = { .filtered = 0 };
	uint64_t now_ns = START_NS, mark_ns = START_NS;

	record_writer_add_mark(r, RECORD_MARK_START, now_ns, &none);
	while (events--) {
		struct endpoint *p = (struct endpoint *)deadline_heap_first(h);
		bool more;

		now_ns = p->next.deadline_ns;
		deadline_heap_remove(h, &p->next);
		if (now_ns - mark_ns >= MARK_NS) {
			mark_ns = now_ns;
			record_writer_add_mark(r, RECORD_MARK_TIME, now_ns, &none);
		}
		more = next_event(p, now_ns);
		record_writer_add_event(r, &p->e);
		if (!more)
			start_connection(p);
		p->next.deadline_ns = now_ns + (more ? delay_ns(p) : next_random() % AT_ONCE_NS);
		deadline_heap_add(h, &p->next);		/* cannot fail: it was just removed */
	}
	record_writer_add_mark(r, RECORD_MARK_END, now_ns, &none);
}

/* Another host has other connections, and another clock. */
static void name_host(struct run_info *meta, const char *host)
{
	snprintf(meta->host, sizeof(meta->host), "%s", host);
	for (; *host; host++)
		seed = (seed ^ (uint8_t)*host) * 0x100000001b3ULL;
	snprintf(meta->boot_id, sizeof(meta->boot_id), "%08x-0000-4000-8000-000000000000",
		 (unsigned)seed);
	meta->boot_to_wall_ns += (int64_t)(seed % 1000000);
}

int generate_recording(const char *path, unsigned long events, unsigned long connections,
		       const char *host)
{
	struct run_info meta = {
		.hostname = "nowhere", .kernel = "6.1.0", .machine = "x86_64",
		.boot_id = "00000000-0000-4000-8000-000000000000",
		.hook = { { "calls", "tracepoint" }, { "late", "tp_btf" },
			  { "reset_sent", "tp_btf" },
			  { "reset_received", "tp_btf" }, { "fin_resent", "tp_btf" },
			  { "state", "tp_btf" }, { "destroy", "tp_btf" } },
		.nr_hooks = 7, .boot_to_wall_ns = 1795335152LL * 1000000000 - (int64_t)START_NS,
	};
	struct record_writer_config config = { .path = path, .meta = &meta, .separate = true };
	struct endpoint *all = calloc(connections, sizeof(*all));
	struct deadline_heap heap = { 0 };
	struct record_writer *r = NULL;
	int err = ENOMEM, closing;

	if (host)
		name_host(&meta, host);
	if (all)
		err = -record_writer_open(&r, &config);
	life_ns = LIFE_NS / LIFE_CONNECTIONS * connections;
	for (unsigned long i = 0; i < connections && !err; i++) {
		start_connection(&all[i]);
		all[i].next.deadline_ns = START_NS + next_random() % life_ns;
		if (!deadline_heap_add(&heap, &all[i].next))
			err = ENOMEM;
	}
	if (!err)
		play_endpoints(r, &heap, events);
	closing = record_writer_close(r);
	deadline_heap_release(&heap);
	free(all);
	return err ? err : closing;
}

void generate_established(struct event *e)
{
	struct endpoint p;

	start_connection(&p);
	p.e.ts_ns = START_NS;
	generate_set_states(&p.e, STATE_SYN_SENT, STATE_ESTABLISHED, SOCKF_HELD);
	*e = p.e;
}
