/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The log record of a story: an event, tcpclose.close, with a line of text as its body:
 *
 *	10.0.0.1:51544 -> 10.0.0.9:5432 reset-sent, unread-data, 0.38 ms, java[812] close(7)
 */
#include "otlp.h"

#include <string.h>

#include "call_text.h"
#include "close_facts.h"
#include "close_text.h"
#include "fmt.h"
#include "process_names.h"

/* SeverityNumber of opentelemetry/proto/logs/v1/logs.proto */
#define SEVERITY_INFO 9
#define SEVERITY_WARN 13

/* With --slow, every close that is shown is a slow one. */
static bool is_warning(const struct view_context *v, const struct story *s,
		       const struct verdict *verdict)
{
	enum class class = ending_class(verdict->ending);

	return (class != CLASS_CLEAN && class != CLASS_OPEN) || close_lost_data(s) ||
	       v->options.only_slow;
}

static void print_actor(struct buf *b, const struct story *s, const struct verdict *verdict)
{
	const struct socket_call *a = close_actor(s, verdict);
	const uint8_t *name = a ? process_name_or_comm(a->process, a->comm) : NULL;

	if (!a)
		return;
	buf_str(b, ", ");
	buf_add(b, name, strnlen((const char *)name, EVENT_COMM_LEN));
	buf_char(b, '[');
	buf_u64(b, a->pid);
	buf_str(b, "] ");
	call_text_print(b, a);
}

static void print_body(struct json *j, const struct story *s, const struct verdict *verdict)
{
	const struct flow *w = &s->flow;
	struct buf b = { 0 };

	fmt_endpoint(&b, w->family, w->local_addr, w->local_port);
	buf_char(&b, ' ');
	buf_str(&b, close_text_arrow(verdict->initiator));
	buf_char(&b, ' ');
	fmt_endpoint(&b, w->family, w->peer_addr, w->peer_port);
	buf_char(&b, ' ');
	buf_str(&b, ending_name(verdict->ending));
	if (verdict->reason) {
		buf_str(&b, ", ");
		buf_str(&b, reason_name(verdict->reason));
	}
	if (verdict->phase[PHASE_TOTAL].known) {
		buf_str(&b, ", ");
		fmt_duration(&b, verdict->phase[PHASE_TOTAL].ns);
	}
	print_actor(&b, s, verdict);
	json_kv_bytes(j, "stringValue", b.data, b.len);
	j->buf->failed |= b.failed;
	buf_release(&b);
}

void otlp_print_log(const struct view_context *v, struct buf *b, const struct story *s,
		    const struct verdict *verdict, const struct otlp_ids *ids,
		    const struct buf *attributes)
{
	bool warning = is_warning(v, s, verdict);
	struct json j;

	json_init(&j, b);
	json_begin_object(&j);
	otlp_kv_time(v, &j, "timeUnixNano", otlp_find_times(s, verdict).start_ns);
	otlp_kv_time(v, &j, "observedTimeUnixNano", verdict->settled_ns);
	json_kv_u64(&j, "severityNumber", warning ? SEVERITY_WARN : SEVERITY_INFO);
	json_kv_str(&j, "severityText", warning ? "WARN" : "INFO");
	json_kv_str(&j, "eventName", "tcpclose.close");
	if (json_kv_object(&j, "body")) {
		print_body(&j, s, verdict);
		json_end_object(&j);
	}
	if (json_key(&j, "attributes"))
		json_raw(&j, attributes);
	json_kv_bytes(&j, "traceId", ids->trace, TRACE_ID_DIGITS);
	json_kv_bytes(&j, "spanId", ids->span, SPAN_ID_DIGITS);
	json_end_object(&j);
}
