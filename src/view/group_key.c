/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "group_key.h"

#include <string.h>

#include "cgroup_names.h"
#include "close_facts.h"
#include "process_names.h"
#include "stack_group.h"

#define ADDR_LEN 16
#define PORT_LEN 2

/* Append a part: its length in two bytes, then its bytes. */
static void add_part(struct group_key *k, const void *bytes, size_t len)
{
	uint16_t n = len < UINT16_MAX ? (uint16_t)len : UINT16_MAX;

	buf_add(&k->bytes, &n, sizeof(n));
	buf_add(&k->bytes, bytes, n);
}

static void add_unknown_part(struct group_key *k)
{
	add_part(k, NULL, 0);
}

static void add_name(struct group_key *k, const uint8_t *name)
{
	if (name)
		add_part(k, name, strnlen((const char *)name, EVENT_COMM_LEN));
	else
		add_unknown_part(k);
}

static void add_pid(struct group_key *k, uint32_t pid, const uint8_t *name)
{
	if (!name) {
		add_unknown_part(k);
		return;
	}
	add_part(k, &pid, sizeof(pid));
	k->label = name;
	k->label_len = strnlen((const char *)name, EVENT_COMM_LEN);
}

/* Ports are in network order in a key, so that keys sort by them. */
static void put_port(uint8_t bytes[PORT_LEN], uint16_t port)
{
	bytes[0] = (uint8_t)(port >> 8);
	bytes[1] = (uint8_t)port;
}

/* The port of the side that accepted. Unknown if the connection was opened before tracing began. */
static void add_service_port(struct group_key *k, const struct story *s)
{
	uint8_t port[PORT_LEN];

	put_port(port, s->opened == OPENED_ACCEPT ? s->flow.local_port : s->flow.peer_port);
	add_part(k, port, s->opened == OPENED_UNKNOWN ? 0 : PORT_LEN);
}

static void add_peer(struct group_key *k, const struct flow *w, bool with_port)
{
	uint8_t bytes[1 + ADDR_LEN + PORT_LEN];

	bytes[0] = w->family;
	memcpy(bytes + 1, w->peer_addr, ADDR_LEN);
	put_port(bytes + 1 + ADDR_LEN, w->peer_port);
	add_part(k, bytes, with_port ? sizeof(bytes) : 1 + ADDR_LEN);
}

/* The path of the program, if the source has looked it up. */
static void add_exe(struct group_key *k, const struct view_context *v, const struct socket_call *a)
{
	bool known = a && v->lookup.exe_path;
	const char *path = known ? v->lookup.exe_path(v->lookup.exe_arg, a) : NULL;

	add_part(k, path, path ? strlen(path) : 0);
}

/* The cgroup, or the unit or container that its path names. */
static void add_cgroup(struct group_key *k, const struct view_context *v, enum group_by by,
		       const struct socket_call *a)
{
	const char *path = a ? view_cgroup_path(v, a->cgroup, a->pid) : NULL, *id;
	size_t len = path ? strlen(path) : 0;

	if (path && by == GROUP_BY_CONTAINER) {
		id = cgroup_names_container(path);
		add_part(k, id, id ? CONTAINER_ID_LEN : 0);
	} else if (path && by == GROUP_BY_UNIT) {
		id = cgroup_names_unit(path, &len);
		add_part(k, id, id ? len : 0);
	} else {
		add_part(k, path, len);
	}
}

/* A text of a stack has less than the 64 KiB that a part may have. */
static void add_stack(struct group_key *k, const struct view_context *v, const struct story *s,
		      const struct verdict *verdict)
{
	struct buf key = { 0 };

	stack_group_set(&key, v, s, verdict);
	add_part(k, key.data, key.len);
	k->bytes.failed |= key.failed;
	buf_release(&key);
}

void group_key_set(struct group_key *k, const struct view_context *v, const struct story *s,
		   const struct verdict *verdict)
{
	const struct group_list *list = &v->options.groups;
	const struct socket_call *a = close_actor(s, verdict);
	const struct holder *o = !a && s->scan.nr_holders ? s->scan.holders : NULL;
	const uint8_t *comm = a ? a->comm : o ? o->comm : NULL;
	const uint8_t *name = comm ? process_name_or_comm(a ? a->process : o->process, comm) : NULL;

	buf_reset(&k->bytes);
	k->label = NULL;
	k->label_len = 0;
	for (unsigned i = 0; i < list->nr; i++) {
		enum group_by by = list->by[i];

		if (by == GROUP_BY_PORT)
			add_service_port(k, s);
		else if (by == GROUP_BY_PEER || by == GROUP_BY_PEER_PORT)
			add_peer(k, &s->flow, by == GROUP_BY_PEER_PORT);
		else if (by == GROUP_BY_COMM || by == GROUP_BY_THREAD)
			add_name(k, by == GROUP_BY_COMM ? name : comm);
		else if (by == GROUP_BY_PID)
			add_pid(k, a ? a->pid : o ? o->pid : 0, name);
		else if (by == GROUP_BY_HOST)
			add_part(k, run_info_host(v->meta), strlen(run_info_host(v->meta)));
		else if (by == GROUP_BY_EXE)
			add_exe(k, v, a);
		else if (by == GROUP_BY_STACK)
			add_stack(k, v, s, verdict);
		else
			add_cgroup(k, v, by, a);
	}
}

static struct group_part read_part(const uint8_t *at)
{
	struct group_part part;
	uint16_t len;

	memcpy(&len, at, sizeof(len));
	part.bytes = at + sizeof(len);
	part.len = len;
	return part;
}

struct group_part group_key_part(const struct keyed_entry *g, unsigned i)
{
	struct group_part part = read_part(g->bytes);

	while (i--)
		part = read_part(part.bytes + part.len);
	return part;
}

static int compare_parts(struct group_part a, struct group_part b)
{
	int order = memcmp(a.bytes, b.bytes, a.len < b.len ? a.len : b.len);

	if (order)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

int group_key_compare(const struct group_list *list, const struct keyed_entry *a,
		      const struct keyed_entry *b)
{
	int order = 0;

	for (unsigned i = 0; i < list->nr && !order; i++)
		order = compare_parts(group_key_part(a, i), group_key_part(b, i));
	return order;
}
