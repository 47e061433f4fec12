/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "group_key.h"

#include <string.h>

#include "call_text.h"
#include "cgroup_names.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "json_fields.h"
#include "process_names.h"

#define ADDR_LEN 16

const char *group_key_heading(enum group_by by)
{
	static const char *const words[] = {
		[GROUP_BY_DEFAULT] = "",	[GROUP_BY_COMM] = "COMM",
		[GROUP_BY_THREAD] = "THREAD",	[GROUP_BY_PID] = "PID",
		[GROUP_BY_EXE] = "EXE",		[GROUP_BY_CGROUP] = "CGROUP",
		[GROUP_BY_CONTAINER] = "CONTAINER",
		[GROUP_BY_PORT] = "PORT",	[GROUP_BY_PEER] = "PEER",
	};

	return words[by < GROUP_BY_COUNT ? by : GROUP_BY_DEFAULT];
}

static void set_key_bytes(struct group_key *k, const char *text, size_t len)
{
	k->bytes = text;
	k->len = len;
}

static void set_key_comm(struct group_key *k, const uint8_t *comm)
{
	set_key_bytes(k, (const char *)comm, strnlen((const char *)comm, EVENT_COMM_LEN));
}

static void set_key_pid(struct group_key *k, uint32_t pid, const uint8_t *comm)
{
	memcpy(k->own, &pid, sizeof(pid));
	k->bytes = k->own;
	k->len = sizeof(pid);
	k->label = comm;
	k->label_len = strnlen((const char *)comm, EVENT_COMM_LEN);
}

/* The port of the side that accepted. Unknown if the connection was opened before tracing began. */
static void set_key_port(struct group_key *k, const struct story *s)
{
	uint16_t port = s->opened == OPENED_ACCEPT ? s->flow.local_port : s->flow.peer_port;

	if (s->opened == OPENED_UNKNOWN)
		return;
	memcpy(k->own, &port, sizeof(port));
	k->bytes = k->own;
	k->len = sizeof(port);
}

static void set_key_peer(struct group_key *k, const struct flow *w)
{
	k->own[0] = w->family;
	memcpy(k->own + 1, w->peer_addr, ADDR_LEN);
	k->bytes = k->own;
	k->len = 1 + ADDR_LEN;
}

/* The keys that need a text that the source has looked up. */
static void set_key_exe_or_cgroup(struct group_key *k, const struct view_context *v,
				  enum group_by by, const struct socket_call *a)
{
	const char *path = NULL, *id;

	if (by == GROUP_BY_EXE && v->lookup.exe_path)
		path = v->lookup.exe_path(v->lookup.exe_arg, a);
	else if (by != GROUP_BY_EXE && v->lookup.cgroup_path)
		path = v->lookup.cgroup_path(v->lookup.cgroup_arg, a->cgroup, a->pid);
	if (!path)
		return;
	if (by != GROUP_BY_CONTAINER) {
		set_key_bytes(k, path, strlen(path));
		return;
	}
	id = cgroup_names_container(path);
	if (id)
		set_key_bytes(k, id, CONTAINER_ID_LEN);
}

void group_key_init(struct group_key *k, const struct view_context *v, enum group_by by,
		    const struct story *s, const struct verdict *verdict)
{
	const struct socket_call *a = call_text_actor(s, verdict);
	const struct holder *o = !a && s->scan.nr_holders ? s->scan.holders : NULL;
	const uint8_t *comm = a ? a->comm : o ? o->comm : NULL;
	const uint8_t *name = comm ? process_name_or_comm(a ? a->process : o->process, comm) : NULL;

	k->bytes = k->label = NULL;
	k->len = k->label_len = 0;
	if (by == GROUP_BY_PORT)
		set_key_port(k, s);
	else if (by == GROUP_BY_PEER)
		set_key_peer(k, &s->flow);
	else if (by == GROUP_BY_COMM && name)
		set_key_comm(k, name);
	else if (by == GROUP_BY_THREAD && comm)
		set_key_comm(k, comm);
	else if (by == GROUP_BY_PID && name)
		set_key_pid(k, a ? a->pid : o->pid, name);
	else if (a && by >= GROUP_BY_EXE)
		set_key_exe_or_cgroup(k, v, by, a);
}

static uint32_t read_key_pid(const struct keyed_entry *g)
{
	uint32_t pid;

	memcpy(&pid, g->bytes, sizeof(pid));
	return pid;
}

static uint16_t read_key_port(const struct keyed_entry *g)
{
	uint16_t port;

	memcpy(&port, g->bytes, sizeof(port));
	return port;
}

/* Print a path, cut on the left, since its end is more specific: "..slice/nginx.service" */
static void print_path_tail(struct buf *b, const uint8_t *path, size_t len, size_t width)
{
	if (len > width) {
		buf_str(b, "..");
		path += len - (width - 2);
		len = width - 2;
	}
	escape_for_terminal(b, path, len, width);
}

/* Print an address, cut in the middle: "2001:db8..:7334" */
static void print_addr_cut(struct buf *b, unsigned family, const uint8_t *addr, size_t width)
{
	size_t from = b->len, len, tail;

	fmt_addr(b, family, addr);
	len = b->len - from;
	if (b->failed || len <= width)
		return;
	tail = (width - 2) / 2;
	memmove(b->data + from + width - tail, b->data + b->len - tail, tail);
	memset(b->data + from + width - tail - 2, '.', 2);
	b->len = from + width;
}

void group_key_print(struct buf *b, enum group_by by, const struct keyed_entry *g, bool other,
		     size_t width)
{
	size_t from = b->len;

	if (other || !g->key_len) {
		buf_str(b, other ? GROUP_KEY_OTHER : by == GROUP_BY_DEFAULT ? "" : "-");
		return;
	}
	switch (by) {
	case GROUP_BY_PID:
		buf_u64(b, read_key_pid(g));
		buf_char(b, ' ');
		escape_for_terminal(b, g->bytes + g->key_len, g->label_len,
				    width - (b->len - from));
		break;
	case GROUP_BY_PORT:
		buf_u64(b, read_key_port(g));
		break;
	case GROUP_BY_PEER:
		print_addr_cut(b, g->bytes[0], g->bytes + 1, width);
		break;
	case GROUP_BY_CONTAINER:
		buf_add(b, g->bytes, width > CONTAINER_ID_LEN ? CONTAINER_ID_LEN : SHORT_ID);
		break;
	case GROUP_BY_EXE:
	case GROUP_BY_CGROUP:
		print_path_tail(b, g->bytes, g->key_len, width);
		break;
	default:
		escape_for_terminal(b, g->bytes, g->key_len, width);
		break;
	}
}

static void json_print_key_value(struct json *j, enum group_by by, const struct keyed_entry *g)
{
	switch (by) {
	case GROUP_BY_PID:
		json_u64(j, read_key_pid(g));
		break;
	case GROUP_BY_PORT:
		json_u64(j, read_key_port(g));
		break;
	case GROUP_BY_PEER:
		json_begin_str(j);
		fmt_addr(j->buf, g->bytes[0], g->bytes + 1);
		json_end_str(j);
		break;
	default:
		json_bytes(j, g->bytes, g->key_len);
		break;
	}
}

void group_key_json(struct json *j, enum group_by by, const struct keyed_entry *g, bool other)
{
	json_kv_str(j, "by", by == GROUP_BY_DEFAULT ? NULL : group_by_name(by));
	json_kv_bool(j, "other", other);
	if (by == GROUP_BY_DEFAULT)
		return;
	json_key(j, group_by_name(by));
	if (g->key_len)
		json_print_key_value(j, by, g);
	else
		json_null(j);
	if (by != GROUP_BY_PID)
		return;
	if (g->key_len)
		json_kv_bytes(j, "comm", g->bytes + g->key_len, g->label_len);
	else
		json_kv_null(j, "comm");
}

int group_key_compare(const struct keyed_entry *a, const struct keyed_entry *b)
{
	size_t len = a->key_len < b->key_len ? a->key_len : b->key_len;
	int order = memcmp(a->bytes, b->bytes, len);

	if (order)
		return order;
	return a->key_len < b->key_len ? -1 : a->key_len > b->key_len;
}
