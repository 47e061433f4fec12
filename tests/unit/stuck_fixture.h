/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets and holders as the iterator reports them, for the tests of stuck sockets.
 */
#pragma once

#include "unit.h"

#include "stuck_table.h"

#define SECOND_NS 1000000000ULL

static const struct filter no_filter;
static const struct story_filter no_select;

/* From 10.0.0.1:80 to 10.0.0.9:port. port is also the key of the socket. */
static inline struct event a_socket(uint8_t state, uint16_t port)
{
	return (struct event){
		.kind = EVENT_SOCKET, .sk_key = 0xa000u + port, .cookie = port, .netns = 7,
		.family = 4,
		.local_addr = { 10, 0, 0, 1 }, .peer_addr = { 10, 0, 0, 9 }, .local_port = 80,
		.peer_port = port, .old_state = state, .new_state = state, .snd_una = 1000,
		.snd_nxt = 1000, .write_seq = 1000, .rcv_nxt = 5000, .copied_seq = 5000,
		.snd_wnd = 65535, .uid = 33, .syscall_nr = -1,
		.sock_flags = state == STATE_CLOSE_WAIT ? SOCKF_DONE : 0,
	};
}

static inline struct event a_minisock(uint16_t port, uint64_t left_ns)
{
	struct event e = a_socket(STATE_TIME_WAIT, port);

	e.substate = STATE_FIN_WAIT2;
	e.left_ns = left_ns;
	e.sock_flags = SOCKF_DEAD | SOCKF_NO_SOCKET;
	e.uid = 0;
	return e;
}

static inline struct event aged(struct event e, uint64_t ns)
{
	e.age_ns = ns;
	e.age_source = AGE_SOURCE_LAST_SEGMENT;
	return e;
}

static inline struct event a_holder(uint16_t port, uint32_t pid, const char *comm, int fd)
{
	struct event e = a_socket(STATE_CLOSE_WAIT, port);

	e.kind = EVENT_HOLDER;
	e.pid = e.tid = pid;
	e.uid = 1000;
	e.cgroup = 42;
	e.task_flags = TASKF_VALID;
	e.arg[0] = fd;
	memcpy(e.comm, comm, strlen(comm));
	return e;
}

static inline void stuck_table_begin(struct stuck_table *h, const struct filter *f,
				     const struct story_filter *s, uint64_t older_than_ns,
				     size_t max)
{
	struct stuck_table_config config = { .filter = f, .story_filter = s,
					     .older_than_ns = older_than_ns,
				       .max = max };

	stuck_table_init(h, &config);
}

static inline void stuck_table_add(struct stuck_table *h, struct event e)
{
	stuck_table_feed(h, &e, sizeof(e));
}
