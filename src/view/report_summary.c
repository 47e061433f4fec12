/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The summary of the page, in two sentences:
 *
 *   12,400 connections ended in 10 min: 96.1 % of their 24,800 sockets cleanly, 3.1 % by reset,
 *   0.8 % by timeout. Almost all RSTs (760 of 769) were sent because uploads closed with unread
 *   data; reports held its peers for 203 ms in the median.
 */
#include "report.h"

#include "fmt.h"
#include "group_key.h"
#include "time_units.h"

#define HOLD_MIN_NS NS_PER_MS	/* a shorter hold is not worth a sentence */

static void begin_anchor(struct buf *b, const char *id)
{
	buf_str(b, "<a href=\"#");
	buf_str(b, id);
	buf_str(b, "\">");
}

static void print_counted(struct buf *b, uint64_t n, const char *what)
{
	report_print_number(b, n);
	buf_char(b, ' ');
	buf_str(b, what);
	buf_str(b, n == 1 ? "" : "s");
}

/* How the sockets of a class ended, and the section that has its rows. */
static const char *describe_class(enum class class, const char **section)
{
	*section = "resets";
	switch (class) {
	case CLASS_CLEAN:
		*section = "who";
		return " cleanly";
	case CLASS_RESET:
		return " by reset";
	case CLASS_TIMEOUT:
		return " by timeout";
	case CLASS_ABORTED:
		return " without a segment";
	default:
		return " before it was open";
	}
}

/* "96.1 %", or "all 24 sockets" */
static void print_share(struct buf *b, uint64_t n, uint64_t all)
{
	if (n < all) {
		hist_print_percent(b, n, all, 0);
		return;
	}
	buf_str(b, n == 1 ? "its " : "all ");
	if (n > 1) {
		report_print_number(b, n);
		buf_char(b, ' ');
	}
	buf_str(b, n == 1 ? "socket" : "sockets");
}

static void print_shares(struct buf *b, const struct report *r)
{
	uint64_t ended = report_count_ended(r);
	const char *before = ": ", *section, *words;

	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		uint64_t n = report_count_class(r, i);

		if (!n || i == CLASS_OPEN)
			continue;
		words = describe_class(i, &section);
		buf_str(b, before);
		begin_anchor(b, section);
		print_share(b, n, ended);
		buf_str(b, "</a>");
		if (*before == ':' && n < ended) {
			buf_str(b, " of their ");
			print_counted(b, ended, "socket");
		}
		buf_str(b, words);
		before = ", ";
	}
}

static void print_first_sentence(struct buf *b, const struct report *r)
{
	begin_anchor(b, "time");
	print_counted(b, r->connections, "connection");
	buf_str(b, "</a> ended");
	if (r->last_ns > r->first_ns) {
		buf_str(b, " in ");
		fmt_duration(b, r->last_ns - r->first_ns);
	}
	print_shares(b, r);
	buf_char(b, '.');
}

static void print_name(struct buf *b, const struct report *r, const struct keyed_entry *e)
{
	buf_str(b, "<b>");
	report_print_key(b, r, e);
	buf_str(b, "</b>");
}

static const char *describe_reset(enum reason reason)
{
	switch (reason) {
	case REASON_UNREAD_DATA:
		return " closed with unread data";
	case REASON_LINGER_ZERO:
		return " closed with a linger time of 0";
	case REASON_LINGER2:
		return " closed with TCP_LINGER2 below 0";
	case REASON_DATA_AFTER_CLOSE:
		return " had closed when more data came";
	case REASON_DISCONNECT:
		return " disconnected the socket";
	case REASON_NOT_ACCEPTED:
		return " closed the listener first";
	case REASON_DESTROYED:
		return " had sockets destroyed";
	default:
		return NULL;
	}
}

/* "Almost all RSTs (760 of 769) were sent" */
static void print_share_of_resets(struct buf *b, uint64_t n, uint64_t all)
{
	if (all == 1) {
		buf_str(b, "The only RST was sent");
		return;
	}
	if (n == all) {
		buf_str(b, "All ");
		report_print_number(b, all);
		buf_str(b, " RSTs were sent");
		return;
	}
	buf_str(b, n >= all - all / 10 ? "Almost all RSTs (" : n > all / 2 ? "Most RSTs (" : "");
	report_print_number(b, n);
	buf_str(b, n > all / 2 ? " of " : " of the ");
	report_print_number(b, all);
	buf_str(b, n > all / 2 ? ") were sent" : " RSTs were sent");
}

static bool is_named(const struct report *r, const struct keyed_entry *e)
{
	return e != r->who_rows.other && group_key_part(e, 0).len;
}

/* Who sent RSTs for one reason. */
struct reset_share {
	uint64_t sent;		/* RSTs */
	uint64_t most;		/* by `worst` */
	const struct keyed_entry *worst;
	unsigned processes;
	bool others;		/* there are more processes, which have no rows of their own */
};

static struct reset_share share_reason(const struct report *r, unsigned reason)
{
	struct reset_share share = { .sent = 0 };
	const struct keyed_entry *e;

	for (uint32_t i = 0; (e = keyed_table_at(&r->who_rows, i)); i++) {
		uint64_t n = ((const struct who_row *)e->row)->ended[ENDING_RESET_SENT][reason];

		if (!n)
			continue;
		share.sent += n;
		share.others |= e == r->who_rows.other;
		share.processes += e != r->who_rows.other;
		if (n > share.most && is_named(r, e)) {
			share.most = n;
			share.worst = e;
		}
	}
	return share;
}

/* "player", or "120 processes" if none of them sent most */
static void print_senders(struct buf *b, const struct report *r, const struct reset_share *share,
			  bool one)
{
	if (one) {
		print_name(b, r, share->worst);
	} else if (share->processes == 1 && !share->others) {
		buf_str(b, "a process");
	} else {
		buf_str(b, share->others ? "more than " : "");
		report_print_number(b, share->processes);
		buf_str(b, " processes");
	}
}

/* "All 3 RSTs were sent because player closed with unread data"; false if none was sent here. */
static bool print_worst_reset(struct buf *b, const struct report *r)
{
	struct reset_share share, worst = { .sent = 0 };
	const char *words;
	unsigned why = 0;
	bool one;

	for (unsigned i = 0; i < REASON_COUNT; i++) {
		share = share_reason(r, i);
		if (share.sent <= worst.sent)
			continue;
		worst = share;
		why = i;
	}
	if (!worst.sent)
		return false;
	one = worst.most > worst.sent / 2;
	words = describe_reset(why);
	begin_anchor(b, "resets");
	print_share_of_resets(b, one ? worst.most : worst.sent, r->ended[ENDING_RESET_SENT]);
	buf_str(b, words ? "</a> because " : "</a> by ");
	print_senders(b, r, &worst, one);
	buf_str(b, words ? words : " (");
	buf_str(b, words ? "" : reason_name(why));
	buf_str(b, words ? "" : ")");
	return true;
}

/* "reports held its peers for 298 ms in the median"; false if no program held a peer. */
static bool print_worst_hold(struct buf *b, const struct report *r)
{
	const struct keyed_entry *e, *worst = NULL;
	uint64_t longest = HOLD_MIN_NS - 1;
	const struct report_process *p;
	const struct histogram *h;
	unsigned row;

	for (uint32_t i = 0; (e = keyed_table_at(&r->who_rows, i)); i++) {
		h = &((const struct who_row *)e->row)->hold[WHO_APP_HOLD];
		if (histogram_quantile(h, 500) <= longest || !is_named(r, e))
			continue;
		longest = histogram_quantile(h, 500);
		worst = e;
	}
	if (!worst)
		return false;
	p = worst->row;
	h = &p->who.hold[WHO_APP_HOLD];
	row = rows_first_id(&p->figure[FIGURE_APP_HOLD]);
	print_name(b, r, worst);
	buf_str(b, " held its peers for ");
	buf_str(b, histogram_quantile_is_cut(h, 500) ? "at least " : "");
	report_begin_link(b, row);
	fmt_duration(b, longest);
	report_end_link(b, row);
	buf_str(b, " in the median");
	return true;
}

static void print_second_sentence(struct buf *b, const struct report *r)
{
	struct buf hold = { 0 };
	bool any;

	buf_char(b, ' ');
	any = print_worst_reset(b, r);
	if (print_worst_hold(&hold, r)) {
		buf_str(b, any ? "; " : "");
		b->failed |= hold.failed;
		buf_add(b, hold.data, hold.len);
		any = true;
	}
	buf_str(b, any ? "." : "No process sent a RST or held its peer for 1 ms.");
	buf_release(&hold);
}

void report_print_summary(struct buf *b, const struct report *r)
{
	buf_str(b, "<p class=\"summary\">");
	if (report_count_ended(r)) {
		print_first_sentence(b, r);
		print_second_sentence(b, r);
	} else {
		buf_str(b, "No connection ended.");
	}
	buf_str(b, "</p>\n");
}
