/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_table.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "decode.h"
#include "process_names.h"
#include "time_units.h"

#define NOWHERE UINT32_MAX	/* the end of a chain */
#define BUCKETS_MIN 64
#define HOLDERS_PER_SOCKET 4	/* average that fits; further holders are only counted */

#define X_WORD(id, word, line) word,
#define X_LINE(id, word, line) line,
static const char *const advice_words[] = { ADVICES(X_WORD) };
static const char *const advice_lines[] = { ADVICES(X_LINE) };
static const uint8_t stuck_states[STUCK_STATES] = {
	STATE_FIN_WAIT1, STATE_FIN_WAIT2, STATE_CLOSING, STATE_CLOSE_WAIT, STATE_LAST_ACK,
	STATE_ESTABLISHED,
};

static const char *const state_words[STUCK_STATES] = {
	"fin-wait-1", "fin-wait-2", "closing", "close-wait", "last-ack", "established",
};

const char *advice_name(unsigned v)
{
	return v < ADVICE_COUNT ? advice_words[v] : "?";
}

const char *advice_line(unsigned v)
{
	return v < ADVICE_COUNT ? advice_lines[v] : "?";
}

unsigned stuck_state_at(unsigned i)
{
	return i < STUCK_STATES ? stuck_states[i] : 0;
}

unsigned stuck_state_index(unsigned state)
{
	for (unsigned i = 0; i < STUCK_STATES; i++)
		if (stuck_states[i] == state)
			return i;
	return STUCK_STATES;
}

const char *stuck_state_word(unsigned i)
{
	return i < STUCK_STATES ? state_words[i] : NULL;
}

static const char *skip_separators(const char *word)
{
	while (*word == '-' || *word == '_')
		word++;
	return word;
}

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same_word(const char *a, const char *b)
{
	for (;;) {
		a = skip_separators(a);
		b = skip_separators(b);
		if (to_lower(*a) != to_lower(*b))
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

unsigned stuck_state_of(const char *word)
{
	for (unsigned i = 0; i < STUCK_STATES; i++)
		if (is_same_word(word, state_words[i]))
			return stuck_states[i];
	return 0;
}

void stuck_table_init(struct stuck_table *h, const struct stuck_table_config *config)
{
	*h = (struct stuck_table){ .config = *config, .orphans_counted = -1 };
	if (!h->config.states)
		h->config.states = STUCK_CLOSING;
}

void stuck_table_release(struct stuck_table *h)
{
	free(h->sockets);
	free(h->holder);
	free(h->group);
	free(h->peer);
	free(h->by_key.first);
	free(h->by_fd.first);
	*h = (struct stuck_table){ 0 };
}

/*
 * Fibonacci hashing: the keys are kernel addresses, which nobody chooses, and their regular
 * distances make it faster here than hash_fmix64(). The chains go by index because the elements
 * move: their arrays grow, and that of the sockets is then filtered and sorted in place.
 */
static uint32_t *find_bucket(const struct index_buckets *x, uint64_t key)
{
	return &x->first[(size_t)((key * 0x9e3779b97f4a7c15ULL) >> 32) & (x->nr - 1)];
}

/*
 * Keep at most one of the nr elements per bucket on average. Sets *emptied if all elements must be
 * linked again. Returns false if out of memory.
 */
static bool grow_buckets(struct index_buckets *x, size_t nr, bool *emptied)
{
	size_t more = x->nr ? x->nr * 2 : BUCKETS_MIN;
	uint32_t *first;

	*emptied = false;
	if (nr < x->nr)
		return true;
	first = malloc(more * sizeof(*first));
	if (!first)
		return false;
	free(x->first);
	memset(first, 0xff, more * sizeof(*first));	/* NOWHERE */
	*x = (struct index_buckets){ .first = first, .nr = more };
	*emptied = true;
	return true;
}

static void link_socket(struct stuck_table *h, uint32_t i)
{
	uint32_t *bucket = find_bucket(&h->by_key, h->sockets[i].sk_key);

	h->sockets[i].next = *bucket;
	*bucket = i;
}

static bool make_room_for_socket(struct stuck_table *h)
{
	bool emptied;

	if (!ARRAY_GROW(h->sockets, h->nr, h->cap, h->config.max) ||
	    !grow_buckets(&h->by_key, h->nr, &emptied))
		return false;
	for (size_t i = 0; emptied && i < h->nr; i++)
		link_socket(h, (uint32_t)i);
	return true;
}

static struct stuck_socket *find_socket(struct stuck_table *h, uint64_t sk)
{
	if (!h->by_key.nr)
		return NULL;
	for (uint32_t i = *find_bucket(&h->by_key, sk); i != NOWHERE; i = h->sockets[i].next)
		if (h->sockets[i].sk_key == sk)
			return &h->sockets[i];
	return NULL;
}

static uint64_t holder_key(uint32_t socket, uint32_t pid, int32_t fd)
{
	return ((uint64_t)socket << 32 | pid) + (uint64_t)(uint32_t)fd * 0xbf58476d1ce4e5b9ULL;
}

static void link_holder(struct stuck_table *h, uint32_t i)
{
	const struct stuck_holder *o = &h->holder[i];
	uint32_t *bucket = find_bucket(&h->by_fd, holder_key(o->socket, o->pid, o->fd));

	h->holder[i].next = *bucket;
	*bucket = i;
}

static bool make_room_for_holder(struct stuck_table *h)
{
	bool emptied;

	if (!ARRAY_GROW(h->holder, h->nr_holders, h->cap_holders,
			h->config.max * HOLDERS_PER_SOCKET) ||
	    !grow_buckets(&h->by_fd, h->nr_holders, &emptied))
		return false;
	for (size_t i = 0; emptied && i < h->nr_holders; i++)
		link_holder(h, (uint32_t)i);
	return true;
}

static struct stuck_holder *find_holder(struct stuck_table *h, uint32_t socket, uint32_t pid,
					int32_t fd)
{
	uint32_t i = h->by_fd.nr ? *find_bucket(&h->by_fd, holder_key(socket, pid, fd)) : NOWHERE;

	for (; i != NOWHERE; i = h->holder[i].next) {
		struct stuck_holder *o = &h->holder[i];

		if (o->socket == socket && o->pid == pid && o->fd == fd)
			return o;
	}
	return NULL;
}

/* Return how many sequence numbers `to` is ahead of `from`, 0 if it is not ahead. */
static uint32_t seq_distance(uint32_t from, uint32_t to)
{
	int32_t n = (int32_t)(to - from);

	return n > 0 ? (uint32_t)n : 0;
}

/*
 * A received FIN occupies one sequence number, and the program reads it like a byte. Of an MPTCP
 * connection the kernel reads both, and does not keep whether a recv() saw the end.
 */
static void set_unread(struct stuck_socket *g, const struct event *e)
{
	uint32_t n = seq_distance(e->copied_seq, e->rcv_nxt);

	g->eof_read = TRI_NA;
	if (e->sock_flags & SOCKF_MPTCP) {
		g->mptcp_unread = e->mptcp & MPTCPF_UNREAD;
		g->eof_read = g->mptcp_unread && e->sock_flags & SOCKF_DONE ? TRI_NO : TRI_NA;
		return;
	}
	g->unread = n;
	if (!(e->sock_flags & SOCKF_DONE))
		return;
	g->eof_read = n ? TRI_NO : TRI_YES;
	if (n)
		g->unread--;
}

/* If no data went in a direction, its time is that of the handshake: idle since then. */
static void set_idle(struct stuck_socket *g, const struct event *e)
{
	uint32_t ms = e->idle_sent_ms < e->idle_received_ms ? e->idle_sent_ms : e->idle_received_ms;

	g->age_ns = ms * NS_PER_MS;
	g->idle = (struct idle){ .sent_known = e->bytes_sent, .received_known = e->bytes_received,
				 .sent_ns = e->idle_sent_ms * NS_PER_MS,
				 .received_ns = e->idle_received_ms * NS_PER_MS };
}

static void stuck_socket_init(struct stuck_socket *g, const struct event *e)
{
	*g = (struct stuck_socket){
		.flow = { .netns = e->netns, .local_port = e->local_port,
			  .peer_port = e->peer_port, .family = e->family },
		.sk_key = e->sk_key, .cookie = e->cookie, .left_ns = e->left_ns, .uid = e->uid,
		.state = e->new_state, .age_source = e->age_source, .sock_flags = e->sock_flags,
		.retransmits = e->retransmits, .probes = e->probes, .snd_wnd = e->snd_wnd,
		.orphan = e->sock_flags & SOCKF_DEAD, .eof_read = TRI_NA, .next = NOWHERE,
	};
	memcpy(g->flow.local_addr, e->local_addr, sizeof(e->local_addr));
	memcpy(g->flow.peer_addr, e->peer_addr, sizeof(e->peer_addr));
	g->age_ns = g->age_source == AGE_SOURCE_NONE ? 0 : e->age_ns;
	if (e->new_state == STATE_TIME_WAIT) {
		g->state = STATE_FIN_WAIT2;
		g->substate = e->substate;
		return;
	}
	if (e->flags & EVENTF_IDLE)
		set_idle(g, e);
	if (e->sock_flags & SOCKF_MPTCP && e->mptcp & MPTCPF_CLOSED)
		g->orphan = true;
	set_unread(g, e);
	g->unacked = seq_distance(e->snd_una, e->snd_nxt);
	g->unsent = seq_distance(e->snd_nxt, e->write_seq);
}

static void add_socket(struct stuck_table *h, const struct event *e)
{
	struct stuck_socket *g = find_socket(h, e->sk_key);
	uint8_t shown = e->new_state == STATE_TIME_WAIT ? e->substate : e->new_state;

	if (stuck_state_index(shown) == STUCK_STATES) {
		h->malformed++;
		return;
	}
	if (g) {		/* the kernel's table changed during the walk: seen twice */
		uint32_t next = g->next;

		stuck_socket_init(g, e);
		g->next = next;
		return;
	}
	h->seen++;
	if (!make_room_for_socket(h)) {
		h->table_full++;
		return;
	}
	stuck_socket_init(&h->sockets[h->nr], e);
	link_socket(h, (uint32_t)h->nr++);
}

static void set_holder_names(struct stuck_holder *o, const struct event *e)
{
	memcpy(o->comm, e->comm, sizeof(o->comm));
	process_names_read(NULL, e, o->process);
}

/* One descriptor per process and number: the thread with the lowest id, mostly the leader. */
static void merge_holder(struct stuck_holder *o, const struct event *e)
{
	if (e->tid >= o->tid)
		return;
	o->tid = e->tid;
	o->uid = e->uid;
	o->cgroup = e->cgroup;
	set_holder_names(o, e);
}

static void add_holder(struct stuck_table *h, const struct event *e)
{
	struct stuck_socket *g = find_socket(h, e->sk_key);
	struct stuck_holder *o;

	if (!g || (g->cookie && e->cookie && g->cookie != e->cookie))
		return;		/* it began to close after the walk over the sockets */
	o = find_holder(h, (uint32_t)(g - h->sockets), e->pid, e->arg[0]);
	if (o) {
		merge_holder(o, e);
		return;
	}
	if (!make_room_for_holder(h)) {
		h->holders_full++;
		return;
	}
	o = &h->holder[h->nr_holders];
	*o = (struct stuck_holder){ .cgroup = e->cgroup, .pid = e->pid, .uid = e->uid,
				   .tid = e->tid, .fd = e->arg[0],
				   .socket = (uint32_t)(g - h->sockets) };
	set_holder_names(o, e);
	link_holder(h, (uint32_t)h->nr_holders++);
}

void stuck_table_feed(struct stuck_table *h, const void *bytes, size_t len)
{
	const struct event *e = decode_event(bytes, len);

	if (!e)
		h->malformed++;
	else if (e->kind == EVENT_SOCKET)
		add_socket(h, e);
	else if (e->kind == EVENT_HOLDER)
		add_holder(h, e);
	else
		h->malformed++;
}
