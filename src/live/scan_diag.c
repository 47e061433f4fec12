/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scan_diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "host_orphans.h"
#include "netns_visit.h"
#include "proc_fds.h"
#include "time_units.h"

#define SCAN_MAX_NS (10 * NS_PER_S)	/* the default of scan_config.max_ns */

#define HALF_CLOSED (1u << STATE_CLOSE_WAIT | 1u << STATE_FIN_WAIT1 | 1u << STATE_FIN_WAIT2)
#define CLOSING_STATES (HALF_CLOSED | 1u << STATE_CLOSING | 1u << STATE_LAST_ACK)
#define ENTERED_BY_SEGMENT                                                                         \
	(1u << STATE_CLOSE_WAIT | 1u << STATE_FIN_WAIT2 | 1u << STATE_CLOSING)
#define PEER_CLOSED (1u << STATE_CLOSE_WAIT | 1u << STATE_LAST_ACK | 1u << STATE_CLOSING)
#define NOT_CLOSED_HERE (1u << STATE_CLOSE_WAIT | 1u << STATE_ESTABLISHED)

/* A socket that has a descriptor somewhere. The subflows of MPTCP have one inode. */
struct held {
	uint64_t inode, cookie;
	struct flow flow;
	uint8_t state;
};

struct scan_diag {
	struct filter filter;
	uint32_t states;
	bool partners;
	struct netns_visits visits;

	/* of the current scan */
	live_event_fn *fn;
	void *arg;
	struct scan_stats *stats;
	uint64_t max_ns, deadline_ns;
	struct sock_diag diag;		/* of the namespace that is visited */
	struct held *held;		/* then sorted by inode */
	size_t nr, cap;
	struct sock_diag_socket *subflow;	/* of this namespace, not delivered yet */
	size_t nr_subflows, cap_subflows;
	uint64_t *unread;		/* inodes of MPTCP sockets with data that was not read */
	size_t nr_unread, cap_unread;
	bool no_memory;
	struct proc_task task;		/* of the latest holder */
};

int scan_diag_open(struct scan_diag **scan, const struct scan_config *config,
		   char why[LIVE_WHY_BYTES])
{
	struct scan_diag *w = calloc(1, sizeof(*w));
	int err = w ? netns_visits_open(&w->visits, config->filter) : -ENOMEM;

	*scan = NULL;
	if (!err)
		err = sock_diag_open(&w->diag, w->visits.own_inum);
	if (!err) {
		err = sock_diag_dump(&w->diag, 0, NULL, NULL);
		sock_diag_close(&w->diag);
	}
	if (err) {
		snprintf(why, LIVE_WHY_BYTES, "cannot read the sockets from sock_diag: %s",
			 strerror(-err));
		scan_diag_close(w);
		return err;
	}
	w->filter = *config->filter;
	w->states = config->states ?: CLOSING_STATES;
	w->partners = config->partners;
	w->max_ns = config->max_ns ?: SCAN_MAX_NS;
	*scan = w;
	return 0;
}

void scan_diag_close(struct scan_diag *w)
{
	if (!w)
		return;
	netns_visits_release(&w->visits);
	free(w->held);
	free(w->subflow);
	free(w->unread);
	free(w);
}

static bool is_in(uint32_t states, uint8_t state)
{
	return states >> state & 1;
}

static void event_set_flow(struct event *e, const struct flow *w)
{
	memcpy(e->local_addr, w->local_addr, sizeof(e->local_addr));
	memcpy(e->peer_addr, w->peer_addr, sizeof(e->peer_addr));
	e->netns = w->netns;
	e->local_port = w->local_port;
	e->peer_port = w->peer_port;
	e->family = w->family;
}

/*
 * A socket without an inode was closed, or is in the accept queue of a listener. One that was
 * closed has sent its FIN, or was reset.
 */
static uint16_t derive_flags(const struct sock_diag_socket *s)
{
	unsigned flags = s->v4mapped ? SOCKF_V4MAPPED : 0;

	if (!s->inode)
		flags |= SOCKF_NO_SOCKET;
	if (!s->inode && !is_in(NOT_CLOSED_HERE, s->state))
		flags |= SOCKF_DEAD;
	if (is_in(PEER_CLOSED, s->state))
		flags |= SOCKF_DONE;
	if (s->timer == SOCK_DIAG_TIMER_KEEPALIVE && !(flags & SOCKF_DEAD))
		flags |= SOCKF_KEEPALIVE;
	if (s->mptcp)
		flags |= SOCKF_MPTCP;
	return (uint16_t)flags;
}

static void event_set_minisock(struct event *e, const struct sock_diag_socket *s)
{
	e->old_state = e->new_state = STATE_TIME_WAIT;
	e->substate = s->state;
	e->sock_flags |= SOCKF_DEAD | SOCKF_NO_SOCKET;
	e->left_ns = s->expires_ms * NS_PER_MS;
}

/* Sequence numbers whose distances are the bytes in the queues: only distances are used. */
static void event_set_queues(struct event *e, const struct sock_diag_socket *s)
{
	e->rcv_nxt = s->rqueue;
	e->write_seq = s->wqueue;
	e->snd_nxt = s->unsent < s->wqueue ? s->wqueue - s->unsent : 0;
	e->snd_wnd = s->has_queues ? s->snd_wnd : UINT32_MAX;
	e->retransmits = s->timeouts;
	e->probes = s->probes;
}

static void event_set_times(struct event *e, const struct sock_diag_socket *s)
{
	if (s->has_times && is_in(ENTERED_BY_SEGMENT, s->state)) {
		e->age_ns = s->last_ack_ms * NS_PER_MS;
		e->age_source = AGE_SOURCE_LAST_SEGMENT;
	}
	if (s->has_times && s->state == STATE_ESTABLISHED) {
		e->idle_sent_ms = s->last_sent_ms;
		e->idle_received_ms = s->last_received_ms;
		e->flags |= EVENTF_IDLE;
		e->bytes_sent = s->sent_data;
		e->bytes_received = s->received_data;
	}
}

struct event scan_diag_event(const struct sock_diag_socket *s)
{
	struct event e = { .kind = EVENT_SOCKET, .ts_ns = live_now_ns(),
			   .sk_key = s->cookie, .cookie = s->cookie, .uid = s->uid,
			   .syscall_nr = -1,
			   .old_state = s->state, .new_state = s->state,
			   .sock_flags = derive_flags(s) };

	event_set_flow(&e, &s->flow);
	if (s->minisock) {
		event_set_minisock(&e, s);
		return e;
	}
	event_set_queues(&e, s);
	event_set_times(&e, s);
	return e;
}

/* As is_wanted() of bpf/iter.bpf.c: both sides of every relay, whatever the filter says. */
static bool is_wanted(const struct scan_diag *w, const struct sock_diag_socket *s)
{
	struct flow other_end = s->flow;

	if (w->partners && !s->minisock && is_in(HALF_CLOSED, s->state))
		return true;
	memcpy(other_end.local_addr, s->flow.peer_addr, sizeof(other_end.local_addr));
	memcpy(other_end.peer_addr, s->flow.local_addr, sizeof(other_end.peer_addr));
	other_end.local_port = s->flow.peer_port;
	other_end.peer_port = s->flow.local_port;
	return filter_matches_flow(&w->filter, &s->flow) ||
	       filter_matches_flow(&w->filter, &other_end);
}

static void keep_held(struct scan_diag *w, const struct sock_diag_socket *s)
{
	if (!s->inode)
		return;
	if (!ARRAY_GROW(w->held, w->nr, w->cap, SIZE_MAX)) {
		w->no_memory = true;
		return;
	}
	w->held[w->nr++] = (struct held){ .inode = s->inode, .cookie = s->cookie, .flow = s->flow,
					  .state = s->state };
}

static void deliver_socket(struct scan_diag *w, const struct sock_diag_socket *s, bool mptcp_unread)
{
	struct event e = scan_diag_event(s);

	if (mptcp_unread)
		e.mptcp |= MPTCPF_UNREAD;
	keep_held(w, s);
	w->stats->sockets++;
	w->stats->orphans += e.sock_flags & SOCKF_DEAD && !s->minisock;
	w->fn(w->arg, &e, sizeof(e));
}

static void take_socket(void *arg, const struct sock_diag_socket *s)
{
	struct scan_diag *w = arg;

	if (!is_wanted(w, s))
		return;
	if (!s->mptcp)
		deliver_socket(w, s, false);
	else if (ARRAY_GROW(w->subflow, w->nr_subflows, w->cap_subflows, SIZE_MAX))
		w->subflow[w->nr_subflows++] = *s;
	else
		w->no_memory = true;
}

static void take_mptcp_socket(void *arg, const struct sock_diag_socket *s)
{
	struct scan_diag *w = arg;

	if (!s->inode || !s->rqueue)
		return;
	if (ARRAY_GROW(w->unread, w->nr_unread, w->cap_unread, SIZE_MAX))
		w->unread[w->nr_unread++] = s->inode;
	else
		w->no_memory = true;
}

static int order_inodes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Deliver the subflows, with what only the MPTCP sockets above them show. */
static void deliver_subflows(struct scan_diag *w)
{
	w->nr_unread = 0;
	if (w->nr_subflows)
		sock_diag_list_mptcp(&w->diag, SOCK_DIAG_CONNECTED, take_mptcp_socket, w);
	array_sort(w->unread, w->nr_unread, sizeof(*w->unread), order_inodes);
	for (size_t i = 0; i < w->nr_subflows; i++) {
		const struct sock_diag_socket *s = &w->subflow[i];

		deliver_socket(w, s, w->nr_unread &&
			       bsearch(&s->inode, w->unread, w->nr_unread, sizeof(s->inode),
				       order_inodes));
	}
	w->nr_subflows = 0;
}

static int open_diag(void *arg, uint32_t inum)
{
	struct scan_diag *w = arg;

	return sock_diag_open(&w->diag, inum);
}

static int scan_netns(void *arg, uint32_t inum)
{
	struct scan_diag *w = arg;
	int err = sock_diag_dump(&w->diag, w->states, take_socket, w);

	(void)inum;
	deliver_subflows(w);
	sock_diag_close(&w->diag);
	return err;
}

static bool scan_is_over(void *arg)
{
	struct scan_diag *w = arg;

	if (live_now_ns() >= w->deadline_ns)
		w->stats->cut_short = true;
	return w->stats->cut_short;
}

static int order_held(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* The first socket with this inode; NULL if there is none. */
static const struct held *find_held(const struct scan_diag *w, uint64_t inode)
{
	struct held key = { .inode = inode };
	const struct held *x = bsearch(&key, w->held, w->nr, sizeof(key), order_held);

	while (x && x > w->held && x[-1].inode == inode)
		x--;
	return x;
}

static bool read_task(struct scan_diag *w, const struct proc_fd *found)
{
	return (w->task.pid == found->pid && w->task.tid == found->tid) ||
	       proc_task_read(&w->task, found->pid, found->tid);
}

static void deliver_holder(struct scan_diag *w, const struct held *x, const struct proc_fd *found)
{
	struct event e = { .kind = EVENT_HOLDER, .syscall_nr = -1, .task_flags = TASKF_VALID };

	event_set_flow(&e, &x->flow);
	e.ts_ns = live_now_ns();
	e.sk_key = e.cookie = x->cookie;
	e.old_state = e.new_state = x->state;
	e.pid = found->pid;
	e.tid = found->tid;
	e.uid = w->task.uid;
	e.arg[0] = found->fd;
	memcpy(e.comm, w->task.comm, sizeof(e.comm));
	if (!memcmp(w->task.comm, w->task.process, sizeof(e.comm))) {
		e.task_flags |= TASKF_PROCESS_SAME;
	} else if (w->task.process[0]) {
		e.task_flags |= TASKF_PROCESS_NAMED;
		memcpy(e.process, w->task.process, sizeof(e.process));
	}
	w->stats->holders++;
	w->fn(w->arg, &e, sizeof(e));
}

static void take_descriptor(void *arg, const struct proc_fd *found)
{
	struct scan_diag *w = arg;
	const struct held *x = find_held(w, found->inode), *end = w->held + w->nr;

	if (!x || !read_task(w, found))
		return;
	for (; x < end && x->inode == found->inode; x++)
		deliver_holder(w, x, found);
}

static int find_holders(struct scan_diag *w)
{
	if (!w->nr)
		return 0;
	array_sort(w->held, w->nr, sizeof(*w->held), order_held);
	w->task = (struct proc_task){ 0 };
	return proc_fds_walk(take_descriptor, w, &w->stats->hidden_fds);
}

static void count_namespaces(const struct scan_diag *w)
{
	const struct netns_totals t = netns_visits_count(&w->visits);

	w->stats->namespaces = t.visited;
	w->stats->left_out = t.left_out;
	w->stats->hidden = t.hidden;
	w->stats->own_only = t.own_only;
	w->stats->left_out_why = t.why;
}

int scan_diag_run(struct scan_diag *w, live_event_fn *fn, void *arg, struct scan_stats *stats)
{
	const struct netns_visitor visitor = { .inside = open_diag, .after = scan_netns,
					       .is_over = scan_is_over, .arg = w };
	long before = host_orphans(), after;
	int err;

	*stats = (struct scan_stats){ 0 };
	w->fn = fn;
	w->arg = arg;
	w->stats = stats;
	w->nr = w->nr_subflows = 0;
	w->no_memory = false;
	w->deadline_ns = live_now_ns() + w->max_ns;
	err = netns_visits_run(&w->visits, &visitor);
	after = host_orphans();
	stats->orphans_of_host = before < after ? before : after;
	if (!err)
		err = find_holders(w);
	count_namespaces(w);
	return err ?: w->no_memory ? -ENOMEM : 0;
}
