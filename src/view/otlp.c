/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view otlp: stories as OpenTelemetry traces and logs. Stories are collected in a batch, by the
 * resource that they share; a batch becomes two requests, one with its spans and one with its log
 * records. It is complete after BATCH_STORIES stories, at BATCH_BYTES, or after BATCH_NS.
 *
 *	{"resourceSpans":[{"resource":{...},"scopeSpans":[{"scope":{...},"spans":[...]}]}]}
 */
#include "otlp.h"

#include <stdlib.h>
#include <string.h>

#include "close_facts.h"
#include "time_units.h"

#define BATCH_STORIES 512
/* Readers of lines have a limit of 1 MiB, collectors one of 4 MiB or more. */
#define BATCH_BYTES (512u << 10)
#define BATCH_NS NS_PER_S

/* The stories of a batch that share a resource. */
struct otlp_group {
	struct otlp_resource key;
	struct buf resource;
	struct buf items[OTLP_SIGNALS];	/* separated by commas */
};

struct otlp {
	struct otlp_group *groups;	/* BATCH_STORIES */
	unsigned nr_groups, stories;
	unsigned items[OTLP_SIGNALS];	/* spans, log records */
	size_t bytes[OTLP_SIGNALS];
	struct buf attributes, body;	/* scratch */
	struct siphash_key key;		/* of all ids */
};

static const struct {
	const char *resources, *scopes, *items;	/* the keys */
} signal_keys[OTLP_SIGNALS] = {
	[OTLP_TRACES] = { "resourceSpans", "scopeSpans", "spans" },
	[OTLP_LOGS] = { "resourceLogs", "scopeLogs", "logRecords" },
};

static const char otlp_manual[] =
	"Exports each story to OpenTelemetry: a trace of the close, with a span for each\n"
	"phase, and a log record. Both ends of a connection are in one trace, whichever\n"
	"hosts they are on, if all hosts have the same --fleet-key.\n"
	"\n"
	"  --to URL            a collector: http://HOST:4318, https://HOST. The variables\n"
	"                      OTEL_EXPORTER_OTLP_... apply\n"
	"  -o FILE             the requests as lines of JSON; - is standard output\n"
	"  --fleet-key FILE    a secret of all hosts, for the ids of traces and spans\n"
	"\n"
	"Examples:\n"
	"  tcpclose otlp --to http://127.0.0.1:4318 --fleet-key /etc/tcpclose/fleet.key\n"
	"  tcpclose otlp -o closes.jsonl --class reset -- make test\n";

static void otlp_start(struct view_context *v)
{
	struct otlp *o = calloc(1, sizeof(*o));

	if (o)
		o->groups = calloc(BATCH_STORIES, sizeof(*o->groups));
	if (!o || !o->groups) {
		free(o);
		v->out->failed = true;
		return;
	}
	o->key = v->fleet_key ? *v->fleet_key : (struct siphash_key){ v->seed, ~v->seed };
	v->state = o;
}

static void print_scope(struct json *j)
{
	if (!json_kv_object(j, "scope"))
		return;
	json_kv_str(j, "name", "tcpclose");
	json_kv_str(j, "version", TCPCLOSE_VERSION);
	json_end_object(j);
}

static void print_items(struct json *j, const char *key, const struct buf *items)
{
	struct buf list = { 0 };

	buf_char(&list, '[');
	buf_add(&list, items->data, items->len);
	buf_char(&list, ']');
	list.failed |= items->failed;
	if (json_key(j, key))
		json_raw(j, &list);
	buf_release(&list);
}

static void print_group(struct json *j, const struct otlp_group *g, enum otlp_signal signal)
{
	json_begin_object(j);
	if (json_key(j, "resource"))
		json_raw(j, &g->resource);
	if (json_kv_array(j, signal_keys[signal].scopes)) {
		json_begin_object(j);
		print_scope(j);
		print_items(j, signal_keys[signal].items, &g->items[signal]);
		json_kv_str(j, "schemaUrl", OTLP_SCHEMA);
		json_end_object(j);
		json_end_array(j);
	}
	json_kv_str(j, "schemaUrl", OTLP_SCHEMA);
	json_end_object(j);
}

static void print_request(struct buf *b, const struct otlp *o, enum otlp_signal signal)
{
	struct json j;

	json_init(&j, b);
	json_begin_object(&j);
	if (json_kv_array(&j, signal_keys[signal].resources)) {
		for (unsigned i = 0; i < o->nr_groups; i++)
			print_group(&j, &o->groups[i], signal);
		json_end_array(&j);
	}
	json_end_object(&j);
}

static void send_request(struct view_context *v, struct otlp *o, enum otlp_signal signal)
{
	const struct otlp_sink *sink = v->otlp_sink;

	if (!sink) {
		print_request(v->out, o, signal);
		buf_char(v->out, '\n');
		return;
	}
	buf_reset(&o->body);
	print_request(&o->body, o, signal);
	if (o->body.failed)
		v->out->failed = true;
	else
		sink->send(sink->arg, signal, &o->body, o->items[signal]);
}

static void release_group(struct otlp_group *g)
{
	buf_release(&g->resource);
	for (unsigned i = 0; i < OTLP_SIGNALS; i++)
		buf_release(&g->items[i]);
}

static void begin_batch(struct otlp *o)
{
	for (unsigned i = 0; i < o->nr_groups; i++)
		release_group(&o->groups[i]);
	o->nr_groups = o->stories = 0;
	memset(o->items, 0, sizeof(o->items));
	memset(o->bytes, 0, sizeof(o->bytes));
}

static void send_batch(struct view_context *v, struct otlp *o)
{
	v->due_ns = 0;
	if (!o->stories)
		return;
	for (unsigned i = 0; i < OTLP_SIGNALS; i++)
		send_request(v, o, i);
	begin_batch(o);
}

/* A batch has no more groups than stories, so there is room for one more. */
static struct otlp_group *get_group(const struct view_context *v, struct otlp *o,
				    const struct otlp_resource *key, const struct socket_call *a)
{
	struct otlp_group *g;
	struct json j;

	for (unsigned i = 0; i < o->nr_groups; i++)
		if (!memcmp(&o->groups[i].key, key, sizeof(*key)))
			return &o->groups[i];
	g = &o->groups[o->nr_groups++];
	*g = (struct otlp_group){ .key = *key };
	json_init(&j, &g->resource);
	otlp_print_resource(v, &j, key, a);
	return g;
}

static void add_item(struct otlp *o, struct otlp_group *g, enum otlp_signal signal,
		     const struct view_context *v, const struct story *s,
		     const struct verdict *verdict, const struct otlp_ids *ids)
{
	struct buf *b = &g->items[signal];
	size_t before = b->len;

	if (b->len)
		buf_char(b, ',');
	if (signal == OTLP_TRACES) {
		o->items[signal] += otlp_print_spans(v, b, s, verdict, ids, &o->attributes);
	} else {
		otlp_print_log(v, b, s, verdict, ids, &o->attributes);
		o->items[signal]++;
	}
	o->bytes[signal] += b->len - before;
}

static bool is_complete(const struct view_context *v, const struct otlp *o)
{
	return v->options.at_once || o->stories == BATCH_STORIES ||
	       o->bytes[OTLP_TRACES] >= BATCH_BYTES || o->bytes[OTLP_LOGS] >= BATCH_BYTES;
}

static void otlp_story(struct view_context *v, const struct story *s,
		       const struct verdict *verdict)
{
	struct otlp_resource key = otlp_find_resource(v, s, verdict);
	struct otlp *o = v->state;
	struct otlp_group *g;
	struct otlp_ids ids;

	if (!o)
		return;
	ids = otlp_make_ids(v, &o->key, s, verdict);
	buf_reset(&o->attributes);
	otlp_print_attributes(v, &o->attributes, s, verdict);
	g = get_group(v, o, &key, close_actor(s, verdict));
	for (unsigned i = 0; i < OTLP_SIGNALS; i++)
		add_item(o, g, i, v, s, verdict, &ids);
	o->stories++;
	if (is_complete(v, o))
		send_batch(v, o);
	else if (v->live && !v->due_ns)
		v->due_ns = verdict->settled_ns + BATCH_NS;
}

static void otlp_tick(struct view_context *v, uint64_t now_ns)
{
	struct otlp *o = v->state;

	(void)now_ns;
	if (o)
		send_batch(v, o);
}

static void otlp_end(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	(void)t;
	otlp_tick(v, now_ns);
}

static void otlp_release(struct view_context *v)
{
	struct otlp *o = v->state;

	if (!o)
		return;
	begin_batch(o);
	free(o->groups);
	buf_release(&o->attributes);
	buf_release(&o->body);
	free(o);
	v->state = NULL;
}

const struct view view_otlp = {
	.id = VIEW_OTLP,
	.name = "otlp",
	.help = "stories as OpenTelemetry traces and logs: --to URL, or -o FILE",
	.manual = otlp_manual,
	.formats = 1 << FORMAT_TEXT,
	.start = otlp_start,
	.story = otlp_story,
	.end = otlp_end,
	.tick = otlp_tick,
	.release = otlp_release,
};
