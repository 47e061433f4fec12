/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view stuck as text: totals, causes, processes, peers, then the sockets; 80 columns unless -w.
 *
 *	20 sockets hang: 20 CLOSE_WAIT;
 *	of 20 seen in 1 network namespace.
 *
 *	SOCKETS  WHY
 *	     20  the program read to the end and forgot to close()
 *
 *	PID     COMM         CLOSE_WAIT FIN_WAIT1 FIN_WAIT2 CLOSING LAST_ACK      OLDEST
 *	4021    nginx                20         0         0       0        0   >=2h 3min
 *
 * Ages are lower bounds. 0 means none, "-" unknown.
 */
#include <string.h>

#include "cgroup_names.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "names.h"
#include "view.h"

#define NAME_WIDTH 21		/* of a process or a peer */
#define PID_WIDTH 8
#define AGE_WIDTH (FMT_AGE_WIDTH + 2)
#define ENDPOINT_WIDTH 21
#define LINE_COLUMNS 80
#define ROWS 10			/* of a table, without -w */
#define SOCKETS 5		/* of one owner and kind, without -w */
#define DETAILS 5		/* owners whose sockets are listed, without -w */

static const char *const owner_words[] = {
	[OWNER_PROCESS] = "?", [OWNER_UNKNOWN] = "(holder not found)",
	[OWNER_LISTENER] = "(not yet accepted)", [OWNER_KERNEL] = "(the kernel)",
	[OWNER_NOBODY] = "(orphans)",
};

/* ">=2h 3min" */
static void print_age(struct buf *b, uint64_t ns, size_t width)
{
	size_t from = b->len;

	if (ns) {
		buf_str(b, ">=");
		fmt_age(b, ns);
	} else {
		buf_char(b, '-');
	}
	buf_pad_before(b, from, width);
}

static const char *plural_s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void print_comm(struct buf *b, const uint8_t *bytes, size_t width)
{
	escape_for_terminal(b, bytes, strnlen((const char *)bytes, EVENT_COMM_LEN), width);
}

static void print_totals(struct view_context *v, const struct stuck_table *h)
{
	struct buf *b = v->out;
	const char *between = ": ";

	if (!h->nr) {
		buf_str(b, "Nothing hangs");
		if (h->filtered)
			buf_str(b, " of what was asked for");
		buf_str(b, ": ");
		buf_u64(b, h->seen);
		buf_str(b, h->seen == 1 ? " closing socket in " : " closing sockets in ");
	} else {
		buf_u64(b, h->nr);
		buf_str(b, h->nr == 1 ? " socket hangs" : " sockets hang");
		for (unsigned i = 0; i < STUCK_STATES; i++) {
			if (!h->count[i])
				continue;
			buf_str(b, between);
			buf_u64(b, h->count[i]);
			buf_char(b, ' ');
			buf_str(b, state_name(stuck_state_at(i)));
			between = ", ";
		}
		buf_str(b, ";\nof ");
		buf_u64(b, h->seen);
		buf_str(b, " seen in ");
	}
	buf_u64(b, h->namespaces);
	buf_str(b, " network namespace");
	buf_str(b, plural_s(h->namespaces));
	buf_str(b, ".\n");
}

/* Print the reasons first: they must be on the first screen, however long the tables are. */
static void print_reasons(struct view_context *v, const struct stuck_table *h)
{
	struct buf *b = v->out;

	buf_char(b, '\n');
	column_heading(v, "SOCKETS  WHY", 0);
	buf_char(b, '\n');
	for (unsigned i = 0; i < ADVICE_COUNT; i++) {
		if (!h->advised[i])
			continue;
		column_number(b, h->advised[i], 7);
		buf_str(b, "  ");
		buf_str(b, advice_line(i));
		buf_char(b, '\n');
	}
}

static void print_state_counts(struct buf *b, const struct stuck_group *g)
{
	static const unsigned order[] = { 3, 0, 1, 2, 4 };	/* of stuck_state_at() */
	static const uint8_t width[] = { 10, 10, 10, 8, 9 };

	for (unsigned i = 0; i < STUCK_STATES; i++)
		column_number(b, g->count[order[i]], width[i]);
	print_age(b, g->oldest_ns, AGE_WIDTH + 1);
	buf_char(b, '\n');
}

static void print_state_table_header(struct view_context *v, const char *of_what)
{
	buf_char(v->out, '\n');
	column_heading(v, of_what, NAME_WIDTH);
	column_heading(v, "CLOSE_WAIT FIN_WAIT1 FIN_WAIT2 CLOSING LAST_ACK      OLDEST", 0);
	buf_char(v->out, '\n');
}

/* "... and 490 more, 490 sockets (-w shows all)" */
static void print_rows_left_out(struct view_context *v, const struct stuck_group *g, size_t n)
{
	struct buf *b = v->out;
	uint64_t sockets = 0;

	for (size_t i = 0; i < n; i++)
		sockets += g[i].sockets;
	if (!n)
		return;
	buf_str(b, "... and ");
	buf_u64(b, n);
	buf_str(b, " more with ");
	buf_u64(b, sockets);
	buf_str(b, " socket");
	buf_str(b, plural_s(sockets));
	buf_str(b, " (-w shows all)\n");
}

static size_t count_rows_to_print(const struct view_context *v, size_t n, size_t limit)
{
	return v->terminal.wide || n <= limit ? n : limit;
}

static void print_by_process(struct view_context *v, const struct stuck_table *h)
{
	size_t n = count_rows_to_print(v, h->nr_groups, ROWS);
	struct buf *b = v->out;

	print_state_table_header(v, "PID     COMM");
	for (size_t i = 0; i < n; i++) {
		const struct stuck_group *g = &h->group[i];
		size_t from = b->len;

		if (g->owner == OWNER_PROCESS) {
			buf_u64(b, g->pid);
			buf_pad(b, from, PID_WIDTH);
			print_comm(b, g->comm, NAME_WIDTH - PID_WIDTH - 1);
		} else {
			buf_str(b, owner_words[g->owner]);
		}
		buf_pad(b, from, NAME_WIDTH);
		print_state_counts(b, g);
		view_flush(v);
	}
	print_rows_left_out(v, h->group + n, h->nr_groups - n);
}

static void print_by_peer(struct view_context *v, const struct stuck_table *h)
{
	size_t n = count_rows_to_print(v, h->nr_peers, ROWS);
	struct buf *b = v->out;

	if (!v->terminal.wide && h->nr_peers > ROWS && h->peer[0].sockets == 1)
		return;		/* with one socket per peer the table would add nothing */
	while (!v->terminal.wide && n > 3 && h->peer[n - 1].sockets == 1)
		n--;
	print_state_table_header(v, "PEER");
	for (size_t i = 0; i < n; i++) {
		const struct flow *w = &h->peer[i].peer;
		size_t from = b->len;

		fmt_endpoint_cut(b, w->family, w->peer_addr, w->peer_port, NAME_WIDTH);
		if (!w->peer_port && b->len > from)
			b->data[b->len - 1] = '*';
		buf_pad(b, from, NAME_WIDTH);
		print_state_counts(b, &h->peer[i]);
		view_flush(v);
	}
	print_rows_left_out(v, h->peer + n, h->nr_peers - n);
}

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
		print_comm(b, g->comm, ESCAPE_ANY_WIDTH);
		for (uint32_t i = 0; i < first->nr_holders && !path; i++)
			if (h->holder[first->holder + i].pid == g->pid)
				path = view_cgroup_path(v, h->holder[first->holder + i].cgroup,
							g->pid);
	} else {
		buf_str(b, owner_words[g->owner]);
	}
	buf_str(b, ": ");
	buf_u64(b, g->sockets);
	buf_str(b, " socket");
	buf_str(b, plural_s(g->sockets));
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
			print_comm(v->out, o->comm, EVENT_COMM_LEN);
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

	print_age(b, g->age_ns, AGE_WIDTH);
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
	size_t rows = count_rows_to_print(v, n, SOCKETS);
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

	column_text(v->out, "        AGE LOCAL", AGE_WIDTH + width);
	column_text(v->out, " PEER", width);
	buf_str(v->out, " UNREAD SEND-Q EOF FD\n");
}

static void print_details(struct view_context *v, const struct stuck_table *h)
{
	size_t n = count_rows_to_print(v, h->nr_groups, DETAILS);

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

/* Print what the tables above lack, and why. */
static void print_caveats(struct view_context *v, const struct stuck_table *h)
{
	struct buf *b = v->out;

	if (h->left_out) {
		buf_u64(b, h->left_out);
		buf_str(b, " network namespaces could not be entered: "
			   "what is in them is missing.\n");
	}
	if (h->cut_short)
		buf_str(b, "The walk took too long and was given up: some are missing.\n");
	if (h->age_unknown) {
		buf_u64(b, h->age_unknown);
		buf_str(b, " left out by --older-than: nothing shows that they are so old.\n");
	}
	if (h->table_full) {
		buf_u64(b, h->table_full);
		buf_str(b, " sockets did not fit into the table: a larger --max-open may help.\n");
	}
	if (h->holders_full) {
		buf_u64(b, h->holders_full);
		buf_str(b, " descriptors did not fit into the table: holders are missing.\n");
	}
}

static void stuck_print(struct view_context *v, const struct stuck_table *h, uint64_t now_ns)
{
	if (v->times) {
		fmt_clock(v->out, view_wall_ns(v, now_ns));
		buf_char(v->out, ' ');
	}
	print_totals(v, h);
	if (h->nr) {
		print_reasons(v, h);
		print_by_process(v, h);
		print_by_peer(v, h);
		print_details(v, h);
	}
	print_caveats(v, h);
}

static const char stuck_manual[] =
	"Lists the half-closed and closing sockets: which process holds each, who the\n"
	"peer is and why it is stuck. Walks every network namespace once; traces nothing.\n"
	"\n"
	"  SOCKETS WHY    the number of sockets, and the cause or the remedy\n"
	"  OLDEST AGE     the least age that the sockets can have (>=); - means unknown\n"
	"  UNREAD SEND-Q  bytes that the program has not read; bytes not acknowledged\n"
	"  EOF            whether the program has read up to the peer's FIN\n"
	"  FD             descriptors; +2 means that two other processes also hold it\n"
	"\n"
	"  --older-than TIME  only sockets that are stuck for at least TIME\n"
	"  --watch TIME       look again every TIME\n"
	"  --fail             exit 1 if a socket is found\n"
	"  -w                 list all of them\n"
	"  -j                 print JSON\n"
	"\n"
	"Examples:\n"
	"  tcpclose stuck --older-than 5m --fail  a health check: are sockets leaking?\n"
	"  tcpclose stuck -c java -w              all half-closed sockets of one program\n";

const struct view view_stuck = {
	.id = VIEW_STUCK,
	.name = "stuck",
	.help = "half-closed sockets now: who holds them, why, and what to do",
	.manual = stuck_manual,
	.source = SOURCE_SCAN,
	.formats = 1 << FORMAT_TEXT | 1 << FORMAT_JSON,
	.json = &view_json,
	.reports_itself = true,
	.stuck = stuck_print,
};
