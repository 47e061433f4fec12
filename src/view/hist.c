/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view hist: a histogram per phase, or per other time, and group of --by.
 *
 *   nginx: app_hold, 1200 closes, 3 cut
 *   p50 1.2 ms, p90 4.1 ms, p99 >198 ms, max >201 ms
 *            500 us - 1 ms       |####                            |     98   8.2 %
 *
 * The rows are 1-2-5 buckets. Empty rows between others are printed, to make a gap visible.
 */
#include <string.h>

#include "aggregate.h"
#include "ansi.h"
#include "close_facts.h"
#include "fmt.h"
#include "group_key.h"
#include "hist.h"
#include "histogram.h"
#include "json_fields.h"

#define GROUPS_MAX 256
#define LABEL_WIDTH 25		/* "33 min 20 s - 1 h 23 min" */
#define FIGURES_WIDTH 20	/* "|  12345678  99.9 %" */
#define COLUMNS_MIN 60
#define COLUMNS_MAX 160
#define LINE_COLUMNS 80
#define KEY_WIDTH 40

static const char hist_manual[] =
	"One histogram for each phase of the closes, and for the age and the idle time of\n"
	"the connections: at the end of the run and, with TIME, after each such\n"
	"interval.\n"
	"\n"
	"  ack_wait       from our FIN until its ACK: network, peer kernel\n"
	"  peer_hold      from that ACK until the peer's FIN: the peer's program\n"
	"  app_hold       from the peer's FIN until ours: our program\n"
	"  last_ack_wait  from our FIN, sent second, until its ACK: network, peer kernel\n"
	"  total          from the first FIN until the close was over\n"
	"  age            from the handshake until the close was over\n"
	"  idle           how long no data had gone either way when the end began\n"
	"\n"
	"  --phase NAMES  only these: --phase app_hold,total\n"
	"  --by WHAT      one histogram for each comm (name of the process), thread (name\n"
	"                 of the thread), pid, exe, cgroup, unit, container, port, peer,\n"
	"                 peer:port, host, stack, or combination of these: comm,peer\n"
	"  --ascii        draw bars of # instead of blocks\n"
	"  -j             print the rows as JSON\n"
	"\n"
	"A phase that no wave ended, because a RST, a timeout or the end of the run came\n"
	"first, counts too. It is cut: a minimum, drawn as > at the end of a bar; and >\n"
	"marks a percentile that is a minimum because a cut time lies at or below it.\n"
	"\n"
	"A row includes its lower bound and excludes its upper bound. The error of p50,\n"
	"p90 and p99 is at most 1.5 %; max is exact.\n"
	"\n"
	"Examples:\n"
	"  tcpclose hist --phase app_hold --by comm  which program keeps peers waiting\n"
	"  tcpclose hist 10 -D 5432                  closes with PostgreSQL, every 10 s\n";

const char *hist_time_name(unsigned i)
{
	if (i < PHASE_COUNT)
		return phase_name(i);
	return i == HIST_AGE ? "age" : i == HIST_IDLE ? "idle" : NULL;
}

static bool add_time(struct histogram *h, uint64_t ns, bool cut)
{
	return cut ? histogram_add_cut(h, ns) : histogram_add(h, ns);
}

bool hist_find_time(const struct story *s, const struct verdict *v, unsigned i, uint64_t *ns,
		    bool *cut)
{
	bool open = v->ending == ENDING_OPEN;

	*cut = open && (i == HIST_AGE || i == PHASE_TOTAL);
	if (i == HIST_AGE)
		return close_age(s, v, ns);
	if (i == HIST_IDLE)
		return close_silence(s, ns);
	if (v->phase[i].known) {
		*ns = v->phase[i].ns;
		return true;
	}
	*cut = true;
	*ns = v->cut.ns;
	return v->cut.known && v->cut.phase == i;
}

static bool hist_row_add(void *row, const struct story *s, const struct verdict *verdict)
{
	struct hist_row *r = row;
	bool cut, good = true;
	uint64_t ns;

	r->stories++;
	for (unsigned i = 0; i < HIST_TIMES; i++)
		if (hist_find_time(s, verdict, i, &ns, &cut))
			good &= add_time(&r->time[i], ns, cut);
	return good;
}

static bool hist_row_merge(void *to, const void *from)
{
	const struct hist_row *f = from;
	struct hist_row *r = to;
	bool good = true;

	r->stories += f->stories;
	for (unsigned i = 0; i < HIST_TIMES; i++)
		good &= histogram_merge(&r->time[i], &f->time[i]);
	return good;
}

static void hist_row_release(void *row)
{
	struct hist_row *r = row;

	for (unsigned i = 0; i < HIST_TIMES; i++)
		histogram_release(&r->time[i]);
}

static int hist_row_compare(const struct view_options *o, const void *a, const void *b)
{
	const struct hist_row *x = a, *y = b;

	(void)o;
	return x->stories > y->stories ? -1 : x->stories < y->stories;
}

/* Return n/most of whole, at least 1 if n is not 0. */
static uint64_t scale(uint64_t n, uint64_t most, uint64_t whole)
{
	uint64_t len = most < UINT64_MAX / whole ? n * whole / most : n / (most / whole);

	if (n && !len)
		len = 1;
	return len < whole ? len : whole;
}

/*
 * Print a bar of n/most of width columns, padded; at least one part if n is not 0. Its end is drawn
 * as ">>" for those of n that are cut.
 */
static void print_bar(struct view_context *v, uint64_t n, uint64_t cut, uint64_t most, size_t width)
{
	static const char *const eighths[] = { "", "\u258f", "\u258e", "\u258d", "\u258c",
					       "\u258b", "\u258a", "\u2589" };
	unsigned parts = v->terminal.utf8 ? 8 : 1;
	uint64_t len = scale(n - cut, most, width * parts);
	uint64_t cut_len = scale(cut, most, width);
	size_t from = v->out->len;

	if (len / parts + !!(len % parts) + cut_len > width)
		len = (width - cut_len) * parts;
	for (uint64_t i = 0; i < len / parts; i++)
		buf_str(v->out, v->terminal.utf8 ? "\u2588" : "#");
	buf_str(v->out, eighths[len % parts]);
	while (cut_len--)
		buf_char(v->out, '>');
	buf_pad(v->out, from, width);
}

/* "8.2 %" */
void hist_print_percent(struct buf *b, uint64_t n, uint64_t all, size_t width)
{
	uint64_t tenths = n / all * 1000 + (n % all * 1000 + all / 2) / all;
	size_t from = b->len;

	buf_u64(b, tenths / 10);
	buf_char(b, '.');
	buf_u64(b, tenths % 10);
	buf_str(b, " %");
	buf_pad_before(b, from, width);
}

static size_t compute_bar_width(const struct view_context *v)
{
	size_t columns = v->terminal.columns ? v->terminal.columns : LINE_COLUMNS;

	if (columns < COLUMNS_MIN)
		columns = COLUMNS_MIN;
	if (columns > COLUMNS_MAX)
		columns = COLUMNS_MAX;
	return columns - LABEL_WIDTH - FIGURES_WIDTH;
}

/* "1 ms": bounds are whole numbers of their unit, so ".0" is removed */
void hist_print_bound(struct buf *b, uint64_t ns)
{
	size_t from = b->len;
	char *zero;

	fmt_duration(b, ns);
	zero = b->failed ? NULL : memmem(b->data + from, b->len - from, ".0", 2);
	if (!zero)
		return;
	memmove(zero, zero + 2, b->len - from - 2 - (size_t)(zero - (b->data + from)));
	b->len -= 2;
}

static void print_bucket(struct view_context *v, const struct histogram *h, unsigned i,
			 uint64_t most)
{
	struct buf *b = v->out;
	size_t from = b->len;

	hist_print_bound(b, histogram_bucket_from_ns(i));
	buf_pad_before(b, from, 11);
	buf_str(b, " - ");
	hist_print_bound(b, histogram_bucket_from_ns(i + 1));
	buf_pad(b, from, LABEL_WIDTH);
	buf_char(b, '|');
	print_bar(v, histogram_bucket_count(h, i), h->cut[i], most, compute_bar_width(v));
	buf_char(b, '|');
	from = b->len;
	buf_u64(b, histogram_bucket_count(h, i));
	buf_pad_before(b, from, 9);
	hist_print_percent(b, histogram_bucket_count(h, i), h->n, 8);
	buf_char(b, '\n');
}

/* "p50 1.2 ms, p90 4.1 ms, p99 >198 ms, max >201 ms" */
static void print_quantiles(struct buf *b, const struct histogram *h)
{
	static const struct {
		const char *name;
		unsigned permille;
	} list[] = { { "p50 ", 500 }, { ", p90 ", 900 }, { ", p99 ", 990 } };

	for (unsigned i = 0; i < 3; i++) {
		buf_str(b, list[i].name);
		if (histogram_quantile_is_cut(h, list[i].permille))
			buf_char(b, '>');
		fmt_duration(b, histogram_quantile(h, list[i].permille));
	}
	buf_str(b, h->cuts ? ", max >" : ", max ");
	fmt_duration(b, h->max);
}

static void print_histogram(struct view_context *v, const struct keyed_table *g,
			    const struct keyed_entry *o, unsigned which)
{
	const struct histogram *h = &((const struct hist_row *)o->row)->time[which];
	unsigned first = HISTOGRAM_BUCKETS, last = 0;
	struct buf *b = v->out;
	uint64_t most = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t n = histogram_bucket_count(h, i);

		if (n > most)
			most = n;
		if (n && i < first)
			first = i;
		if (n)
			last = i;
	}
	buf_char(b, '\n');
	if (v->terminal.color)
		buf_str(b, ANSI_BOLD);
	if (v->options.groups.nr) {
		group_key_print_short(b, &v->options.groups, o, o == g->other, KEY_WIDTH);
		buf_str(b, ": ");
	}
	buf_str(b, hist_time_name(which));
	if (v->terminal.color)
		buf_str(b, ANSI_RESET);
	buf_str(b, ", ");
	buf_u64(b, h->n);
	buf_str(b, h->n == 1 ? " close" : " closes");
	if (h->cuts) {
		buf_str(b, ", ");
		buf_u64(b, h->cuts);
		buf_str(b, " cut");
	}
	buf_char(b, '\n');
	print_quantiles(b, h);
	buf_char(b, '\n');
	for (unsigned i = first; i <= last; i++)
		print_bucket(v, h, i, most);
	view_flush(v);
}

static bool is_time_wanted(const struct view_context *v, unsigned which)
{
	return !v->options.phases || v->options.phases >> which & 1;
}

static void hist_show_text(struct view_context *v, const struct keyed_table *g,
			   const struct interval *interval)
{
	struct buf *b = v->out;
	const struct keyed_entry *o;
	bool any = false;

	if (v->options.interval_ns)
		buf_char(b, '\n');
	aggregate_print_interval(v, interval);
	for (uint32_t n = 0; (o = keyed_table_at(g, n)); n++)
		for (unsigned i = 0; i < HIST_TIMES; i++) {
			if (!is_time_wanted(v, i) ||
			    !((const struct hist_row *)o->row)->time[i].n)
				continue;
			print_histogram(v, g, o, i);
			any = true;
		}
	if ((interval->closes || interval->open) && !any)
		buf_str(b, "no close has such a time\n");
	aggregate_print_other(v, g);
}

static void json_print_bins(struct json *j, const struct histogram *h)
{
	if (!json_kv_array(j, "bins"))
		return;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t n = histogram_bucket_count(h, i);

		if (!n)
			continue;
		json_begin_object(j);
		json_kv_u64(j, "from_ns", histogram_bucket_from_ns(i));
		json_kv_u64(j, "to_ns", histogram_bucket_from_ns(i + 1));
		json_kv_u64(j, "count", n);
		json_kv_u64(j, "cut", h->cut[i]);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_print_histogram(struct view_context *v, const struct keyed_table *g,
				 const struct keyed_entry *o, unsigned which,
				 const struct interval *interval)
{
	const struct histogram *h = &((const struct hist_row *)o->row)->time[which];
	struct json j;

	json_line_begin(v, &j, "hist");
	json_kv_time(v, &j, "start", interval->from_ns);
	json_kv_time(v, &j, "time", interval->to_ns);
	json_kv_bool(&j, "total", interval->total);
	group_key_json(&j, &v->options.groups, o, o == g->other);
	json_kv_str(&j, "phase", hist_time_name(which));
	json_kv_u64(&j, "count", h->n);
	json_kv_u64(&j, "p50_ns", histogram_quantile(h, 500));
	json_kv_u64(&j, "p90_ns", histogram_quantile(h, 900));
	json_kv_u64(&j, "p99_ns", histogram_quantile(h, 990));
	json_kv_u64(&j, "max_ns", h->max);
	json_kv_u64(&j, "cut", h->cuts);
	json_print_bins(&j, h);
	json_line_end(v, &j);
}

static void hist_show(struct view_context *v, const struct keyed_table *g,
		      const struct interval *interval)
{
	const struct keyed_entry *o;

	if (v->options.format != FORMAT_JSON) {
		hist_show_text(v, g, interval);
		return;
	}
	for (uint32_t n = 0; (o = keyed_table_at(g, n)); n++)
		for (unsigned i = 0; i < HIST_TIMES; i++)
			if (is_time_wanted(v, i) &&
			    ((const struct hist_row *)o->row)->time[i].n) {
				json_print_histogram(v, g, o, i, interval);
				view_flush(v);
			}
}

#define HIST_ROW_OPS                                                                               \
	.row_size = sizeof(struct hist_row), .max_groups = GROUPS_MAX, .add = hist_row_add,        \
	.merge = hist_row_merge, .release = hist_row_release, .compare = hist_row_compare

struct aggregate_ops hist_row_ops(void)
{
	return (struct aggregate_ops){ HIST_ROW_OPS };
}

static void hist_start(struct view_context *v)
{
	static const struct aggregate_ops ops = { HIST_ROW_OPS, .show = hist_show };

	aggregate_start(v, &ops, GROUP_BY_NONE);
}

const struct view view_hist = {
	.id = VIEW_HIST,
	.name = "hist",
	.help = "a histogram of each phase, with p50, p90, p99 and max",
	.manual = hist_manual,
	.has_intervals = true,
	.formats = 1 << FORMAT_TEXT | 1 << FORMAT_JSON,
	.start = hist_start,
	.begin_host = aggregate_begin_host,
	.story = aggregate_add_story,
	.lost = aggregate_print_lost,
	.end = aggregate_end,
	.tick = aggregate_tick,
	.release = aggregate_release,
};
