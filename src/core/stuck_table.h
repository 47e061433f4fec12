/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Stuck sockets: the half-closed and closing sockets that a walk over the kernel's tables found,
 * each with its holders, its owner and advice on what to do. Pure.
 *
 * Feed all SOCKET events first, then the HOLDER events; event.sk_key joins them. Then call
 * stuck_table_finish(), which filters, advises, sorts and groups. Until then only the counters are
 * valid. The table holds at most config.max sockets; those that do not fit are counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "port_use.h"
#include "story_filter.h"

/*
 * Advice on a stuck socket: its word and one line of text. Both are part of the contract. In the
 * order of the output: first what a program of this host must do, then what the peer or the network
 * must do, then what only follows from another socket, and last what ends by itself.
 */
#define ADVICES(X)                                                                         \
	X(FORGOT_CLOSE, "forgot-close",                                                    \
	  "the program read to the end and forgot to close()")                             \
	X(UNREAD_DATA, "unread-data",                                                      \
	  "the program does not read: data and the peer's FIN wait")                       \
	X(NOT_LOOKING, "not-looking",                                                      \
	  "the program is not looking: no recv() saw the peer's close")                    \
	X(NOT_ACCEPTED, "not-accepted",                                                    \
	  "in the queue of a listener: its program does not accept()")                     \
	X(KERNEL_SOCKET, "kernel-socket",                                                  \
	  "the kernel's own (a network file system, say)")                                 \
	X(NO_HOLDER, "no-holder",                                                          \
	  "no descriptor was found: in flight, in io_uring, or a hidden process")          \
	X(NOT_SENT, "not-sent",                                                            \
	  "our FIN does not leave: a filter or queue of this host drops it")               \
	X(NO_ACK, "no-ack",                                                                \
	  "the peer does not acknowledge: the kernel sends again, then gives up")          \
	X(ZERO_WINDOW, "zero-window",                                                      \
	  "the peer does not read: its window is shut, our FIN waits")                     \
	X(PEER_HOLDS, "peer-holds",                                                        \
	  "waits for the peer's close; with it open here no timeout applies")              \
	X(OPEN, "open",                                                                    \
	  "open: neither side has closed it, no timeout applies")                          \
	X(RELAYING, "relaying",                                                            \
	  "may relay a half-close, and waits for the peer of its other socket")         \
	X(SETTLING, "settling",                                                            \
	  "on its way: the peer's answer is due")                                          \
	X(EXPIRES, "expires",                                                              \
	  "closed here; the kernel forgets it after tcp_fin_timeout")

#define X_ADVICE(id, word, line) ADVICE_##id,
enum advice { ADVICES(X_ADVICE) ADVICE_COUNT };
#undef X_ADVICE

/* Return the word or the line of an advice, "?" if v is not one. */
const char *advice_name(unsigned v);
const char *advice_line(unsigned v);

/* Who owns a stuck socket. */
enum owner {
	OWNER_PROCESS,		/* its holder with the lowest pid among those that match */
	OWNER_UNKNOWN,		/* held, but no holder was found */
	OWNER_LISTENER,		/* in the accept queue of a listener */
	OWNER_KERNEL,		/* a socket that the kernel itself uses */
	OWNER_NOBODY,		/* an orphan: closed, only the kernel finishes it */
	OWNER_COUNT
};

/*
 * Number of states that are reported: those that count as stuck, and ESTABLISHED, which is reported
 * only if asked for. A minisock counts as FIN_WAIT2.
 */
#define STUCK_STATES 6
#define STUCK_CLOSING                                                                      \
	(1u << STATE_FIN_WAIT1 | 1u << STATE_FIN_WAIT2 | 1u << STATE_CLOSING |             \
	 1u << STATE_CLOSE_WAIT | 1u << STATE_LAST_ACK)

/*
 * Return state i: FIN_WAIT1 to LAST_ACK in the order of a close, then ESTABLISHED; 0 if i is too
 * large. stuck_state_index() is its inverse: STUCK_STATES if the state is none of them.
 */
unsigned stuck_state_at(unsigned i);
unsigned stuck_state_index(unsigned state);

/*
 * Return the word of state i in --state, as ss spells it ("close-wait"); NULL if i is too large.
 * stuck_state_of() returns the state of a word in this or the tool's own spelling ("CLOSE_WAIT"):
 * case and separators do not count; 0 if there is none.
 */
const char *stuck_state_word(unsigned i);
unsigned stuck_state_of(const char *word);

/*
 * A descriptor of a process. Threads may have tables of descriptors of their own, or the leader may
 * have exited: a number of a process that leads to one socket in several tables is one holder.
 */
struct stuck_holder {
	uint64_t cgroup;	/* cgroup v2 id, 0 none */
	uint32_t pid, uid;
	uint32_t tid;		/* the lowest of the threads that have the descriptor */
	int32_t fd;
	uint32_t socket;	/* index in stuck_table.sockets until stuck_table_finish() */
	uint32_t next;		/* private: next holder of the hash bucket */
	uint8_t comm[EVENT_COMM_LEN];	/* of the thread */
	uint8_t process[EVENT_COMM_LEN];	/* of the process, "" unknown */
};

enum tristate { TRI_NO, TRI_YES, TRI_NA };

struct stuck_socket {
	struct flow flow;
	uint64_t sk_key, cookie;
	uint64_t age_ns;	/* minimum; 0 unknown, then age_source is AGE_SOURCE_NONE. */
				/* ESTABLISHED: idle for so long, exact */
	uint64_t left_ns;	/* until the kernel removes it, 0 unknown */
	struct idle idle;	/* ESTABLISHED: since data last went that way */
	uint32_t unread, unacked, unsent;	/* bytes; 0 for a minisock, where unknown */
	uint32_t uid;		/* owner of the socket, not of a task */
	uint32_t group;		/* index in stuck_table.group */
	uint32_t holder, nr_holders;	/* slice of stuck_table.holder, by pid and descriptor */
	uint32_t next;		/* private: next socket of the hash bucket */
	uint8_t state;		/* FIN_WAIT2 for a minisock */
	uint8_t substate;	/* real state of a minisock, 0 for a socket */
	uint8_t age_source;	/* enum age_source */
	uint8_t eof_read;	/* enum tristate; TRI_NA: no FIN was received, or unknown (MPTCP) */
	uint8_t advice, owner;	/* enum advice, enum owner */
	bool orphan;		/* no process has it open */
	bool mptcp_unread;	/* the MPTCP socket above it has data that was not read */
	uint8_t retransmits;
	uint16_t sock_flags;	/* enum sock_flag */
	uint32_t snd_wnd;
	uint8_t probes;
};

/* The sockets of one process, of one kind of owner other than a process, or with one peer. */
struct stuck_group {
	uint8_t owner;		/* enum owner */
	uint32_t pid;
	uint8_t comm[EVENT_COMM_LEN];
	struct flow peer;	/* if by peer: family, address, port; port 0: several */
	uint32_t sockets;
	uint32_t count[STUCK_STATES];
	uint64_t oldest_ns;	/* age of the oldest, minimum; 0 unknown */
	uint8_t urgency;	/* the least stuck_urgency() of its sockets */
	uint32_t first;		/* if by owner: index of its first in stuck_table.sockets */
};

/* Chains of the elements of an array by hash. The links are indexes, because the array may move. */
struct index_buckets {
	uint32_t *first;	/* of each bucket, UINT32_MAX none */
	size_t nr;		/* a power of two */
};

/* Where the records come from. */
enum stuck_source_id {
	STUCK_SOURCE_RECORDING,
	STUCK_SOURCE_BPF,	/* the walk with iterators */
	STUCK_SOURCE_DIAG,	/* sock_diag and /proc */
};

struct stuck_table_config {
	const struct filter *filter;
	const struct story_filter *story_filter;
	uint64_t older_than_ns;	/* 0: any age */
	uint32_t states;	/* set of 1 << enum tcp_state_id; 0: all but ESTABLISHED */
	size_t max;		/* number of sockets */
};

struct stuck_table {
	struct stuck_table_config config;
	struct stuck_socket *sockets;	/* by group, advice, state, age (oldest first) */
	size_t nr, cap;		/* nr: found; after stuck_table_finish(): those that match */
	struct stuck_holder *holder;
	size_t nr_holders, cap_holders;
	struct stuck_group *group;	/* by owner: most urgent first, then most sockets */
	size_t nr_groups;
	struct stuck_group *peer;	/* by peer, in the same order */
	size_t nr_peers;
	struct index_buckets by_key;	/* private: sockets by sk_key */
	struct index_buckets by_fd;	/* private: holders by socket, process and descriptor */

	uint64_t seen, filtered;
	uint64_t age_unknown;	/* among filtered: the known minimum age is too low */
	uint64_t table_full;	/* sockets that did not fit */
	uint64_t holders_full;	/* descriptors that did not fit */
	uint64_t malformed;
	uint64_t advised[ADVICE_COUNT];
	uint32_t count[STUCK_STATES];

	/* About the walk, set by the caller. */
	enum stuck_source_id source;
	unsigned namespaces, left_out, hidden;
	unsigned hidden_fds;	/* processes whose descriptors may not be looked up */
	bool cut_short;
	bool own_netns_only;	/* others exist, or may exist, and may not be entered */
	long orphans_counted;	/* orphans of the host as the kernel counts them; -1 unknown */
	uint64_t orphans_elsewhere;	/* those of them that the walk did not find */
	const struct port_use *ports;	/* NULL unknown */
	unsigned ports_percent;		/* text: the least share of the ports to show */
};

void stuck_table_init(struct stuck_table *h, const struct stuck_table_config *config);
void stuck_table_release(struct stuck_table *h);

/* Add a record of the walk. Out of memory counts as table_full or holders_full. */
void stuck_table_feed(struct stuck_table *h, const void *bytes, size_t len);

/* Call once, after the last record. Returns false if out of memory. */
bool stuck_table_finish(struct stuck_table *h);
