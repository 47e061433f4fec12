/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view json, one object per line: meta first, then a close per ended endpoint (json_close.c),
 * lost whenever the losses grew, summary last. Section JSON of the manual lists every key. Keys are
 * only added, never renamed or removed.
 */
#include "view.h"

#include <string.h>

#include "json_fields.h"

static void json_print_meta(struct view_context *v)
{
	const struct run_info *m = v->meta;
	struct json j;

	json_line_begin(v, &j, "meta");
	if (v->hosts)
		json_kv_bytes(&j, "host", run_info_host(m), strlen(run_info_host(m)));
	json_kv_str(&j, "version", TCPCLOSE_VERSION);
	json_kv_bytes(&j, "hostname", m->hostname, strlen(m->hostname));
	json_kv_bytes(&j, "kernel", m->kernel, strlen(m->kernel));
	json_kv_bytes(&j, "machine", m->machine, strlen(m->machine));
	json_kv_bytes(&j, "boot_id", m->boot_id, strlen(m->boot_id));
	if (json_kv_object(&j, "hooks")) {
		for (unsigned i = 0; i < m->nr_hooks; i++)
			json_kv_str(&j, m->hook[i].name, m->hook[i].how);
		json_end_object(&j);
	}
	json_line_end(v, &j);
}

/* With several hosts, each has a line of its own. */
static void json_start(struct view_context *v)
{
	if (!v->hosts)
		json_print_meta(v);
}

static void json_begin_host(struct view_context *v, const struct host *host)
{
	(void)host;
	json_print_meta(v);
}

static void json_print_lost_events(struct json *j, const char *key, const struct run_counts *t)
{
	if (!json_kv_object(j, key))
		return;
	json_kv_u64(j, "ring_full", t->events_ring_full);
	json_kv_u64(j, "calls_full", t->events_calls_full);
	json_kv_u64(j, "malformed", t->events_malformed);
	if (t->to_stream || t->events_spool_full)
		json_kv_u64(j, "spool_full", t->events_spool_full);
	json_end_object(j);
}

static void json_print_lost_endpoints(struct json *j, const char *key, const struct run_counts *t)
{
	if (!json_kv_object(j, key))
		return;
	json_kv_u64(j, "table_full", t->lost_table_full);
	json_kv_u64(j, "end_missed", t->lost_end_missed);
	json_kv_u64(j, "vanished", t->lost_vanished);
	json_end_object(j);
}

/* What became of the segments of a stream. */
static void json_print_stream(struct json *j, const struct run_counts *t)
{
	const struct stream_counts *c = &t->stream;

	if (!t->is_stream || !json_kv_object(j, "stream"))
		return;
	json_kv_u64(j, "segments", c->segments);
	json_kv_u64(j, "lost", c->lost);
	json_kv_u64(j, "late", c->late);
	json_kv_u64(j, "repeated", c->repeated);
	if (json_kv_object(j, "refused")) {
		for (unsigned i = 0; i < STREAM_REFUSALS_COUNT; i++)
			json_kv_u64(j, stream_refusal_name(i), c->refused[i]);
		json_end_object(j);
	}
	json_end_object(j);
}

static void json_print_lost(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	struct json j;

	json_line_begin(v, &j, "lost");
	json_kv_time(v, &j, "time", now_ns);
	json_print_lost_events(&j, "events", t);
	json_print_lost_endpoints(&j, "endpoints", t);
	json_kv_u64_or_null(&j, "maybe_missed", t->maybe_missed_known, t->maybe_missed);
	json_print_stream(&j, t);
	json_line_end(v, &j);
}

static void json_print_summary(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	struct json j;

	json_line_begin(v, &j, "summary");
	json_kv_time(v, &j, "time", now_ns);
	json_kv_u64(&j, "seen", t->seen);
	json_kv_u64(&j, "told", t->reported);
	json_kv_u64(&j, "filtered", t->filtered);
	json_kv_u64(&j, "open", t->open);
	if (t->sampled_out)
		json_kv_u64(&j, "sampled_out", t->sampled_out);
	json_kv_u64_or_null(&j, "unchecked", t->unchecked_known, t->unchecked);
	json_print_lost_endpoints(&j, "lost", t);
	json_kv_u64(&j, "events", t->events);
	json_print_lost_events(&j, "events_lost", t);
	json_kv_u64_or_null(&j, "maybe_missed", t->maybe_missed_known, t->maybe_missed);
	json_print_stream(&j, t);
	json_line_end(v, &j);
}

static const char json_manual[] =
	"One JSON object per line. The key \"kind\" is meta in the first line, close for\n"
	"each ended endpoint, lost whenever events were lost, and summary in the last\n"
	"line. Keys that end in _ns hold nanoseconds. null means unknown; \"missing\" gives\n"
	"the reason. With who, hist, stuck or doctor, -j prints the objects of that view.\n"
	"--fields KEYS prints only these keys: time,ending,trigger.pid,calls.call\n"
	"\n"
	"  start, time      the first event of the close; the end of the close\n"
	"  trigger, calls   the call that sent our FIN or ended the connection; every\n"
	"                   close and shutdown, with its effect\n"
	"  reset_by         the call that sent our RST, if another one sent our FIN\n"
	"  waves            both FINs and both ACKs: at_ns since start, raw seq and ack;\n"
	"                   exact is true if the segment was seen, false if inferred\n"
	"  phase_ns, blame  where the time went\n"
	"  cut              the phase that no wave ended, and how long it had lasted\n"
	"  idle_ns          time since data last went each way, when the end began\n"
	"  data_lost        bytes that were lost when the socket was released\n"
	"  twin             the process at the other end, if that is on this host, or on\n"
	"                   another one of several\n"
	"  middlebox        true if the RST that arrived came from neither end\n"
	"\n"
	"Examples:\n"
	"  tcpclose json -- curl -s example.org | jq 'select(.kind==\"close\").waves'\n"
	"  tcpclose json -d 60 | jq -r 'select(.class==\"reset\") | .trigger.comm'\n";

const struct view view_json = {
	.id = VIEW_JSON,
	.name = "json",
	.help = "one JSON object per line: meta, one close per endpoint, summary",
	.manual = json_manual,
	.formats = 1 << FORMAT_JSON,
	.reports_itself = true,
	.start = json_start,
	.begin_host = json_begin_host,
	.story = json_print_close,
	.lost = json_print_lost,
	.end = json_print_summary,
	.stuck = json_print_stuck,
	.doctor = json_print_doctor,
};
