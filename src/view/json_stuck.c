/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view stuck as JSON: an object per stuck socket, then the summary. json.c prints the meta
 * line.
 */
#include <string.h>

#include "json_fields.h"
#include "names.h"

static const char *age_source_name(unsigned age_source)
{
	switch (age_source) {
	case AGE_SOURCE_MINISOCK:
		return "minisock";
	case AGE_SOURCE_LAST_SEGMENT:
		return "last-segment";
	case AGE_SOURCE_FIN_RESENT:
		return "fin-resent";
	default:
		return NULL;
	}
}

static const char *source_name(enum stuck_source_id source)
{
	switch (source) {
	case STUCK_SOURCE_BPF:
		return "bpf";
	case STUCK_SOURCE_DIAG:
		return "sock_diag";
	default:
		return "recording";
	}
}

static void json_print_cmdline(const struct view_context *v, struct json *j,
			       const struct stuck_holder *o)
{
	const char *cmdline;
	size_t len = 0;

	if (!json_key(j, "cmdline"))
		return;
	cmdline = view_cmdline(v, o, &len);
	if (cmdline)
		json_bytes(j, cmdline, len);
	else
		json_null(j);
}

static void json_print_holders(const struct view_context *v, struct json *j,
			       const struct stuck_table *h, const struct stuck_socket *g)
{
	if (!json_kv_array(j, "holders"))
		return;
	for (uint32_t i = 0; i < g->nr_holders; i++) {
		const struct stuck_holder *o = &h->holder[g->holder + i];

		json_begin_object(j);
		json_kv_u64(j, "pid", o->pid);
		json_kv_names(j, o->comm, o->process);
		json_kv_i64(j, "fd", o->fd);
		json_kv_u64(j, "uid", o->uid);
		json_kv_cgroup(v, j, o->cgroup, o->pid);
		json_print_cmdline(v, j, o);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_print_idle(struct json *j, const struct stuck_socket *g)
{
	if (g->state != STATE_ESTABLISHED) {
		json_kv_null(j, "idle_ns");
		return;
	}
	if (!json_kv_object(j, "idle_ns"))
		return;
	json_kv_u64_or_null(j, "sent", g->idle.sent_known, g->idle.sent_ns);
	json_kv_u64_or_null(j, "received", g->idle.received_known, g->idle.received_ns);
	json_end_object(j);
}

/* No kernel records when a socket entered its state: the age is a lower bound. */
static void json_print_age(struct json *j, const struct stuck_socket *g)
{
	json_kv_null(j, "age_ns");
	json_kv_u64_or_null(j, "age_at_least_ns", g->age_source != AGE_SOURCE_NONE, g->age_ns);
	json_kv_str(j, "age_source", age_source_name(g->age_source));
}

/* Of several hosts: that whose walk it is. */
static void json_print_host(const struct view_context *v, struct json *j)
{
	const char *name = run_info_host(v->meta);

	if (v->hosts)
		json_kv_bytes(j, "host", name, strlen(name));
}

static void json_print_stuck_socket(struct view_context *v, const struct stuck_table *h,
				    const struct stuck_socket *g, uint64_t now_ns)
{
	bool whole = !g->substate;	/* a minisock has neither queues nor a user */
	struct json j;

	json_line_begin(v, &j, "stuck");
	json_kv_time(v, &j, "time", now_ns);
	json_print_host(v, &j);
	json_kv_endpoint(&j, &g->flow, g->cookie);
	json_kv_str(&j, "state", state_name(g->state));
	json_kv_str(&j, "substate", g->substate ? state_name(g->substate) : NULL);
	json_print_age(&j, g);
	if (g->eof_read == TRI_NA)
		json_kv_null(&j, "eof_read");
	else
		json_kv_bool(&j, "eof_read", g->eof_read == TRI_YES);
	json_kv_u64_or_null(&j, "unread", whole && !(g->sock_flags & SOCKF_MPTCP), g->unread);
	json_kv_u64_or_null(&j, "unacked", whole, g->unacked);
	json_kv_u64_or_null(&j, "unsent", whole, g->unsent);
	json_kv_u64_or_null(&j, "retransmits", whole, g->retransmits);
	/* before Linux 6.17 the kernel gives the user 0 to a socket that no program has */
	json_kv_u64_or_null(&j, "uid", whole && (g->uid || !(g->sock_flags & SOCKF_NO_SOCKET)),
			    g->uid);
	json_print_idle(&j, g);
	json_kv_u64_or_null(&j, "expires_in_ns", g->left_ns, g->left_ns);
	json_kv_bool(&j, "orphan", g->orphan);
	json_print_holders(v, &j, h, g);
	json_kv_str(&j, "advice", advice_name(g->advice));
	json_line_end(v, &j);
}

static void json_print_walk(struct json *j, const struct stuck_table *h)
{
	if (!json_kv_object(j, "walk"))
		return;
	json_kv_str(j, "source", source_name(h->source));
	json_kv_u64_or_null(j, "namespaces", h->namespaces, h->namespaces);
	json_kv_u64(j, "left_out", h->left_out);
	json_kv_u64(j, "hidden", h->hidden);
	json_kv_bool(j, "own_netns_only", h->own_netns_only);
	json_kv_u64_or_null(j, "hidden_fds", h->source == STUCK_SOURCE_DIAG, h->hidden_fds);
	json_kv_bool(j, "cut_short", h->cut_short);
	json_kv_u64_or_null(j, "orphans_counted", h->orphans_counted >= 0,
			    (uint64_t)h->orphans_counted);
	json_kv_u64_or_null(j, "orphans_elsewhere", h->orphans_counted >= 0,
			    h->orphans_elsewhere);
	json_end_object(j);
}

static void json_print_stuck_summary(struct view_context *v, const struct stuck_table *h,
				     uint64_t now_ns)
{
	struct json j;

	json_line_begin(v, &j, "summary");
	json_kv_time(v, &j, "time", now_ns);
	json_print_host(v, &j);
	json_kv_u64(&j, "seen", h->seen);
	json_kv_u64(&j, "told", h->nr);
	json_kv_u64(&j, "filtered", h->filtered);
	json_kv_u64(&j, "open", 0);
	json_kv_lost_endpoints(&j, "lost", h->table_full, 0);
	json_kv_u64(&j, "holders_lost", h->holders_full);
	json_kv_u64(&j, "age_unknown", h->age_unknown);
	json_print_walk(&j, h);
	json_kv_ports(&j, h->ports);
	json_line_end(v, &j);
}

void json_print_stuck(struct view_context *v, const struct stuck_table *h, uint64_t now_ns)
{
	for (size_t i = 0; i < h->nr; i++) {
		json_print_stuck_socket(v, h, &h->sockets[i], now_ns);
		view_flush(v);
	}
	json_print_stuck_summary(v, h, now_ns);
}
