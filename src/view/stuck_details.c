/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_text.h"

#include <string.h>

#include "cgroup_names.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "names.h"
#include "process_names.h"

#define ENDPOINT_WIDTH 21
#define COMM_WIDTH 15
#define NETNS_WIDTH 11		/* of an inode number, with -w */
#define SOCKETS 5		/* of one owner and kind, without -w */
#define DETAILS 5		/* owners whose sockets are listed, without -w */

/* The first holder of a group's first socket that is the group's process; NULL if it has none. */
static const struct stuck_holder *find_holder(const struct stuck_table *h,
					      const struct stuck_group *g)
{
	const struct stuck_socket *first = &h->sockets[g->first];

	for (uint32_t i = 0; g->owner == OWNER_PROCESS && i < first->nr_holders; i++)
		if (h->holder[first->holder + i].pid == g->pid)
			return &h->holder[first->holder + i];
	return NULL;
}

/* Print ", netns 4026531840", or in how many namespaces the sockets are. */
static void print_netns(struct buf *b, const struct stuck_table *h, const struct stuck_group *g)
{
	const struct stuck_socket *first = &h->sockets[g->first];

	for (uint32_t i = 1; i < g->sockets; i++) {
		if (first[i].flow.netns == first->flow.netns)
			continue;
		buf_str(b, ", several netns");
		return;
	}
	buf_str(b, ", netns ");
	buf_u64(b, first->flow.netns);
}

/* Append bytes to the line that began at `from`; cut, with "..", at its end unless -w. */
static void print_to_line_end(struct view_context *v, size_t from, const char *bytes, size_t len)
{
	size_t used = v->out->len - from, max = ESCAPE_ANY_WIDTH;

	if (!v->terminal.wide)
		max = used + 4 < LINE_COLUMNS ? LINE_COLUMNS - 2 - used : 2;
	if (escape_for_terminal(v->out, bytes, len, max) < len)
		buf_str(v->out, "..");
}

static void print_cgroup(struct view_context *v, const struct stuck_group *g,
			 const struct stuck_holder *o, size_t from)
{
	const char *path = view_cgroup_path(v, o->cgroup, g->pid), *id;
	const char *pod = view_pod(v, o->cgroup, g->pid);

	id = path ? cgroup_names_container(path) : NULL;
	if (id && pod && *pod) {
		buf_str(v->out, ", pod ");
		print_to_line_end(v, from, pod, strlen(pod));
	} else if (id) {
		buf_str(v->out, ", container ");
		buf_add(v->out, id, v->terminal.wide ? CONTAINER_ID_LEN : SHORT_ID);
	}
	if (path && (v->terminal.wide || !id)) {
		buf_str(v->out, ", ");
		print_to_line_end(v, from, path, strlen(path));
	}
}

/*
 *	4021 nginx: 2 sockets, netns 4026531840, container 0123456789ab
 *	  nginx: worker process
 */
static void print_owner(struct view_context *v, const struct stuck_table *h,
			const struct stuck_group *g)
{
	const struct stuck_holder *o = find_holder(h, g);
	struct buf *b = v->out;
	const char *cmdline;
	size_t from, len = 0;

	buf_char(b, '\n');
	from = b->len;
	stuck_print_owner(b, g, 0, v->terminal.wide ? ESCAPE_ANY_WIDTH : COMM_WIDTH);
	buf_str(b, ": ");
	buf_u64(b, g->sockets);
	buf_str(b, " socket");
	buf_str(b, stuck_plural(g->sockets));
	print_netns(b, h, g);
	if (o)
		print_cgroup(v, g, o, from);
	buf_char(b, '\n');
	cmdline = o ? view_cmdline(v, o, &len) : NULL;
	if (!cmdline)
		return;
	from = b->len;
	buf_str(b, "  ");
	print_to_line_end(v, from, cmdline, len);
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
			stuck_print_comm(v->out, process_name_or_comm(o->process, o->comm),
					 EVENT_COMM_LEN);
		}
	}
	if (any)
		buf_str(v->out, ")\n");
}

static void print_socket_row(struct view_context *v, const struct stuck_table *h,
			     const struct stuck_socket *g, const struct stuck_group *group)
{
	struct buf *b = v->out;

	stuck_print_age(b, g->age_ns, g->state == STATE_ESTABLISHED, STUCK_AGE_WIDTH);
	print_endpoint_column(v, &g->flow, true);
	print_endpoint_column(v, &g->flow, false);
	if (v->terminal.wide)
		column_number(b, g->flow.netns, NETNS_WIDTH);
	column_known(b, !g->substate && !(g->sock_flags & SOCKF_MPTCP), fmt_bytes, g->unread, 7);
	column_known(b, !g->substate, fmt_bytes, g->unacked + g->unsent, 7);
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

static void print_sockets_header(struct view_context *v, const struct stuck_table *h)
{
	size_t width = (v->terminal.wide ? 2 : 1) * ENDPOINT_WIDTH;

	column_text(v->out, stuck_shows_only_open(h) ? "       IDLE LOCAL" : "        AGE LOCAL",
		    STUCK_AGE_WIDTH + width);
	column_text(v->out, " PEER", width);
	if (v->terminal.wide)
		buf_str(v->out, "      NETNS");
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
		print_sockets_header(v, h);
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
		buf_str(v->out, " are shown with -w.\n");
	}
}
