/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The story of one endpoint: what its events said about its end, in order, without judgement. Pure.
 *
 * A story knows both FINs and both ACKs of them, whichever side began, each with its instant and
 * its raw numbers; every act of a process on the socket; and how the socket ended. The verdict is
 * drawn from it. Events of one socket come in order, since its lock is held; only CALL events,
 * which tell of their entry when they return, come late, and are put where they belong.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "filter.h"
#include "names.h"

#define STORY_STATES 12		/* longest path through the states, with room */
#define STORY_CALLS 32		/* acts kept; more are counted */
#define STORY_HOLDERS 32	/* likewise */

/* One of the four segments that end a connection: our FIN, the peer's, and the ACK of each. */
enum segment { SEG_FIN_OUT, SEG_ACK_IN, SEG_FIN_IN, SEG_ACK_OUT, SEG_COUNT };

struct close_segment {
	uint64_t ts_ns;
	uint32_t seq, ack;	/* raw numbers of the segment */
	bool seen;		/* it happened */
	bool exact;		/* instant and numbers were seen, not inferred */
	bool has_seq;		/* seq is known */
};

/* What one task did to the socket: a call, or its own end. */
struct socket_call {
	uint64_t ts_ns;		/* entry of the call where seen, else the instant of its effect */
	uint64_t effect_ns;	/* the change that it made; 0 none */
	uint64_t call_ns;	/* time in the call; valid with returned */
	uint64_t cgroup;
	uint32_t pid, tid, uid;
	int32_t syscall_nr;		/* system call number where trigger is SYSCALL */
	int32_t fd, how;	/* -1 unknown or without meaning */
	int32_t ret;		/* valid with returned */
	int32_t exit_code;	/* status of TRIGGER_EXIT, else -1 */
	int32_t signal;		/* of TRIGGER_SIGNAL, else -1 */
	uint8_t trigger;	/* enum trigger */
	uint8_t effect;		/* enum effect */
	bool returned;		/* its return was seen */
	bool deferred;		/* the last reference went in a call that was not meant to end it */
	bool compat;		/* syscall_nr is of the 32-bit table */
	bool on_other_socket;		/* the call was on another socket: the listener */
	bool fput_known;		/* that it was, or was not, a close() of this very descriptor */
	bool reached_close;		/* it took the socket to CLOSE */
	uint8_t comm[EVENT_COMM_LEN];
};

/* A descriptor that a walk found. */
struct holder {
	uint32_t pid;
	int32_t fd;
	uint8_t comm[EVENT_COMM_LEN];
};

enum opened { OPENED_UNKNOWN, OPENED_CONNECT, OPENED_ACCEPT };

/* How far the end has come. */
enum close_progress {
	CLOSE_NOT_YET,
	CLOSE_DONE,	/* CLOSE was reached; at_close has the particulars */
	CLOSE_MINISOCK,	/* CLOSE too, but a timewait minisock in FIN_WAIT2 awaits the peer's FIN */
	CLOSE_BY_SEGMENT,	/* ... and a segment reached it that ended the wait: late */
	CLOSE_EXPIRED,	/* ... and its time ran out */
	CLOSE_NO_MINISOCK,/* ... but there was none when the peer's FIN came */
};

/* What the socket showed when it went to CLOSE; see struct event. */
struct at_close {
	uint32_t unread, unacked;
	uint32_t rcv_nxt, rcv_wnd;	/* what a minisock goes by */
	uint16_t sock_flags, sk_err;
	uint8_t old_state;
	bool zero_window;		/* the peer's window was zero */
	bool user_timeout;	/* TCP_USER_TIMEOUT was set */
	bool fin_unsent;	/* our FIN was queued, and never left */
	bool tw_full;		/* there were as many minisocks as there may be */
};

/* A RST that we sent. */
struct reset {
	uint64_t ts_ns;
	uint8_t reason;		/* enum reset_reason: the kernel's own word */
	bool sent;
	bool answer;		/* to a segment, not of our own accord */
};

struct story {
	struct flow flow;
	uint64_t sk_key, cookie;	/* see struct event */

	bool has_twin;		/* the other end is on this host too */
	uint8_t twin_comm[EVENT_COMM_LEN];
	uint32_t twin_pid;	/* who ended the other end, 0 unknown */
	uint64_t twin_cookie;

	uint64_t established_ns;	/* ESTABLISHED, 0 not seen */
	uint64_t closing_since_ns;	/* found closing by a walk: it began then or before; 0 was not */
	uint64_t end_ns;	/* valid unless CLOSE_NOT_YET */
	uint64_t expires_ns;	/* CLOSE_MINISOCK: when the kernel forgets it at the latest */
	struct close_segment seg[SEG_COUNT];
	uint64_t bytes_sent, bytes_received;	/* payload, so far */
	uint32_t srtt_us;	/* 0 not measured */
	uint32_t fin_segs_in;	/* event.segs_in when our FIN left, and when its ACK came */
	uint32_t ack_segs_in;

	/* What our end (our FIN, or the RST that spared us one) found, in bytes. */
	uint32_t unread, unacked, unsent;
	bool queue_known;
	bool window_closed;	/* the peer's window left no room for the FIN */

	bool same_segment;	/* the two waves in the middle travelled in one segment */
	bool same_segment_known;	/* whether they did is known */
	bool simultaneous;	/* both FINs crossed */
	bool v4mapped;
	bool mptcp;		/* an MPTCP subflow: its calls are made on another socket */
	bool calls_missed;	/* a call that acted on it did not report its return: it may be another's */
	bool returns_missed;	/* nor did one that acted on it for sure */
	bool destroyed;		/* the socket was released */
	bool unwatched;		/* CLOSE_MINISOCK, and no hook shows what reaches it */
	bool from_scan;		/* all that is known is what a walk found */

	uint8_t opened;		/* enum opened */
	uint8_t last_old, last_new;	/* of the latest change of state */
	uint8_t progress;		/* enum close_progress */
	uint8_t nr_states;
	uint8_t states[STORY_STATES];	/* the kernel's TCP states in order */
	struct at_close at_close;	/* valid unless CLOSE_NOT_YET */
	struct reset reset;
	uint32_t fin_retransmits;
	uint8_t timewait_tcp_flags;		/* CLOSE_BY_SEGMENT: flag byte of the segment */

	uint8_t nr_holders;
	uint32_t holders_dropped;
	struct holder *holders;	/* as a walk found them, in no order; owned */

	uint8_t nr_calls, cap_calls;
	uint32_t calls_dropped;
	struct socket_call *calls;	/* in order of ts_ns; owned */
};

/* Between whom. */
struct flow story_flow(const struct event *e);

void story_init(struct story *s, const struct event *first);
void story_release(struct story *s);

/* Takes the next event of this endpoint. Out of memory: the act is counted in calls_dropped. */
void story_feed(struct story *s, const struct event *e);

/* The minisock's time ran out without a word from the peer. */
void story_expire(struct story *s);

/* Has nothing been told of it yet? */
static inline bool story_is_new(const struct story *s)
{
	return !s->nr_states && !s->nr_calls;
}

/* Has the end begun? */
bool story_is_closing(const struct story *s);

/* Is it over, as far as segments go? */
bool story_is_over(const struct story *s);

/*
 * Is it over in a way that no further event can shed a new light on? A RST in answer may still
 * follow.
 */
bool story_is_final(const struct story *s);

/* story_calls.c: of the calls that a story has. */

/* Is some call, whose effect was seen, still to report its return? */
bool story_awaits_call(const struct story *s);

/*
 * No call will report any more. What was taken for a close() of this socket and never returned as
 * one was a close of something else, in which the last reference went: a descriptor in flight, say.
 * That much is certain only if no event was lost; the number of the descriptor is unknown either
 * way.
 */
void story_abandon_calls(struct story *s, bool lossless);

/* The act that queued our FIN, or else that ended the connection; NULL if there is none. */
const struct socket_call *story_trigger(const struct story *s);

/* For story_scan.c and story_timewait.c, which build stories too. */
void story_add_state(struct story *s, uint8_t state);
void story_set_segment(struct story *s, enum segment seg, uint64_t ts_ns, uint32_t seq, uint32_t ack);
