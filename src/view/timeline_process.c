/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timeline.h"

#include <string.h>

#include "close_facts.h"
#include "escape.h"
#include "process_names.h"
#include "two_columns.h"

static size_t measure_name(const uint8_t *name)
{
	return strnlen((const char *)name, EVENT_COMM_LEN);
}

void timeline_print_process_pid(struct buf *b, const uint8_t *process, const uint8_t *comm,
				uint32_t pid, size_t width)
{
	const uint8_t *name = process_name_or_comm(process, comm);
	struct buf number = { 0 };

	buf_char(&number, '[');
	buf_u64(&number, pid);
	buf_char(&number, ']');
	escape_for_terminal(b, name, measure_name(name),
			    width > number.len ? width - number.len : 0);
	buf_add_buf(b, &number);
	buf_release(&number);
}

void timeline_print_thread(struct buf *b, const struct socket_call *a, size_t width)
{
	const uint8_t *process = process_name_or_comm(a->process, a->comm);

	if (strncmp((const char *)process, (const char *)a->comm, EVENT_COMM_LEN) == 0)
		return;
	buf_char(b, '/');
	escape_for_terminal(b, a->comm, measure_name(a->comm), width - 1);
}

/* Does a task that makes this call hold the socket, or the listener that it waits in? */
static bool is_call_of_holder(const struct socket_call *a)
{
	switch (a->trigger) {
	case TRIGGER_SOCK_DESTROY:
	case TRIGGER_UNIX_GC:
	case TRIGGER_KERNEL:
	case TRIGGER_TIMER:
		return false;
	default:
		return true;
	}
}

/* The last call of a task that held the socket after the peer's FIN; NULL if none was seen. */
static const struct socket_call *find_call_of_holder(const struct story *s,
						     const struct verdict *v)
{
	uint64_t from_ns = s->seg[SEG_FIN_IN].seen ? s->seg[SEG_FIN_IN].ts_ns : v->start_ns;

	if (v->trigger && is_call_of_holder(v->trigger))
		return v->trigger;
	for (unsigned i = s->nr_calls; i-- > 0;)
		if (is_call_of_holder(&s->calls[i]) && s->calls[i].ts_ns >= from_ns)
			return &s->calls[i];
	return NULL;
}

static const struct socket_call *find_call_in_role(const struct story *s, const struct verdict *v,
						   enum timeline_role role)
{
	if (role == TIMELINE_HELD)
		return find_call_of_holder(s, v);
	if (role == TIMELINE_CLOSED && v->trigger)
		return v->trigger;
	return close_actor(s, v);
}

void timeline_print_process(struct buf *b, const struct ladder *l, enum side side,
			    enum timeline_role role, size_t width)
{
	const struct story *s = l->s[side], *near = l->s[LADDER_LEFT];
	const struct socket_call *a = s ? find_call_in_role(s, l->v[side], role) : NULL;
	const struct holder *h = s && s->scan.nr_holders ? &s->scan.holders[0] : NULL;

	if (a)
		timeline_print_process_pid(b, a->process, a->comm, a->pid, width);
	else if (h)
		timeline_print_process_pid(b, h->process, h->comm, h->pid, width);
	else if (s || side == LADDER_LEFT)
		buf_char(b, '-');
	else if (near->twin.known && near->twin.pid)
		timeline_print_process_pid(b, near->twin.process, near->twin.comm,
					   near->twin.pid, width);
	else
		buf_str(b, "peer");
}

void timeline_print_host(const struct view_context *v, struct buf *b, const struct ladder *l,
			 enum side side, size_t width)
{
	const struct story *s = l->s[side], *near = l->s[LADDER_LEFT];
	const char *name = s ? v->hosts->host[s->host]->name : "";

	if (!s && near->twin.known)
		name = v->hosts->host[near->twin.host]->name;
	if (!*name)
		return;
	buf_str(b, "host ");
	escape_for_terminal(b, name, strlen(name), width - strlen("host "));
}
