/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "serve_view.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "fmt.h"
#include "html.h"
#include "time_units.h"

#define RATE_S 60		/* the rate is that of the last 60 seconds, with the present one */
#define PAGE_ROWS 100		/* of who */

struct serve {
	struct metrics *metrics;
	struct view_context who;	/* of the table on the page; out is who_out */
	struct buf who_out;
	bool has_who;
	/* Closes by the second in which they were over; one slot is for the present second. */
	uint64_t second[RATE_S];	/* of each slot */
	uint32_t closes[RATE_S][CLASS_COUNT];
};

static const char serve_manual[] =
	"Exports counts of the closes for Prometheus, until it is stopped. The page at /\n"
	"has the rates, the table of the view who, and the losses.\n"
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

static void start_who(struct view_context *v, struct serve *s)
{
	s->who = *v;
	s->who.state = NULL;
	s->who.out = &s->who_out;
	s->who.flush = NULL;
	s->who.options = (struct view_options){ .top = PAGE_ROWS };
	s->who.terminal = (struct terminal){ .utf8 = true };
	s->has_who = true;
	view_who.start(&s->who);
}

static void serve_start(struct view_context *v)
{
	const struct metrics_config config = { .by_comm = v->options.by_comm, .seed = v->seed,
					       .fleet_key = v->fleet_key };
	struct serve *s = calloc(1, sizeof(*s));

	v->state = s;
	if (s)
		s->metrics = metrics_new(&config);
	if (!s || !s->metrics)
		v->out->failed = true;
	else if (!v->options.no_page)
		start_who(v, s);
	v->due_ns = 1;		/* ask for a tick at once: it dates the start of the run */
}

static void serve_tick(struct view_context *v, uint64_t now_ns)
{
	struct serve *s = v->state;

	v->due_ns = 0;
	if (s && s->has_who)
		view_who.tick(&s->who, now_ns);
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
	if (!s->has_who)
		return;
	view_who.story(&s->who, story, verdict);
	count_second(s, verdict);
}

static void serve_release(struct view_context *v)
{
	struct serve *s = v->state;

	if (!s)
		return;
	if (s->has_who)
		view_who.release(&s->who);
	metrics_free(s->metrics);
	buf_release(&s->who_out);
	free(s);
	v->state = NULL;
}

struct metrics *serve_metrics(const struct view_context *v)
{
	const struct serve *s = v->state;

	return s ? s->metrics : NULL;
}

/* "<tr><th>name<td>12" */
static void print_row(struct buf *b, const char *name, uint64_t n)
{
	buf_str(b, "<tr><th scope=\"row\">");
	html_str(b, name);
	buf_str(b, "<td>");
	buf_u64(b, n);
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

static void print_rates(struct buf *b, const struct serve *s, uint64_t now_ns)
{
	buf_str(b, "<h2>Closes</h2>\n<table>\n<tr><th scope=\"col\">Class<th scope=\"col\">Closes"
		"<th scope=\"col\">Last minute\n");
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		if (i == CLASS_OPEN)
			continue;
		print_row(b, class_name(i), metrics_closes_of(s->metrics, (enum class)i));
		buf_str(b, "<td>");
		buf_u64(b, count_last_minute(s, (enum class)i, now_ns));
		buf_char(b, '\n');
	}
	buf_str(b, "</table>\n");
}

static void print_who(struct view_context *v, struct serve *s, struct buf *b,
		      const struct metrics_facts *f, uint64_t now_ns)
{
	buf_reset(&s->who_out);
	s->who.meta = v->meta;
	view_who.end(&s->who, &f->counts, now_ns);
	buf_str(b, "<h2>Who</h2>\n<pre>");
	b->failed |= s->who_out.failed;
	escape_for_html(b, s->who_out.data, s->who_out.len);
	buf_str(b, "</pre>\n");
	buf_reset(&s->who_out);
}

static void print_losses(struct buf *b, const struct metrics_facts *f)
{
	const struct run_counts *t = &f->counts;

	buf_str(b, "<h2>Losses</h2>\n<table>\n<tr><th scope=\"col\">What<th scope=\"col\">Count\n");
	print_row(b, "events, ring full", t->events_ring_full);
	print_row(b, "events, calls table full", t->events_calls_full);
	print_row(b, "events, malformed", t->events_malformed);
	print_row(b, "events, spool full", t->events_spool_full);
	print_row(b, "endpoints, table full", t->lost_table_full);
	print_row(b, "endpoints, end missed", t->lost_end_missed);
	print_row(b, "endpoints, vanished", t->lost_vanished);
	buf_str(b, "\n</table>\n");
}

static void print_sockets(struct buf *b, const struct metrics_walk *walk)
{
	if (!walk->known)
		return;
	buf_str(b, "<h2>Sockets</h2>\n<p>The last walk found, at ");
	fmt_time_utc(b, walk->wall_ns);
	buf_str(b, walk->complete ? ":</p>\n" : " (it was stopped before its end):</p>\n");
	buf_str(b, "<table>\n<tr><th scope=\"col\">State<th scope=\"col\">Sockets\n");
	for (unsigned i = 0; i < STUCK_STATES; i++)
		if (stuck_state_at(i) != STATE_ESTABLISHED)
			print_row(b, state_name(stuck_state_at(i)), walk->count[i]);
	buf_str(b, "\n</table>\n");
}

void serve_print_page(struct view_context *v, struct buf *b, const struct metrics_facts *f,
		      uint64_t now_ns)
{
	struct serve *s = v->state;

	if (!s || !s->has_who)
		return;
	buf_str(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n<title>tcpclose on ");
	html_str(b, v->meta->hostname);
	buf_str(b, "</title>\n</head>\n<body>\n<h1>tcpclose on ");
	html_str(b, v->meta->hostname);
	buf_str(b, "</h1>\n<p>");
	fmt_time_utc(b, view_wall_ns(v, now_ns));
	buf_str(b, ", endpoints open: ");
	buf_u64(b, f->counts.open);
	buf_str(b, ". <a href=\"/metrics\">Metrics</a></p>\n");
	print_rates(b, s, now_ns);
	print_who(v, s, b, f, now_ns);
	print_losses(b, f);
	print_sockets(b, &f->walk);
	buf_str(b, "</body>\n</html>\n");
}

const struct view view_serve = {
	.id = VIEW_SERVE,
	.name = "serve",
	.help = "metrics for Prometheus, over HTTP or as a file",
	.manual = serve_manual,
	.formats = 1 << FORMAT_TEXT,
	.start = serve_start,
	.story = serve_story,
	.tick = serve_tick,
	.release = serve_release,
};
