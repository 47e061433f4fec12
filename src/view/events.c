/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view events: every event as it arrives, one line each. The raw facts behind a story.
 *
 *	08:12:32.123456 state   127.0.0.1:33816 127.0.0.1:50863 ESTABLISHED -> FIN_WAIT1 in ...
 */
#include "view.h"

#include <string.h>

#include "escape.h"
#include "fmt.h"
#include "syscall_names.h"

static const struct {
	uint16_t bit;
	const char *word;
} sock_flag_words[] = {
	{ SOCKF_DEAD, "dead" },
	{ SOCKF_DONE, "done" },
	{ SOCKF_OWNED, "owned" },
	{ SOCKF_NO_SOCKET, "no-socket" },
	{ SOCKF_LAST_REF, "file-dead" },
	{ SOCKF_HELD, "file-live" },
	{ SOCKF_SHUT_RCV, "shut-rcv" },
	{ SOCKF_SHUT_SND, "shut-snd" },
	{ SOCKF_LINGER, "linger" },
	{ SOCKF_LINGER_ZERO, "linger-zero" },
	{ SOCKF_LINGER2_NEG, "linger2-neg" },
	{ SOCKF_KEEPALIVE, "keepalive" },
	{ SOCKF_V4MAPPED, "v4mapped" },
	{ SOCKF_KERNEL, "kernel" },
	{ SOCKF_MPTCP, "mptcp" },
	{ SOCKF_REPAIR, "repair" },
};

static void print_key_value(struct buf *b, const char *key, uint64_t v)
{
	buf_char(b, ' ');
	buf_str(b, key);
	buf_char(b, '=');
	buf_u64(b, v);
}

static void print_sock_flags(struct buf *b, const struct event *e)
{
	char before = ' ';

	for (unsigned i = 0; i < sizeof(sock_flag_words) / sizeof(*sock_flag_words); i++) {
		if (!(e->sock_flags & sock_flag_words[i].bit))
			continue;
		buf_char(b, before);
		buf_str(b, sock_flag_words[i].word);
		before = ',';
	}
}

/* Print the task on the CPU, which did not necessarily cause the event. */
static void print_task(struct buf *b, const struct event *e)
{
	bool in_syscall = e->task_flags & TASKF_SYSCALL, compat = e->task_flags & TASKF_COMPAT;
	const char *name = in_syscall ? syscall_name(e->syscall_nr, compat) : NULL;

	if (!(e->task_flags & TASKF_VALID))
		return;
	buf_str(b, " in ");
	escape_for_terminal(b, e->comm, strnlen((const char *)e->comm, sizeof(e->comm)),
			    ESCAPE_ANY_WIDTH);
	buf_char(b, '[');
	buf_u64(b, e->tid);
	buf_char(b, ']');
	if (name) {
		buf_char(b, ' ');
		buf_str(b, name);
		buf_char(b, '(');
		buf_i64(b, e->arg[0]);
		buf_str(b, ", ");
		buf_i64(b, e->arg[1]);
		buf_char(b, ')');
	}
	if (e->task_flags & TASKF_EXITING)
		print_key_value(b, "exit_code", e->exit_code);
	if (e->kind == EVENT_CALL) {
		buf_str(b, " = ");
		buf_i64(b, e->ret);
		print_key_value(b, "call_ns", e->call_ns);
	}
}

static void print_state_change(struct buf *b, const struct event *e)
{
	buf_str(b, state_name(e->old_state));
	if (e->kind != EVENT_STATE)
		return;
	buf_str(b, " -> ");
	buf_str(b, state_name(e->new_state));
}

static void print_numbers(struct buf *b, const struct event *e)
{
	if (e->kind == EVENT_CALL)
		return;
	if (e->kind == EVENT_TIMEWAIT) {
		print_key_value(b, "flags", e->tcp_flags);
		print_key_value(b, "seq", e->rcv_nxt);
		print_key_value(b, "ack", e->snd_nxt);
		print_key_value(b, "payload", e->payload);
		print_key_value(b, "substate", e->substate);
		return;
	}
	if (e->kind == EVENT_HOLDER) {
		print_key_value(b, "fd", (uint64_t)e->arg[0]);
		return;
	}
	print_key_value(b, "snd_una", e->snd_una);
	print_key_value(b, "snd_nxt", e->snd_nxt);
	print_key_value(b, "write_seq", e->write_seq);
	print_key_value(b, "rcv_nxt", e->rcv_nxt);
	print_key_value(b, "rcv_wup", e->rcv_wup);
	print_key_value(b, "copied_seq", e->copied_seq);
	print_key_value(b, "segs_in", e->segs_in);
	print_key_value(b, "snd_wnd", e->snd_wnd);
	print_key_value(b, "err", e->sk_err);
	if (e->kind == EVENT_RESET_SENT) {
		print_key_value(b, "reason", e->reason);
		buf_str(b, e->flags & EVENTF_ANSWER ? " answer" : " unasked");
	}
	if (e->kind == EVENT_SOCKET) {
		print_key_value(b, "substate", e->substate);
		print_key_value(b, "age_ns", e->age_ns);
		print_key_value(b, "age_from", e->age_source);
		print_key_value(b, "left_ns", e->left_ns);
	}
}

static void print_host(struct buf *b, const struct run_info *run)
{
	buf_str(b, " host=");
	escape_for_terminal(b, run_info_host(run), strlen(run_info_host(run)), ESCAPE_ANY_WIDTH);
}

static void events_print_event(struct view_context *v, const struct event *e)
{
	struct buf *b = v->out;
	size_t from;

	fmt_clock(b, view_wall_ns(v, e->ts_ns));
	buf_digits(b, view_wall_ns(v, e->ts_ns) / 1000, 3);
	buf_char(b, ' ');
	from = b->len;
	buf_str(b, event_kind_name(e->kind));
	buf_pad(b, from, 15);
	fmt_endpoint(b, e->family, e->local_addr, e->local_port);
	buf_char(b, ' ');
	fmt_endpoint(b, e->family, e->peer_addr, e->peer_port);
	buf_char(b, ' ');
	print_state_change(b, e);
	print_task(b, e);
	print_numbers(b, e);
	print_sock_flags(b, e);
	print_key_value(b, "netns", e->netns);
	buf_str(b, " cookie=");
	fmt_hex(b, e->cookie);
	if (v->hosts)
		print_host(b, v->meta);
	buf_char(b, '\n');
}

static const char events_manual[] =
	"Every event that the kernel side reports, as it arrives and before it is\n"
	"interpreted: time, kind, both ends, change of state, task, raw sequence numbers\n"
	"and socket flags. If a segment or a timer caused the change, the task shown only\n"
	"happened to be on the CPU. Filters that need a complete story do not apply.\n"
	"bpf/abi/event.h explains each field.\n"
	"\n"
	"Examples:\n"
	"  tcpclose events -P 5432 -d 10      what happens to the sockets of PostgreSQL\n"
	"  tcpclose events --replay ends.rec  the contents of a recording\n";

const struct view view_events = {
	.id = VIEW_EVENTS,
	.name = "events",
	.help = "every kernel event as it arrives, one line each",
	.manual = events_manual,
	.formats = 1 << FORMAT_TEXT,
	.event = events_print_event,
};
