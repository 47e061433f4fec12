/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The story of one endpoint: the facts that its events show about its close. Pure.
 *
 * A story has the two FINs and their ACKs, each with its time and its raw numbers, whichever side
 * began. It also has every call of a task on the socket, and how the socket ended. verdict.h draws
 * the conclusions. Each event of a socket arrives once (event_order.h), and in order, because the
 * kernel reports it under the socket's lock. Only CALL events are late: a call is reported when it
 * returns, and inserted at the time of its entry.
 *
 * One module in six files: story.c (state changes), story_calls.c (calls of tasks), story_data.c
 * (bytes in the queues, silence), story_timewait.c (segments that reach the minisock), story_scan.c
 * (results of a scan), story_owner.c (whose event is this?).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "event.h"
#include "filter.h"
#include "names.h"
#include "text_cache.h"

#define STORY_STATES 12		/* longest path through the states, and some more */
#define STORY_CALLS 32		/* calls kept; the others are only counted */
#define STORY_HOLDERS 32	/* holders kept; the others are only counted */

/* One of the four segments that end a connection: our FIN, the peer's, and the ACK of each. */
enum segment { SEG_FIN_OUT, SEG_ACK_IN, SEG_FIN_IN, SEG_ACK_OUT, SEG_COUNT };

struct close_segment {
	uint64_t ts_ns;
	uint32_t seq, ack;	/* raw numbers of the segment */
	bool seen;		/* it happened */
	bool exact;		/* time and numbers were seen, not inferred */
	bool has_seq;		/* seq is known */
};

/* An act of a task on the socket: a call, or the exit of the task. */
struct socket_call {
	uint64_t ts_ns;		/* entry of the call if seen, else the time of its effect */
	uint64_t effect_ns;	/* time of the change that it made; 0 none */
	uint64_t call_ns;	/* time in the call; valid with returned */
	uint64_t cgroup;
	uint32_t pid, tid, uid;
	int32_t syscall_nr;	/* valid with TRIGGER_SYSCALL */
	int32_t fd, how;	/* -1 unknown or not applicable */
	int32_t ret;		/* valid with returned */
	int32_t exit_code;	/* status of TRIGGER_EXIT, else -1 */
	int32_t signal;		/* of TRIGGER_SIGNAL, else -1 */
	uint8_t trigger;	/* enum trigger */
	uint8_t effect;		/* enum effect */
	bool returned;		/* its return was seen */
	bool deferred;		/* dropped the last reference without being a close of it */
	bool compat;		/* syscall_nr is of the 32-bit table */
	bool on_other_socket;	/* the call was on another socket: the listener */
	bool fput_known;	/* an event shows whether this close() released the file */
	bool reached_close;	/* it took the socket to CLOSE */
	uint8_t comm[EVENT_COMM_LEN];	/* the thread's name */
	uint8_t process[EVENT_COMM_LEN];	/* name of the thread group's leader; "" unknown */
};

/* An open descriptor of the socket, found by a scan. */
struct holder {
	uint32_t pid;
	int32_t fd;
	uint8_t comm[EVENT_COMM_LEN];
	uint8_t process[EVENT_COMM_LEN];	/* as in struct socket_call */
};

enum opened { OPENED_UNKNOWN, OPENED_CONNECT, OPENED_ACCEPT };

/* How far the close has come. */
enum close_progress {
	CLOSE_NOT_YET,
	CLOSE_DONE,	/* CLOSE was reached; at_close is valid */
	CLOSE_MINISOCK,	/* as CLOSE_DONE, but a timewait minisock awaits the peer's FIN */
	CLOSE_BY_SEGMENT,	/* a segment that reached the minisock ended the wait */
	CLOSE_EXPIRED,	/* the minisock's time ran out */
	CLOSE_NO_MINISOCK,/* there was no minisock when the peer's FIN arrived */
};

/* Fields of the socket when it went to CLOSE; see struct event. */
struct at_close {
	uint32_t unread, unacked;
	uint32_t rcv_nxt, rcv_wnd;	/* a minisock checks segments against these */
	uint16_t sock_flags, sk_err;
	uint8_t old_state;
	bool err_is_old;	/* sk_err was set before, on a socket that lived on */
	bool local;		/* a call of a task made the change */
	bool zero_window;	/* the peer's window was zero */
	bool user_timeout;	/* TCP_USER_TIMEOUT was set */
	bool fin_unsent;	/* our FIN was queued, and never sent */
	bool tw_full;		/* the limit of timewait minisocks was reached */
};

/* A RST that we sent, and whether one came. */
struct reset {
	uint64_t ts_ns;		/* of the RST that we sent */
	uint8_t reason;		/* enum reset_reason: the kernel's reason */
	bool sent;
	bool answer;		/* sent in answer to a segment */
	bool received;		/* tcp_reset(): a RST came, or data after our close */
};

/* Did the other end send a RST? */
enum twin_reset {
	TWIN_RESET_UNKNOWN,	/* it may have: an event was lost, or no hook shows its RSTs */
	TWIN_RESET_SENT,
	TWIN_RESET_NOT_SENT,
};

/* Initial sequence numbers: ours, the peer's. The other end has them swapped. */
struct twin_key {
	uint32_t iss, irs;
};

/* The other end, if the run has its host: this one, or one of several recordings. */
struct twin_end {
	uint64_t cookie;
	uint32_t pid;		/* the task that closed it, else the last to act on it; 0 unknown */
	uint32_t srtt_min_us;	/* the smallest that it measured; 0 not measured */
	uint16_t host;		/* as story.host */
	uint8_t reset;		/* enum twin_reset */
	uint8_t comm[EVENT_COMM_LEN];
	uint8_t process[EVENT_COMM_LEN];	/* as in struct socket_call */
	bool known;
	bool lost;	/* how it ended was missed */
};

/* Time since data last went each way, when the end began; see struct event. */
struct idle {
	uint64_t sent_ns, received_ns;
	bool sent_known, received_known;	/* false: no data went that way, or not seen */
};

/* Bytes that were lost when the socket was released. */
struct data_lost {
	uint32_t unread, unsent, unacked;
	bool known;		/* false: the release was not seen */
};

/* Facts about the two FINs and their ACKs together. */
struct fins {
	uint32_t segs_in_at_fin;	/* event.segs_in when our FIN was queued */
	uint32_t segs_in_at_ack;	/* ... and when its ACK arrived */
	uint32_t retransmits;		/* of our FIN */
	bool simultaneous;		/* the FINs crossed */
	bool same_segment;		/* waves 2 and 3 shared a segment */
	bool same_segment_known;	/* same_segment is valid */
};

/* Bytes in the queues when we closed: at our FIN, or at the RST in its place. */
struct queues {
	uint32_t unread, unacked, unsent;
	bool known;
	bool window_closed;	/* the peer's window left no room for the FIN */
};

/* The findings of a scan of the sockets. */
struct scan_facts {
	uint64_t closing_since_ns;	/* its close began at this time or earlier; 0 not closing */
	uint32_t holders_dropped;
	uint8_t nr_holders;
	bool only;		/* the story has no traced state change yet */
	struct holder *holders;	/* in no order; owned */
};

/*
 * Facts that were not seen, in the order in which the verdict lists them. The story notes those
 * that its events show to be missing; verdict.c adds those that follow from the rest.
 */
enum missing {
	MISSING_AGE,		/* when the connection was established */
	MISSING_WAVES,
	MISSING_SHARED_SEGMENT,	/* whether waves 2 and 3 shared a segment */
	MISSING_LATE_SEGMENTS,	/* the segments that reached a minisock: no hook shows them */
	MISSING_TRIGGER,
	MISSING_CALL,		/* the return of a call, which may have been on another socket */
	MISSING_RETURN,		/* the return of a call that was on this socket */
	MISSING_FIN_LEFT,	/* when a queued FIN left */
	MISSING_HOLDERS,
	MISSING_CALLS,
	MISSING_INITIATOR,
	MISSING_RELEASE,	/* whether the data that was left was read before the release */
	MISSING_START,		/* when the close began */
	MISSING_COUNT,
};

struct story {
	struct flow flow;
	uint64_t sk_key, cookie;	/* see struct event */
	const struct text_cache *names;	/* of processes (process_names.h), borrowed; or NULL */
	const struct process_tree *tree;	/* of --tree, borrowed; or NULL */
	struct twin_end twin;
	struct twin_key isns;	/* valid with isns_known */

	uint64_t established_ns;	/* when it became ESTABLISHED; 0 not seen */
	uint64_t bytes_sent, bytes_received;	/* payload, so far */
	uint32_t srtt_us;		/* the latest; 0 not measured */
	uint32_t srtt_min_us;		/* the smallest in any event; 0 not measured */
	uint16_t host;			/* index in the table of hosts (host_table.h); 0 if one */
	uint16_t clock;	/* the times of stories with the same number can be compared */
	uint8_t opened;			/* enum opened */
	bool isns_known;
	bool syns_crossed;	/* both ends called connect(): a simultaneous open */
	bool used_early;	/* a program used it before it was established: TCP Fast Open */
	bool v4mapped;
	bool mptcp;		/* an MPTCP subflow: calls are made on the MPTCP socket */
	bool restored;		/* made in repair mode (TCP_REPAIR): its counters began anew */
	bool in_tree;	/* a process that was in the tree then opened, closed or held it */

	bool destroyed;			/* the socket was released */
	uint8_t progress;		/* enum close_progress */
	uint8_t timewait_tcp_flags;	/* CLOSE_BY_SEGMENT: TCP flags of the segment */
	uint8_t last_old, last_new;	/* latest state change */
	uint8_t nr_states;
	uint8_t states[STORY_STATES];	/* the kernel's TCP states in order */
	uint16_t passed;		/* 1 << state for each of them */
	uint16_t missing;		/* bits of enum missing */
	uint16_t pending_err;		/* sk_err after the latest change, on a socket that lives */
	uint64_t end_ns;		/* valid unless CLOSE_NOT_YET */
	uint64_t expires_ns;		/* CLOSE_MINISOCK: the kernel frees it by this time */

	struct close_segment seg[SEG_COUNT];
	struct fins fins;
	struct queues queues;
	struct idle idle;
	struct data_lost data_lost;
	struct at_close at_close;	/* valid unless CLOSE_NOT_YET */
	struct reset reset;
	struct scan_facts scan;

	uint8_t nr_calls, cap_calls;
	uint32_t calls_omitted;		/* calls without effect for which there was no room */
	struct socket_call *calls;	/* in order of ts_ns; owned */
};

/* Are the states of this event those of the latest change? */
static inline bool story_is_last_change(const struct story *s, const struct event *e)
{
	return e->old_state == s->last_old && e->new_state == s->last_new;
}

/* Is the socket connected to itself? It is both ends of the connection. */
static inline bool story_is_self(const struct story *s)
{
	return s->flow.local_port == s->flow.peer_port &&
	       !memcmp(s->flow.local_addr, s->flow.peer_addr, sizeof(s->flow.local_addr));
}

/* Has an event shown that this is missing? */
static inline bool story_is_missing(const struct story *s, enum missing what)
{
	return s->missing & 1u << what;
}

/* The addresses and ports of an event. */
struct flow story_flow(const struct event *e);

/* Begin a story with the addresses, key and cookie of an event. The event itself is not fed. */
void story_init(struct story *s, const struct event *first);

/* Free what the story owns: calls and holders. */
void story_release(struct story *s);

/*
 * Can this event be about the socket of the story? Socket addresses and ports are reused at once,
 * and a socket has no cookie before its first change of state. The answer is certain if both have
 * a cookie. If not, the addresses, the state and the time must fit.
 */
bool story_owns_without_cookie(const struct story *s, const struct event *e);

static inline bool story_owns(const struct story *s, const struct event *e)
{
	return (s->cookie && s->cookie == e->cookie) || story_owns_without_cookie(s, e);
}

/*
 * Take the next event of this endpoint. A call for which there is no memory counts in
 * calls_omitted.
 */
void story_feed(struct story *s, const struct event *e);

/* End the wait in a minisock: its time ran out without a segment from the peer. */
void story_expire(struct story *s);

/* Note whether a hook shows the segments that arrive from now on. */
static inline void story_set_watched(struct story *s, bool watched)
{
	s->missing &= (uint16_t)~(1u << MISSING_LATE_SEGMENTS);
	s->missing |= (uint16_t)(!watched << MISSING_LATE_SEGMENTS);
}

/* Has no event shown a state or a call yet? */
static inline bool story_is_new(const struct story *s)
{
	return !s->nr_states && !s->nr_calls;
}

/* Has the close begun? */
bool story_is_closing(const struct story *s);

/* Is the close over, as far as segments show? */
bool story_is_over(const struct story *s);

/*
 * Is the close over, and can no further event change its ending? A story is not final while we may
 * still answer a segment with a RST.
 */
bool story_is_final(const struct story *s);

/*
 * Did the scan find the connection that this event, a change to ESTABLISHED, begins? If so, its
 * whole life is traced. The answer is certain if the cookies are known. If not, it compares the
 * time of the event with the age from the scan, which has the precision of a kernel tick.
 */
bool story_was_scanned(const struct story *s, const struct event *e);

/* Is there a close() or shutdown() that had its effect and whose return was not seen yet? */
bool story_awaits_call(const struct story *s);

/* Is data left unread, in a socket that a process still holds? */
bool story_awaits_release(const struct story *s);

/*
 * Stop waiting for the returns of calls. If no event of this socket shows the return of a close(),
 * that close() was of another file, and dropped the last reference to this socket as a side effect
 * (a descriptor in flight, for example). This is certain only if `lossless`: no event was lost. The
 * descriptor is unknown either way.
 */
void story_abandon_calls(struct story *s, bool lossless);

/* The call that queued our FIN, else the call that ended the connection; NULL if none did. */
const struct socket_call *story_trigger(const struct story *s);
