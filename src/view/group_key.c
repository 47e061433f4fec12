/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "group_key.h"

#include <string.h>

#include "call_text.h"
#include "cgroup_names.h"
#include "escape.h"
#include "fmt.h"
#include "json_fields.h"

#define SHORT_ID 12		/* of a container, as docker ps shows it */
#define ADDR_LEN 16

const char *by_heading(enum by by)
{
	static const char *const words[] = {
		[BY_DEFAULT] = "", [BY_COMM] = "COMM", [BY_PID] = "PID", [BY_EXE] = "EXE",
		[BY_CGROUP] = "CGROUP", [BY_CONTAINER] = "CONTAINER", [BY_PORT] = "PORT",
		[BY_PEER] = "PEER",
	};

	return words[by < BY_COUNT ? by : BY_DEFAULT];
}

static void set_text(struct by_key *k, const char *text, size_t len)
{
	k->bytes = text;
	k->len = len;
}

static void set_comm(struct by_key *k, const uint8_t *comm)
{
	set_text(k, (const char *)comm, strnlen((const char *)comm, EVENT_COMM_LEN));
}

static void set_pid(struct by_key *k, uint32_t pid, const uint8_t *comm)
{
	memcpy(k->own, &pid, sizeof(pid));
	k->bytes = k->own;
	k->len = sizeof(pid);
	k->label = comm;
	k->label_len = strnlen((const char *)comm, EVENT_COMM_LEN);
}

/* The end that the connection was opened to: not known of one that was there before. */
static void set_port(struct by_key *k, const struct story *s)
{
	uint16_t port = s->opened == OPENED_ACCEPT ? s->flow.local_port : s->flow.peer_port;

	if (s->opened == OPENED_UNKNOWN)
		return;
	memcpy(k->own, &port, sizeof(port));
	k->bytes = k->own;
	k->len = sizeof(port);
}

static void set_peer(struct by_key *k, const struct flow *w)
{
	k->own[0] = w->family;
	memcpy(k->own + 1, w->peer_addr, ADDR_LEN);
	k->bytes = k->own;
	k->len = 1 + ADDR_LEN;
}

/* What has to be asked of the host, as far as it may be. */
static void set_looked_up(struct by_key *k, const struct view *v, enum by by, const struct act *a)
{
	const char *path = NULL, *id;

	if (by == BY_EXE && v->exe_path)
		path = v->exe_path(v->exe_arg, a);
	else if (by != BY_EXE && v->cgroup_path)
		path = v->cgroup_path(v->cgroup_arg, a->cgroup, a->pid);
	if (!path)
		return;
	if (by != BY_CONTAINER) {
		set_text(k, path, strlen(path));
		return;
	}
	id = container_id(path);
	if (id)
		set_text(k, id, CONTAINER_ID_LEN);
}

void by_key(struct by_key *k, const struct view *v, enum by by, const struct story *s,
	    const struct verdict *verdict)
{
	const struct act *a = act_actor(s, verdict);
	const struct holder *o = !a && s->nr_holders ? s->holders : NULL;

	k->bytes = k->label = NULL;
	k->len = k->label_len = 0;
	if (by == BY_PORT)
		set_port(k, s);
	else if (by == BY_PEER)
		set_peer(k, &s->flow);
	else if (by == BY_COMM && (a || o))
		set_comm(k, a ? a->comm : o->comm);
	else if (by == BY_PID && (a || o))
		set_pid(k, a ? a->pid : o->pid, a ? a->comm : o->comm);
	else if (a && by >= BY_EXE)
		set_looked_up(k, v, by, a);
}

static uint32_t pid_of(const struct group *g)
{
	uint32_t pid;

	memcpy(&pid, g->bytes, sizeof(pid));
	return pid;
}

static uint16_t port_of(const struct group *g)
{
	uint16_t port;

	memcpy(&port, g->bytes, sizeof(port));
	return port;
}

/* Its end says more than its beginning: "..slice/nginx.service" */
static void path_label(struct buf *b, const uint8_t *path, size_t len, size_t width)
{
	if (len > width) {
		buf_str(b, "..");
		path += len - (width - 2);
		len = width - 2;
	}
	text_terminal(b, path, len, width);
}

/* The middle gives way: "2001:db8..:7334" */
static void addr_label(struct buf *b, unsigned family, const uint8_t *addr, size_t width)
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

void by_label(struct buf *b, enum by by, const struct group *g, bool other, size_t width)
{
	size_t from = b->len;

	if (other || !g->key_len) {
		buf_str(b, other ? BY_OTHER : by == BY_DEFAULT ? "" : "-");
		return;
	}
	switch (by) {
	case BY_PID:
		buf_u64(b, pid_of(g));
		buf_char(b, ' ');
		text_terminal(b, g->bytes + g->key_len, g->label_len, width - (b->len - from));
		break;
	case BY_PORT:
		buf_u64(b, port_of(g));
		break;
	case BY_PEER:
		addr_label(b, g->bytes[0], g->bytes + 1, width);
		break;
	case BY_CONTAINER:
		buf_add(b, g->bytes, width > CONTAINER_ID_LEN ? CONTAINER_ID_LEN : SHORT_ID);
		break;
	case BY_EXE:
	case BY_CGROUP:
		path_label(b, g->bytes, g->key_len, width);
		break;
	default:
		text_terminal(b, g->bytes, g->key_len, width);
		break;
	}
}

static void json_value(struct json *j, enum by by, const struct group *g)
{
	switch (by) {
	case BY_PID:
		json_u64(j, pid_of(g));
		break;
	case BY_PORT:
		json_u64(j, port_of(g));
		break;
	case BY_PEER:
		json_begin_str(j);
		fmt_addr(j->buf, g->bytes[0], g->bytes + 1);
		json_end_str(j);
		break;
	default:
		json_bytes(j, g->bytes, g->key_len);
		break;
	}
}

void by_json(struct json *j, enum by by, const struct group *g, bool other)
{
	json_kv_str(j, "by", by == BY_DEFAULT ? NULL : by_name(by));
	json_kv_bool(j, "other", other);
	if (by == BY_DEFAULT)
		return;
	json_key(j, by_name(by));
	if (g->key_len)
		json_value(j, by, g);
	else
		json_null(j);
	if (by != BY_PID)
		return;
	if (g->key_len)
		json_kv_bytes(j, "comm", g->bytes + g->key_len, g->label_len);
	else
		json_kv_null(j, "comm");
}

int by_compare(const struct group *a, const struct group *b)
{
	size_t len = a->key_len < b->key_len ? a->key_len : b->key_len;
	int order = memcmp(a->bytes, b->bytes, len);

	if (order)
		return order;
	return a->key_len < b->key_len ? -1 : a->key_len > b->key_len;
}
