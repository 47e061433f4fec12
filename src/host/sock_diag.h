/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TCP sockets of one network namespace, from the kernel's NETLINK_SOCK_DIAG (sock_diag(7)). Needs no
 * privilege: the namespace is the one in which the handle was opened, and stays that one.
 *
 * A handle keeps its network namespace alive.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "filter.h"

/* A set of states: bits 1 << STATE_X. A minisock is in the state that it stands for (tw_substate). */
#define SOCK_DIAG_CONNECTED                                                                        \
	(1u << STATE_ESTABLISHED | 1u << STATE_SYN_SENT | 1u << STATE_SYN_RECV |                   \
	 1u << STATE_FIN_WAIT1 | 1u << STATE_FIN_WAIT2 | 1u << STATE_CLOSE_WAIT |                  \
	 1u << STATE_LAST_ACK | 1u << STATE_CLOSING)

enum sock_diag_timer {
	SOCK_DIAG_TIMER_NONE,
	SOCK_DIAG_TIMER_RETRANSMIT,
	SOCK_DIAG_TIMER_KEEPALIVE,	/* or the FIN_WAIT2 of an orphan */
	SOCK_DIAG_TIMER_MINISOCK,
	SOCK_DIAG_TIMER_ZERO_WINDOW,
};

struct sock_diag_socket {
	struct flow flow;	/* IPv4 for an AF_INET6 socket with IPv4 addresses */
	uint64_t cookie;	/* the one that BPF programs see; a minisock gets a new one */
	uint64_t inode;		/* as in /proc/PID/fd; 0: no process holds it */
	uint32_t uid;
	uint32_t rqueue, wqueue;	/* bytes unread, and bytes unsent or unacknowledged */
	uint32_t expires_ms;	/* until the timer expires */
	uint32_t last_sent_ms, last_received_ms;	/* since data went; with has_times */
	uint32_t last_ack_ms;	/* since the latest segment with an ACK; with has_times */
	uint32_t unsent;	/* bytes of wqueue; with has_queues */
	uint32_t snd_wnd;	/* bytes that the peer accepts; with has_queues */
	bool sent_data, received_data;	/* ever; with has_queues */
	uint8_t state;		/* enum tcp_state_id */
	uint8_t timer;		/* enum sock_diag_timer */
	uint8_t retransmits;
	uint8_t timeouts, probes;	/* in a row: data not acknowledged, no window; has_times */
	bool v4mapped;
	bool minisock;
	bool mptcp;		/* a subflow; before Linux 6.15 only CAP_NET_ADMIN sees it */
	bool has_times;		/* with sock_diag_dump(), except for minisocks */
	bool has_queues;	/* has_times, and the kernel is not older than 5.4 */
};

struct sock_diag {
	int fd;
	uint32_t netns;		/* inode number of the network namespace */
	uint32_t seq;		/* of the latest request */
};

typedef void sock_diag_fn(void *arg, const struct sock_diag_socket *socket);

/* Open a handle in the network namespace that the calling thread is in. Returns 0 or -errno. */
int sock_diag_open(struct sock_diag *d, uint32_t netns);

/* fd -1 is allowed. */
void sock_diag_close(struct sock_diag *d);

/*
 * Call fn for each socket in one of these states. A socket that is removed meanwhile can hide another
 * one (the kernel continues a hash chain by position), so a socket that is not listed may exist.
 * Returns 0 or -errno; -ETIMEDOUT if the kernel does not answer.
 */
int sock_diag_dump(struct sock_diag *d, uint32_t states, sock_diag_fn *fn, void *arg);

/* The same without the members that need has_times or has_queues: costs less. */
int sock_diag_list(struct sock_diag *d, uint32_t states, sock_diag_fn *fn, void *arg);

/*
 * The same for MPTCP sockets, each of which has the inode of its subflows. rqueue is not 0 if data
 * is unread, but is no number of bytes. Returns -ENOENT if the kernel has no mptcp_diag.
 */
int sock_diag_list_mptcp(struct sock_diag *d, uint32_t states, sock_diag_fn *fn, void *arg);

/*
 * Find one socket. Cookie 0 finds any with these addresses. Returns 0, -ENOENT if there is none, or
 * another -errno. A socket that is bound to a device is not found, nor is a minisock.
 */
int sock_diag_find(struct sock_diag *d, const struct flow *flow, uint64_t cookie,
		   struct sock_diag_socket *socket);
