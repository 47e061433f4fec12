/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_text.h"

#include <string.h>

#include "cgroup_names.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "names.h"

#define ENDPOINT_WIDTH 21
#define LINE_COLUMNS 80
#define SOCKETS 5		/* of one owner and kind, without -w */
#define DETAILS 5		/* owners whose sockets are listed, without -w */

/* "4021 nginx: 2 sockets, container 0123456789ab, /system.slice/docker-0123.scope" */
static void print_owner(struct view_context *v, const struct stuck_table *h,
			const struct stuck_group *g)
{
	const struct stuck_socket *first = &h->sockets[g->first];
	const char *path = NULL, *id;
	struct buf *b = v->out;
	size_t from = b->len;

	buf_char(b, '\n');
	if (g->owner == OWNER_PROCESS) {
		buf_u64(b, g->pid);
		buf_char(b, ' ');
		stuck_print_comm(b, g->comm, ESCAPE_ANY_WIDTH);
		for (uint32_t i = 0; i < first->nr_holders && !path; i++)
			if (h->holder[first->holder + i].pid == g->pid)
				path = view_cgroup_path(v, h->holder[first->holder + i].cgroup,
							g->pid);
	} else {
		buf_str(b, stuck_owner_words(g->owner));
	}
	buf_str(b, ": ");
	buf_u64(b, g->sockets);
	buf_str(b, " socket");
	buf_str(b, stuck_plural(g->sockets));
	id = path ? cgroup_names_container(path) : NULL;
	if (id) {
		buf_str(b, ", container ");
		buf_add(b, id, v->terminal.wide ? CONTAINER_ID_LEN : SHORT_ID);
	}
	if (path && (v->terminal.wide || !id)) {
		size_t left = LINE_COLUMNS - 2 - (b->len - from < 70 ? b->len - from : 70);
		size_t max = v->terminal.wide ? ESCAPE_ANY_WIDTH : left - 1;

		buf_str(b, ", ");
		if (escape_for_terminal(b, path, strlen(path), max) < strlen(path))
			buf_str(b, "..");
	}
	buf_char(b, '\n');
}

static void print_endpoint_column(struct view_context *v, const struct flow *w, bool local)
{
	const uint8_t *addr = local ? w->local_addr : w->peer_addr;
	uint16_t port = local ? w->local_port : w->peer_port;
	size_t from = v->out->len;

	buf_char(v->out, ' ');
	if (v->terminal.wide)
		fmt_endpoint(v->out, w->family, addr, port);
	else
		fmt_endpoint_cut(v->out, w->family, addr, port, ENDPOINT_WIDTH - 1);
	buf_pad(v->out, from, v->terminal.wide ? 2 * ENDPOINT_WIDTH : ENDPOINT_WIDTH);
}

/* "5", "5,7", as many as fit; "+2": two other processes also hold it. With -w "5,4022/5". */
static void print_descriptors(struct view_context *v, const struct stuck_table *h,
			      const struct stuck_socket *g, const struct stuck_group *group)
{
	struct buf *b = v->out;
	size_t start = b->len, room = v->terminal.wide ? SIZE_MAX : 8;
	uint32_t others = 0, last = 0;
	bool full = false;

	buf_str(b, g->nr_holders ? " " : " -");
	for (uint32_t i = 0; i < g->nr_holders; i++) {
		const struct stuck_holder *o = &h->holder[g->holder + i];
		size_t before = b->len;

		if (o->pid != group->pid && !v->terminal.wide) {
			others += o->pid != last;
			last = o->pid;
			continue;
		}
		if (full)
			continue;
		if (b->len > start + 1)
			buf_char(b, ',');
		if (o->pid != group->pid) {
			buf_u64(b, o->pid);
			buf_char(b, '/');
		}
		buf_i64(b, o->fd);
		full = b->len - start > room - 2;
		if (b->len - start > room)
			b->len = before;
		if (full)
			buf_str(b, "..");
	}
	if (others && b->len - start < room) {
		buf_char(b, '+');
		buf_u64(b, others);
	}
	buf_char(b, '\n');
}

/* Print "  (+ also held by 4022 nginx, 4023 nginx)" for the first socket with other holders. */
static void print_other_holders(struct view_context *v, const struct stuck_table *h,
				const struct stuck_group *group)
{
	size_t limit = v->terminal.wide ? SIZE_MAX : LINE_COLUMNS - 26, start = v->out->len;
	uint32_t last = group->pid;
	bool any = false;
	const struct stuck_socket *g = &h->sockets[group->first];

	for (uint32_t k = 0; k < group->sockets && !any; k++, g++) {
		for (uint32_t i = 0; i < g->nr_holders; i++) {
			const struct stuck_holder *o = &h->holder[g->holder + i];

			if (o->pid == group->pid || o->pid == last)
				continue;
			last = o->pid;
			buf_str(v->out, any ? ", " : "  (+ also held by ");
			any = true;
			if (v->out->len - start > limit) {
				buf_str(v->out, "..");
				break;
			}
			buf_u64(v->out, o->pid);
			buf_char(v->out, ' ');
			stuck_print_comm(v->out, o->comm, EVENT_COMM_LEN);
		}
	}
	if (any)
		buf_str(v->out, ")\n");
}

static void print_queue_bytes(struct buf *b, const struct stuck_socket *g, uint32_t n, size_t width)
{
	size_t from = b->len;

	if (g->substate)
		buf_char(b, '-');
	else
		fmt_bytes(b, n);
	buf_pad_before(b, from, width);
}

static void print_socket_row(struct view_context *v, const struct stuck_table *h,
			     const struct stuck_socket *g, const struct stuck_group *group)
{
	struct buf *b = v->out;

	stuck_print_age(b, g->age_ns, STUCK_AGE_WIDTH);
	print_endpoint_column(v, &g->flow, true);
	print_endpoint_column(v, &g->flow, false);
	print_queue_bytes(b, g, g->unread, 7);
	print_queue_bytes(b, g, g->unacked + g->unsent, 7);
	buf_str(b, g->eof_read == TRI_YES ? " yes" : g->eof_read == TRI_NO ? " no " : " -  ");
	print_descriptors(v, h, g, group);
}

/* Print "12 FIN_WAIT2: closed here; ..., the last in 43s", then the oldest of these sockets. */
static void print_kind(struct view_context *v, const struct stuck_table *h,
		       const struct stuck_group *group, const struct stuck_socket *g, size_t n)
{
	size_t rows = stuck_count_rows(v, n, SOCKETS);
	struct buf *b = v->out;
	uint64_t left = 0;

	for (size_t i = 0; i < n; i++)
		if (g[i].left_ns > left)
			left = g[i].left_ns;
	buf_u64(b, n);
	buf_char(b, ' ');
	buf_str(b, state_name(g->state));
	buf_str(b, v->terminal.wide ? ": " : ":\n  ");
	buf_str(b, advice_line(g->advice));
	if (left) {
		buf_str(b, n == 1 ? ", in " : ",\n  the last in ");
		fmt_age(b, left);
	}
	buf_char(b, '\n');
	for (size_t i = 0; i < rows; i++) {
		print_socket_row(v, h, &g[i], group);
		view_flush(v);
	}
	if (rows == n)
		return;
	buf_str(b, "        ... and ");
	buf_u64(b, n - rows);
	buf_str(b, " more (-w shows all)\n");
}

static void print_sockets_header(struct view_context *v)
{
	size_t width = (v->terminal.wide ? 2 : 1) * ENDPOINT_WIDTH;

	column_text(v->out, "        AGE LOCAL", STUCK_AGE_WIDTH + width);
	column_text(v->out, " PEER", width);
	buf_str(v->out, " UNREAD SEND-Q EOF FD\n");
}

void stuck_print_details(struct view_context *v, const struct stuck_table *h)
{
	size_t n = stuck_count_rows(v, h->nr_groups, DETAILS);

	for (size_t i = 0; i < n; i++) {
		const struct stuck_group *group = &h->group[i];
		const struct stuck_socket *g = &h->sockets[group->first], *end = g + group->sockets;

		print_owner(v, h, group);
		print_other_holders(v, h, group);
		print_sockets_header(v);
		while (g < end) {
			const struct stuck_socket *next = g + 1;

			while (next < end && next->advice == g->advice && next->state == g->state)
				next++;
			print_kind(v, h, group, g, (size_t)(next - g));
			g = next;
		}
	}
	if (n < h->nr_groups) {
		buf_str(v->out, "\nThe other ");
		buf_u64(v->out, h->nr_groups - n);
		buf_str(v->out, " are told with -w.\n");
	}
}
