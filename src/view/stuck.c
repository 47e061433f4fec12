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

#include "array.h"
#include "columns.h"
#include "escape.h"
#include "names.h"
#include "stuck_rows.h"
#include "stuck_text.h"

#define NAME_WIDTH 21		/* of a process or a peer */
#define PID_WIDTH 8
#define ROWS 10			/* of a table, without -w */

void stuck_print_age(struct buf *b, uint64_t ns, bool exact, size_t width)
{
	size_t from = b->len;

	if (ns || exact) {
		buf_str(b, exact ? "" : ">=");
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

void stuck_print_owner(struct buf *b, const struct stuck_group *g, size_t pid_width,
		       size_t comm_width)
{
	size_t from = b->len;

	if (g->owner != OWNER_PROCESS) {
		buf_str(b, stuck_owner_words(g->owner));
		return;
	}
	buf_u64(b, g->pid);
	buf_char(b, ' ');
	buf_pad(b, from, pid_width);
	stuck_print_comm(b, g->comm, comm_width);
}

/* "20 sockets hang: 20 CLOSE_WAIT;" or "Nothing hangs". With open ones, none of them need hang. */
static void print_found(struct buf *b, const struct stuck_table *h)
{
	const char *between = ": ";

	if (!h->nr) {
		buf_str(b, stuck_shows_open(h) ? "No such socket" : "Nothing hangs");
		if (h->filtered && !stuck_shows_open(h))
			buf_str(b, " of what was asked for");
		return;
	}
	buf_u64(b, h->nr);
	buf_str(b, h->nr == 1 ? " socket" : " sockets");
	if (!stuck_shows_open(h))
		buf_str(b, h->nr == 1 ? " hangs" : " hang");
	for (unsigned i = 0; i < STUCK_STATES; i++) {
		if (!h->count[i])
			continue;
		buf_str(b, between);
		buf_u64(b, h->count[i]);
		buf_char(b, ' ');
		buf_str(b, state_name(stuck_state_at(i)));
		between = ", ";
	}
}

static void print_totals(struct view_context *v, const struct stuck_table *h)
{
	struct buf *b = v->out;

	print_found(b, h);
	buf_str(b, h->nr ? ";\nof " : ": ");
	buf_u64(b, h->seen);
	if (h->nr)
		buf_str(b, " seen");
	else if (stuck_shows_open(h))
		buf_str(b, h->seen == 1 ? " seen" : " others seen");
	else
		buf_str(b, h->seen == 1 ? " closing socket" : " closing sockets");
	if (h->own_netns_only) {
		buf_str(b, " in our own network namespace");
	} else if (h->namespaces) {	/* unknown in a replay */
		buf_str(b, " in ");
		buf_u64(b, h->namespaces);
		buf_str(b, " network namespace");
		buf_str(b, stuck_plural(h->namespaces));
	}
	buf_str(b, h->source == STUCK_SOURCE_DIAG ? ", without BPF.\n" : ".\n");
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

/* The columns of the tables, between the names and the ages, which fill the rest of the line. */
struct layout {
	const char *heading;
	uint8_t state[5], width[5];	/* a state of 0: the sum of those without a column */
};

static const struct layout layout_stuck = {
	"CLOSE_WAIT FIN_WAIT1 FIN_WAIT2 CLOSING LAST_ACK",
	{ STATE_CLOSE_WAIT, STATE_FIN_WAIT1, STATE_FIN_WAIT2, STATE_CLOSING, STATE_LAST_ACK },
	{ 10, 10, 10, 8, 9 },
};

static const struct layout layout_open = {
	"ESTABLISHED CLOSE_WAIT FIN_WAIT1 FIN_WAIT2 OTHER",
	{ STATE_ESTABLISHED, STATE_CLOSE_WAIT, STATE_FIN_WAIT1, STATE_FIN_WAIT2, 0 },
	{ 11, 11, 10, 10, 6 },
};

static const struct layout *choose_layout(const struct stuck_table *h)
{
	return stuck_shows_open(h) ? &layout_open : &layout_stuck;
}

static void print_state_counts(struct buf *b, const struct stuck_table *h,
			       const struct stuck_group *g)
{
	const struct layout *l = choose_layout(h);
	uint32_t rest = g->sockets, open = g->count[stuck_state_index(STATE_ESTABLISHED)];
	size_t from = b->len;

	for (unsigned i = 0; i < COUNT(l->state); i++) {
		uint32_t n = l->state[i] ? g->count[stuck_state_index(l->state[i])] : rest;

		column_number(b, n, l->width[i]);
		rest -= n;
	}
	stuck_print_age(b, g->oldest_ns, open == g->sockets,
			LINE_COLUMNS - NAME_WIDTH - (b->len - from));
	buf_char(b, '\n');
}

static void print_state_table_header(struct view_context *v, const struct stuck_table *h,
				     const char *of_what)
{
	const struct layout *l = choose_layout(h);
	const char *age = stuck_shows_only_open(h) ? "IDLE" : "OLDEST";
	size_t left = LINE_COLUMNS - NAME_WIDTH - strlen(l->heading) - strlen(age);

	buf_char(v->out, '\n');
	column_heading(v, of_what, NAME_WIDTH);
	column_heading(v, l->heading, strlen(l->heading) + left);
	column_heading(v, age, 0);
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

	print_state_table_header(v, h, "PID     COMM");
	for (size_t i = 0; i < n; i++) {
		const struct stuck_group *g = &h->group[i];
		size_t from = b->len;

		stuck_print_owner(b, g, PID_WIDTH, NAME_WIDTH - PID_WIDTH - 1);
		buf_pad(b, from, NAME_WIDTH);
		print_state_counts(b, h, g);
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
	print_state_table_header(v, h, "PEER");
	for (size_t i = 0; i < n; i++) {
		const struct flow *w = &h->peer[i].peer;
		size_t from = b->len;

		fmt_endpoint_cut(b, w->family, w->peer_addr, w->peer_port, NAME_WIDTH);
		if (!w->peer_port && b->len > from)
			b->data[b->len - 1] = '*';
		buf_pad(b, from, NAME_WIDTH);
		print_state_counts(b, h, &h->peer[i]);
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
	if (h->orphans_elsewhere) {
		buf_u64(b, h->orphans_elsewhere);
		buf_str(b, h->orphans_elsewhere == 1 ? " orphan is" : " orphans are");
		buf_str(b, " in network namespaces that the walk did not find:\n"
			   "a container that is gone leaves them behind until they expire.\n");
	}
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
	stuck_print_ports(v, h);
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
	"Warns if the connections to a destination use up the ephemeral ports. Without\n"
	"privileges it shows its own network namespace, and the holders among its own\n"
	"processes.\n"
	"\n"
	"  SOCKETS WHY    the number of sockets, and the cause or the remedy\n"
	"  OLDEST AGE     the least age that the sockets can have (>=); - means unknown\n"
	"  IDLE           of established sockets: since data was last sent or received\n"
	"  UNREAD SEND-Q  bytes that the program has not read; bytes not acknowledged\n"
	"  EOF            whether the program has read up to the peer's FIN\n"
	"  FD             descriptors; +2 means that two other processes also hold it\n"
	"\n"
	"  --state STATES     only these: close-wait, fin-wait-1, ... established\n"
	"  --older-than TIME  only sockets that are stuck (or idle) for at least TIME\n"
	"  --watch TIME       look again every TIME\n"
	"  --fail             exit 1 if a socket is found\n"
	"  --no-bpf           do as without privileges\n"
	"  -w                 list all of them\n"
	"  -j                 print JSON\n"
	"\n"
	"Examples:\n"
	"  tcpclose stuck --older-than 5m --fail  a health check: are sockets leaking?\n"
	"  tcpclose stuck -p 812 --state established  what does a drain wait for?\n";

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
