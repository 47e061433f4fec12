/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The story of one endpoint: what its events showed of its end, in order, without judgement. Pure.
 *
 * A story has both FINs and both ACKs of them, whichever side began, each with its instant and its
 * raw numbers; each call of a task on the socket; and how the socket ended. verdict.h draws the
 * conclusions. Events of one socket come in order, since its lock is held, and once
 * (event_order.h). Only CALL events come late: a call is reported when it returns, and is put where
 * it was entered.
 *
 * One module in four files: story.c (changes of state), story_calls.c (what tasks did),
 * story_timewait.c (what reached the minisock), story_scan.c (what a scan found).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "filter.h"
#include "names.h"

#define STORY_STATES 12		/* longest path through the states, with room */
#define STORY_CALLS 32		/* calls kept; more are counted */
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
	bool fput_known; /* that it was, or was not, a close() of this very descriptor */
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

/* The other end, where it is on this host too. */
struct twin_end {
	uint64_t cookie;
	uint32_t pid;		/* of the task that ended it, else the last on it; 0 unknown */
	uint8_t comm[EVENT_COMM_LEN];
	bool known;
};

/* What the two FINs and their ACKs show together. */
struct fins {
	uint32_t segs_in_at_fin;	/* event.segs_in when our FIN left */
	uint32_t segs_in_at_ack;	/* ... and when its ACK arrived */
	uint32_t retransmits;		/* of our FIN */
	bool simultaneous;		/* the FINs crossed */
	bool same_segment;		/* the two waves in the middle shared a segment */
	bool same_segment_known;	/* whether they did is known */
};

/* What our end (our FIN, or the RST in its place) found in the queues, in bytes. */
struct queues {
	uint32_t unread, unacked, unsent;
	bool known;
	bool window_closed;	/* the peer's window left no room for the FIN */
};

/* What a scan of the sockets found. */
struct scan_facts {
	uint64_t closing_since_ns;	/* closing already: it began then or before; 0 was not */
	uint32_t holders_dropped;
	uint8_t nr_holders;
	bool only;		/* nothing else is known of the connection */
	struct holder *holders;	/* in no order; owned */
};

/*
 * What was not seen, in the order in which the verdict lists it. The story notes what its events
 * show to be missing; verdict.c adds what follows from the rest.
 */
enum missing {
	MISSING_AGE,		/* when the connection was established */
	MISSING_WAVES,
	MISSING_SHARED_SEGMENT,	/* whether waves 2 and 3 shared a segment */
	MISSING_LATE_SEGMENTS,	/* what reached a minisock: no hook shows it */
	MISSING_TRIGGER,
	MISSING_CALL,		/* the return of a call, which may have been on another socket */
	MISSING_RETURN,		/* the return of a call that was on this socket */
	MISSING_FIN_LEFT,	/* when a queued FIN left */
	MISSING_HOLDERS,
	MISSING_CALLS,
	MISSING_INITIATOR,
	MISSING_COUNT,
};

struct story {
	struct flow flow;
	uint64_t sk_key, cookie;	/* see struct event */
	struct twin_end twin;

	uint64_t established_ns;	/* ESTABLISHED, 0 not seen */
	uint64_t bytes_sent, bytes_received;	/* payload, so far */
	uint32_t srtt_us;		/* 0 not measured */
	uint8_t opened;			/* enum opened */
	bool v4mapped;
	bool mptcp;		/* an MPTCP subflow: its calls are made on another socket */

	bool destroyed;			/* the socket was released */
	uint8_t progress;		/* enum close_progress */
	uint8_t timewait_tcp_flags;	/* CLOSE_BY_SEGMENT: flag byte of the segment */
	uint8_t last_old, last_new;	/* of the latest change of state */
	uint8_t nr_states;
	uint8_t states[STORY_STATES];	/* the kernel's TCP states in order */
	uint16_t missing;		/* bits of enum missing */
	uint64_t end_ns;		/* valid unless CLOSE_NOT_YET */
	uint64_t expires_ns;		/* CLOSE_MINISOCK: when the kernel frees it at the latest */

	struct close_segment seg[SEG_COUNT];
	struct fins fins;
	struct queues queues;
	struct at_close at_close;	/* valid unless CLOSE_NOT_YET */
	struct reset reset;
	struct scan_facts scan;

	uint8_t nr_calls, cap_calls;
	uint32_t calls_dropped;
	struct socket_call *calls;	/* in order of ts_ns; owned */
};

/* Has an event shown that this is missing? */
static inline bool story_is_missing(const struct story *s, enum missing what)
{
	return s->missing & 1u << what;
}

/* The addresses and ports of an event. */
struct flow story_flow(const struct event *e);

void story_init(struct story *s, const struct event *first);
void story_release(struct story *s);

/*
 * Take the next event of this endpoint. A call for which there is no memory counts in
 * calls_dropped.
 */
void story_feed(struct story *s, const struct event *e);

/* The minisock's time ran out without a segment from the peer. */
void story_expire(struct story *s);

/* Does a hook show the segments that arrive from now on? */
static inline void story_set_watched(struct story *s, bool watched)
{
	s->missing &= (uint16_t)~(1u << MISSING_LATE_SEGMENTS);
	s->missing |= (uint16_t)(!watched << MISSING_LATE_SEGMENTS);
}

/* Has no event been fed that says anything? */
static inline bool story_is_new(const struct story *s)
{
	return !s->nr_states && !s->nr_calls;
}

/* Has the end begun? */
bool story_is_closing(const struct story *s);

/* Is it over, as far as segments go? */
bool story_is_over(const struct story *s);

/* Is it over, and can no further event change that? A RST in answer may still follow. */
bool story_is_final(const struct story *s);

/*
 * Is this event, that the connection was established, of the connection that the scan found? Then
 * its whole life is traced. With cookies that is certain; by time it is to a tick, the precision of
 * ages.
 */
bool story_was_scanned(const struct story *s, const struct event *e);

/* Is there a call that had its effect and has not returned? */
bool story_awaits_call(const struct story *s);

/*
 * No call will return any more. A close() of this socket that never returned as one was a close()
 * of something else that dropped the last reference: of a descriptor in flight, say. That is
 * certain only if no event was lost; the number of the descriptor is unknown either way.
 */
void story_abandon_calls(struct story *s, bool lossless);

/* The call that queued our FIN, or else that ended the connection; NULL if there is none. */
const struct socket_call *story_trigger(const struct story *s);
