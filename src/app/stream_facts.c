/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_facts.h"

#include <stdlib.h>
#include <string.h>

#include "fleet.h"
#include "siphash.h"

static unsigned hash_name(const struct stream_facts *t, const char *name)
{
	const struct siphash_key key = { t->seed, ~t->seed };

	return (unsigned)siphash(&key, name, strlen(name));
}

static struct stream_fact *find_fact(const struct stream_facts *t, const char *host)
{
	struct stream_fact *fact;

	HASH_FIND_BYHASHVALUE(hh, t->by_host, host, strlen(host), hash_name(t, host), fact);
	return fact;
}

static struct stream_fact *add_fact(struct stream_facts *t, const char *host)
{
	struct stream_fact *fact = NULL;

	if (strlen(host) < sizeof(fact->host) && HASH_COUNT(t->by_host) < FLEET_HOSTS_MAX)
		fact = calloc(1, sizeof(*fact));
	if (!fact)
		return NULL;
	memcpy(fact->host, host, strlen(host) + 1);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, t->by_host, fact->host, strlen(host), hash_name(t, host),
				    fact);
	if (fact->hh.tbl)
		return fact;
	free(fact);
	return NULL;
}

void stream_facts_release(struct stream_facts *t)
{
	HASH_TABLE_RELEASE(t->by_host, free);
}

bool stream_facts_take(struct stream_facts *t, const char *host, const struct record_header *h)
{
	struct stream_fact *fact = find_fact(t, host);

	if (!fact)
		fact = add_fact(t, host);
	if (!fact)
		return false;
	record_header_copy(&fact->header, h);
	return true;
}

static void add_facts(struct record_header *to, const struct record_header *from)
{
	struct run_info *m = &to->meta;

	memcpy(to->hook, from->hook, sizeof(to->hook));
	m->nr_hooks = from->meta.nr_hooks;
	for (unsigned i = 0; i < m->nr_hooks; i++)
		m->hook[i] = (struct hook){ to->hook[i][0], to->hook[i][1] };
	memcpy(m->kernel, from->meta.kernel, sizeof(m->kernel));
	memcpy(m->machine, from->meta.machine, sizeof(m->machine));
	m->exe = from->meta.exe;
	m->tree = from->meta.tree;
}

struct record_header *stream_facts_make(const struct stream_facts *t, const char *host,
					const struct record_header *run)
{
	const struct stream_fact *fact = find_fact(t, host);
	struct record_header *h = malloc(sizeof(*h));

	if (!h)
		return NULL;
	record_header_copy(h, run);
	if (!h->meta.nr_hooks && fact && !strcmp(fact->header.segment.run, run->segment.run))
		add_facts(h, &fact->header);
	return h;
}
