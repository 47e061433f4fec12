/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_table.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "decode.h"

#define NO_SOCKET UINT32_MAX
#define BUCKETS_MIN 64
#define HOLDERS_PER_SOCKET 4	/* average that fits; further holders are only counted */

#define X_WORD(id, word, line) word,
#define X_LINE(id, word, line) line,
static const char *const advice_words[] = { ADVICES(X_WORD) };
static const char *const advice_lines[] = { ADVICES(X_LINE) };
static const uint8_t stuck_states[STUCK_STATES] = {
	STATE_FIN_WAIT1, STATE_FIN_WAIT2, STATE_CLOSING, STATE_CLOSE_WAIT, STATE_LAST_ACK,
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

/* Return the index of a state in stuck_states, STUCK_STATES if the state is not among them. */
static unsigned state_index(uint8_t state)
{
	for (unsigned i = 0; i < STUCK_STATES; i++)
		if (stuck_states[i] == state)
			return i;
	return STUCK_STATES;
}

void stuck_table_init(struct stuck_table *h, const struct stuck_table_config *config)
{
	*h = (struct stuck_table){ .config = *config };
}

void stuck_table_release(struct stuck_table *h)
{
	free(h->sockets);
	free(h->holder);
	free(h->group);
	free(h->peer);
	free(h->bucket);
	*h = (struct stuck_table){ 0 };
}

/*
 * Fibonacci hashing: the keys are kernel addresses, which nobody chooses, and their regular
 * distances make it faster here than hash_fmix64(). The chains go by index because the sockets
 * move: their array grows, and is then filtered and sorted in place.
 */
static size_t hash_bucket(const struct stuck_table *h, uint64_t sk)
{
	return (size_t)((sk * 0x9e3779b97f4a7c15ULL) >> 32) & (h->nr_buckets - 1);
}

static void link_socket(struct stuck_table *h, uint32_t i)
{
	size_t b = hash_bucket(h, h->sockets[i].sk_key);

	h->sockets[i].next = h->bucket[b];
	h->bucket[b] = i;
}

/* Keep at most one socket per bucket on average. Returns false if out of memory. */
static bool grow_buckets(struct stuck_table *h)
{
	size_t n = h->nr_buckets ? h->nr_buckets * 2 : BUCKETS_MIN;
	uint32_t *bucket;

	if (h->nr < h->nr_buckets)
		return true;
	bucket = malloc(n * sizeof(*bucket));
	if (!bucket)
		return false;
	free(h->bucket);
	h->bucket = bucket;
	h->nr_buckets = n;
	memset(bucket, 0xff, n * sizeof(*bucket));	/* NO_SOCKET */
	for (size_t i = 0; i < h->nr; i++)
		link_socket(h, (uint32_t)i);
	return true;
}

static struct stuck_socket *find_socket(struct stuck_table *h, uint64_t sk)
{
	if (!h->nr_buckets)
		return NULL;
	for (uint32_t i = h->bucket[hash_bucket(h, sk)]; i != NO_SOCKET; i = h->sockets[i].next)
		if (h->sockets[i].sk_key == sk)
			return &h->sockets[i];
	return NULL;
}

/* Return how many sequence numbers `to` is ahead of `from`, 0 if it is not ahead. */
static uint32_t seq_distance(uint32_t from, uint32_t to)
{
	int32_t n = (int32_t)(to - from);

	return n > 0 ? (uint32_t)n : 0;
}

/* A received FIN occupies one sequence number, and the program reads it like a byte. */
static void set_unread(struct stuck_socket *g, const struct event *e)
{
	uint32_t n = seq_distance(e->copied_seq, e->rcv_nxt);

	g->eof_read = TRI_NA;
	g->unread = n;
	if (!(e->sock_flags & SOCKF_DONE))
		return;
	g->eof_read = n ? TRI_NO : TRI_YES;
	if (n)
		g->unread--;
}

static void stuck_socket_init(struct stuck_socket *g, const struct event *e)
{
	*g = (struct stuck_socket){
		.flow = { .netns = e->netns, .local_port = e->local_port,
			  .peer_port = e->peer_port, .family = e->family },
		.sk_key = e->sk_key, .cookie = e->cookie, .left_ns = e->left_ns, .uid = e->uid,
		.state = e->new_state, .age_source = e->age_source, .sock_flags = e->sock_flags,
		.retransmits = e->retransmits, .probes = e->probes, .snd_wnd = e->snd_wnd,
		.orphan = e->sock_flags & SOCKF_DEAD, .eof_read = TRI_NA, .next = NO_SOCKET,
	};
	memcpy(g->flow.local_addr, e->local_addr, sizeof(e->local_addr));
	memcpy(g->flow.peer_addr, e->peer_addr, sizeof(e->peer_addr));
	g->age_ns = g->age_source == AGE_SOURCE_NONE ? 0 : e->age_ns;
	if (e->new_state == STATE_TIME_WAIT) {
		g->state = STATE_FIN_WAIT2;
		g->substate = e->substate;
		return;
	}
	set_unread(g, e);
	g->unacked = seq_distance(e->snd_una, e->snd_nxt);
	g->unsent = seq_distance(e->snd_nxt, e->write_seq);
}

static void add_socket(struct stuck_table *h, const struct event *e)
{
	struct stuck_socket *g = find_socket(h, e->sk_key);
	uint8_t shown = e->new_state == STATE_TIME_WAIT ? e->substate : e->new_state;

	if (state_index(shown) == STUCK_STATES) {
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
	if (!ARRAY_GROW(h->sockets, h->nr, h->cap, h->config.max) || !grow_buckets(h)) {
		h->table_full++;
		return;
	}
	stuck_socket_init(&h->sockets[h->nr], e);
	link_socket(h, (uint32_t)h->nr++);
}

static void add_holder(struct stuck_table *h, const struct event *e)
{
	struct stuck_socket *g = find_socket(h, e->sk_key);
	struct stuck_holder *o;

	if (!g || (g->cookie && e->cookie && g->cookie != e->cookie))
		return;		/* it began to close after the walk over the sockets */
	if (!ARRAY_GROW(h->holder, h->nr_holders, h->cap_holders,
			h->config.max * HOLDERS_PER_SOCKET)) {
		h->holders_full++;
		return;
	}
	o = &h->holder[h->nr_holders++];
	*o = (struct stuck_holder){ .cgroup = e->cgroup, .pid = e->pid, .uid = e->uid,
				   .fd = e->arg[0], .socket = (uint32_t)(g - h->sockets) };
	memcpy(o->comm, e->comm, sizeof(o->comm));
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
