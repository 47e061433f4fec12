/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_stuck.h"

#include <string.h>

#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "stuck_text.h"

#define PID_WIDTH 8
#define COMM_WIDTH 9
#define STATE_WIDTH 11
#define AGE_WIDTH (STUCK_AGE_WIDTH + 1)
#define WHY_WIDTH 14
#define WIDE_COLUMNS 80
#define WIDER_COLUMNS 110	/* there is room for both ends */
#define NAME_WIDTH 13		/* of a fact */

static void take_holder(struct top_stuck_row *row, const struct stuck_holder *o, bool first)
{
	struct top_stuck_row_holder *to;

	if (row->nr_holders == TOP_STUCK_ROW_HOLDERS && !first)
		return;
	if (first)	/* the owner: the others move down */
		memmove(&row->holder[1], &row->holder[0],
			(TOP_STUCK_ROW_HOLDERS - 1) * sizeof(*row->holder));
	to = &row->holder[first ? 0 : row->nr_holders];
	to->pid = o->pid;
	to->fd = o->fd;
	memcpy(to->comm, o->process[0] ? o->process : o->comm, sizeof(to->comm));
	if (row->nr_holders < TOP_STUCK_ROW_HOLDERS)
		row->nr_holders++;
}

static void take_row(struct top_stuck_row *to, const struct stuck_table *h,
		     const struct stuck_socket *g)
{
	uint32_t owner = h->group[g->group].pid;
	bool found = false;

	*to = (struct top_stuck_row){ .flow = g->flow, .age_ns = g->age_ns, .left_ns = g->left_ns,
				  .unread = g->unread, .unacked = g->unacked,
				  .unsent = g->unsent, .state = g->state,
				  .substate = g->substate, .eof_read = g->eof_read,
				  .advice = g->advice, .owner = g->owner,
				  .age_is_exact = g->state == STATE_ESTABLISHED,
				  .mptcp = g->sock_flags & SOCKF_MPTCP };
	for (uint32_t i = 0; i < g->nr_holders; i++) {
		const struct stuck_holder *o = &h->holder[g->holder + i];
		bool is_owner = !found && g->owner == OWNER_PROCESS && o->pid == owner;

		take_holder(to, o, is_owner);
		found |= is_owner;
	}
	to->nr_holders = g->nr_holders;
}

void top_stuck_rows_take(struct top_stuck_rows *to, const struct stuck_table *h, uint64_t wall_ns)
{
	to->wall_ns = wall_ns;
	to->seen = h->seen;
	to->found = h->nr;
	to->complete = !h->cut_short && !h->table_full && !h->holders_full && !h->left_out;
	to->failed = false;
	to->nr = h->nr < TOP_STUCK_ROWS_MAX ? (unsigned)h->nr : TOP_STUCK_ROWS_MAX;
	for (unsigned i = 0; i < to->nr; i++)
		take_row(&to->rows[i], h, &h->sockets[i]);
}

size_t top_stuck_rows_size(const struct top_stuck_rows *r)
{
	return offsetof(struct top_stuck_rows, rows) + r->nr * sizeof(*r->rows);
}

const char *top_stuck_column_name(unsigned i)
{
	static const char *const names[] = {
#define X(id, word) [TOP_STUCK_BY_##id] = word,
		TOP_STUCK_COLUMN_WORDS(X)
#undef X
	};

	return i < TOP_STUCK_COLUMNS ? names[i] : NULL;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_ends(const struct flow *x, const struct flow *y, bool local)
{
	int order = compare_numbers(x->family, y->family);

	if (!order)
		order = memcmp(local ? x->local_addr : x->peer_addr,
			       local ? y->local_addr : y->peer_addr, sizeof(x->local_addr));
	return order ? order : compare_numbers(local ? x->local_port : x->peer_port,
					       local ? y->local_port : y->peer_port);
}

int top_stuck_row_compare_by(enum top_stuck_column column, const struct top_stuck_row *a,
			 const struct top_stuck_row *b)
{
	switch (column) {
	case TOP_STUCK_BY_AGE:
		return compare_numbers(b->age_ns, a->age_ns);
	case TOP_STUCK_BY_PID:
		return compare_numbers(a->holder[0].pid, b->holder[0].pid);
	case TOP_STUCK_BY_COMM:
		return memcmp(a->holder[0].comm, b->holder[0].comm, EVENT_COMM_LEN);
	case TOP_STUCK_BY_LOCAL:
		return compare_ends(&a->flow, &b->flow, true);
	case TOP_STUCK_BY_PEER:
		return compare_ends(&a->flow, &b->flow, false);
	case TOP_STUCK_BY_STATE:
		return compare_numbers(a->state, b->state);
	default:
		return 0;
	}
}

/* The columns that there is room for, besides COMM, AGE and WHY. */
struct layout {
	size_t end;	/* width of an end; 0: none is shown */
	bool pid, state, local, fd;
};

static struct layout choose_layout(unsigned columns)
{
	size_t least = COMM_WIDTH + AGE_WIDTH + WHY_WIDTH, wide;

	if (columns && columns < WIDE_COLUMNS)
		return (struct layout){ .state = columns >= least + STATE_WIDTH };
	if (columns < WIDER_COLUMNS)
		return (struct layout){ .end = FLOW_END_WIDTH, .pid = true, .state = true };
	wide = (columns - WIDER_COLUMNS) / 2 + FLOW_END_WIDTH;
	return (struct layout){ .end = wide < 48 ? wide : 48, .pid = true, .state = true,
				.local = true, .fd = true };
}

static void print_end(struct buf *b, const struct flow *w, bool local, size_t width)
{
	size_t from = b->len;

	fmt_endpoint_cut(b, w->family, local ? w->local_addr : w->peer_addr,
			 local ? w->local_port : w->peer_port, width - 1);
	buf_pad(b, from, width);
}

/* A short word for an owner that is no process. */
static const char *name_owner(const struct top_stuck_row *row)
{
	switch ((enum owner)row->owner) {
	case OWNER_LISTENER:
		return "(queue)";
	case OWNER_KERNEL:
		return "(kernel)";
	case OWNER_NOBODY:
		return "(orphan)";
	default:
		return "-";
	}
}

static void print_process(struct buf *b, const struct top_stuck_row *row, bool has_pid)
{
	size_t from = b->len;
	bool known = row->owner == OWNER_PROCESS && row->nr_holders;

	if (has_pid && known)
		buf_u64(b, row->holder[0].pid);
	else if (has_pid)
		buf_char(b, '-');
	buf_pad(b, from, has_pid ? PID_WIDTH : 0);
	from = b->len;
	if (known)
		stuck_print_comm(b, row->holder[0].comm, COMM_WIDTH - 1);
	else
		buf_str(b, name_owner(row));
	buf_pad(b, from, COMM_WIDTH);
}

static void print_fd(struct buf *b, const struct top_stuck_row *row)
{
	buf_char(b, ' ');
	if (!row->nr_holders) {
		buf_char(b, '-');
		return;
	}
	buf_i64(b, row->holder[0].fd);
	if (row->nr_holders > 1) {
		buf_char(b, '+');
		buf_u64(b, row->nr_holders - 1);
	}
}

void top_stuck_row_print(struct buf *b, const struct top_stuck_row *row, unsigned columns)
{
	const struct layout l = choose_layout(columns);

	print_process(b, row, l.pid);
	if (l.state)
		column_text(b, state_name(row->state), STATE_WIDTH);
	stuck_print_age(b, row->age_ns, row->age_is_exact, STUCK_AGE_WIDTH);
	buf_char(b, ' ');
	if (l.local)
		print_end(b, &row->flow, true, l.end);
	if (l.end)
		print_end(b, &row->flow, false, l.end);
	column_text(b, advice_name(row->advice), WHY_WIDTH);
	if (l.fd)
		print_fd(b, row);
}

void top_stuck_row_print_heading(struct buf *b, unsigned columns)
{
	const struct layout l = choose_layout(columns);

	if (l.pid)
		column_text(b, "PID", PID_WIDTH);
	column_text(b, "COMM", COMM_WIDTH);
	if (l.state)
		column_text(b, "STATE", STATE_WIDTH);
	column_text(b, "        AGE", AGE_WIDTH);
	if (l.local)
		column_text(b, "LOCAL", l.end);
	if (l.end)
		column_text(b, "PEER", l.end);
	column_text(b, "WHY", WHY_WIDTH);
	if (l.fd)
		buf_str(b, " FD");
}

static void print_name(struct buf *b, const char *name)
{
	column_text(b, name, NAME_WIDTH);
}

static void print_bytes_fact(struct buf *b, const char *name, bool known, uint32_t bytes)
{
	print_name(b, name);
	if (known)
		buf_u64(b, bytes);
	else
		buf_char(b, '-');
	buf_str(b, known ? " bytes\n" : "\n");
}

static void print_holder_facts(struct buf *b, const struct top_stuck_row *row)
{
	uint32_t nr = row->nr_holders < TOP_STUCK_ROW_HOLDERS ? row->nr_holders :
								TOP_STUCK_ROW_HOLDERS;

	for (uint32_t i = 0; i < nr; i++) {
		const struct top_stuck_row_holder *o = &row->holder[i];

		print_name(b, i ? "" : "held by");
		buf_u64(b, o->pid);
		buf_char(b, ' ');
		stuck_print_comm(b, o->comm, ESCAPE_ANY_WIDTH);
		buf_str(b, ", descriptor ");
		buf_i64(b, o->fd);
		buf_char(b, '\n');
	}
	if (nr < row->nr_holders) {
		print_name(b, "");
		buf_u64(b, row->nr_holders - nr);
		buf_str(b, " more\n");
	}
	if (!nr) {
		print_name(b, "held by");
		buf_str(b, name_owner(row));
		buf_char(b, '\n');
	}
}

void top_stuck_row_print_facts(struct buf *b, const struct top_stuck_row *row)
{
	const struct flow *w = &row->flow;

	print_name(b, "local");
	fmt_endpoint(b, w->family, w->local_addr, w->local_port);
	buf_char(b, '\n');
	print_name(b, "peer");
	fmt_endpoint(b, w->family, w->peer_addr, w->peer_port);
	buf_char(b, '\n');
	print_name(b, "state");
	buf_str(b, state_name(row->state));
	buf_char(b, '\n');
	print_name(b, "age");
	stuck_print_age(b, row->age_ns, row->age_is_exact, 0);
	buf_char(b, '\n');
	print_name(b, "why");
	buf_str(b, advice_line(row->advice));
	buf_char(b, '\n');
	if (row->left_ns) {
		print_name(b, "ends in");
		fmt_age(b, row->left_ns);
		buf_char(b, '\n');
	}
	print_bytes_fact(b, "unread", !row->substate && !row->mptcp, row->unread);
	print_bytes_fact(b, "send queue", !row->substate, row->unacked + row->unsent);
	print_name(b, "EOF read");
	buf_str(b, row->eof_read == TRI_YES ? "yes\n" : row->eof_read == TRI_NO ? "no\n" : "-\n");
	print_holder_facts(b, row);
}
