/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What hangs: the half-closed and closing sockets that a walk found, each with its holders, who is
 * behind them and what can be done. Pure.
 *
 * Fed with SOCKET events and then HOLDER events, which event.sk_key joins. stuck_table_finish() filters,
 * judges, sorts and groups; only then is anything but the counters to be read. The table is bounded
 * by config.max; what does not fit is counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "story_filter.h"

/* What to do about it, as one word and one line. */
#define ADVICES(X)                                                                                 \
	X(FORGOT_CLOSE, "forgot-close", "the program read to the end and forgot to close()") \
	X(UNREAD_DATA, "unread-data", "the program does not read: data and the peer's FIN wait")  \
	X(NOT_LOOKING, "not-looking", "the program is not looking: no recv() saw the peer's close") \
	X(PEER_HOLDS, "peer-holds", "waits for the peer's close; with it open here no timeout applies") \
	X(EXPIRES, "expires", "closed here; the kernel forgets it after tcp_fin_timeout")              \
	X(NO_ACK, "no-ack", "the peer does not acknowledge: the kernel sends again, then gives up")    \
	X(ZERO_WINDOW, "zero-window", "the peer does not read: its window is shut, our FIN waits")     \
	X(NOT_SENT, "not-sent", "our FIN does not leave: a filter or queue of this host drops it")     \
	X(SETTLING, "settling", "on its way: the peer's answer is due")                                \
	X(NOT_ACCEPTED, "not-accepted", "in the queue of a listener: its program does not accept()")   \
	X(KERNEL_SOCKET, "kernel-socket", "the kernel's own (a network file system, say)")             \
	X(NO_HOLDER, "no-holder", "no descriptor was found: in flight, in io_uring, or a hidden process")

#define X_ADVICE(id, word, line) ADVICE_##id,
enum advice { ADVICES(X_ADVICE) ADVICE_COUNT };
#undef X_ADVICE

const char *advice_name(unsigned v);
const char *advice_line(unsigned v);

/* Who a socket is put down to. */
enum owner {
	OWNER_PROCESS,		/* the lowest pid of its holders that match the filters */
	OWNER_UNKNOWN,		/* held, but by nobody that was found */
	OWNER_LISTENER,		/* in a listener's queue */
	OWNER_KERNEL,		/* a socket of the kernel's */
	OWNER_NOBODY,		/* an orphan: closed, the kernel finishes */
	OWNER_COUNT
};

/* The states that count as hanging, in the order of a close; a minisock counts as FIN_WAIT2. */
#define STUCK_STATES 5
unsigned stuck_state_at(unsigned i);

struct stuck_holder {
	uint64_t cgroup;	/* cgroup v2 id, 0 none */
	uint32_t pid, uid;
	int32_t fd;
	uint32_t socket;	/* internal: key of the join */
	uint8_t comm[EVENT_COMM_LEN];
};

enum tristate { TRI_NO, TRI_YES, TRI_NA };

struct stuck_socket {
	struct flow flow;
	uint64_t sk_key, cookie;
	uint64_t age_ns;	/* at least; 0 unknown, then age_source is AGE_SOURCE_NONE */
	uint64_t left_ns;	/* until the kernel forgets it, 0 unknown */
	uint32_t unread, unacked, unsent;	/* of a minisock unknown */
	uint32_t uid;		/* of the socket */
	uint32_t group;		/* index in stuck_table.group */
	uint32_t holder, nr_holders;		/* slice of stuck_table.holder, by pid and descriptor */
	uint32_t next;		/* internal */
	uint8_t state;		/* FIN_WAIT2 for a minisock */
	uint8_t substate;	/* of a minisock, else 0 */
	uint8_t age_source;	/* enum age_source */
	uint8_t eof_read;	/* enum tristate; TRI_NA where the peer has not sent a FIN */
	uint8_t advice, owner;
	bool orphan;
	uint8_t retransmits;
	uint16_t sock_flags;		/* enum sock_flag */
	uint32_t snd_wnd;
	uint8_t probes;
};

/* Sockets of one process, of one kind of owner, or with one peer. */
struct stuck_group {
	uint8_t owner;		/* enum owner */
	uint32_t pid;
	uint8_t comm[EVENT_COMM_LEN];
	struct flow peer;	/* by peer: family, peer_addr, peer_port; 0: several ports */
	uint32_t sockets;
	uint32_t count[STUCK_STATES];
	uint64_t oldest_ns;	/* at least; 0 unknown */
	uint32_t first;		/* by process: the first of its sockets in stuck_table.sockets */
};

struct stuck_table_config {
	const struct filter *filter;
	const struct story_filter *story_filter;
	uint64_t older_than_ns;	/* 0: of any age */
	size_t max;		/* sockets */
};

struct stuck_table {
	struct stuck_table_config config;
	struct stuck_socket *sockets;	/* by owner, then what to do, then age: the oldest first */
	size_t nr, cap;		/* told; before stuck_table_finish: found */
	struct stuck_holder *holder;
	size_t nr_holders, cap_holders;
	struct stuck_group *group;	/* by process: the most sockets first */
	size_t nr_groups;
	struct stuck_group *peer;	/* by peer, the most sockets first */
	size_t nr_peers;
	uint32_t *bucket;
	size_t nr_buckets;

	uint64_t seen, filtered;
	uint64_t age_unknown;	/* of filtered: too little is known of the age */
	uint64_t table_full;	/* sockets that did not fit */
	uint64_t holders_full;	/* descriptors that did not fit */
	uint64_t malformed;
	uint64_t advised[ADVICE_COUNT];
	uint32_t count[STUCK_STATES];

	/* of the walk, filled in by its caller */
	unsigned namespaces, left_out, hidden;
	bool cut_short;
};

void stuck_table_init(struct stuck_table *h, const struct stuck_table_config *config);
void stuck_table_release(struct stuck_table *h);

/* Takes a record of a walk. -ENOMEM is counted as table_full. */
void stuck_table_feed(struct stuck_table *h, const void *bytes, size_t len);

/* After the last event, once. False out of memory. */
bool stuck_table_finish(struct stuck_table *h);
