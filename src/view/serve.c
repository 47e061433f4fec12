/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "serve_view.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "time_units.h"

#define RATE_S 60		/* the rate is that of the last 60 seconds, with the present one */
#define WAITING_MAX 4096	/* stories that wait for the other end */

struct serve {
	struct metrics *metrics;
	struct report *report;	/* of the page; NULL: nobody will ask for it */
	struct view_context page;
	/* Closes by the second in which they were over; one slot is for the present second. */
	uint64_t second[RATE_S];	/* of each slot */
	uint32_t closes[RATE_S][CLASS_COUNT];
};

static const char serve_manual[] =
	"Exports counts of the closes for Prometheus, until it is stopped. The page at /\n"
	"is that of the view report, for the run so far; a browser loads the one at\n"
	"/?live again every 5 s.\n"
	"\n"
	"  --listen ADDR:PORT  answer HTTP: 127.0.0.1:9436, [::1]:9436, unix:/run/x.sock\n"
	"  --textfile PATH     write the metrics to PATH instead, or too: a file of the\n"
	"                      textfile collector of node_exporter, replaced atomically\n"
	"  --by-comm           count the closes of each process name too: 50 names, then\n"
	"                      other\n"
	"  --page              show the page to other hosts, not only on loopback\n"
	"  --fleet-key FILE    OpenMetrics: the slowest close of each bucket in the last\n"
	"                      whole minute as an exemplar, with its trace_id\n"
	"\n"
	"The paths are /metrics (OpenMetrics 1.0 or text 0.0.4), /healthz and /.\n"
	"\n"
	"Examples:\n"
	"  tcpclose serve                                   on 127.0.0.1:9436\n"
	"  tcpclose serve --textfile /var/lib/prometheus/node-exporter/tcpclose.prom\n";

static bool start_page(struct view_context *v, struct serve *s)
{
	s->page = *v;
	s->page.state = NULL;
	s->page.flush = NULL;
	s->page.options = (struct view_options){ .top = 0 };
	s->page.terminal = (struct terminal){ .utf8 = true };
	s->report = report_new(&s->page, WAITING_MAX);
	return s->report;
}

static void serve_start(struct view_context *v)
{
	const struct metrics_config config = { .by_comm = v->options.by_comm, .seed = v->seed,
					       .fleet_key = v->fleet_key };
	struct serve *s = calloc(1, sizeof(*s));

	v->state = s;
	if (s)
		s->metrics = metrics_new(&config);
	if (!s || !s->metrics || (!v->options.no_page && !start_page(v, s)))
		v->out->failed = true;
}

/* The page's stories have the facts of the view's context. */
static struct view_context *use_page(struct view_context *v, struct serve *s)
{
	s->page.meta = v->meta;
	s->page.out = v->out;
	return &s->page;
}

static void serve_tick(struct view_context *v, uint64_t now_ns)
{
	struct serve *s = v->state;

	v->due_ns = 0;
	if (!s || !s->report)
		return;
	report_advance(s->report, use_page(v, s), now_ns);
	v->due_ns = s->page.due_ns;
}

static void count_second(struct serve *s, const struct verdict *verdict)
{
	uint64_t second = verdict->settled_ns / NS_PER_S;
	unsigned slot = (unsigned)(second % RATE_S);

	if (verdict->ending == ENDING_OPEN || second < s->second[slot])
		return;
	if (second > s->second[slot])
		memset(s->closes[slot], 0, sizeof(s->closes[slot]));
	s->second[slot] = second;
	s->closes[slot][ending_class(verdict->ending)]++;
}

static void serve_story(struct view_context *v, const struct story *story,
			const struct verdict *verdict)
{
	struct serve *s = v->state;

	if (!s || !s->metrics)
		return;
	metrics_add_story(s->metrics, story, verdict);
	if (!s->report)
		return;
	report_take(s->report, use_page(v, s), story, verdict, true);
	v->due_ns = s->page.due_ns;
	count_second(s, verdict);
}

static void serve_other_end(struct view_context *v, const struct story *story,
			    const struct verdict *verdict)
{
	struct serve *s = v->state;

	if (!s || !s->report)
		return;
	report_take(s->report, use_page(v, s), story, verdict, false);
	v->due_ns = s->page.due_ns;
}

static void serve_lose_end(struct view_context *v, const struct story *story)
{
	struct serve *s = v->state;

	if (!s || !s->report)
		return;
	report_lose(s->report, use_page(v, s), story);
	v->due_ns = s->page.due_ns;
}

static void serve_release(struct view_context *v)
{
	struct serve *s = v->state;

	if (!s)
		return;
	report_free(s->report);
	metrics_free(s->metrics);
	free(s);
	v->state = NULL;
}

struct metrics *serve_metrics(const struct view_context *v)
{
	const struct serve *s = v->state;

	return s ? s->metrics : NULL;
}

/* The present second counts: a close that the page has in its totals is in its rates. */
static uint64_t count_last_minute(const struct serve *s, enum class c, uint64_t now_ns)
{
	uint64_t now_s = now_ns / NS_PER_S, n = 0;

	for (unsigned i = 0; i < RATE_S; i++)
		if (s->second[i] + RATE_S > now_s)
			n += s->closes[i][c];
	return n;
}

void serve_print_page(struct view_context *v, struct buf *b, const struct metrics_facts *f,
		      const struct serve_page_facts *page, uint64_t now_ns)
{
	struct serve *s = v->state;
	struct report_live live = { .now_wall_ns = view_wall_ns(v, now_ns),
				    .walk_wall_ns = f->walk.wall_ns, .state = f->walk.count,
				    .stuck = f->walk.known ? page->stuck : NULL,
				    .refresh_s = page->refresh_s,
				    .complete = f->walk.complete };

	if (!s || !s->report)
		return;
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		live.last_minute[i] = count_last_minute(s, (enum class)i, now_ns);
	use_page(v, s)->out = b;
	report_print_page(&s->page, s->report, &f->counts, now_ns, &live);
}

const struct view view_serve = {
	.id = VIEW_SERVE,
	.name = "serve",
	.help = "metrics for Prometheus, over HTTP or as a file",
	.manual = serve_manual,
	.formats = 1 << FORMAT_TEXT,
	.start = serve_start,
	.story = serve_story,
	.other_end = serve_other_end,
	.lost_end = serve_lose_end,
	.tick = serve_tick,
	.release = serve_release,
};
