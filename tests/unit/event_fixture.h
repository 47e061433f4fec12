/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events for the tests of the core. The connection goes from 10.0.0.1:51544 to 10.0.0.9:80, with
 * initial sequence number 1000 on our side and 5000 on the peer's side.
 */
#pragma once

#include <stdlib.h>

#include "story.h"
#include "unit.h"

#define MS 1000000ULL
#define T0 1000000000ULL	/* ts_ns of the first event */

#define CLOSED_BITS (SOCKF_SHUT_RCV | SOCKF_SHUT_SND)
#define ORPHAN_BITS (CLOSED_BITS | SOCKF_DEAD | SOCKF_NO_SOCKET)

static inline struct event an_event(uint64_t ts_ns, uint8_t kind)
{
	return (struct event){
		.ts_ns = ts_ns, .kind = kind, .sk_key = 0xa000, .cookie = 0x11, .netns = 7,
		.family = 4,
		.local_addr = { 10, 0, 0, 1 }, .peer_addr = { 10, 0, 0, 9 }, .local_port = 51544,
		.peer_port = 80, .snd_una = 1000, .snd_nxt = 1000, .write_seq = 1000,
		.rcv_nxt = 5000, .rcv_wup = 5000, .copied_seq = 5000, .snd_wnd = 65535,
		.segs_in = 1, .syscall_nr = -1, .old_state = STATE_CLOSE, .new_state = STATE_CLOSE,
	};
}

static inline struct event a_state_change(uint64_t ts_ns, uint8_t from, uint8_t to, unsigned bits)
{
	struct event e = an_event(ts_ns, EVENT_STATE);

	e.old_state = from;
	e.new_state = to;
	e.sock_flags = (__u16)bits;
	return e;
}

/* Adds the task that holds the lock, in this call on that descriptor. */
static inline struct event by_task(struct event e, uint32_t tid, uint8_t call, int fd)
{
	e.sock_flags |= e.kind == EVENT_STATE ? SOCKF_OWNED : 0;
	e.task_flags |= TASKF_VALID | TASKF_SYSCALL;
	e.pid = 100;
	e.tid = tid;
	e.syscall = call;
	e.syscall_nr = 3;
	e.arg[0] = fd;
	memcpy(e.comm, "task", 4);
	return e;
}

static inline struct event established(uint64_t ts_ns)
{
	return a_state_change(ts_ns, STATE_SYN_SENT, STATE_ESTABLISHED, SOCKF_HELD);
}

/* A close() or shutdown() from entry to return. */
static inline struct event a_call(uint64_t ts_ns, uint64_t call_ns, uint32_t tid, uint8_t call,
				  int fd)
{
	struct event e = by_task(an_event(ts_ns, EVENT_CALL), tid, call, fd);

	e.old_state = e.new_state = STATE_ESTABLISHED;
	e.call_ns = call_ns;
	return e;
}

static inline struct event a_fin(uint64_t ts_ns, uint32_t tid)
{
	return by_task(a_state_change(ts_ns, STATE_ESTABLISHED, STATE_FIN_WAIT1,
			   CLOSED_BITS | SOCKF_LAST_REF), tid, SYSCALL_CLOSE, 5);
}

static inline struct event an_ack(uint64_t ts_ns)
{
	struct event e = a_state_change(ts_ns, STATE_FIN_WAIT1, STATE_FIN_WAIT2, ORPHAN_BITS);

	e.snd_una = e.snd_nxt = e.write_seq = 1001;
	e.segs_in = 2;
	return e;
}

/* FIN_WAIT2 -> CLOSE, by the peer's FIN (SOCKF_DONE) or because a timewait socket takes over. */
static inline struct event a_last_change(uint64_t ts_ns, unsigned bits)
{
	struct event e = a_state_change(ts_ns, STATE_FIN_WAIT2, STATE_CLOSE, ORPHAN_BITS | bits);

	e.snd_una = e.snd_nxt = e.write_seq = 1001;
	e.segs_in = bits & SOCKF_DONE ? 3 : 2;
	e.rcv_nxt = e.rcv_wup = bits & SOCKF_DONE ? 5001 : 5000;
	e.fin_timeout_ns = 60000 * MS;
	return e;
}

static inline struct event a_timewait_segment(uint64_t ts_ns, uint8_t tcp_flags, uint32_t payload)
{
	struct event e = an_event(ts_ns, EVENT_TIMEWAIT);

	e.old_state = e.new_state = STATE_TIME_WAIT;
	e.sk_key = 0;
	e.snd_nxt = 1001;
	e.tcp_flags = tcp_flags;
	e.payload = payload;
	e.substate = tcp_flags & 1 ? STATE_TIME_WAIT : STATE_FIN_WAIT2;
	return e;
}

/* Returns the same event for endpoint n, with its own socket, port and cookie. */
static inline struct event of_endpoint(unsigned n, struct event e)
{
	e.sk_key = e.sk_key ? 0x100000 + n * 64 : 0;
	e.cookie = n;
	e.local_port = (__u16)n;
	e.peer_addr[2] = (__u8)(n >> 16);
	return e;
}

/* xorshift64*: the numbers are the same on every machine. */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1dULL;
}
