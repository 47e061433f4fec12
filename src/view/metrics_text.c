/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "metrics_text.h"

#include <string.h>

#include "trace_id.h"

#define NANO_DIGITS 9

struct printer {
	struct buf *b;
	enum metrics_format format;
	const struct metric *last;	/* the metric whose header was printed last */
};

const char *metrics_text_type(enum metrics_format format)
{
	return format == METRICS_OPENMETRICS ?
		       "application/openmetrics-text; version=1.0.0; charset=utf-8" :
		       "text/plain; version=0.0.4; charset=utf-8";
}

const char *metrics_text_type_word(const struct metric *m)
{
	static const char *const words[] = { [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge",
					     [METRIC_HISTOGRAM] = "histogram",
					     [METRIC_INFO] = "info" };

	return words[m->type];
}

/* The older format has no infos. */
static const char *find_type_word(const struct printer *p, const struct metric *m)
{
	if (m->type == METRIC_INFO && p->format == METRICS_TEXT)
		return "gauge";
	return metrics_text_type_word(m);
}

/* "# HELP NAME ", where the older format has the name of the samples, not that of the family */
static void print_header_name(struct printer *p, const struct metric *m, const char *what)
{
	buf_str(p->b, "# ");
	buf_str(p->b, what);
	buf_char(p->b, ' ');
	buf_str(p->b, m->name);
	if (p->format == METRICS_TEXT)
		buf_str(p->b, metric_suffix(m));
	buf_char(p->b, ' ');
}

static void print_header(struct printer *p, const struct metric *m)
{
	print_header_name(p, m, "HELP");
	buf_str(p->b, m->help);
	buf_char(p->b, '\n');
	print_header_name(p, m, "TYPE");
	buf_str(p->b, find_type_word(p, m));
	buf_char(p->b, '\n');
	if (p->format == METRICS_OPENMETRICS && *m->unit) {
		print_header_name(p, m, "UNIT");
		buf_str(p->b, m->unit);
		buf_char(p->b, '\n');
	}
	p->last = m;
}

/* Both formats escape these three characters of a label value. */
static void print_label_value(struct buf *b, const struct metric_text *text)
{
	for (size_t i = 0; i < text->len; i++) {
		char c = text->bytes[i];

		if (c == '\\' || c == '"')
			buf_char(b, '\\');
		if (c == '\n')
			buf_str(b, "\\n");
		else
			buf_char(b, c);
	}
}

/* Print {initiator="local",ending="four-way"}. bound: the value of the label le; NULL: none. */
static void print_labels(struct buf *b, const struct metric_sample *s, const struct buf *bound)
{
	const char *name = s->metric->labels;

	if (!*name && !bound)
		return;
	buf_char(b, '{');
	for (unsigned i = 0; *name && i < METRIC_LABELS; i++) {
		size_t len = strcspn(name, ",");

		if (i)
			buf_char(b, ',');
		buf_add(b, name, len);
		buf_str(b, "=\"");
		print_label_value(b, &s->label[i]);
		buf_char(b, '"');
		name += len + !!name[len];
	}
	if (bound) {
		buf_str(b, *s->metric->labels ? ",le=\"" : "le=\"");
		buf_add(b, bound->data, bound->len);
		buf_char(b, '"');
	}
	buf_char(b, '}');
}

/* "12", "0.25" */
static void print_value(struct buf *b, struct metric_value v)
{
	buf_u64(b, v.whole);
	if (!v.nano)
		return;
	buf_char(b, '.');
	buf_digits(b, v.nano, NANO_DIGITS);
	while (!b->failed && b->data[b->len - 1] == '0')
		b->len--;
}

/* Only OpenMetrics has exemplars: " # {trace_id="..."} 0.25" */
static void print_exemplar(struct printer *p, const struct metric_sample *s, unsigned bucket)
{
	const struct exemplar *e = s->exemplars ? &s->exemplars[bucket] : NULL;
	char id[TRACE_ID_DIGITS];

	if (!e || !e->known || p->format != METRICS_OPENMETRICS)
		return;
	trace_id_print(id, s->fleet_key, &e->isns);
	buf_str(p->b, " # {trace_id=\"");
	buf_add(p->b, id, sizeof(id));
	buf_str(p->b, "\"} ");
	print_value(p->b, metric_seconds(e->ns));
}

static void start_line(struct printer *p, const struct metric_sample *s, const char *suffix,
		       const struct buf *bound, struct metric_value value)
{
	buf_str(p->b, s->metric->name);
	buf_str(p->b, suffix);
	print_labels(p->b, s, bound);
	buf_char(p->b, ' ');
	print_value(p->b, value);
}

static void print_line(struct printer *p, const struct metric_sample *s, const char *suffix,
		       struct metric_value value)
{
	start_line(p, s, suffix, NULL, value);
	buf_char(p->b, '\n');
}

/* The bounds are floating-point numbers in both formats, so that a series keeps its labels. */
static void print_bound(struct buf *b, unsigned i)
{
	struct metric_value v = { 0 };

	if (i == METRICS_BOUNDS) {
		buf_str(b, "+Inf");
		return;
	}
	v = metric_seconds(metrics_bound_ns(i));
	print_value(b, v);
	if (!v.nano)
		buf_str(b, ".0");
}

static void print_histogram(struct printer *p, const struct metric_sample *s)
{
	const struct metric_histogram *h = s->histogram;
	struct metric_value n = { 0 };
	struct buf bound = { 0 };

	for (unsigned i = 0; i <= METRICS_BOUNDS; i++) {
		n.whole += h->n[i];
		buf_reset(&bound);
		print_bound(&bound, i);
		p->b->failed |= bound.failed;
		start_line(p, s, "_bucket", &bound, n);
		print_exemplar(p, s, i);
		buf_char(p->b, '\n');
	}
	print_line(p, s, "_sum", h->sum);
	print_line(p, s, "_count", n);
	buf_release(&bound);
}

static void print_sample(void *arg, const struct metric_sample *s)
{
	struct printer *p = arg;

	if (p->last != s->metric)
		print_header(p, s->metric);
	if (s->histogram)
		print_histogram(p, s);
	else
		print_line(p, s, metric_suffix(s->metric), s->value);
}

void metrics_text_print(struct buf *b, struct metrics *m, const struct metrics_facts *f,
			enum metrics_format format)
{
	struct printer p = { .b = b, .format = format };

	metrics_visit(m, f, print_sample, &p);
	if (format == METRICS_OPENMETRICS)
		buf_str(b, "# EOF\n");
}
