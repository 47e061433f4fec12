/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The stuck sockets: by state, by advice, and the oldest ones with their holders. */
#include "report.h"

#include "fmt.h"
#include "html.h"

static void print_state(struct buf *b, const char *name, uint64_t n)
{
	if (!n)
		return;
	buf_str(b, "<tr><th scope=\"row\">");
	buf_str(b, name);
	buf_str(b, "<td><a href=\"#stuck\">");
	report_print_number(b, n);
	buf_str(b, "</a>\n");
}

static void print_states(struct buf *b, const struct report *r, const struct report_live *live)
{
	report_begin_table(b, "Stuck sockets by state");
	buf_str(b, "<thead><tr><th scope=\"col\">State<th scope=\"col\">Sockets</thead>\n"
		"<tbody>\n");
	for (unsigned i = 0; live && i < STUCK_STATES; i++)
		if (stuck_state_at(i) != STATE_ESTABLISHED)
			print_state(b, state_name(stuck_state_at(i)), live->state[i]);
	for (unsigned i = 0; !live && i < REPORT_STATES; i++)
		print_state(b, i ? state_name(i) : "-", r->stuck.state[i]);
	report_end_table(b);
}

static void print_advice(struct buf *b, const struct stuck_rows *rows)
{
	buf_str(b, "<div class=\"plain\">\n");
	report_begin_table(b, "Stuck sockets by advice");
	buf_str(b, "<thead><tr><th scope=\"col\">Advice<th scope=\"col\">Sockets</thead>\n"
		"<tbody>\n");
	for (unsigned i = 0; i <= ADVICE_COUNT; i++)
		if (rows->advised[i])
			print_state(b, i < ADVICE_COUNT ? advice_line(i) : "-", rows->advised[i]);
	report_end_table(b);
	buf_str(b, "</div>\n");
}

/* "billing[4021]", "(orphans)", or "-" */
static void print_holder(const struct view_context *v, struct buf *b, const struct stuck_row *row)
{
	struct buf name = { 0 };

	buf_str(b, "<th scope=\"row\">");
	if (row->has_holder || row->owner == OWNER_COUNT || row->owner == OWNER_PROCESS) {
		report_print_process(b, row->process, row->comm, row->pid, row->has_holder);
	} else {
		buf_str(&name, stuck_owner_words(row->owner));
		html_take(b, &name);
		buf_release(&name);
	}
	report_print_host(v, b, row->host);
	if (row->more_holders) {
		buf_str(b, " and ");
		report_print_number(b, row->more_holders);
		buf_str(b, " more");
	}
}

static void print_cmdline(struct buf *b, const struct stuck_row *row)
{
	if (!row->cmdline_len)
		return;
	buf_str(b, "<br><code>");
	html_text(b, row->cmdline, row->cmdline_len);
	buf_str(b, row->cmdline_cut ? "\u2026</code>" : "</code>");
}

static void print_row(const struct view_context *v, struct buf *b, const struct stuck_row *row)
{
	const struct flow *w = &row->flow;

	buf_str(b, "<tr>");
	print_holder(v, b, row);
	buf_str(b, "<td>");
	if (row->has_holder)
		buf_i64(b, row->fd);
	else
		buf_char(b, '-');
	buf_str(b, "<td class=\"word\">");
	buf_str(b, row->state ? state_name(row->state) : "-");
	buf_str(b, row->age_ns ? "<td>&gt;" : "<td>-");
	if (row->age_ns)
		fmt_duration(b, row->age_ns);
	buf_str(b, "<td class=\"word wrap\">");
	buf_str(b, row->advice < ADVICE_COUNT ? advice_line(row->advice) : "-");
	print_cmdline(b, row);
	buf_str(b, "<td class=\"word\">");
	fmt_endpoint(b, w->family, w->local_addr, w->local_port);
	buf_str(b, "<td class=\"word\">");
	fmt_endpoint(b, w->family, w->peer_addr, w->peer_port);
	buf_str(b, "<td>");
	if (row->unread_known)
		report_print_number(b, row->unread);
	else
		buf_char(b, '-');
	buf_char(b, '\n');
}

static void print_rows(const struct view_context *v, struct buf *b, const struct stuck_rows *rows)
{
	buf_str(b, "<div id=\"stuck\">\n");
	report_begin_table(b, "Stuck sockets");
	buf_str(b, "<thead><tr><th scope=\"col\">Holder<th scope=\"col\">FD"
		"<th scope=\"col\" class=\"word\">State<th scope=\"col\">For"
		"<th scope=\"col\" class=\"word\">Advice, command line"
		"<th scope=\"col\" class=\"word\">Local<th scope=\"col\" class=\"word\">Remote"
		"<th scope=\"col\">Unread"
		"</thead>\n<tbody>\n");
	for (unsigned i = 0; i < rows->nr; i++)
		print_row(v, b, &rows->row[i]);
	report_end_table(b);
	buf_str(b, "</div>\n");
	report_print_more(b, rows->sockets - rows->nr, " more sockets are left out.");
}

/* "A walk at 2026-11-22 08:12:32.123 found them" */
static void print_walk(struct buf *b, const struct report_live *live)
{
	buf_str(b, "<p class=\"note\">As the walk at <time>");
	report_print_time(b, live->walk_wall_ns);
	buf_str(b, live->complete ? "</time> found them.</p>\n" :
		"</time> found them, which was stopped before its end.</p>\n");
}

void report_print_open(struct view_context *v, const struct report *r,
		       const struct report_live *live)
{
	const struct stuck_rows *rows = live ? live->stuck : &r->stuck.rows;
	struct buf *b = v->out;

	report_begin_section(b, "open", live ? "Stuck sockets now" :
			     "Stuck sockets: not over when the run ended");
	if (rows && rows->sockets) {
		buf_str(b, "<div class=\"pair\">\n");
		print_states(b, r, live);
		print_advice(b, rows);
		buf_str(b, "</div>\n");
		print_rows(v, b, rows);
	} else {
		buf_str(b, !live ? "<p>No close was in progress.</p>\n" :
			rows ? "<p>No socket is stuck.</p>\n" :
			       "<p>No walk over the sockets is over yet.</p>\n");
	}
	if (live && rows)
		print_walk(b, live);
	else if (rows && rows->sockets)
		buf_str(b, "<p class=\"note\">Unread data and advice: as the walk at the start "
			"found them; - if the socket changed since.</p>\n");
	report_end_section(b);
}
