/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_table.h"

#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define NONE UINT32_MAX
#define FIRST_CAP 64
#define HOLDERS_PER_SOCKET 4	/* on average; more are counted, not kept */

#define X_WORD(id, word, line) word,
#define X_LINE(id, word, line) line,
static const char *const words[] = { ADVICES(X_WORD) };
static const char *const lines[] = { ADVICES(X_LINE) };
static const uint8_t states[HANG_STATES] = { STATE_FIN_WAIT1, STATE_FIN_WAIT2, STATE_CLOSING,
					     STATE_CLOSE_WAIT, STATE_LAST_ACK };

const char *advice_name(unsigned v)
{
	return v < ADVICE_COUNT ? words[v] : "?";
}

const char *advice_line(unsigned v)
{
	return v < ADVICE_COUNT ? lines[v] : "?";
}

unsigned hang_state_at(unsigned i)
{
	return i < HANG_STATES ? states[i] : 0;
}

static unsigned state_index(uint8_t state)
{
	for (unsigned i = 0; i < HANG_STATES; i++)
		if (states[i] == state)
			return i;
	return HANG_STATES;
}

void hangs_init(struct hangs *h, const struct hangs_config *config)
{
	*h = (struct hangs){ .config = *config };
}

void hangs_release(struct hangs *h)
{
	free(h->at);
	free(h->holder);
	free(h->group);
	free(h->peer);
	free(h->bucket);
	*h = (struct hangs){ 0 };
}

/* Room for one more in an array, up to max. */
static bool make_room(void **at, size_t nr, size_t *cap, size_t size, size_t max)
{
	size_t more = *cap ? *cap * 2 : FIRST_CAP;
	void *p;

	if (nr < *cap)
		return true;
	if (more > max)
		more = max;
	if (more <= nr)
		return false;
	p = realloc(*at, more * size);
	if (!p)
		return false;
	*at = p;
	*cap = more;
	return true;
}

static size_t bucket_of(const struct hangs *h, uint64_t sk)
{
	return (size_t)((sk * 0x9e3779b97f4a7c15ULL) >> 32) & (h->nr_buckets - 1);
}

static void link_in(struct hangs *h, uint32_t i)
{
	size_t b = bucket_of(h, h->at[i].sk);

	h->at[i].next = h->bucket[b];
	h->bucket[b] = i;
}

static bool grow_buckets(struct hangs *h)
{
	size_t n = h->nr_buckets ? h->nr_buckets * 2 : FIRST_CAP;
	uint32_t *bucket;

	if (h->nr < h->nr_buckets)
		return true;
	bucket = malloc(n * sizeof(*bucket));
	if (!bucket)
		return false;
	free(h->bucket);
	h->bucket = bucket;
	h->nr_buckets = n;
	memset(bucket, 0xff, n * sizeof(*bucket));	/* NONE */
	for (size_t i = 0; i < h->nr; i++)
		link_in(h, (uint32_t)i);
	return true;
}

static struct hang *find(struct hangs *h, uint64_t sk)
{
	if (!h->nr_buckets)
		return NULL;
	for (uint32_t i = h->bucket[bucket_of(h, sk)]; i != NONE; i = h->at[i].next)
		if (h->at[i].sk == sk)
			return &h->at[i];
	return NULL;
}

static uint32_t span(uint32_t from, uint32_t to)
{
	int32_t n = (int32_t)(to - from);

	return n > 0 ? (uint32_t)n : 0;
}

/* A FIN that came takes one number of the sequence, and is read like a byte. */
static void note_reading(struct hang *g, const struct event *e)
{
	uint32_t n = span(e->copied_seq, e->rcv_nxt);

	g->eof_read = KNOWN_NOT;
	g->unread = n;
	if (!(e->sock & EVENT_SOCK_DONE))
		return;
	g->eof_read = n ? KNOWN_NO : KNOWN_YES;
	if (n)
		g->unread--;
}

static void fill(struct hang *g, const struct event *e)
{
	*g = (struct hang){
		.flow = { .netns = e->netns, .local_port = e->local_port,
			  .peer_port = e->peer_port, .family = e->family },
		.sk = e->sk, .cookie = e->cookie, .left_ns = e->left_ns, .uid = e->uid,
		.state = e->new_state, .age_from = e->age_from, .sock = e->sock,
		.retransmits = e->retransmits, .probes = e->probes, .snd_wnd = e->snd_wnd,
		.orphan = e->sock & EVENT_SOCK_DEAD, .eof_read = KNOWN_NOT, .next = NONE,
	};
	memcpy(g->flow.local_addr, e->local_addr, sizeof(e->local_addr));
	memcpy(g->flow.peer_addr, e->peer_addr, sizeof(e->peer_addr));
	g->age_ns = g->age_from == EVENT_AGE_NONE ? 0 : e->age_ns;
	if (e->new_state == STATE_TIME_WAIT) {
		g->state = STATE_FIN_WAIT2;
		g->substate = e->substate;
		return;
	}
	note_reading(g, e);
	g->unacked = span(e->snd_una, e->snd_nxt);
	g->unsent = span(e->snd_nxt, e->write_seq);
}

static void take_socket(struct hangs *h, const struct event *e)
{
	struct hang *g = find(h, e->sk);
	uint8_t shown = e->new_state == STATE_TIME_WAIT ? e->substate : e->new_state;

	if (state_index(shown) == HANG_STATES) {
		h->malformed++;
		return;
	}
	if (g) {		/* a table that moves shows some twice */
		uint32_t next = g->next;

		fill(g, e);
		g->next = next;
		return;
	}
	h->seen++;
	if (!make_room((void **)&h->at, h->nr, &h->cap, sizeof(*h->at), h->config.max) ||
	    !grow_buckets(h)) {
		h->table_full++;
		return;
	}
	fill(&h->at[h->nr], e);
	link_in(h, (uint32_t)h->nr++);
}

static void take_holder(struct hangs *h, const struct event *e)
{
	struct hang *g = find(h, e->sk);
	struct hang_holder *o;

	if (!g || (g->cookie && e->cookie && g->cookie != e->cookie))
		return;		/* began to close after the sockets were walked */
	if (!make_room((void **)&h->holder, h->nr_holders, &h->cap_holders, sizeof(*h->holder),
		       h->config.max * HOLDERS_PER_SOCKET)) {
		h->holders_full++;
		return;
	}
	o = &h->holder[h->nr_holders++];
	*o = (struct hang_holder){ .cgroup = e->cgroup, .pid = e->pid, .uid = e->uid,
				   .fd = e->arg[0], .socket = (uint32_t)(g - h->at) };
	memcpy(o->comm, e->comm, sizeof(o->comm));
}

void hangs_take(struct hangs *h, const void *bytes, size_t len)
{
	const struct event *e = decode_event(bytes, len);

	if (!e)
		h->malformed++;
	else if (e->kind == EVENT_SOCKET)
		take_socket(h, e);
	else if (e->kind == EVENT_HOLDER)
		take_holder(h, e);
	else
		h->malformed++;
}
