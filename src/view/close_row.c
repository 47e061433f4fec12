/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_row.h"

#include <string.h>

#include "close_facts.h"
#include "close_text.h"
#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "process_names.h"

#define PID_WIDTH 8
#define COMM_WIDTH 9
#define BY_WIDTH 3
#define END_WIDTH_MAX 48	/* of an IPv6 address and a port */
#define WIDE_COLUMNS 80
#define ENDING_WIDTH 9
#define WAIT_WIDTH 10
#define MS_WIDTH 7

static void set_process(struct close_row *row, const struct story *s, const struct verdict *verdict)
{
	const struct socket_call *a = close_actor(s, verdict);
	const struct holder *o = !a && s->scan.nr_holders ? s->scan.holders : NULL;
	const uint8_t *name = a ? process_name_or_comm(a->process, a->comm) :
			      o ? process_name_or_comm(o->process, o->comm) : NULL;

	if (!name)
		return;
	row->process_known = true;
	row->pid = a ? a->pid : o->pid;
	memcpy(row->comm, name, sizeof(row->comm));
}

void close_row_set_time(struct close_row *row, const struct story *s,
			const struct verdict *verdict)
{
	row->flow = s->flow;
	row->settled_ns = verdict->settled_ns;
	row->time_ns = close_text_total_ns(s, verdict, &row->time_at_least);
	row->time_known = row->time_ns || verdict->phase[PHASE_TOTAL].known;
}

void close_row_set(struct close_row *row, const struct story *s, const struct verdict *verdict)
{
	*row = (struct close_row){ .initiator = (uint8_t)verdict->initiator,
				   .ending = (uint8_t)verdict->ending,
				   .data_lost = ending_class(verdict->ending) == CLASS_CLEAN &&
						close_lost_data(s),
				   .waits = verdict->cut.known,
				   .phase = (uint8_t)verdict->cut.phase };
	close_row_set_time(row, s, verdict);
	set_process(row, s, verdict);
}

int close_row_compare(const void *a, const void *b)
{
	const struct close_row *x = a, *y = b;

	if (x->time_known != y->time_known)
		return x->time_known ? -1 : 1;
	if (x->time_ns != y->time_ns)
		return x->time_ns > y->time_ns ? -1 : 1;
	if (x->settled_ns != y->settled_ns)
		return x->settled_ns < y->settled_ns ? -1 : 1;
	return memcmp(&x->flow, &y->flow, sizeof(x->flow));
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_ends(const struct close_row *a, const struct close_row *b, bool local)
{
	const struct flow *x = &a->flow, *y = &b->flow;
	int order = compare_numbers(x->family, y->family);

	if (!order)
		order = memcmp(local ? x->local_addr : x->peer_addr,
			       local ? y->local_addr : y->peer_addr, sizeof(x->local_addr));
	return order ? order : compare_numbers(local ? x->local_port : x->peer_port,
					       local ? y->local_port : y->peer_port);
}

/* The event that ends this phase, in at most 9 columns. */
static const char *name_awaited(const struct close_row *row)
{
	if (!row->waits)
		return "-";
	switch ((enum phase)row->phase) {
	case PHASE_FIN_QUEUED:
		return "our-queue";
	case PHASE_ACK_WAIT:
	case PHASE_LAST_ACK_WAIT:
		return "peer-ack";
	case PHASE_PEER_HOLD:
		return "peer-fin";
	case PHASE_APP_HOLD:
		return "our-close";
	default:
		return "-";
	}
}

static const char *name_ending(const struct close_row *row)
{
	return row->ending == ENDING_OPEN ? name_awaited(row) :
					    close_text_short_ending(row->ending);
}

int close_row_compare_by(enum close_column column, const struct close_row *a,
			 const struct close_row *b)
{
	switch (column) {
	case CLOSE_PID:
		return compare_numbers(a->pid, b->pid);
	case CLOSE_COMM:
		return memcmp(a->comm, b->comm, sizeof(a->comm));
	case CLOSE_LOCAL:
		return compare_ends(a, b, true);
	case CLOSE_REMOTE:
		return compare_ends(a, b, false);
	case CLOSE_ENDING:
		return strcmp(name_ending(a), name_ending(b));
	default:
		return close_row_compare(a, b);
	}
}

const char *close_column_name(unsigned i)
{
	static const char *const names[] = {
#define X(id, word) [CLOSE_##id] = word,
		CLOSE_COLUMN_WORDS(X)
#undef X
	};

	return i < CLOSE_COLUMNS ? names[i] : NULL;
}

struct close_layout close_layout_of(unsigned columns)
{
	size_t others = COMM_WIDTH + BY_WIDTH + WAIT_WIDTH + FMT_MS_WIDTH + 1;
	size_t wide = FLOW_END_WIDTH;

	if (columns > WIDE_COLUMNS)
		wide += (columns - WIDE_COLUMNS) / 2;
	if (!columns || columns >= WIDE_COLUMNS)
		return (struct close_layout){ wide < END_WIDTH_MAX ? wide : END_WIDTH_MAX, false };
	wide = columns > others ? columns - others : 1;
	return (struct close_layout){ wide < END_WIDTH_MAX ? wide : END_WIDTH_MAX, true };
}

static void print_process(struct buf *b, const struct close_row *row, bool has_pid)
{
	size_t from = b->len;

	if (!row->process_known) {
		column_text(b, "-", has_pid ? PID_WIDTH : 0);
		column_text(b, has_pid ? "-" : "", COMM_WIDTH - !has_pid);
		return;
	}
	if (has_pid)
		buf_u64(b, row->pid);
	buf_pad(b, from, has_pid ? PID_WIDTH : 0);
	from = b->len;
	escape_for_terminal(b, row->comm, strnlen((const char *)row->comm, sizeof(row->comm)),
			    COMM_WIDTH - 1);
	buf_pad(b, from, COMM_WIDTH);
}

static void print_end(struct buf *b, const struct flow *w, bool local, size_t width)
{
	size_t from = b->len;

	fmt_endpoint_cut(b, w->family, local ? w->local_addr : w->peer_addr,
			 local ? w->local_port : w->peer_port, width - 1);
	buf_pad(b, from, width);
}

static void print_socket(struct buf *b, const struct close_row *row, const struct close_layout *l)
{
	print_process(b, row, !l->narrow);
	if (!l->narrow)
		print_end(b, &row->flow, true, l->end_width);
	buf_str(b, close_text_arrow(row->initiator));
	buf_char(b, ' ');
	print_end(b, &row->flow, false, l->end_width);
}

static void print_time(struct buf *b, const struct close_row *row, size_t width)
{
	size_t from = b->len;

	if (!row->time_known)
		buf_char(b, '-');
	else if (row->time_at_least)
		column_at_least_ms(b, row->time_ns);
	else
		fmt_ms(b, row->time_ns);
	buf_pad_before(b, from, width);
}

static void print_socket_heading(struct buf *b, const struct close_layout *l)
{
	if (!l->narrow)
		column_text(b, "PID", PID_WIDTH);
	column_text(b, "COMM", COMM_WIDTH);
	if (!l->narrow)
		column_text(b, "LOCAL", l->end_width);
	column_text(b, "BY", BY_WIDTH);
	column_text(b, "REMOTE", l->end_width);
}

void close_row_print_heading(struct buf *b, const struct close_layout *l)
{
	print_socket_heading(b, l);
	column_text(b, "ENDING", ENDING_WIDTH);
	buf_str(b, "     MS");
}

void close_row_print(struct buf *b, const struct close_row *row, const struct close_layout *l)
{
	size_t from, used;

	print_socket(b, row, l);
	from = b->len;
	buf_str(b, close_text_short_ending(row->ending));
	if (row->data_lost)
		buf_char(b, '!');
	used = b->len - from;	/* "three-way!" is one column too wide */
	buf_pad(b, from, ENDING_WIDTH);
	print_time(b, row, used > ENDING_WIDTH ? ENDING_WIDTH + MS_WIDTH - used : MS_WIDTH);
}

void close_row_print_open_heading(struct buf *b, const struct close_layout *l)
{
	print_socket_heading(b, l);
	column_text(b, "WAITS-FOR", WAIT_WIDTH);
	buf_str(b, "    MS");
}

void close_row_print_open(struct buf *b, const struct close_row *row,
			  const struct close_layout *l)
{
	print_socket(b, row, l);
	column_text(b, name_awaited(row), WAIT_WIDTH);
	print_time(b, row, FMT_MS_WIDTH);
}
