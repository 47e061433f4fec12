/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "members.h"

#include <stdlib.h>
#include <string.h>

#include "hash_table.h"
#include "partition_hash.h"

#define RUN_BYTES 33		/* 32 hexadecimal digits, and the NUL */
#define HOLDERS_MAX 4		/* of an address that are told apart */

struct member {
	char host[72];
	UT_hash_handle hh;
	char run[RUN_BYTES];
	uint64_t heard_ns;	/* the latest heartbeat */
	uint64_t before_ns;	/* the one before */
	bool ended, complete;
	uint64_t lost;		/* of the run, as it said last */
	uint64_t lost_ns;	/* the latest time at which losses may have begun; 0 never */
	uint32_t rate, rate_before;
	struct member_address *address;
	unsigned nr;
};

struct holder_list {
	struct member_address address;
	UT_hash_handle hh;
	unsigned nr;		/* may be more than are listed */
	struct member *holder[HOLDERS_MAX];
};

struct translated {
	struct member_address address;
	UT_hash_handle hh;
};

struct members {
	struct siphash_key seed;
	struct member *hosts;
	struct holder_list *addresses;
	struct translated *translated;
	unsigned incomplete;	/* hosts whose list of addresses is */
	bool live;
	bool has_hash_key;
	struct siphash_key hash_key;
};

static unsigned hash_bytes(const struct members *m, const void *bytes, size_t len)
{
	return (unsigned)siphash(&m->seed, bytes, len);
}

struct members *members_new(uint64_t seed)
{
	struct members *m = calloc(1, sizeof(*m));

	if (m)
		m->seed = (struct siphash_key){ seed, ~seed };
	return m;
}

static struct holder_list *find_holders(const struct members *m, const struct member_address *a)
{
	unsigned hash = hash_bytes(m, a, sizeof(*a));
	struct holder_list *l;

	HASH_FIND_BYHASHVALUE(hh, m->addresses, a, sizeof(*a), hash, l);
	return l;
}

static struct holder_list *get_holders(struct members *m, const struct member_address *a)
{
	unsigned hash = hash_bytes(m, a, sizeof(*a));
	struct holder_list *l = find_holders(m, a);

	if (l || HASH_COUNT(m->addresses) >= MEMBERS_ADDRESSES_MAX)
		return l;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->address = *a;
	HASH_ADD_BYHASHVALUE(hh, m->addresses, address, sizeof(*a), hash, l);
	if (l->hh.tbl)
		return l;
	free(l);
	return NULL;
}

static bool add_holder(struct members *m, const struct member_address *a, struct member *host)
{
	struct holder_list *l = get_holders(m, a);

	if (!l)
		return false;
	if (l->nr < HOLDERS_MAX)
		l->holder[l->nr] = host;
	l->nr++;
	return true;
}

/* More than are listed stay unknown for as long as one of them has the address. */
static void remove_holder(struct members *m, const struct member_address *a,
			  const struct member *host)
{
	struct holder_list *l = find_holders(m, a);

	if (!l)
		return;
	for (unsigned i = 0; l->nr <= HOLDERS_MAX && i < l->nr; i++)
		if (l->holder[i] == host) {
			l->holder[i] = l->holder[--l->nr];
			break;
		}
	if (l->nr)
		return;
	HASH_DEL(m->addresses, l);
	free(l);
}

static void free_host(struct member *host)
{
	free(host->address);
	free(host);
}

void members_free(struct members *m)
{
	if (!m)
		return;
	HASH_TABLE_RELEASE(m->addresses, free);
	HASH_TABLE_RELEASE(m->translated, free);
	HASH_TABLE_RELEASE(m->hosts, free_host);
	free(m);
}

static struct member *find_host(const struct members *m, const char *name)
{
	unsigned hash = hash_bytes(m, name, strlen(name));
	struct member *host;

	HASH_FIND_BYHASHVALUE(hh, m->hosts, name, strlen(name), hash, host);
	return host;
}

static struct member *get_host(struct members *m, const char *name)
{
	struct member *host = find_host(m, name);
	unsigned hash = hash_bytes(m, name, strlen(name));

	if (host || strlen(name) >= sizeof(host->host) || HASH_COUNT(m->hosts) >= MEMBERS_MAX)
		return host;
	host = calloc(1, sizeof(*host));
	if (!host)
		return NULL;
	memcpy(host->host, name, strlen(name) + 1);
	host->complete = true;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, m->hosts, host->host, strlen(name), hash, host);
	if (host->hh.tbl)
		return host;
	free(host);
	return NULL;
}

static void set_complete(struct members *m, struct member *host, bool complete)
{
	m->incomplete += !complete;
	m->incomplete -= !host->complete;
	host->complete = complete;
}

static void set_addresses(struct members *m, struct member *host, const struct member_beat *beat)
{
	size_t bytes = beat->nr * sizeof(*beat->address);
	struct member_address *copy;
	bool complete = beat->complete;

	if (beat->nr == host->nr && complete == host->complete &&
	    (!bytes || !memcmp(host->address, beat->address, bytes)))
		return;
	copy = malloc(bytes ? bytes : 1);
	for (unsigned i = 0; i < host->nr; i++)
		remove_holder(m, &host->address[i], host);
	free(host->address);
	host->address = copy;
	host->nr = copy ? beat->nr : 0;
	if (copy && bytes)
		memcpy(copy, beat->address, bytes);
	for (unsigned i = 0; i < host->nr; i++)
		complete &= add_holder(m, &host->address[i], host);
	set_complete(m, host, complete && copy);
}

static void copy_run(char to[RUN_BYTES], const char *run)
{
	size_t len = strlen(run);

	if (len >= RUN_BYTES)
		len = RUN_BYTES - 1;
	memcpy(to, run, len);
	to[len] = '\0';
}

bool members_take(struct members *m, const struct member_beat *beat)
{
	struct member *host = get_host(m, beat->host);
	bool same_run;

	if (!host)
		return false;
	same_run = !strncmp(host->run, beat->run, sizeof(host->run));
	if (same_run && beat->lost > host->lost)
		host->lost_ns = host->heard_ns;
	else if (!same_run && beat->lost)
		host->lost_ns = beat->broker_ns;
	host->lost = beat->lost;
	copy_run(host->run, beat->run);
	host->before_ns = host->heard_ns;
	host->heard_ns = beat->broker_ns;
	host->rate_before = host->before_ns ? host->rate : beat->rate;
	host->rate = beat->rate;
	host->ended = beat->ended;
	set_addresses(m, host, beat);
	return true;
}

void members_lose(struct members *m, const char *name, uint64_t broker_ns)
{
	struct member *host = find_host(m, name);

	if (host && broker_ns > host->lost_ns)
		host->lost_ns = broker_ns;
}

void members_set_hash_key(struct members *m, const struct siphash_key *key)
{
	m->hash_key = *key;
	m->has_hash_key = true;
}

static bool is_translated(const struct members *m, const struct member_address *a)
{
	unsigned hash = hash_bytes(m, a, sizeof(*a));
	struct translated *t;

	HASH_FIND_BYHASHVALUE(hh, m->translated, a, sizeof(*a), hash, t);
	return t;
}

void members_note_translated(struct members *m, const struct member_address *a)
{
	unsigned hash = hash_bytes(m, a, sizeof(*a));
	struct translated *t;

	if (is_translated(m, a) || HASH_COUNT(m->translated) >= MEMBERS_TRANSLATED_MAX)
		return;
	t = calloc(1, sizeof(*t));
	if (!t)
		return;
	t->address = *a;
	HASH_ADD_BYHASHVALUE(hh, m->translated, address, sizeof(*a), hash, t);
	if (!t->hh.tbl)
		free(t);
}

static bool is_loopback(const struct member_address *a)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	return a->family == 4 ? a->addr[0] == 127 : !memcmp(a->addr, loopback, sizeof(loopback));
}

void members_set_live(struct members *m)
{
	m->live = true;
}

/* Does no host have this address, as far as their latest heartbeats say? */
static bool has_no_holder(const struct members *m, const struct member_address *peer)
{
	return m->hosts && !m->incomplete && HASH_COUNT(m->hosts) < MEMBERS_MAX &&
	       HASH_COUNT(m->translated) < MEMBERS_TRANSLATED_MAX && !is_loopback(peer) &&
	       !find_holders(m, peer) && !is_translated(m, peer);
}

bool members_are_without(const struct members *m, const struct member_address *peer)
{
	return m->live && has_no_holder(m, peer);
}

static bool is_silent(const struct member *host, const struct member_question *q)
{
	return (host->ended && host->heard_ns <= q->now_ns) ||
	       (q->now_ns > host->heard_ns && q->now_ns - host->heard_ns > MEMBER_SILENT_NS);
}

static bool has_lost(const struct member *host, const struct member_question *q)
{
	return host->lost_ns && host->lost_ns + MEMBER_SILENT_NS >= q->from_ns;
}

static bool has_left_out(const struct members *m, const struct member *host,
			 const struct member_question *q)
{
	uint32_t rate = host->rate < host->rate_before ? host->rate : host->rate_before;

	return m->has_hash_key && q->clean &&
	       !sampling_keeps(partition_hash(&m->hash_key, q->key), rate);
}

enum one_sided members_explain(const struct members *m, const struct member_question *q)
{
	const struct holder_list *l = find_holders(m, &q->peer);
	unsigned silent = 0, lost = 0, left_out = 0;

	if (!l)
		return has_no_holder(m, &q->peer) ? ONE_SIDED_PEER_NOT_TRACED :
							  ONE_SIDED_NOT_FOUND;
	for (unsigned i = 0; i < l->nr && i < HOLDERS_MAX; i++) {
		silent += is_silent(l->holder[i], q);
		lost += has_lost(l->holder[i], q);
		left_out += has_left_out(m, l->holder[i], q);
	}
	/* Several hosts have the address: what holds for all of them, holds for the peer. */
	return silent == l->nr ? ONE_SIDED_PEER_SILENT : lost == l->nr ? ONE_SIDED_PEER_LOST :
	       left_out == l->nr ? ONE_SIDED_SAMPLED_OUT : ONE_SIDED_NOT_FOUND;
}
