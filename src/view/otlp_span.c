/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The spans of a story: one of the close, and a child of it for each phase. The span of the end
 * that accepted is a child of that of the end that connected, on whatever host that is: both ends
 * compute the same ids.
 */
#include "otlp.h"

#include <string.h>

/* enum SpanKind and StatusCode of opentelemetry/proto/trace/v1/trace.proto */
enum span_kind { SPAN_INTERNAL = 1, SPAN_SERVER = 2, SPAN_CLIENT = 3 };
#define STATUS_ERROR 2

/* The part of a span that span_id_print() gets: 0 is the end itself. */
#define PART_OF_PHASE(phase) ((uint8_t)(1 + (phase)))

static enum span_kind find_kind(const struct story *s)
{
	if (s->opened == OPENED_UNKNOWN || s->syns_crossed)
		return SPAN_INTERNAL;
	return s->opened == OPENED_CONNECT ? SPAN_CLIENT : SPAN_SERVER;
}

/* A story whose numbers are unknown is told from others by its host, its socket and its end. */
static void print_trace_alone(const struct view_context *v, const struct siphash_key *key,
			      const struct story *s, const struct verdict *verdict,
			      char trace[TRACE_ID_DIGITS])
{
	struct buf b = { 0 };

	buf_str(&b, run_info_host(v->meta));
	buf_char(&b, '/');
	buf_str(&b, v->meta->boot_id);
	buf_add(&b, &s->cookie, sizeof(s->cookie));
	buf_add(&b, &s->sk_key, sizeof(s->sk_key));
	buf_add(&b, &s->flow.local_port, sizeof(s->flow.local_port));
	buf_add(&b, &verdict->settled_ns, sizeof(verdict->settled_ns));
	trace_id_print_alone(trace, key, b.data, b.len);
	v->out->failed |= b.failed;
	buf_release(&b);
}

struct otlp_ids otlp_make_ids(const struct view_context *v, const struct siphash_key *key,
			      const struct story *s, const struct verdict *verdict)
{
	struct otlp_ids ids = { .key = key };
	struct twin_key peer;

	if (s->isns_known) {
		ids.isns = s->isns;
		trace_id_print(ids.trace, key, &s->isns);
	} else {
		print_trace_alone(v, key, s, verdict, ids.trace);
	}
	span_id_print(ids.span, key, ids.trace, &ids.isns, 0);
	if (!s->isns_known || find_kind(s) != SPAN_SERVER)
		return ids;
	peer = (struct twin_key){ .iss = s->isns.irs, .irs = s->isns.iss };
	span_id_print(ids.parent, key, ids.trace, &peer, 0);
	ids.has_parent = true;
	return ids;
}

/* The duration of a phase; false if it is unknown. The total is the span itself. */
static bool find_phase(const struct verdict *verdict, enum phase phase, uint64_t *ns)
{
	bool cut = verdict->cut.known && verdict->cut.phase == phase;

	*ns = cut ? verdict->cut.ns : verdict->phase[phase].ns;
	return phase != PHASE_TOTAL && (cut || verdict->phase[phase].known);
}

/* An end whose start is unknown has a span without a duration, unless a phase of it has one. */
struct otlp_times otlp_find_times(const struct story *s, const struct verdict *verdict)
{
	uint64_t start_ns = verdict->start_ns ? verdict->start_ns : verdict->settled_ns;
	struct otlp_times t = { start_ns, verdict->settled_ns };
	uint64_t ns;

	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		if (!find_phase(verdict, i, &ns))
			continue;
		start_ns = verdict_phase_start_ns(verdict, s, i);
		if (start_ns < t.start_ns)
			t.start_ns = start_ns;
		if (start_ns + ns > t.end_ns)
			t.end_ns = start_ns + ns;
	}
	return t;
}

void otlp_kv_time(const struct view_context *v, struct json *j, const char *key, uint64_t ts_ns)
{
	if (!json_key(j, key))
		return;
	json_begin_str(j);
	buf_u64(j->buf, view_wall_ns(v, ts_ns));
	json_end_str(j);
}

static void begin_span(struct json *j, const struct otlp_ids *ids, const char *span,
		       const char *parent, const char *name, enum span_kind kind)
{
	json_begin_object(j);
	json_kv_bytes(j, "traceId", ids->trace, TRACE_ID_DIGITS);
	json_kv_bytes(j, "spanId", span, SPAN_ID_DIGITS);
	if (parent)
		json_kv_bytes(j, "parentSpanId", parent, SPAN_ID_DIGITS);
	json_kv_str(j, "name", name);
	json_kv_u64(j, "kind", kind);
}

/* Only an error has a status: whether a clean close is a success is for others to decide. */
static void print_status(struct json *j, const struct verdict *verdict)
{
	enum class class = ending_class(verdict->ending);

	if (class == CLASS_CLEAN || class == CLASS_OPEN || !json_kv_object(j, "status"))
		return;
	if (json_key(j, "message")) {
		json_begin_str(j);
		buf_str(j->buf, ending_name(verdict->ending));
		if (verdict->reason) {
			buf_str(j->buf, ": ");
			buf_str(j->buf, reason_name(verdict->reason));
		}
		json_end_str(j);
	}
	json_kv_u64(j, "code", STATUS_ERROR);
	json_end_object(j);
}

static void print_phase(const struct view_context *v, struct buf *b, const struct story *s,
			const struct verdict *verdict, const struct otlp_ids *ids, enum phase phase,
			uint64_t ns)
{
	const struct phase_cut *cut = &verdict->cut;
	uint64_t start_ns = verdict_phase_start_ns(verdict, s, phase);
	char span[SPAN_ID_DIGITS];
	struct json j;

	span_id_print(span, ids->key, ids->trace, &ids->isns, PART_OF_PHASE(phase));
	json_init(&j, b);
	begin_span(&j, ids, span, ids->span, phase_name(phase), SPAN_INTERNAL);
	otlp_kv_time(v, &j, "startTimeUnixNano", start_ns);
	otlp_kv_time(v, &j, "endTimeUnixNano", start_ns + ns);
	if (json_key(&j, "attributes"))
		otlp_print_phase_attributes(&j, cut->known && cut->phase == phase ? cut : NULL);
	json_end_object(&j);
}

unsigned otlp_print_spans(const struct view_context *v, struct buf *b, const struct story *s,
			  const struct verdict *verdict, const struct otlp_ids *ids,
			  const struct buf *attributes)
{
	struct otlp_times times = otlp_find_times(s, verdict);
	unsigned nr = 1;
	struct json j;
	uint64_t ns;

	json_init(&j, b);
	begin_span(&j, ids, ids->span, ids->has_parent ? ids->parent : NULL, "tcp close",
		   find_kind(s));
	otlp_kv_time(v, &j, "startTimeUnixNano", times.start_ns);
	otlp_kv_time(v, &j, "endTimeUnixNano", times.end_ns);
	if (json_key(&j, "attributes"))
		json_raw(&j, attributes);
	print_status(&j, verdict);
	json_end_object(&j);
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		if (!find_phase(verdict, i, &ns))
			continue;
		buf_char(b, ',');
		print_phase(v, b, s, verdict, ids, i, ns);
		nr++;
	}
	return nr;
}
