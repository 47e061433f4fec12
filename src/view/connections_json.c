/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "connections.h"

#include <string.h>

#include "json_fields.h"
#include "syscall_names.h"

#define JSON_INT_MAX (1LL << 53)	/* what every reader of JSON can hold */

/* The two ends as objects of kind close; null where an end is not known. */
static void print_end(struct view_context *v, struct json *j, const char *key,
		      const struct pair_end *end)
{
	if (!json_key(j, key))
		return;
	if (!end) {
		json_null(j);
		return;
	}
	view_use_host(v, &end->story);
	json_begin_object(j);
	json_kv_str(j, "kind", "close");
	json_print_close_keys(v, j, &end->story, &end->verdict);
	json_end_object(j);
}

static const char *find_host_name(const struct view_context *v, const struct connection *c,
				  enum connection_side side)
{
	const struct pair_end *end = side == SIDE_CLIENT ? c->end[CONNECTION_CLIENT] :
				     side == SIDE_SERVER ? c->end[CONNECTION_SERVER] : NULL;
	const struct host *host = end ? view_host(v, &end->story) : NULL;

	return host ? host->name : end && v->meta->host[0] ? v->meta->host : NULL;
}

static void print_call_name(struct json *j, const struct socket_call *a)
{
	bool is_named = a && a->trigger == TRIGGER_SYSCALL;
	const char *name = is_named ? syscall_name(a->syscall_nr, a->compat) : NULL;

	json_kv_str(j, "call", name ? name : a ? trigger_name(a->trigger) : NULL);
}

/* The side, and what acted there. What is not known is null. */
static void print_actor(const struct view_context *v, struct json *j, const struct connection *c,
			const struct connection_actor *actor)
{
	const struct socket_call *a = actor->call;
	const struct holder *h = actor->holder;
	const char *host = find_host_name(v, c, actor->side);

	json_kv_str(j, "side", actor->side == SIDE_UNKNOWN ? NULL :
			       connection_side_name(actor->side));
	if (host)
		json_kv_bytes(j, "host", host, strlen(host));
	else
		json_kv_null(j, "host");
	json_kv_u64_or_null(j, "pid", a || h, a ? a->pid : h ? h->pid : 0);
	if (a || h) {
		json_kv_names(j, a ? a->comm : h->comm, a ? a->process : h->process);
	} else {
		json_kv_null(j, "comm");
		json_kv_null(j, "process");
	}
	print_call_name(j, a);
	json_kv_i32_or_null(j, "fd", a ? a->fd >= 0 : h && h->fd >= 0, a ? a->fd : h ? h->fd : -1);
}

static void print_initiator(const struct view_context *v, struct json *j,
			    const struct connection *c)
{
	if (!json_key(j, "initiator"))
		return;
	if (c->initiator.side == SIDE_UNKNOWN) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	print_actor(v, j, c, &c->initiator);
	json_end_object(j);
}

static void print_blame(const struct view_context *v, struct json *j, const struct connection *c)
{
	if (!json_key(j, "blame"))
		return;
	if (!c->cause_known) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_kv_str(j, "cause", cause_name(c->cause));
	json_kv_u64(j, "ns", c->cause_ns);
	json_kv_bool(j, "at_least", c->cause_at_least);
	print_actor(v, j, c, &c->blamed);
	json_end_object(j);
}

/* "[low,high]"; null if it is not known. */
static void print_interval(struct json *j, const char *key, const struct clock_interval *i)
{
	if (!json_key(j, key))
		return;
	if (!i->known || i->low <= -JSON_INT_MAX || i->high >= JSON_INT_MAX) {
		json_null(j);
		return;
	}
	json_begin_array(j);
	json_i64(j, i->low);
	json_i64(j, i->high);
	json_end_array(j);
}

static void print_times(struct json *j, const struct pair_times *t)
{
	print_interval(j, "clock_offset_ns", &t->offset);
	if (json_kv_object(j, "one_way_ns")) {
		print_interval(j, "client_fin", &t->from_a);
		print_interval(j, "server_fin", &t->from_b);
		json_end_object(j);
	}
	json_kv_bool(j, "clock_stepped", t->contradicts);
}

static void print_disagreement(struct json *j, unsigned set)
{
	if (!json_key(j, "disagreement"))
		return;
	if (!set) {
		json_null(j);
		return;
	}
	json_begin_array(j);
	for (unsigned i = 0; i < DISAGREEMENT_COUNT; i++)
		if (set & 1u << i)
			json_str(j, disagreement_name(i));
	json_end_array(j);
}

void connections_print_json(struct view_context *v, const struct connection_shown *shown)
{
	const struct connection *c = &shown->c;
	struct json j;

	json_line_begin(v, &j, "connection");
	json_kv_time(v, &j, "time", connection_main_end(c)->verdict.settled_ns);
	json_kv_str(&j, "one_sided", c->one_sided ? one_sided_name(c->one_sided) : NULL);
	json_kv_bool(&j, "roles_known", c->roles_known);
	print_initiator(v, &j, c);
	print_blame(v, &j, c);
	print_times(&j, &shown->times);
	if (c->middlebox == MIDDLEBOX_UNKNOWN)
		json_kv_null(&j, "middlebox");
	else
		json_kv_bool(&j, "middlebox", c->middlebox == MIDDLEBOX_YES);
	print_disagreement(&j, c->disagreements);
	print_end(v, &j, "client", c->end[CONNECTION_CLIENT]);
	print_end(v, &j, "server", c->end[CONNECTION_SERVER]);
	json_line_end(v, &j);
}

void connections_print_json_counts(struct view_context *v, const struct connections_counts *c,
				   uint64_t now_ns)
{
	struct json j;

	json_line_begin(v, &j, "pairs");
	json_kv_time(v, &j, "time", now_ns);
	json_kv_u64(&j, "joined", c->pairs.joined);
	json_kv_u64(&j, "alone", c->alone);
	json_kv_u64(&j, "evicted", c->pairs.evicted);
	json_kv_u64(&j, "clock_steps", c->clock_steps);
	json_line_end(v, &j);
}
