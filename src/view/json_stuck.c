/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON of the view stuck: an object per socket that hangs, then the summary. The meta line comes
 * from sink_json.c.
 */
#include "json_fields.h"
#include "names.h"

static const char *age_source(unsigned age_from)
{
	switch (age_from) {
	case EVENT_AGE_MINISOCK:
		return "minisock";
	case EVENT_AGE_LAST_SEGMENT:
		return "last-segment";
	case EVENT_AGE_RESENT:
		return "fin-resent";
	default:
		return NULL;
	}
}

static void holders(const struct view *v, struct json *j, const struct hangs *h,
		    const struct hang *g)
{
	json_kv_array(j, "holders");
	for (uint32_t i = 0; i < g->nr_holders; i++) {
		const struct hang_holder *o = &h->holder[g->holder + i];

		json_begin_object(j);
		json_kv_u64(j, "pid", o->pid);
		kv_comm(j, o->comm);
		json_kv_i64(j, "fd", o->fd);
		json_kv_u64(j, "uid", o->uid);
		kv_place(j, view_cgroup(v, o->cgroup, o->pid));
		json_end_object(j);
	}
	json_end_array(j);
}

/* No kernel notes when a socket entered its state: the age is what it is at least. */
static void age(struct json *j, const struct hang *g)
{
	json_kv_null(j, "age_ns");
	kv_known(j, "age_at_least_ns", g->age_from != EVENT_AGE_NONE, g->age_ns);
	json_kv_str(j, "age_source", age_source(g->age_from));
}

static void hang(struct view *v, const struct hangs *h, const struct hang *g, uint64_t now_ns)
{
	bool whole = !g->substate;	/* a minisock knows neither queues nor user */
	struct json j;

	line_begin(v, &j, "stuck");
	kv_time(v, &j, "time", now_ns);
	kv_endpoint(&j, &g->flow, g->cookie);
	json_kv_str(&j, "state", state_name(g->state));
	json_kv_str(&j, "substate", g->substate ? state_name(g->substate) : NULL);
	age(&j, g);
	json_key(&j, "eof_read");
	if (g->eof_read == KNOWN_NOT)
		json_null(&j);
	else
		json_bool(&j, g->eof_read == KNOWN_YES);
	kv_known(&j, "unread", whole, g->unread);
	kv_known(&j, "unacked", whole, g->unacked);
	kv_known(&j, "unsent", whole, g->unsent);
	kv_known(&j, "retransmits", whole, g->retransmits);
	kv_known(&j, "uid", whole, g->uid);
	kv_known(&j, "expires_in_ns", g->left_ns, g->left_ns);
	json_kv_bool(&j, "orphan", g->orphan);
	holders(v, &j, h, g);
	json_kv_str(&j, "advice", advice_name(g->advice));
	line_end(v, &j);
}

static void summary(struct view *v, const struct hangs *h, uint64_t now_ns)
{
	struct json j;

	line_begin(v, &j, "summary");
	kv_time(v, &j, "time", now_ns);
	json_kv_u64(&j, "seen", h->seen);
	json_kv_u64(&j, "told", h->nr);
	json_kv_u64(&j, "filtered", h->filtered);
	json_kv_u64(&j, "open", 0);
	kv_lost_endpoints(&j, "lost", h->table_full, 0);
	json_kv_u64(&j, "holders_lost", h->holders_full);
	json_kv_u64(&j, "age_unknown", h->age_unknown);
	json_kv_object(&j, "walk");
	json_kv_u64(&j, "namespaces", h->namespaces);
	json_kv_u64(&j, "left_out", h->left_out);
	json_kv_u64(&j, "hidden", h->hidden);
	json_kv_bool(&j, "cut_short", h->cut_short);
	json_end_object(&j);
	line_end(v, &j);
}

void json_stuck(struct view *v, const struct hangs *h, uint64_t now_ns)
{
	for (size_t i = 0; i < h->nr; i++) {
		hang(v, h, &h->at[i], now_ns);
		view_relieve(v);
	}
	summary(v, h, now_ns);
}
