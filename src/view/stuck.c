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

#include "columns.h"
#include "escape.h"
#include "names.h"
#include "stuck_text.h"

#define NAME_WIDTH 21		/* of a process or a peer */
#define PID_WIDTH 8
#define ROWS 10			/* of a table, without -w */

static const char *const owner_words[] = {
	[OWNER_PROCESS] = "?", [OWNER_UNKNOWN] = "(holder not found)",
	[OWNER_LISTENER] = "(not yet accepted)", [OWNER_KERNEL] = "(the kernel)",
	[OWNER_NOBODY] = "(orphans)",
};

const char *stuck_owner_words(unsigned owner)
{
	return owner < OWNER_COUNT ? owner_words[owner] : "?";
}

void stuck_print_age(struct buf *b, uint64_t ns, size_t width)
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

const char *stuck_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void stuck_print_comm(struct buf *b, const uint8_t *bytes, size_t width)
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
	buf_str(b, stuck_plural(h->namespaces));
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
	stuck_print_age(b, g->oldest_ns, STUCK_AGE_WIDTH + 1);
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
	buf_str(b, stuck_plural(sockets));
	buf_str(b, " (-w shows all)\n");
}

size_t stuck_count_rows(const struct view_context *v, size_t n, size_t limit)
{
	return v->terminal.wide || n <= limit ? n : limit;
}

static void print_by_process(struct view_context *v, const struct stuck_table *h)
{
	size_t n = stuck_count_rows(v, h->nr_groups, ROWS);
	struct buf *b = v->out;

	print_state_table_header(v, "PID     COMM");
	for (size_t i = 0; i < n; i++) {
		const struct stuck_group *g = &h->group[i];
		size_t from = b->len;

		if (g->owner == OWNER_PROCESS) {
			buf_u64(b, g->pid);
			buf_pad(b, from, PID_WIDTH);
			stuck_print_comm(b, g->comm, NAME_WIDTH - PID_WIDTH - 1);
		} else {
			buf_str(b, stuck_owner_words(g->owner));
		}
		buf_pad(b, from, NAME_WIDTH);
		print_state_counts(b, g);
		view_flush(v);
	}
	print_rows_left_out(v, h->group + n, h->nr_groups - n);
}

static void print_by_peer(struct view_context *v, const struct stuck_table *h)
{
	size_t n = stuck_count_rows(v, h->nr_peers, ROWS);
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
		stuck_print_details(v, h);
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
	"  --watch SECONDS    look again every SECONDS\n"
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
