/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "metrics_private.h"

#include <string.h>

#include "time_units.h"

struct visit {
	struct metrics *m;
	const struct metrics_facts *f;
	const struct metric *metric;
	void (*sample)(void *arg, const struct metric_sample *s);
	void *arg;
};

#define X_METRIC(id, type, name, unit, labels, help) { name, unit, labels, help, METRIC_##type },
static const struct metric table[] = { METRICS(X_METRIC) };
#undef X_METRIC

const struct metric *metric_at(unsigned id)
{
	return id < METRIC_COUNT ? &table[id] : NULL;
}

const char *metric_suffix(const struct metric *m)
{
	return m->type == METRIC_COUNTER ? "_total" : m->type == METRIC_INFO ? "_info" : "";
}

static struct metric_text make_text(const char *word)
{
	return (struct metric_text){ word, strlen(word) };
}

static void show(const struct visit *v, struct metric_sample s)
{
	s.metric = v->metric;
	v->sample(v->arg, &s);
}

static void show_number(const struct visit *v, uint64_t n)
{
	show(v, (struct metric_sample){ .value.whole = n });
}

static void show_seconds(const struct visit *v, uint64_t ns)
{
	show(v, (struct metric_sample){ .value = metric_seconds(ns) });
}

static void show_word(const struct visit *v, const char *word, uint64_t n)
{
	show(v, (struct metric_sample){ .label = { make_text(word) }, .value.whole = n });
}

static void show_closes_row(const struct visit *v, const struct closes_key *key,
			    struct metric_text call, uint64_t n)
{
	const char *reason = key->reason == REASON_NONE ? "none" : reason_name(key->reason);

	show(v, (struct metric_sample){ .label = { make_text(initiator_name(key->initiator)),
						   make_text(ending_name(key->ending)),
						   make_text(reason), call },
					.value.whole = n });
}

static void show_closes(const struct visit *v)
{
	struct closes_key key;

	for (uint32_t i = 0; i < v->m->closes.nr; i++) {
		const struct keyed_entry *o = keyed_table_at(&v->m->closes, i);
		struct metric_text call = { (const char *)o->bytes + sizeof(key),
					    o->key_len - sizeof(key) };

		memcpy(&key, o->bytes, sizeof(key));
		show_closes_row(v, &key, call, *(const uint64_t *)o->row);
	}
	for (key.initiator = 0; key.initiator < INITIATOR_COUNT; key.initiator++)
		for (key.ending = 0; key.ending < ENDING_COUNT; key.ending++)
			for (key.reason = 0; key.reason < REASON_COUNT; key.reason++) {
				uint64_t n = v->m->others[key.initiator][key.ending][key.reason];

				if (n)
					show_closes_row(v, &key, make_text(METRICS_OTHER), n);
			}
}

static void show_comms(const struct visit *v)
{
	const struct keyed_table *comms = &v->m->comms;
	const struct keyed_entry *o;

	for (uint32_t i = 0; (o = keyed_table_at(comms, i)); i++) {
		struct metric_text name = { (const char *)o->bytes, o->key_len };

		if (o == comms->other)
			name = make_text(METRICS_OTHER);
		for (unsigned c = 0; c < CLASS_COUNT; c++) {
			uint64_t n = ((const uint64_t *)o->row)[c];

			if (n)
				show(v, (struct metric_sample){
					.label = { name, make_text(class_name(c)) },
					.value.whole = n });
		}
	}
}

static bool has_values(const struct metric_histogram *h)
{
	uint64_t any = 0;

	for (unsigned i = 0; i <= METRICS_BOUNDS; i++)
		any |= h->n[i];
	return any;
}

static void show_phases(const struct visit *v)
{
	const struct siphash_key *key = v->m->config.fleet_key;

	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		struct metric_sample s = { .label = { make_text(phase_name(i)) },
					   .histogram = &v->m->phase[i], .fleet_key = key };

		if (key)
			s.exemplars = exemplars_of(&v->m->exemplars, i, v->f->now_ns);
		if (has_values(s.histogram))
			show(v, s);
	}
}

static void show_cuts(const struct visit *v)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (v->m->cut[i])
			show_word(v, phase_name(i), v->m->cut[i]);
}

static void show_blames(const struct visit *v)
{
	for (unsigned i = 0; i < BLAME_COUNT; i++)
		if (v->m->blame[i])
			show_word(v, blame_name(i), v->m->blame[i]);
}

/* The names of OpenTelemetry, network.connection.state. */
static const char *find_state_word(unsigned i)
{
	switch (stuck_state_at(i)) {
	case STATE_FIN_WAIT1:
		return "fin_wait_1";
	case STATE_FIN_WAIT2:
		return "fin_wait_2";
	case STATE_CLOSING:
		return "closing";
	case STATE_CLOSE_WAIT:
		return "close_wait";
	case STATE_LAST_ACK:
		return "last_ack";
	default:
		return NULL;	/* ESTABLISHED is not walked */
	}
}

static void show_sockets(const struct visit *v)
{
	for (unsigned i = 0; i < STUCK_STATES && v->f->walk.known; i++)
		if (find_state_word(i))
			show_word(v, find_state_word(i), v->f->walk.count[i]);
}

static void show_oldest(const struct visit *v)
{
	const struct metrics_walk *walk = &v->f->walk;

	for (unsigned i = 0; i < STUCK_STATES && walk->known; i++)
		if (find_state_word(i) && walk->oldest_ns[i])
			show(v, (struct metric_sample){
				.label = { make_text(find_state_word(i)) },
				.value = metric_seconds(walk->oldest_ns[i]) });
}

static void show_advice(const struct visit *v)
{
	const struct metrics_walk *walk = &v->f->walk;

	for (unsigned i = 0; i < ADVICE_COUNT && walk->known; i++) {
		v->m->advised |= (uint32_t)!!walk->advised[i] << i;
		if (v->m->advised >> i & 1)
			show_word(v, advice_name(i), walk->advised[i]);
	}
}

static void show_ports(const struct visit *v)
{
	if (v->f->walk.known && v->f->walk.ports_known)
		show_seconds(v, v->f->walk.ports_used_permille * NS_PER_MS);
}

/* Show a value that may have decreased as the largest one so far. */
static void show_largest(const struct visit *v, const char *word, uint64_t *largest, uint64_t n)
{
	if (n > *largest)
		*largest = n;
	show_word(v, word, *largest);
}

static void show_endpoints(const struct visit *v)
{
	const struct run_counts *t = &v->f->counts;
	uint64_t *result = v->m->result;

	show_largest(v, "told", &result[RESULT_TOLD], t->reported);
	show_largest(v, "filtered", &result[RESULT_FILTERED], t->filtered);
	show_largest(v, "lost", &result[RESULT_LOST], run_counts_lost_endpoints(t));
}

static void show_lost_events(const struct visit *v)
{
	const struct run_counts *t = &v->f->counts;
	uint64_t *lost = v->m->lost;

	show_largest(v, "ring_full", &lost[LOST_RING_FULL], t->events_ring_full);
	show_largest(v, "calls_full", &lost[LOST_CALLS_FULL], t->events_calls_full);
	show_largest(v, "malformed", &lost[LOST_MALFORMED], t->events_malformed);
	show_largest(v, "spool_full", &lost[LOST_SPOOL_FULL], t->events_spool_full);
}

static void show_overflow(const struct visit *v)
{
	show_word(v, "call", v->m->overflow_call);
	if (v->m->config.by_comm)
		show_word(v, "comm", v->m->overflow_comm);
}

static void show_programs(const struct visit *v, bool times)
{
	for (unsigned i = 0; i < v->f->nr_programs; i++) {
		const struct program_run *p = &v->f->program[i];

		show(v, (struct metric_sample){
			.label = { make_text(p->name) },
			.value = times ? metric_seconds(p->run_ns) :
					 (struct metric_value){ .whole = p->runs } });
	}
}

static void show_walk(const struct visit *v, enum metric_id id)
{
	const struct metrics_walk *walk = &v->f->walk;

	if (!walk->known)
		return;
	if (id == METRIC_WALK)
		show_seconds(v, walk->took_ns);
	else if (id == METRIC_WALK_TIME)
		show_seconds(v, walk->wall_ns);
	else
		show_number(v, walk->complete);
}

static void show_spool_losses(const struct visit *v)
{
	const struct metrics_spool *spool = &v->f->spool;

	if (!spool->known)
		return;
	show_word(v, "spool_full", spool->dropped);
	show_word(v, "rejected", spool->rejected);
	show_word(v, "damaged", spool->damaged);
}

static void show_spool(const struct visit *v, enum metric_id id)
{
	const struct metrics_spool *spool = &v->f->spool;

	if (!spool->known)
		return;
	if (id == METRIC_SPOOL_EVENTS)
		show_number(v, spool->waiting);
	else if (id == METRIC_SPOOL_BYTES)
		show_number(v, spool->bytes);
	else if (id == METRIC_SPOOL_SENT)
		show_number(v, spool->sent);
	else
		show_number(v, spool->up);
}

static void show_process(const struct visit *v, enum metric_id id)
{
	const struct metrics_process *p = &v->f->process;

	if (!p->known)
		return;
	if (id == METRIC_PROCESS_CPU)
		show_seconds(v, p->cpu_ns);
	else if (id == METRIC_PROCESS_START)
		show_seconds(v, p->start_ns);
	else if (id == METRIC_PROCESS_RESIDENT)
		show_number(v, p->resident_bytes);
	else if (id == METRIC_PROCESS_VIRTUAL)
		show_number(v, p->virtual_bytes);
	else if (id == METRIC_PROCESS_FDS)
		show_number(v, p->open_fds);
	else if (p->limited)
		show_number(v, p->max_fds);
}

static void show_metric(const struct visit *v, enum metric_id id)
{
	static void (*const shows[METRIC_COUNT])(const struct visit *v) = {
		[METRIC_CLOSES] = show_closes,
		[METRIC_CLOSES_BY_COMM] = show_comms,
		[METRIC_PHASE] = show_phases,
		[METRIC_PHASE_CUT] = show_cuts,
		[METRIC_BLAME] = show_blames,
		[METRIC_SOCKETS] = show_sockets,
		[METRIC_OLDEST] = show_oldest,
		[METRIC_STUCK] = show_advice,
		[METRIC_PORTS] = show_ports,
		[METRIC_ENDPOINTS] = show_endpoints,
		[METRIC_LOST_EVENTS] = show_lost_events,
		[METRIC_LABEL_OVERFLOW] = show_overflow,
		[METRIC_SPOOL_DROPPED] = show_spool_losses,
	};

	if (shows[id])
		shows[id](v);
	else if (id == METRIC_BPF_RUN || id == METRIC_BPF_RUNS)
		show_programs(v, id == METRIC_BPF_RUN);
	else if (id == METRIC_ENDPOINTS_OPEN)
		show_number(v, v->f->counts.open);
	else if (id == METRIC_BUILD)
		show_word(v, v->f->version, 1);
	else if (id == METRIC_WALK || id == METRIC_WALK_COMPLETE || id == METRIC_WALK_TIME)
		show_walk(v, id);
	else if (id >= METRIC_SPOOL_EVENTS && id <= METRIC_SPOOL_UP)
		show_spool(v, id);
	else
		show_process(v, id);
}

void metrics_visit(struct metrics *m, const struct metrics_facts *f,
		   void (*sample)(void *arg, const struct metric_sample *s), void *arg)
{
	for (unsigned id = 0; id < METRIC_COUNT; id++) {
		const struct visit v = { m, f, metric_at(id), sample, arg };

		show_metric(&v, (enum metric_id)id);
	}
}
