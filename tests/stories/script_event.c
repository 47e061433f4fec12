/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "syscall_names.h"
#include "script_put.h"
#include "words.h"

#define SYSCALLS_MAX 1024

enum field_of { PERSISTS, PASSES };

/* Fields of struct event by name. */
static const struct {
	const char *name;
	uint8_t offset, size;
	uint8_t of;
} fields[] = {
#define ALIAS(word, name, of)                                                                      \
	{ word, offsetof(struct event, name), sizeof(((struct event *)0)->name), of }
#define FIELD(name, of) ALIAS(#name, name, of)
	FIELD(snd_una, PERSISTS),
	FIELD(snd_nxt, PERSISTS),
	FIELD(write_seq, PERSISTS),
	FIELD(rcv_nxt, PERSISTS),
	FIELD(rcv_wup, PERSISTS),
	FIELD(copied_seq, PERSISTS),
	FIELD(snd_wnd, PERSISTS),
	FIELD(segs_in, PERSISTS),
	FIELD(srtt_us, PERSISTS),
	FIELD(bytes_sent, PERSISTS),
	FIELD(bytes_received, PERSISTS),
	FIELD(idle_sent_ms, PASSES),
	FIELD(idle_received_ms, PASSES),
	FIELD(sk_err, PASSES),
	FIELD(retransmits, PASSES),
	FIELD(probes, PASSES),
	FIELD(payload, PASSES),
	FIELD(rcv_wnd, PASSES),
	ALIAS("age_from", age_source, PASSES),
	FIELD(uid, PASSES),
	FIELD(cgroup, PASSES),
	ALIAS("seq", rcv_nxt, PASSES),	/* for a LATE segment */
	ALIAS("ack", snd_nxt, PASSES),
#undef FIELD
#undef ALIAS
};

static const struct {
	const char *name;
	uint16_t bit;
} flags[] = {
	{ "dead", SOCKF_DEAD },		 { "done", SOCKF_DONE },
	{ "keepalive", SOCKF_KEEPALIVE },	 { "linger", SOCKF_LINGER },
	{ "linger-zero", SOCKF_LINGER_ZERO }, { "linger2-neg", SOCKF_LINGER2_NEG },
	{ "owned", SOCKF_OWNED },		 { "no-socket", SOCKF_NO_SOCKET },
	{ "file-dead", SOCKF_LAST_REF },	 { "file-live", SOCKF_HELD },
	{ "shut-rcv", SOCKF_SHUT_RCV },	 { "shut-snd", SOCKF_SHUT_SND },
	{ "v4mapped", SOCKF_V4MAPPED },	 { "kernel", SOCKF_KERNEL },
	{ "mptcp", SOCKF_MPTCP },		 { "repair", SOCKF_REPAIR },
};

/* The bits of event.flags, by name. */
static const struct {
	const char *name;
	uint8_t bit;
} flag_bits[] = {
	{ "user-timeout", EVENTF_USER_TIMEOUT }, { "answer", EVENTF_ANSWER },
	{ "at-once", EVENTF_FPUT_SYNC },	     { "later", EVENTF_FPUT_DEFERRED },
	{ "tw-full", EVENTF_TW_FULL },	     { "no-taker", EVENTF_NO_SOCKET },
	{ "idle", EVENTF_IDLE },		     { "connector", EVENTF_CONNECTOR },
};

static const char *const reset_reasons[] = {
#define X(id, nr) [nr] = #id,
	RESET_REASONS(X)
#undef X
};

static void add_to(struct event *e, unsigned field, bool grow, uint64_t v)
{
	uint8_t *p = (uint8_t *)e + fields[field].offset;
	uint64_t was = 0;

	memcpy(&was, p, fields[field].size);	/* little-endian, like every supported machine */
	v += grow ? was : 0;
	memcpy(p, &v, fields[field].size);
}

/* Parses key=value or key=+value for the fields that persist, or for those that do not. */
static bool take_field(struct event *e, enum field_of of, const char *word)
{
	for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const char *value = words_value(word, fields[i].name);
		bool grow = value && *value == '+';
		uint64_t v;

		if (!value || fields[i].of != of)
			continue;
		if (!words_u64(value + grow, &v))
			return false;
		add_to(e, i, grow, v);
		return true;
	}
	return false;
}

bool script_number(struct script *s, struct event *e, const char *word)
{
	const char *value;
	uint64_t v;

	if (s->why[0])
		return false;
	if (!strcmp(word, "acked"))
		e->snd_una = e->snd_nxt;
	else if (!strcmp(word, "acks"))
		e->rcv_wup = e->rcv_nxt;
	else if (!strcmp(word, "read"))
		e->copied_seq = e->rcv_nxt;
	else if (!strcmp(word, "segment"))
		e->segs_in++;
	else if ((value = words_value(word, "sent")) && words_u64(value, &v))
		e->write_seq = e->snd_nxt += (__u32)v;
	else if ((value = words_value(word, "queued")) && words_u64(value, &v))
		e->write_seq += (__u32)v;
	else if ((value = words_value(word, "came")) && words_u64(value, &v))
		e->rcv_nxt += (__u32)v, e->bytes_received += v;
	else
		return take_field(e, PERSISTS, word);
	return true;
}

static bool take_flag(struct event *e, const char *word)
{
	for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (strcmp(flags[i].name, word))
			continue;
		e->sock_flags |= flags[i].bit;
		return true;
	}
	return false;
}

static int state_of(const char *word)
{
	for (unsigned v = STATE_ESTABLISHED; v <= STATE_CLOSING; v++)
		if (!strcmp(state_name(v), word))
			return (int)v;
	return -1;
}

static int kind_of(const char *word)
{
	for (int v = 0; v <= EVENT_KIND_MAX; v++)
		if (!strcmp(event_kind_name((unsigned)v), word))
			return v;
	return -1;
}

static bool take_state(struct script *s, __u8 *state, const char *word)
{
	int v = state_of(word);

	if (v < 0)
		return script_bad(s, "no state '%s'", word);
	*state = (__u8)v;
	return true;
}

/* Maps a name as the BPF side maps the number (live.c fills its table). */
static __u8 call_of_name(const char *name)
{
	static const char *const words[] = {
#define X(id, nr, word) [nr] = word,
		SYSCALL_IDS(X)
#undef X
	};

	if (!strcmp(name, "exit_group"))
		return SYSCALL_EXIT;
	if (!strcmp(name, "execveat"))
		return SYSCALL_EXECVE;
	for (__u8 i = SYSCALL_CLOSE; i < SYSCALL_OTHER; i++)
		if (!strcmp(words[i], name))
			return i;
	return SYSCALL_OTHER;
}

/* Parses a call: "close(5)", "shutdown(5,1)". */
static bool take_call(struct script *s, struct event *e, const char *word)
{
	char name[32];
	int found = -1;

	if (sscanf(word, "%31[a-z0-9_](%d,%d)", name, &e->arg[0], &e->arg[1]) < 1)
		return false;
	for (int nr = 0; nr < SYSCALLS_MAX && found < 0; nr++) {
		const char *known = syscall_name(nr, false);

		if (known && !strcmp(known, name))
			found = nr;
	}
	if (found < 0) {
		s->skip = !strcmp(name, "dup2");	/* only older architectures have it */
		return script_bad(s, "this machine has no system call '%s'", name);
	}
	e->syscall_nr = found;
	e->task_flags |= TASKF_SYSCALL;
	e->syscall = call_of_name(name);
	return true;
}

/* Parses a task: "nginx[4021]" or "java[812/815]". */
static bool take_task(struct script *s, struct event *e, const char *word)
{
	const char *bracket = strrchr(word, '[');
	size_t len = bracket ? (size_t)(bracket - word) : 0;
	unsigned pid, tid;

	if (!bracket || len > sizeof(e->comm) || sscanf(bracket, "[%u", &pid) != 1)
		return script_bad(s, "bad task '%s': want comm[pid] or comm[pid/tid]", word);
	if (sscanf(bracket, "[%u/%u]", &pid, &tid) != 2)
		tid = pid;
	memcpy(e->comm, word, len);
	e->pid = pid;
	e->tid = tid;
	e->syscall_nr = -1;
	e->task_flags |= TASKF_VALID | TASKF_PROCESS_SAME;
	return true;
}

/* Parses a word that may follow a task. */
static bool take_task_word(struct event *e, const char *word)
{
	const char *value;
	uint64_t v;

	if (!strcmp(word, "exiting"))
		e->task_flags |= TASKF_EXITING;
	else if (!strcmp(word, "kthread"))
		e->task_flags |= TASKF_KTHREAD;
	else if (!strcmp(word, "io-worker"))
		e->task_flags |= TASKF_IO_WORKER;
	else if (!strcmp(word, "process-unknown"))
		e->task_flags &= (__u8)~TASKF_PROCESS_SAME;
	else if ((value = words_value(word, "status")) && words_u64(value, &v))
		e->exit_code = (__u16)(v << 8);
	else if ((value = words_value(word, "signal")) && words_u64(value, &v))
		e->exit_code = (__u16)v;
	else
		return false;
	return true;
}

/* Parses TCP flags: "FIN,ACK". */
static __u8 tcp_flags_of(const char *word)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK" };
	__u8 bits = 0;

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strstr(word, names[i]))
			bits |= (__u8)(1 << i);
	return bits;
}

/* Parses the kernel's name of the reason of a RST: "ABORT_ON_CLOSE". */
static bool take_reason(struct script *s, struct event *e, const char *word)
{
	for (__u32 i = 0; i < sizeof(reset_reasons) / sizeof(*reset_reasons); i++) {
		if (strcmp(reset_reasons[i], word))
			continue;
		e->reason = i;
		return true;
	}
	return script_bad(s, "no reason '%s'", word);
}

static bool take_more(struct event *e, const char *word)
{
	for (unsigned i = 0;
	     e->kind != EVENT_TIMEWAIT && i < sizeof(flag_bits) / sizeof(*flag_bits); i++) {
		if (strcmp(flag_bits[i].name, word))
			continue;
		e->flags |= flag_bits[i].bit;
		return true;
	}
	return false;
}

/* Parses "age=2s", the time since the last segment, or "left=30s", the rest of a timer. */
static bool take_found(struct event *e, const char *word)
{
	const char *value;
	uint64_t v;

	if ((value = words_value(word, "age")) && words_time(value, &v)) {
		e->age_ns = v;
		e->age_source = AGE_SOURCE_LAST_SEGMENT;
		return true;
	}
	if ((value = words_value(word, "left")) && words_time(value, &v)) {
		e->left_ns = v;
		return true;
	}
	return false;
}

/* Parses a substate. "none": only the segment was seen, not the timewait socket. */
static bool take_substate(struct script *s, struct event *e, const char *value)
{
	e->substate = 0;
	return !strcmp(value, "none") || take_state(s, &e->substate, value);
}

/* Parses a word that belongs to only one kind of event. */
static bool take_own_word(struct script *s, struct event *e, const char *word)
{
	const char *value;
	uint64_t v;

	if (e->kind == EVENT_CALL && (value = words_value(word, "took")) && words_time(value, &v))
		e->call_ns = v;
	else if (e->kind == EVENT_CALL && (value = words_value(word, "ret")))
		e->ret = (__s32)strtol(value, NULL, 10);
	else if (e->kind == EVENT_STATE && (value = words_value(word, "fin_timeout")) &&
		 words_time(value, &v))
		e->fin_timeout_ns = v;
	else if ((e->kind == EVENT_TIMEWAIT || e->kind == EVENT_SOCKET) &&
		 (value = words_value(word, "substate")))
		return take_substate(s, e, value);
	else if (e->kind == EVENT_SOCKET)
		return take_found(e, word) || take_field(e, PASSES, word);
	else if (e->kind == EVENT_HOLDER && (value = words_value(word, "fd")) &&
		 words_u64(value, &v))
		e->arg[0] = (__s32)v;
	else if (e->kind == EVENT_RESET_SENT && (value = words_value(word, "reason")))
		return take_reason(s, e, value);
	else
		return take_more(e, word) || take_field(e, PASSES, word);
	return true;
}

/* Parses "process=java", the name of the process of a thread with another name. */
static bool take_process(struct step *t, const char *word)
{
	const char *name = words_value(word, "process");
	struct event *e = &t->event;

	if (!name || strlen(name) > EVENT_COMM_LEN)
		return false;
	e->task_flags &= (__u8)~TASKF_PROCESS_SAME;
	e->task_flags |= TASKF_PROCESS_NAMED;
	memcpy(e->kind == EVENT_HOLDER ? (char *)e->process : t->process, name, strlen(name));
	return true;
}

static bool take_words(struct script *s, struct script_socket *k, struct step *t, char **word,
		       int n)
{
	struct event *e = &t->event;

	for (int i = 0; i < n; i++) {
		if (!strcmp(word[i], "in") && i + 1 < n) {
			if (!take_task(s, e, word[++i]))
				return false;
		} else if (!take_own_word(s, e, word[i]) && !take_flag(e, word[i]) &&
			   !take_task_word(e, word[i]) && !take_process(t, word[i]) &&
			   !script_number(s, &k->now, word[i]) &&
			   !(e->task_flags & TASKF_VALID && take_call(s, e, word[i]))) {
			return script_bad(s, "bad word '%s'", word[i]);
		}
	}
	return true;
}

/* Fills in what the BPF side adds: the numbers of the socket, or only its addresses. */
static void fill_from(struct event *e, const struct event *now)
{
	bool whole = e->kind != EVENT_CALL && e->kind != EVENT_TIMEWAIT && e->kind != EVENT_HOLDER;

	memcpy(e->local_addr, now->local_addr, sizeof(e->local_addr));
	memcpy(e->peer_addr, now->peer_addr, sizeof(e->peer_addr));
	e->local_port = now->local_port;
	e->peer_port = now->peer_port;
	e->netns = now->netns;
	e->family = now->family;
	e->cookie = now->cookie;
	e->sk_key = e->kind == EVENT_TIMEWAIT ? 0 :
		    e->old_state == STATE_TIME_WAIT ? now->sk_key + 8 : now->sk_key;
	for (unsigned i = 0; whole && i < sizeof(fields) / sizeof(*fields); i++)
		if (fields[i].of == PERSISTS)
			memcpy((uint8_t *)e + fields[i].offset,
			       (const uint8_t *)now + fields[i].offset, fields[i].size);
	if (e->kind == EVENT_TIMEWAIT) {	/* the timewait socket took over rcv_nxt */
		e->rcv_wup = now->rcv_nxt;
		e->snd_wnd = now->snd_wnd;
	}
}

/*
 * Parses the kind and the states: "state OLD NEW", "destroy", "late FLAGS", or "KIND STATE" for the
 * other kinds. Returns the number of words used, 0 on an error.
 */
static int take_kind(struct script *s, struct event *e, char **word, int n)
{
	int kind = kind_of(word[0]);
	int words = kind == EVENT_DESTROY ? 1 : kind == EVENT_STATE ? 3 : 2;

	if (kind < 0 || n < words) {
		script_bad(s, "bad event '%s': want state OLD NEW, destroy, late FLAGS, KIND STATE",
			   word[0]);
		return 0;
	}
	e->kind = (__u8)kind;
	e->old_state = e->new_state = STATE_CLOSE;
	if (kind == EVENT_TIMEWAIT) {
		e->old_state = e->new_state = STATE_TIME_WAIT;
		e->substate = STATE_FIN_WAIT2;
		e->tcp_flags = tcp_flags_of(word[1]);
	} else if (kind != EVENT_DESTROY) {
		if (!take_state(s, &e->old_state, word[1]))
			return 0;
		if (!take_state(s, &e->new_state, word[words - 1]))
			return 0;
	}
	return words;
}

bool script_event(struct script *s, struct step *t, char **word, int n)
{
	struct script_socket *k = script_find(s, word[0]);
	struct event *e = &t->event;
	int taken;

	if (!k)
		return false;
	memset(e, 0, sizeof(*e));
	e->ts_ns = t->ts_ns;
	taken = take_kind(s, e, word + 1, n - 1);
	if (!taken || !take_words(s, k, t, word + 1 + taken, n - 1 - taken))
		return false;
	fill_from(e, &k->now);
	return true;
}

static uint64_t value_of(const struct event *e, unsigned field)
{
	uint64_t v = 0;

	memcpy(&v, (const uint8_t *)e + fields[field].offset, fields[field].size);
	return v;
}

static void put_value(struct buf *b, const char *name, uint64_t v)
{
	buf_char(b, ' ');
	buf_str(b, name);
	buf_char(b, '=');
	buf_u64(b, v);
}

void script_put_numbers(struct buf *b, const struct event *e, struct event *now, bool all)
{
	for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (fields[i].of != PERSISTS || (!all && value_of(e, i) == value_of(now, i)))
			continue;
		put_value(b, fields[i].name, value_of(e, i));
		memcpy((uint8_t *)now + fields[i].offset, (const uint8_t *)e + fields[i].offset,
		       fields[i].size);
	}
}

void script_put_flags(struct buf *b, const struct event *e)
{
	for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (!(e->sock_flags & flags[i].bit))
			continue;
		buf_char(b, ' ');
		buf_str(b, flags[i].name);
	}
	for (unsigned i = 0;
	     e->kind != EVENT_TIMEWAIT && i < sizeof(flag_bits) / sizeof(*flag_bits); i++) {
		if (!(e->flags & flag_bits[i].bit))
			continue;
		buf_char(b, ' ');
		buf_str(b, flag_bits[i].name);
	}
}

const char *script_reset_reason(unsigned reason)
{
	return reason < sizeof(reset_reasons) / sizeof(*reset_reasons) ? reset_reasons[reason] :
									"NOT_GIVEN";
}
