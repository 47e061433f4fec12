/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "script_put.h"

#include <string.h>

#include "names.h"
#include "syscall_names.h"

void script_put_time(struct buf *b, uint64_t ns)
{
	static const uint64_t ms = 1000000;
	uint64_t fraction = ns % ms;
	unsigned digits = 6;

	buf_u64(b, ns / ms);
	for (; fraction && fraction % 10 == 0; digits--)
		fraction /= 10;
	if (fraction) {
		buf_char(b, '.');
		buf_digits(b, fraction, digits);
	}
	buf_str(b, "ms");
}

static void put_word(struct buf *b, const char *word)
{
	buf_char(b, ' ');
	buf_str(b, word);
}

static void put_number(struct buf *b, const char *key, int64_t v)
{
	put_word(b, key);
	buf_char(b, '=');
	buf_i64(b, v);
}

static void put_tcp_flags(struct buf *b, uint8_t bits)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK" };
	char before = ' ';

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!(bits & 1 << i))
			continue;
		buf_char(b, before);
		buf_str(b, names[i]);
		before = ',';
	}
	if (before == ' ')
		buf_str(b, " -");
}

static void put_substate(struct buf *b, uint8_t substate)
{
	put_word(b, "substate=");
	buf_str(b, substate ? state_name(substate) : "none");
}

/* Writes the values that only a socket found by the iterator has. */
static void put_found(struct buf *b, const struct event *e)
{
	if (e->age_source) {
		put_word(b, "age=");
		script_put_time(b, e->age_ns);
		put_number(b, "age_from", e->age_source);
	}
	if (e->left_ns) {
		put_word(b, "left=");
		script_put_time(b, e->left_ns);
	}
	if (e->substate)
		put_substate(b, e->substate);
	if (e->uid)
		put_number(b, "uid", e->uid);
}

/* Writes the values that only a segment to a timewait socket has. */
static void put_late(struct buf *b, const struct event *e, struct event *now)
{
	put_tcp_flags(b, e->tcp_flags);
	put_number(b, "seq", e->rcv_nxt);
	put_number(b, "ack", e->snd_nxt);
	put_number(b, "payload", e->payload);
	put_substate(b, e->substate);
	if (!e->substate)
		return;
	if (e->rcv_wup != now->rcv_nxt)
		put_number(b, "rcv_nxt", now->rcv_nxt = e->rcv_wup);
	if (e->snd_wnd != now->snd_wnd)
		put_number(b, "snd_wnd", now->snd_wnd = e->snd_wnd);
}

/* Writes the values that only this kind of event has. */
static void put_own(struct buf *b, const struct event *e)
{
	if (e->kind == EVENT_CALL) {
		put_word(b, "took=");
		script_put_time(b, e->call_ns);
		put_number(b, "ret", e->ret);
	}
	if (e->kind == EVENT_STATE && e->fin_timeout_ns) {
		put_word(b, "fin_timeout=");
		script_put_time(b, e->fin_timeout_ns);
	}
	if (e->kind == EVENT_STATE && e->rcv_wnd)
		put_number(b, "rcv_wnd", e->rcv_wnd);
	if (e->kind == EVENT_SOCKET)
		put_found(b, e);
	if (e->kind == EVENT_HOLDER)
		put_number(b, "fd", e->arg[0]);
	if (e->kind == EVENT_RESET_SENT) {
		put_word(b, "reason=");
		buf_str(b, script_reset_reason(e->reason));
	}
	if (e->sk_err)
		put_number(b, "sk_err", e->sk_err);
	if (e->retransmits)
		put_number(b, "retransmits", e->retransmits);
	if (e->probes)
		put_number(b, "probes", e->probes);
}

void script_put_quoted(struct buf *b, const void *bytes, size_t len)
{
	const uint8_t *c = bytes;

	buf_char(b, '"');
	for (size_t i = 0; i < len; i++) {
		static const char hex[] = "0123456789abcdef";
		bool plain = c[i] > ' ' && c[i] < 0x7f && c[i] != '"' && c[i] != '\\';

		if (plain) {
			buf_char(b, (char)c[i]);
			continue;
		}
		buf_str(b, "\\x");
		buf_char(b, hex[c[i] >> 4]);
		buf_char(b, hex[c[i] & 15]);
	}
	buf_char(b, '"');
}

static void put_call(struct buf *b, const struct event *e)
{
	const char *name = e->task_flags & TASKF_SYSCALL && !(e->task_flags & TASKF_COMPAT) ?
				   syscall_name(e->syscall_nr, false) : NULL;

	if (!name)
		return;
	put_word(b, name);
	buf_char(b, '(');
	buf_i64(b, e->arg[0]);
	/* The second argument of close() is a stale register, that of connect() an address. */
	if (e->arg[1] && e->syscall != SYSCALL_CLOSE && e->syscall != SYSCALL_CONNECT) {
		buf_char(b, ',');
		buf_i64(b, e->arg[1]);
	}
	buf_char(b, ')');
}

static void put_process(struct buf *b, const struct event *e, const uint8_t *process)
{
	if (e->task_flags & TASKF_PROCESS_SAME)
		return;
	if (!(e->task_flags & TASKF_PROCESS_NAMED) || !process[0]) {
		put_word(b, "process-unknown");
		return;
	}
	put_word(b, "process=");
	script_put_quoted(b, process, strnlen((const char *)process, EVENT_COMM_LEN));
}

static void put_task(struct buf *b, const struct event *e, const uint8_t *process)
{
	if (!(e->task_flags & TASKF_VALID))
		return;
	put_word(b, "in ");
	script_put_quoted(b, e->comm, strnlen((const char *)e->comm, EVENT_COMM_LEN));
	buf_char(b, '[');
	buf_u64(b, e->pid);
	if (e->tid != e->pid) {
		buf_char(b, '/');
		buf_u64(b, e->tid);
	}
	buf_char(b, ']');
	put_call(b, e);
	if (e->uid)
		put_number(b, "uid", e->uid);
	if (e->cgroup)
		put_number(b, "cgroup", (int64_t)e->cgroup);
	if (e->task_flags & TASKF_KTHREAD)
		put_word(b, "kthread");
	if (e->task_flags & TASKF_IO_WORKER)
		put_word(b, "io-worker");
	put_process(b, e, process);
	if (!(e->task_flags & TASKF_EXITING))
		return;
	put_word(b, "exiting");
	if (e->exit_code & 0xff)
		put_number(b, "signal", e->exit_code & 0xff);
	else
		put_number(b, "status", e->exit_code >> 8);
}

void script_put_event(struct buf *b, const struct event *e, struct event *now,
		      const uint8_t *process)
{
	buf_str(b, event_kind_name(e->kind));
	if (e->kind == EVENT_TIMEWAIT) {
		put_late(b, e, now);
	} else if (e->kind != EVENT_DESTROY) {
		put_word(b, state_name(e->old_state));
		if (e->kind == EVENT_STATE)
			put_word(b, state_name(e->new_state));
	}
	put_own(b, e);
	if (e->kind != EVENT_TIMEWAIT && e->kind != EVENT_CALL && e->kind != EVENT_HOLDER)
		script_put_numbers(b, e, now, false);
	script_put_flags(b, e);
	put_task(b, e, process);
}
