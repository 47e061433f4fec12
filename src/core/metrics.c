/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "metrics_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "close_facts.h"
#include "escape.h"
#include "process_names.h"
#include "syscall_names.h"
#include "time_units.h"

/* From 100 us to 2 h. */
static const uint64_t bounds_us[METRICS_BOUNDS] = {
	100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000,
	1000000, 2500000, 5000000, 10000000, 30000000, 60000000, 120000000, 600000000,
	3600000000, 7200000000,
};

uint64_t metrics_bound_ns(unsigned i)
{
	return bounds_us[i] * NS_PER_US;
}

struct metrics *metrics_new(const struct metrics_config *config)
{
	struct metrics *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->config = *config;
	m->closes = (struct keyed_table){ .row_size = sizeof(uint64_t),
					  .max = METRICS_CLOSES_MAX, .seed = config->seed };
	m->comms = (struct keyed_table){ .row_size = CLASS_COUNT * sizeof(uint64_t),
					 .max = METRICS_COMMS_MAX, .seed = config->seed };
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	keyed_table_clear(&m->closes, NULL);
	keyed_table_clear(&m->comms, NULL);
	buf_release(&m->key);
	free(m);
}

/* "none" if no call ended this side, "unknown" if one must have and was not seen. */
static const char *find_call_name(const struct story *s, const struct verdict *v)
{
	const struct socket_call *a = v->trigger;
	const char *name;

	if (!a)
		return s->seg[SEG_FIN_OUT].seen || story_is_missing(s, MISSING_TRIGGER) ?
			       "unknown" : trigger_name(TRIGGER_NONE);
	name = a->trigger == TRIGGER_SYSCALL ? syscall_name(a->syscall_nr, a->compat) : NULL;
	return name ? name : trigger_name(a->trigger);
}

static void count_close(struct metrics *m, const struct story *s, const struct verdict *v)
{
	const struct closes_key key = { (uint8_t)v->initiator, (uint8_t)v->ending,
					(uint8_t)v->reason };
	struct keyed_entry *o;

	buf_reset(&m->key);
	buf_add(&m->key, &key, sizeof(key));
	buf_str(&m->key, find_call_name(s, v));
	o = m->key.failed ? NULL : keyed_table_get_or_add(&m->closes, m->key.data, m->key.len,
							  NULL, 0);
	if (o && o != m->closes.other) {
		++*(uint64_t *)o->row;
		return;
	}
	m->others[v->initiator][v->ending][v->reason]++;
	m->overflow_call++;
}

/* The name of the acting process, or of one that holds the socket; NULL unknown. */
static const uint8_t *find_process_name(const struct story *s, const struct verdict *v)
{
	const struct socket_call *a = close_actor(s, v);

	if (a)
		return process_name_or_comm(a->process, a->comm);
	if (s->scan.nr_holders)
		return process_name_or_comm(s->scan.holders->process, s->scan.holders->comm);
	return NULL;
}

static struct keyed_entry *find_comm(struct metrics *m, const uint8_t *name)
{
	size_t len = 0;

	while (name && len < EVENT_COMM_LEN && name[len])
		len++;
	buf_reset(&m->key);
	escape_for_terminal(&m->key, name, len, ESCAPE_ANY_WIDTH);
	if (!m->key.len)
		buf_char(&m->key, '-');
	if (m->key.failed)
		return NULL;
	/* a process with this name shares the row of those that have none of their own */
	if (m->key.len == strlen(METRICS_OTHER) && !memcmp(m->key.data, METRICS_OTHER, m->key.len))
		return keyed_table_other(&m->comms);
	return keyed_table_get_or_add(&m->comms, m->key.data, m->key.len, NULL, 0);
}

static void count_comm(struct metrics *m, const struct story *s, const struct verdict *v)
{
	struct keyed_entry *o = find_comm(m, find_process_name(s, v));

	if (o)
		++((uint64_t *)o->row)[ending_class(v->ending)];
	m->overflow_comm += !o || o == m->comms.other;
}

static_assert(EXEMPLAR_BUCKETS == METRICS_BOUNDS + 1, "a bucket has one exemplar");

/* Returns the bucket. */
static unsigned observe(struct metric_histogram *h, uint64_t ns)
{
	unsigned i = 0;

	while (i < METRICS_BOUNDS && ns > metrics_bound_ns(i))
		i++;
	h->n[i]++;
	h->sum.whole += ns / NS_PER_S;
	h->sum.nano += (uint32_t)(ns % NS_PER_S);
	if (h->sum.nano >= NS_PER_S) {
		h->sum.nano -= (uint32_t)NS_PER_S;
		h->sum.whole++;
	}
	return i;
}

static void count_phase(struct metrics *m, const struct story *s, const struct verdict *v,
			unsigned phase, uint64_t ns)
{
	const struct exemplar e = { .ns = ns, .isns = s->isns, .known = true };
	unsigned bucket = observe(&m->phase[phase], ns);

	if (m->config.fleet_key && s->isns_known)
		exemplars_add(&m->exemplars, phase, bucket, &e, v->settled_ns);
}

static void count_phases(struct metrics *m, const struct story *s, const struct verdict *v)
{
	const struct phase_cut *cut = &v->cut;

	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (v->phase[i].known)
			count_phase(m, s, v, i, v->phase[i].ns);
	if (!cut->known || v->phase[cut->phase].known)
		return;
	count_phase(m, s, v, cut->phase, cut->ns);
	m->cut[cut->phase]++;
}

void metrics_add_story(struct metrics *m, const struct story *s, const struct verdict *v)
{
	if (v->ending == ENDING_OPEN)
		return;
	m->by_class[ending_class(v->ending)]++;
	count_close(m, s, v);
	if (m->config.by_comm)
		count_comm(m, s, v);
	count_phases(m, s, v);
	if (v->blame_known)
		m->blame[v->blame]++;
}

uint64_t metrics_closes_of(const struct metrics *m, enum class c)
{
	return m->by_class[c];
}

uint64_t metrics_closes(const struct metrics *m)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < CLASS_COUNT; i++)
		n += m->by_class[i];
	return n;
}
