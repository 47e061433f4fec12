/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The object of an ended endpoint in the view json. json.c prints the other lines.
 */
#include <string.h>
#include <sys/socket.h>

#include "close_facts.h"
#include "fmt.h"
#include "json_fields.h"
#include "json_words.h"
#include "stack_text.h"
#include "syscall_names.h"

static void json_kv_call_name(struct json *j, const struct socket_call *a)
{
	bool is_named = a->trigger == TRIGGER_SYSCALL;
	const char *name;

	if (!json_key(j, "call"))
		return;
	name = is_named ? syscall_name(a->syscall_nr, a->compat) : NULL;
	if (name)
		json_str(j, name);
	else
		json_word(j, json_triggers, a->trigger);
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

static void json_kv_text(struct json *j, const char *key, const char *text, size_t len)
{
	if (text)
		json_kv_bytes(j, key, text, len);
	else
		json_kv_null(j, key);
}

static void json_print_frame(struct json *j, const struct stack_frame *f)
{
	json_begin_object(j);
	json_kv_text(j, "symbol", f->symbol, f->symbol_len);
	json_kv_u64_or_null(j, "offset", f->symbol && !f->inlined, f->symbol_offset);
	json_kv_text(j, "module", f->module, f->module_len);
	json_kv_u64_or_null(j, "module_offset", f->module, f->module_offset);
	if (json_key(j, "address")) {
		json_begin_str(j);
		fmt_hex(j->buf, f->address);
		json_end_str(j);
	}
	json_kv_text(j, "raw_symbol", f->raw, f->raw_len);
	json_kv_text(j, "file", f->file, f->file_len);
	json_kv_u64_or_null(j, "line", f->file, f->line);
	json_kv_bool(j, "inlined", f->inlined);
	json_end_object(j);
}

/* Print the frames, innermost first; null if there is no stack. */
static void json_print_stack(const struct view_context *v, struct json *j,
			     const struct socket_call *a)
{
	struct stack_frame f;
	const char *text;
	bool any = false;

	if (!json_key(j, "stack"))
		return;
	text = view_stack(v, a);
	while (text && stack_next_frame(&text, &f)) {
		if (f.missing)
			continue;
		if (!any)
			json_begin_array(j);
		any = true;
		json_print_frame(j, &f);
	}
	if (any)
		json_end_array(j);
	else
		json_null(j);
}

/* Begin the object of a call, null if there is none. False: nothing follows. */
static bool json_begin_call(struct json *j, const char *key, const struct socket_call *a)
{
	if (!json_key(j, key))
		return false;
	if (!a) {
		json_null(j);
		return false;
	}
	json_begin_object(j);
	json_print_call_fields(j, a);
	return true;
}

static void json_print_trigger(const struct view_context *v, struct json *j,
			       const struct socket_call *a)
{
	if (!json_begin_call(j, "trigger", a))
		return;
	json_kv_u64(j, "uid", a->uid);
	json_kv_u64_or_null(j, "call_ns", a->returned, a->call_ns);
	json_kv_i32_or_null(j, "signal", a->signal >= 0, a->signal);
	json_kv_i32_or_null(j, "exit_code", a->exit_code >= 0, a->exit_code);
	json_kv_cgroup(v, j, a->cgroup, 0);
	json_kv_bool(j, "deferred", a->deferred);
	json_print_stack(v, j, a);
	json_end_object(j);
}

static void json_print_reset_by(const struct view_context *v, struct json *j,
				const struct socket_call *a)
{
	if (!json_begin_call(j, "reset_by", a))
		return;
	json_print_stack(v, j, a);
	json_end_object(j);
}

/* Print the time since the start of the close; null if the start is unknown. */
static void json_kv_at(struct json *j, uint64_t ts_ns, uint64_t start_ns)
{
	if (start_ns)
		json_kv_i64(j, "at_ns", (int64_t)(ts_ns - start_ns));
	else
		json_kv_null(j, "at_ns");
}

static void json_print_calls(struct json *j, const struct story *s, uint64_t start_ns)
{
	if (!json_kv_array(j, "calls"))
		return;
	for (unsigned i = 0; i < s->nr_calls; i++) {
		const struct socket_call *a = &s->calls[i];

		json_begin_object(j);
		json_print_call_fields(j, a);
		json_kv_at(j, a->ts_ns, start_ns);
		json_kv_word(j, "effect", json_effects, a->effect);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_print_waves(struct json *j, const struct story *s, const struct verdict *verdict)
{
	if (!json_kv_array(j, "waves"))
		return;
	for (unsigned i = 0; i < verdict->nr_waves; i++) {
		const struct verdict_wave *n = &verdict->wave[i];
		const struct close_segment *w = &s->seg[n->segment];
		bool fin = n->segment == SEG_FIN_OUT || n->segment == SEG_FIN_IN;
		bool sent = n->segment == SEG_FIN_OUT || n->segment == SEG_ACK_OUT;

		json_begin_object(j);
		json_kv_u64(j, "wave", n->number);
		json_kv_literal(j, "flag", fin ? "FIN" : "ACK");
		if (sent)
			json_kv_literal(j, "dir", "sent");
		else
			json_kv_literal(j, "dir", "received");
		json_kv_at(j, w->ts_ns, verdict->start_ns);
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
	if (!json_key(j, "cut"))
		return;
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
	if (json_kv_array(j, "states")) {
		for (unsigned i = 0; i < s->nr_states; i++)
			json_word(j, json_states, s->states[i]);
		json_end_array(j);
	}
	if (json_kv_object(j, "phase_ns")) {
#define X(id, word)                                                                                \
	json_kv_u64_or_null(j, word, verdict->phase[PHASE_##id].known,                             \
			    verdict->phase[PHASE_##id].ns);
		PHASES(X)
#undef X
		json_end_object(j);
	}
	json_print_cut(j, &verdict->cut);
	if (verdict->blame_known)
		json_kv_word(j, "blame", json_blames, verdict->blame);
	else
		json_kv_null(j, "blame");
}

static void json_print_byte_counts(struct json *j, const struct story *s)
{
	if (!json_kv_object(j, "bytes"))
		return;
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
	if (!json_key(j, "data_lost"))
		return;
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
	if (!json_key(j, "twin"))
		return;
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
	if (!json_kv_object(j, "idle_ns"))
		return;
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
	if (!json_key(j, "holders"))
		return;
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
	if (!json_kv_array(j, "missing"))
		return;
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
	if (verdict->start_ns)
		json_kv_time(v, j, "start", verdict->start_ns);
	else
		json_kv_null(j, "start");
	json_kv_time(v, j, "time", verdict->settled_ns);
	json_kv_host_and_boot(j, view_host(v, s));
	json_print_endpoint(j, s);
	json_print_ages(j, s, verdict);
	json_print_found_at_start(j, s, verdict);
	json_kv_word(j, "initiator", json_initiators, verdict->initiator);
	json_kv_word(j, "ending", json_endings, verdict->ending);
	json_kv_word(j, "class", json_classes, ending_class(verdict->ending));
	json_kv_str(j, "reason", verdict->reason ? reason_name(verdict->reason) : NULL);
	json_print_trigger(v, j, verdict->trigger);
	json_print_reset_by(v, j, verdict->reset_by);
	json_print_calls(j, s, verdict->start_ns);
	json_kv_u64(j, "calls_omitted", s->calls_omitted);
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

void json_print_close(struct view_context *v, const struct story *s, const struct verdict *verdict)
{
	struct json j;

	json_line_begin(v, &j, "close");
	json_print_close_keys(v, &j, s, verdict);
	json_line_end(v, &j);
}
