/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "facts.h"

#include <string.h>

#include "close_facts.h"
#include "syscall_names.h"
#include "script.h"

/* Writes a time with the largest unit that needs no fraction. */
static void put_time(struct buf *b, uint64_t ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	unsigned i = 0;

	for (; ns && i < 3 && ns % 1000 == 0; i++)
		ns /= 1000;
	buf_u64(b, ns);
	buf_str(b, units[i]);
}

static void put_known(struct buf *b, bool known, int64_t v)
{
	if (known)
		buf_i64(b, v);
	else
		buf_char(b, '-');
}

static void put_bool(struct buf *b, bool v)
{
	buf_str(b, v ? "yes" : "no");
}

static void put_comm(struct buf *b, const uint8_t *comm)
{
	buf_add(b, comm, strnlen((const char *)comm, EVENT_COMM_LEN));
}

static void put_process(struct buf *b, const uint8_t *process)
{
	if (process[0])
		put_comm(b, process);
	else
		buf_char(b, '-');
}

static void put_call(struct buf *b, const struct socket_call *a)
{
	const char *name = a->trigger == TRIGGER_SYSCALL ? syscall_name(a->syscall_nr, a->compat)
							 : NULL;

	buf_str(b, name ? name : trigger_name(a->trigger));
}

static void put_instant(struct buf *b, uint64_t ts_ns)
{
	if (ts_ns >= SCRIPT_BASE_NS)
		put_time(b, ts_ns - SCRIPT_BASE_NS);
	else
		buf_char(b, '-');
}

static void put_calls(struct buf *b, const struct story *s)
{
	for (unsigned i = 0; i < s->nr_calls; i++) {
		if (i)
			buf_char(b, ',');
		put_call(b, &s->calls[i]);
		buf_char(b, ':');
		buf_str(b, effect_name(s->calls[i].effect));
	}
	if (!s->nr_calls)
		buf_char(b, '-');
}

static void put_states(struct buf *b, const struct story *s)
{
	for (unsigned i = 0; i < s->nr_states; i++) {
		if (i)
			buf_char(b, ',');
		buf_str(b, state_name(s->states[i]));
	}
}

static void put_waves(struct buf *b, const struct story *s, const struct verdict *v)
{
	static const char *const words[] = { [SEG_FIN_OUT] = "FIN>", [SEG_ACK_IN] = "ACK<",
					     [SEG_FIN_IN] = "FIN<", [SEG_ACK_OUT] = "ACK>" };

	for (unsigned i = 0; i < v->nr_waves; i++) {
		const struct close_segment *w = &s->seg[v->wave[i].segment];

		if (i)
			buf_char(b, ',');
		buf_str(b, words[v->wave[i].segment]);
		if (!w->exact)
			buf_char(b, '~');
	}
	if (!v->nr_waves)
		buf_char(b, '-');
}

/* Writes the value of a key such as "wave3.seq". */
static bool wave_fact(struct buf *b, const char *key, const struct story *s,
		      const struct verdict *v)
{
	const struct close_segment *w = NULL;

	if (strncmp(key, "wave", 4) || key[4] < '1' || key[4] > '4' || key[5] != '.')
		return false;
	for (unsigned i = 0; i < v->nr_waves; i++)
		if (v->wave[i].number == key[4] - '0')
			w = &s->seg[v->wave[i].segment];
	if (!w)
		buf_char(b, '-');
	else if (!strcmp(key + 6, "at"))
		put_time(b, w->ts_ns - v->start_ns);
	else if (!strcmp(key + 6, "seq"))
		put_known(b, w->has_seq, w->seq);
	else if (!strcmp(key + 6, "ack"))
		buf_u64(b, w->ack);
	else
		return false;
	return true;
}

/* "peer_hold:2s", "app_hold>6.9s", "-" */
static void put_cut(struct buf *b, const struct phase_cut *cut)
{
	if (!cut->known) {
		buf_char(b, '-');
		return;
	}
	buf_str(b, phase_name(cut->phase));
	buf_char(b, cut->at_least ? '>' : ':');
	put_time(b, cut->ns);
}

static bool phase_fact(struct buf *b, const char *key, const struct verdict *v)
{
	if (strncmp(key, "phase.", 6))
		return false;
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		if (strcmp(key + 6, phase_name(i)))
			continue;
		if (v->phase[i].known)
			put_time(b, v->phase[i].ns);
		else
			buf_char(b, '-');
		return true;
	}
	return false;
}

static void put_missing(struct buf *b, const struct verdict *v)
{
	for (unsigned i = 0; i < v->nr_missing; i++) {
		if (i)
			buf_char(b, ',');
		buf_add(b, v->missing[i], strcspn(v->missing[i], ":"));
	}
	if (!v->nr_missing)
		buf_char(b, '-');
}

static bool verdict_fact(struct buf *b, const char *key, const struct story *s,
			 const struct verdict *v)
{
	if (!strcmp(key, "ending"))
		buf_str(b, ending_name(v->ending));
	else if (!strcmp(key, "class"))
		buf_str(b, class_name(ending_class(v->ending)));
	else if (!strcmp(key, "initiator"))
		buf_str(b, initiator_name(v->initiator));
	else if (!strcmp(key, "reason"))
		buf_str(b, v->reason ? reason_name(v->reason) : "-");
	else if (!strcmp(key, "blame"))
		buf_str(b, v->blame_known ? blame_name(v->blame) : "-");
	else if (!strcmp(key, "blame_ns"))
		put_time(b, v->blame_ns);
	else if (!strcmp(key, "time_wait"))
		put_bool(b, close_left_time_wait(s));
	else if (!strcmp(key, "cut"))
		put_cut(b, &v->cut);
	else if (!strcmp(key, "delay"))
		put_time(b, v->delay.ns);
	else if (!strcmp(key, "partial"))
		put_bool(b, v->partial);
	else if (!strcmp(key, "missing"))
		put_missing(b, v);
	else if (!strcmp(key, "waves"))
		put_waves(b, s, v);
	else if (!strcmp(key, "start"))
		put_instant(b, v->start_ns);
	else if (!strcmp(key, "settled"))
		put_instant(b, v->settled_ns);
	else if (!strcmp(key, "age") && s->established_ns)
		put_time(b, v->settled_ns - s->established_ns);
	else if (!strcmp(key, "age_at_least") && s->scan.closing_since_ns)
		put_time(b, v->settled_ns - s->scan.closing_since_ns);
	else if (!strcmp(key, "age") || !strcmp(key, "age_at_least"))
		buf_char(b, '-');
	else
		return false;
	return true;
}

static void put_holders(struct buf *b, const struct story *s)
{
	for (unsigned i = 0; i < s->scan.nr_holders; i++) {
		if (i)
			buf_char(b, ',');
		put_comm(b, s->scan.holders[i].comm);
		buf_char(b, '[');
		buf_u64(b, s->scan.holders[i].pid);
		buf_str(b, "]:");
		buf_i64(b, s->scan.holders[i].fd);
	}
	if (!s->scan.nr_holders)
		buf_char(b, '-');
}

static void put_ns_if(struct buf *b, bool known, uint64_t ns)
{
	if (known)
		put_time(b, ns);
	else
		buf_char(b, '-');
}

static bool data_fact(struct buf *b, const char *key, const struct story *s)
{
	const struct data_lost *d = &s->data_lost;

	if (!strcmp(key, "lost.unread"))
		put_known(b, d->known, d->unread);
	else if (!strcmp(key, "lost.unsent"))
		put_known(b, d->known, d->unsent);
	else if (!strcmp(key, "lost.unacked"))
		put_known(b, d->known, d->unacked);
	else if (!strcmp(key, "idle.sent"))
		put_ns_if(b, s->idle.sent_known, s->idle.sent_ns);
	else if (!strcmp(key, "idle.received"))
		put_ns_if(b, s->idle.received_known, s->idle.received_ns);
	else
		return false;
	return true;
}

static bool reset_fact(struct buf *b, const char *key, const struct verdict *v)
{
	static const char *const middlebox[] = { "-", "no", "yes" };

	if (!strcmp(key, "middlebox"))
		buf_str(b, middlebox[v->middlebox]);
	else if (!strcmp(key, "reset_by.tid"))
		put_known(b, v->reset_by, v->reset_by ? v->reset_by->tid : 0);
	else if (!strcmp(key, "reset_by") && v->reset_by)
		put_call(b, v->reset_by);
	else if (!strcmp(key, "reset_by"))
		buf_char(b, '-');
	else
		return false;
	return true;
}

static bool socket_fact(struct buf *b, const char *key, const struct story *s)
{
	if (!strcmp(key, "calls"))
		put_calls(b, s);
	else if (!strcmp(key, "states"))
		put_states(b, s);
	else if (!strcmp(key, "holders"))
		put_holders(b, s);
	else if (!strcmp(key, "opened"))
		buf_str(b, s->opened == OPENED_UNKNOWN ? "-" :
			   s->opened == OPENED_CONNECT ? "connect" : "accept");
	else if (!strcmp(key, "v4mapped"))
		put_bool(b, s->v4mapped);
	else if (!strcmp(key, "sent"))
		buf_u64(b, s->bytes_sent);
	else if (!strcmp(key, "received"))
		buf_u64(b, s->bytes_received);
	else if (!strcmp(key, "unread"))
		put_known(b, s->queues.known, s->queues.unread);
	else if (!strcmp(key, "unacked"))
		put_known(b, s->queues.known, s->queues.unacked);
	else if (!strcmp(key, "unsent"))
		put_known(b, s->queues.known, s->queues.unsent);
	else if (!strcmp(key, "srtt_us"))
		put_known(b, s->srtt_us, s->srtt_us);
	else if (!strcmp(key, "fin_retransmits"))
		buf_u64(b, s->fins.retransmits);
	else if (!strcmp(key, "twin.pid"))
		put_known(b, s->twin.known && s->twin.pid, s->twin.pid);
	else if (!strcmp(key, "twin.comm") && s->twin.known && s->twin.pid)
		put_comm(b, s->twin.comm);
	else if (!strcmp(key, "twin.process"))
		put_process(b, s->twin.process);
	else if (!strcmp(key, "twin.cookie"))
		put_known(b, s->twin.known, (int64_t)s->twin.cookie);
	else if (!strcmp(key, "self"))
		put_bool(b, story_is_self(s));
	else if (!strcmp(key, "calls_omitted"))
		buf_u64(b, s->calls_omitted);
	else
		return false;
	return true;
}

static bool trigger_fact(struct buf *b, const char *key, const struct socket_call *a)
{
	static const char *const keys[] = { "trigger", "fd", "how", "pid", "tid", "uid", "comm",
					    "process", "signal", "exit_code", "deferred", "ret",
					    "call_ns" };
	unsigned i = 0;

	while (i < sizeof(keys) / sizeof(*keys) && strcmp(keys[i], key))
		i++;
	if (i == sizeof(keys) / sizeof(*keys))
		return false;
	if (!a)
		buf_char(b, '-');
	else if (!strcmp(key, "trigger"))
		put_call(b, a);
	else if (!strcmp(key, "fd"))
		put_known(b, a->fd >= 0, a->fd);
	else if (!strcmp(key, "how"))
		buf_str(b, a->trigger == TRIGGER_SHUTDOWN ? shut_how_name(a->how) : "-");
	else if (!strcmp(key, "comm"))
		put_comm(b, a->comm);
	else if (!strcmp(key, "process"))
		put_process(b, a->process);
	else if (!strcmp(key, "signal"))
		put_known(b, a->signal >= 0, a->signal);
	else if (!strcmp(key, "exit_code"))
		put_known(b, a->exit_code >= 0, a->exit_code);
	else if (!strcmp(key, "deferred"))
		put_bool(b, a->deferred);
	else if (!strcmp(key, "ret"))
		put_known(b, a->returned, a->ret);
	else if (!strcmp(key, "call_ns"))
		a->returned ? put_time(b, a->call_ns) : buf_char(b, '-');
	else
		buf_u64(b, !strcmp(key, "pid") ? a->pid : !strcmp(key, "tid") ? a->tid : a->uid);
	return true;
}

bool facts_story(struct buf *b, const char *key, const struct story *s, const struct verdict *v)
{
	return verdict_fact(b, key, s, v) || socket_fact(b, key, s) || data_fact(b, key, s) ||
	       reset_fact(b, key, v) || phase_fact(b, key, v) ||
	       wave_fact(b, key, s, v) || trigger_fact(b, key, v->trigger);
}

bool facts_tally(struct buf *b, const char *key, const struct run_counts *t)
{
	const struct {
		const char *key;
		uint64_t v;
	} counts[] = { { "seen", t->seen },
		       { "told", t->reported },
		       { "filtered", t->filtered },
		       { "open", t->open },
		       { "lost", run_counts_lost_endpoints(t) },
		       { "vanished", t->lost_vanished },
		       { "events", t->events },
		       { "events-lost", run_counts_lost_events(t) } };

	for (unsigned i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		if (strcmp(counts[i].key, key))
			continue;
		buf_u64(b, counts[i].v);
		return true;
	}
	return false;
}

bool facts_is_time(const char *key)
{
	static const char *const keys[] = { "start", "settled", "age", "age_at_least", "call_ns",
					    "delay", "blame_ns", "idle.sent", "idle.received" };

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!strcmp(keys[i], key))
			return true;
	return !strncmp(key, "phase.", 6) || (!strncmp(key, "wave", 4) && strstr(key, ".at"));
}
