/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "report.h"

#include <stddef.h>
#include <stdlib.h>

#include "hist.h"
#include "story_copy.h"
#include "who.h"

#define WAITING_MAX 65536	/* stories that wait for the other end, of about 1 KiB each */

static const char report_manual[] =
	"One HTML page about a run, written when it ends: a summary, the losses, endings\n"
	"over time, the table of the view who, a histogram of each phase, the slowest\n"
	"closes as ladders, resets by process and reason, and the sockets that are stuck:\n"
	"their holders, their command lines, and what to do. Each figure links to the\n"
	"closes that it counts. The page is one file. It fetches nothing and has no\n"
	"scripts. It holds at most 1 MiB, and reports what it leaves out.\n"
	"\n"
	"  -o FILE  the page; the default is standard output\n"
	"\n"
	"Examples:\n"
	"  tcpclose report -o ends.html --replay ends.rec  a recording, to show it\n"
	"  tcpclose report -o test.html -- make test       while a command runs\n";

uint64_t report_count_ended(const struct report *r)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ENDING_COUNT; i++)
		n += i == ENDING_OPEN ? 0 : r->ended[i];
	return n;
}

static void release_close(struct report_close *c)
{
	story_release(&c->end[0].story);
	if (c->has_both)
		story_release(&c->end[1].story);
}

static bool copy_end(struct pair_end *to, const struct pair_end *from)
{
	to->wanted = from->wanted;
	return story_copy(&to->story, &to->verdict, &from->story, &from->verdict);
}

/* Is a slower than b? Of two that took the same time, the first one is. */
static bool is_slower(const struct report_close *a, const struct report_close *b)
{
	return a->ns != b->ns ? a->ns > b->ns : a->nr < b->nr;
}

/* The place for c: a free one, that of the fastest one if c is slower, or NULL. */
static struct report_close *find_place(struct report *r, const struct report_close *c)
{
	struct report_close *fastest = &r->slowest[0];

	if (r->nr < REPORT_SLOWEST)
		return &r->slowest[r->nr++];
	for (unsigned i = 1; i < r->nr; i++)
		if (is_slower(fastest, &r->slowest[i]))
			fastest = &r->slowest[i];
	if (!is_slower(c, fastest))
		return NULL;
	release_close(fastest);
	return fastest;
}

static void keep_if_slow(struct report *r, const struct report_close *found,
			 const struct pair_end *a, const struct pair_end *b)
{
	struct report_close *c = find_place(r, found);

	if (!c)
		return;
	*c = *found;
	c->has_both = false;
	if (!copy_end(&c->end[0], a)) {
		*c = r->slowest[--r->nr];	/* may be itself */
		r->context->out->failed = true;
		return;
	}
	c->has_both = b && copy_end(&c->end[1], b);
	r->context->out->failed |= b && !c->has_both;
}

/* A connection is complete: count it, and keep it if it is one of the slowest. */
static void take_connection(void *arg, const struct pair_end *a, const struct pair_end *b,
			    enum one_sided why)
{
	struct report *r = arg;
	const struct verdict *va = &a->verdict;
	struct report_close found = { .nr = r->taken++, .has_start = va->start_ns };
	bool known, at_least;
	uint64_t ns;

	(void)why;
	if (b == a)
		b = NULL;	/* connected to itself: one story, which is both ends */
	if (va->ending != ENDING_OPEN || (b && b->verdict.ending != ENDING_OPEN))
		r->connections++;
	if (b && a->story.clock != b->story.clock) {
		found.two_clocks = true;
		clock_pairs_add(&r->clocks, r->context->hosts, &a->story, &b->story,
				&found.times);
	}
	known = rows_find_longest(va, &found.ns, &found.at_least);
	if (b && rows_find_longest(&b->verdict, &ns, &at_least) && (!known || ns > found.ns)) {
		found.ns = ns;
		found.at_least = at_least;
		known = true;
	}
	if (!known)
		return;
	r->slow++;
	view_use_host(r->context, &a->story);
	found.wall_ns = view_wall_ns(r->context, va->start_ns ? va->start_ns : va->settled_ns);
	keep_if_slow(r, &found, a, b);
}

/* The tables are sorted now, and live until the sums are released. */
static void take_who_rows(struct view_context *v, const struct keyed_table *g,
			  const struct interval *interval)
{
	struct report *r = v->flush_arg;

	(void)interval;
	r->who_rows = *g;
}

static void take_hist_rows(struct view_context *v, const struct keyed_table *g,
			   const struct interval *interval)
{
	struct report *r = v->flush_arg;

	(void)interval;
	r->hist_rows = *g;
}

static void release_who_row(void *row)
{
	rows_release_process(row);
	who_row_ops().release(row);
}

static void start_sums(struct view_context *v, struct report *r)
{
	r->who = *v;
	r->who.state = NULL;
	r->who.flush = NULL;
	r->who.flush_arg = r;
	r->who.options = (struct view_options){ .sort = 0 };
	r->hist = r->who;
	r->who_ops = who_row_ops();
	r->who_ops.row_size = sizeof(struct report_process);
	r->who_ops.release = release_who_row;
	r->who_ops.show = take_who_rows;
	r->hist_ops = hist_row_ops();
	r->hist_ops.show = take_hist_rows;
	aggregate_start(&r->who, &r->who_ops, GROUP_BY_COMM);
	aggregate_start(&r->hist, &r->hist_ops, GROUP_BY_NONE);
}

struct report *report_new(struct view_context *v, unsigned waiting)
{
	struct report *r = calloc(1, sizeof(*r));
	const struct pair_config config = { .max = waiting, .seed = v->seed,
					    .report = take_connection, .arg = r };

	if (!r)
		return NULL;
	r->pairs = pair_table_new(&config);
	if (!r->pairs) {
		free(r);
		return NULL;
	}
	r->context = v;
	clock_pairs_init(&r->clocks, v->seed);
	start_sums(v, r);
	return r;
}

/* Where clocks may differ by hours, no time says that an end is not there. */
static enum pair_window find_window(const struct view_context *v, const struct story *s)
{
	if (!v->hosts || !host_table_has_other_clock(v->hosts, s->host))
		return PAIR_WINDOW_BRIEF;
	return v->follows ? PAIR_WINDOW_STREAM : PAIR_WINDOW_INPUT;
}

static void note_time(struct report *r, uint64_t wall_ns)
{
	if (!r->first_ns || wall_ns < r->first_ns)
		r->first_ns = wall_ns;
	if (wall_ns > r->last_ns)
		r->last_ns = wall_ns;
}

static void count_story(struct view_context *v, struct report *r, const struct story *s,
			const struct verdict *verdict)
{
	uint64_t wall_ns = view_wall_ns(v, verdict->settled_ns);
	struct report_process *process;

	r->ended[verdict->ending]++;
	r->partial += verdict->partial;
	note_time(r, wall_ns);
	if (verdict->start_ns)
		note_time(r, view_wall_ns(v, verdict->start_ns));
	if (verdict->ending != ENDING_OPEN)
		time_bins_add(&r->bins, wall_ns, ending_class(verdict->ending));
	else
		report_stuck_add_story(&r->stuck, v, s, verdict);
	r->who.meta = r->hist.meta = v->meta;
	process = aggregate_add_to_row(&r->who, s, verdict);
	if (!process || !rows_take(&r->rows, v, process, &r->bins, s, verdict))
		v->out->failed = true;
	aggregate_add_story(&r->hist, s, verdict);
}

void report_take(struct report *r, struct view_context *v, const struct story *s,
		 const struct verdict *verdict, bool wanted)
{
	if (wanted)
		count_story(v, r, s, verdict);
	pair_table_add(r->pairs, s, verdict, wanted, find_window(v, s));
	v->due_ns = pair_table_next_ns(r->pairs);
}

void report_advance(struct report *r, struct view_context *v, uint64_t now_ns)
{
	pair_table_expire(r->pairs, now_ns);
	v->due_ns = pair_table_next_ns(r->pairs);
}

void report_lose(struct report *r, struct view_context *v, const struct story *s)
{
	pair_table_lose(r->pairs, s);
	v->due_ns = pair_table_next_ns(r->pairs);
}

static int compare_closes(const void *a, const void *b)
{
	return is_slower(a, b) ? -1 : 1;
}

void report_sort(struct report *r, const struct run_counts *t, uint64_t now_ns)
{
	aggregate_end(&r->who, t, now_ns);
	aggregate_end(&r->hist, t, now_ns);
	qsort(r->slowest, r->nr, sizeof(*r->slowest), compare_closes);
}

void report_free(struct report *r)
{
	if (!r)
		return;
	aggregate_release(&r->who);
	aggregate_release(&r->hist);
	rows_release(&r->rows);
	report_stuck_release(&r->stuck);
	for (unsigned i = 0; i < r->nr; i++)
		release_close(&r->slowest[i]);
	pair_table_free(r->pairs);
	clock_pairs_release(&r->clocks);
	free(r);
}

static void report_start(struct view_context *v)
{
	v->state = report_new(v, WAITING_MAX);
	if (!v->state)
		v->out->failed = true;
}

static void report_add_walk(struct view_context *v, const struct event *e, unsigned host)
{
	struct report *r = v->state;

	if (r && !report_stuck_take_walk(&r->stuck, e, host))
		v->out->failed = true;
}

static void report_add_story(struct view_context *v, const struct story *s,
			     const struct verdict *verdict)
{
	if (v->state)
		report_take(v->state, v, s, verdict, true);
}

static void report_add_other_end(struct view_context *v, const struct story *s,
				 const struct verdict *verdict)
{
	if (v->state)
		report_take(v->state, v, s, verdict, false);
}

static void report_lose_end(struct view_context *v, const struct story *s)
{
	if (v->state)
		report_lose(v->state, v, s);
}

static void report_tick(struct view_context *v, uint64_t now_ns)
{
	if (v->state)
		report_advance(v->state, v, now_ns);
}

static void report_end(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	const struct run_info *meta = v->meta;	/* of no host, where there are several */
	struct report *r = v->state;

	if (!r)
		return;
	pair_table_end(r->pairs);
	v->meta = meta;
	report_print_page(v, r, t, now_ns, NULL);
}

static void report_release(struct view_context *v)
{
	report_free(v->state);
	v->state = NULL;
}

const struct view view_report = {
	.id = VIEW_REPORT,
	.name = "report",
	.help = "one HTML page about a run: -o FILE.html",
	.manual = report_manual,
	.formats = 1 << FORMAT_TEXT,
	.start = report_start,
	.story = report_add_story,
	.other_end = report_add_other_end,
	.walk = report_add_walk,
	.lost_end = report_lose_end,
	.end = report_end,
	.tick = report_tick,
	.release = report_release,
};
