/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view json, one object per line: meta first, then a close per ended endpoint, lost whenever
 * the losses grew, summary last. Section JSON of the manual lists every key. Keys are only added,
 * never renamed or removed.
 */
#include "view.h"

#include <string.h>
#include <sys/socket.h>

#include "close_facts.h"
#include "fmt.h"
#include "json_fields.h"
#include "json_writer.h"
#include "stack_text.h"
#include "syscall_names.h"

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
	json_kv_object(&j, "hooks");
	for (unsigned i = 0; i < m->nr_hooks; i++)
		json_kv_str(&j, m->hook[i].name, m->hook[i].how);
	json_end_object(&j);
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

static void json_kv_call_name(struct json *j, const struct socket_call *a)
{
	bool is_named = a->trigger == TRIGGER_SYSCALL;
	const char *name = is_named ? syscall_name(a->syscall_nr, a->compat) : NULL;

	json_kv_str(j, "call", name ? name : trigger_name(a->trigger));
}

/* how is -1 for calls other than shutdown(); a program may pass any number to shutdown(). */
static bool is_shut_how(int32_t how)
{
	return how >= SHUT_RD && how <= SHUT_RDWR;
}

/* The keys that trigger and the items of calls share. */
static void json_print_call_fields(struct json *j, const struct socket_call *a)
{
	json_kv_call_name(j, a);
	json_kv_str(j, "how", is_shut_how(a->how) ? shut_how_name(a->how) : NULL);
	json_kv_i32_or_null(j, "fd", a->fd >= 0, a->fd);
	json_kv_u64(j, "pid", a->pid);
	json_kv_u64(j, "tid", a->tid);
	json_kv_names(j, a->comm, a->process);
	json_kv_i32_or_null(j, "ret", a->returned, a->ret);
}

static void json_kv_symbol(struct json *j, const char *key, const char *offset_key,
			   const char *name, size_t len, uint64_t offset)
{
	json_key(j, key);
	if (name)
		json_bytes(j, name, len);
	else
		json_null(j);
	json_kv_u64_or_null(j, offset_key, name, offset);
}

/* Print the frames, innermost first; null if there is no stack. */
static void json_print_stack(struct json *j, const char *text)
{
	struct stack_frame f;
	bool any = false;

	json_key(j, "stack");
	while (text && stack_next_frame(&text, &f)) {
		if (f.missing)
			continue;
		if (!any)
			json_begin_array(j);
		any = true;
		json_begin_object(j);
		json_kv_symbol(j, "symbol", "offset", f.symbol, f.symbol_len, f.symbol_offset);
		json_kv_symbol(j, "module", "module_offset", f.module, f.module_len,
			       f.module_offset);
		json_key(j, "address");
		json_begin_str(j);
		fmt_hex(j->buf, f.address);
		json_end_str(j);
		json_end_object(j);
	}
	if (any)
		json_end_array(j);
	else
		json_null(j);
}

static void json_print_trigger(const struct view_context *v, struct json *j,
			       const struct socket_call *a)
{
	json_key(j, "trigger");
	if (!a) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_print_call_fields(j, a);
	json_kv_u64(j, "uid", a->uid);
	json_kv_u64_or_null(j, "call_ns", a->returned, a->call_ns);
	json_kv_i32_or_null(j, "signal", a->signal >= 0, a->signal);
	json_kv_i32_or_null(j, "exit_code", a->exit_code >= 0, a->exit_code);
	json_kv_cgroup(j, view_cgroup_path(v, a->cgroup, 0));
	json_kv_bool(j, "deferred", a->deferred);
	json_print_stack(j, view_stack(v, a));
	json_end_object(j);
}

static void json_print_reset_by(const struct view_context *v, struct json *j,
				const struct socket_call *a)
{
	json_key(j, "reset_by");
	if (!a) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_print_call_fields(j, a);
	json_print_stack(j, view_stack(v, a));
	json_end_object(j);
}

static void json_print_calls(struct json *j, const struct story *s, uint64_t start_ns)
{
	json_kv_array(j, "calls");
	for (unsigned i = 0; i < s->nr_calls; i++) {
		const struct socket_call *a = &s->calls[i];

		json_begin_object(j);
		json_print_call_fields(j, a);
		json_kv_i64(j, "at_ns", (int64_t)(a->ts_ns - start_ns));
		json_kv_str(j, "effect", effect_name(a->effect));
		json_end_object(j);
	}
	json_end_array(j);
	json_kv_u64(j, "calls_omitted", s->calls_omitted);
}

static void json_print_waves(struct json *j, const struct story *s, const struct verdict *verdict)
{
	json_kv_array(j, "waves");
	for (unsigned i = 0; i < verdict->nr_waves; i++) {
		const struct verdict_wave *n = &verdict->wave[i];
		const struct close_segment *w = &s->seg[n->segment];
		bool fin = n->segment == SEG_FIN_OUT || n->segment == SEG_FIN_IN;
		bool sent = n->segment == SEG_FIN_OUT || n->segment == SEG_ACK_OUT;

		json_begin_object(j);
		json_kv_u64(j, "wave", n->number);
		json_kv_str(j, "flag", fin ? "FIN" : "ACK");
		json_kv_str(j, "dir", sent ? "sent" : "received");
		json_kv_i64(j, "at_ns", (int64_t)(w->ts_ns - verdict->start_ns));
		json_kv_u64_or_null(j, "seq", w->has_seq, w->seq);
		json_kv_u64(j, "ack", w->ack);
		json_kv_bool(j, "exact", w->exact);
		json_end_object(j);
	}
	json_end_array(j);
}

/* Print the phase that no wave ended; null if there is none. */
static void json_print_cut(struct json *j, const struct phase_cut *cut)
{
	json_key(j, "cut");
	if (!cut->known) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_kv_str(j, "phase", phase_name(cut->phase));
	json_kv_u64(j, "ns", cut->ns);
	json_kv_bool(j, "at_least", cut->at_least);
	json_end_object(j);
}

static void json_print_states_and_phases(struct json *j, const struct story *s,
					 const struct verdict *verdict)
{
	json_kv_array(j, "states");
	for (unsigned i = 0; i < s->nr_states; i++)
		json_str(j, state_name(s->states[i]));
	json_end_array(j);
	json_kv_object(j, "phase_ns");
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		json_kv_u64_or_null(j, phase_name(i), verdict->phase[i].known,
				    verdict->phase[i].ns);
	json_end_object(j);
	json_print_cut(j, &verdict->cut);
	json_kv_str(j, "blame", verdict->blame_known ? blame_name(verdict->blame) : NULL);
}

static void json_print_byte_counts(struct json *j, const struct story *s)
{
	json_kv_object(j, "bytes");
	json_kv_u64(j, "sent", s->bytes_sent);
	json_kv_u64(j, "received", s->bytes_received);
	json_kv_u64_or_null(j, "unread", s->queues.known, s->queues.unread);
	json_kv_u64_or_null(j, "unacked", s->queues.known, s->queues.unacked);
	json_kv_u64_or_null(j, "unsent", s->queues.known, s->queues.unsent);
	json_end_object(j);
}

/* Print null if no data was lost, or if that is unknown; then the key missing has the reason. */
static void json_print_data_lost(struct json *j, const struct story *s)
{
	json_key(j, "data_lost");
	if (!close_lost_data(s)) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_kv_u64(j, "unread", s->data_lost.unread);
	json_kv_u64(j, "unsent", s->data_lost.unsent);
	json_kv_u64(j, "unacked", s->data_lost.unacked);
	json_end_object(j);
}

static void json_print_retransmits(const struct view_context *v, struct json *j,
				   const struct story *s)
{
	json_kv_u64_or_null(j, "fin_retransmits", run_info_has_hook(v->meta, "fin_resent"),
			    s->fins.retransmits);
	json_kv_null(j, "peer_fin_retransmits");
	json_kv_u64_or_null(j, "srtt_us", s->srtt_us, s->srtt_us);
}

static void json_print_twin(const struct view_context *v, struct json *j, const struct story *s)
{
	json_key(j, "twin");
	if (!s->twin.known) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_kv_u64_or_null(j, "pid", s->twin.pid, s->twin.pid);
	if (s->twin.pid) {
		json_kv_names(j, s->twin.comm, s->twin.process);
	} else {
		json_kv_null(j, "comm");
		json_kv_null(j, "process");
	}
	json_kv_cookie(j, s->twin.cookie);
	if (v->hosts)
		json_kv_host(j, v->hosts->host[s->twin.host]);
	json_end_object(j);
}

/* Print whether the socket was connected to itself, and who can have sent the RST that arrived. */
static void json_print_path(struct json *j, const struct story *s, const struct verdict *verdict)
{
	json_kv_bool(j, "self", story_is_self(s));
	if (verdict->middlebox == MIDDLEBOX_UNKNOWN)
		json_kv_null(j, "middlebox");
	else
		json_kv_bool(j, "middlebox", verdict->middlebox == MIDDLEBOX_YES);
}

static void json_print_ages(struct json *j, const struct story *s, const struct verdict *verdict)
{
	uint64_t age_ns;
	bool known = close_age(s, verdict, &age_ns);

	json_kv_u64_or_null(j, "age_ns", known, age_ns);
	json_kv_object(j, "idle_ns");
	json_kv_u64_or_null(j, "sent", s->idle.sent_known, s->idle.sent_ns);
	json_kv_u64_or_null(j, "received", s->idle.received_known, s->idle.received_ns);
	json_end_object(j);
}

static void json_print_endpoint(struct json *j, const struct story *s)
{
	static const char *const opened[] = { [OPENED_UNKNOWN] = NULL, [OPENED_CONNECT] = "connect",
					      [OPENED_ACCEPT] = "accept" };

	json_kv_endpoint(j, &s->flow, s->cookie);
	json_kv_u64_or_null(j, "iss", s->isns_known, s->isns.iss);
	json_kv_u64_or_null(j, "irs", s->isns_known, s->isns.irs);
	json_kv_bool(j, "v4_mapped", s->v4mapped);
	json_kv_str(j, "opened", opened[s->opened]);
}

/* Print the minimum age and the holders of a socket whose close began before tracing. */
static void json_print_found_at_start(struct json *j, const struct story *s,
				      const struct verdict *verdict)
{
	uint64_t since_ns = s->scan.closing_since_ns;

	/* holders of a close that was traced are those at the end of the run */
	json_kv_u64_or_null(j, "age_at_least_ns", since_ns && verdict->settled_ns >= since_ns,
			    verdict->settled_ns - since_ns);
	json_key(j, "holders");
	if (!since_ns && !s->scan.nr_holders) {
		json_null(j);
		return;
	}
	json_begin_array(j);
	for (unsigned i = 0; i < s->scan.nr_holders; i++) {
		json_begin_object(j);
		json_kv_u64(j, "pid", s->scan.holders[i].pid);
		json_kv_names(j, s->scan.holders[i].comm, s->scan.holders[i].process);
		json_kv_i64(j, "fd", s->scan.holders[i].fd);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_print_prefixed(struct json *j, const char *prefix, const char *text, size_t len)
{
	struct buf all = { 0 };

	buf_str(&all, prefix);
	buf_add(&all, text, len);
	json_bytes(j, all.data, all.len);
	j->buf->failed |= all.failed;
	buf_release(&all);
}

/* Print why the stack that --stack asked for is absent or incomplete: "stack: none came ..." */
static void json_print_missing_of_stack(const struct view_context *v, struct json *j,
					const struct socket_call *a, const char *prefix)
{
	static const char none[] = "stack: none came with the change of state";
	const char *text = view_stack(v, a);
	struct stack_frame f;

	if (!text)
		json_print_prefixed(j, prefix, none, strlen(none));
	while (text && stack_next_frame(&text, &f))
		if (f.missing)
			json_print_prefixed(j, prefix, f.missing, f.missing_len);
}

static void json_print_missing(const struct view_context *v, struct json *j,
			       const struct verdict *verdict)
{
	json_kv_array(j, "missing");
	for (unsigned i = 0; i < verdict->nr_missing; i++)
		json_str(j, verdict->missing[i]);
	if (verdict->trigger && run_info_has_hook(v->meta, "stack"))
		json_print_missing_of_stack(v, j, verdict->trigger, "");
	if (verdict->reset_by && run_info_has_hook(v->meta, "stack"))
		json_print_missing_of_stack(v, j, verdict->reset_by, "reset_by.");
	json_end_array(j);
}

void json_print_close_keys(struct view_context *v, struct json *j, const struct story *s,
			   const struct verdict *verdict)
{
	json_kv_time(v, j, "start", verdict->start_ns);
	json_kv_time(v, j, "time", verdict->settled_ns);
	json_kv_host_and_boot(j, view_host(v, s));
	json_print_endpoint(j, s);
	json_print_ages(j, s, verdict);
	json_print_found_at_start(j, s, verdict);
	json_kv_str(j, "initiator", initiator_name(verdict->initiator));
	json_kv_str(j, "ending", ending_name(verdict->ending));
	json_kv_str(j, "class", class_name(ending_class(verdict->ending)));
	json_kv_str(j, "reason", verdict->reason ? reason_name(verdict->reason) : NULL);
	json_print_trigger(v, j, verdict->trigger);
	json_print_reset_by(v, j, verdict->reset_by);
	json_print_calls(j, s, verdict->start_ns);
	json_print_waves(j, s, verdict);
	json_print_states_and_phases(j, s, verdict);
	json_print_byte_counts(j, s);
	json_print_data_lost(j, s);
	json_print_retransmits(v, j, s);
	json_print_twin(v, j, s);
	json_print_path(j, s, verdict);
	json_kv_bool(j, "partial", verdict->partial);
	json_print_missing(v, j, verdict);
}

static void json_print_close(struct view_context *v, const struct story *s,
			     const struct verdict *verdict)
{
	struct json j;

	json_line_begin(v, &j, "close");
	json_print_close_keys(v, &j, s, verdict);
	json_line_end(v, &j);
}

static void json_print_lost_events(struct json *j, const char *key, const struct run_counts *t)
{
	json_kv_object(j, key);
	json_kv_u64(j, "ring_full", t->events_ring_full);
	json_kv_u64(j, "calls_full", t->events_calls_full);
	json_kv_u64(j, "malformed", t->events_malformed);
	json_end_object(j);
}

static void json_print_lost_endpoints(struct json *j, const char *key, const struct run_counts *t)
{
	json_kv_object(j, key);
	json_kv_u64(j, "table_full", t->lost_table_full);
	json_kv_u64(j, "end_missed", t->lost_end_missed);
	json_kv_u64(j, "vanished", t->lost_vanished);
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
	json_kv_u64_or_null(&j, "unchecked", t->unchecked_known, t->unchecked);
	json_print_lost_endpoints(&j, "lost", t);
	json_kv_u64(&j, "events", t->events);
	json_print_lost_events(&j, "events_lost", t);
	json_kv_u64_or_null(&j, "maybe_missed", t->maybe_missed_known, t->maybe_missed);
	json_line_end(v, &j);
}

static const char json_manual[] =
	"One JSON object per line. The key \"kind\" is meta in the first line, close for\n"
	"each ended endpoint, lost whenever events were lost, and summary in the last\n"
	"line. Keys that end in _ns hold nanoseconds. null means unknown; \"missing\" gives\n"
	"the reason. With who, hist, stuck or doctor, -j prints the objects of that view.\n"
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
