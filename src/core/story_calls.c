/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "story_private.h"

#include <stdlib.h>
#include <string.h>

#include "local.h"
#include "process_names.h"

#define SIGNAL_MASK 0x7f

/*
 * Find the trigger from the task and the system call of an event. *deferred is set if the call was
 * not meant to close this connection.
 */
static enum trigger classify_trigger(const struct event *e, bool *deferred)
{
	bool live = e->sock_flags & SOCKF_HELD;

	*deferred = false;
	if (e->task_flags & TASKF_KTHREAD)
		return TRIGGER_KERNEL;
	if (e->task_flags & TASKF_EXITING)
		return e->exit_code & SIGNAL_MASK ? TRIGGER_SIGNAL : TRIGGER_EXIT;
	if (e->kind == EVENT_STATE && e->sk_err == EVENT_ECONNABORTED)
		return TRIGGER_SOCK_DESTROY;
	if (e->task_flags & TASKF_IO_WORKER)
		return live ? TRIGGER_IO_URING_SHUTDOWN : TRIGGER_IO_URING_CLOSE;
	switch (e->syscall) {
	case SYSCALL_CLOSE:
		*deferred = e->kind == EVENT_STATE && e->flags & EVENTF_FPUT_DEFERRED;
		return TRIGGER_CLOSE;
	case SYSCALL_CLOSE_RANGE:
		return TRIGGER_CLOSE_RANGE;
	case SYSCALL_DUP2:
		return TRIGGER_DUP2;
	case SYSCALL_DUP3:
		return TRIGGER_DUP3;
	case SYSCALL_EXECVE:
		return TRIGGER_EXECVE;
	case SYSCALL_EXIT:
		return TRIGGER_EXIT;
	case SYSCALL_MUNMAP:
		return TRIGGER_MUNMAP;
	case SYSCALL_IO_URING_ENTER:
		if (!live && !e->arg[1])	/* nothing submitted: a request dropped the file */
			break;
		return live ? TRIGGER_IO_URING_SHUTDOWN : TRIGGER_IO_URING_CLOSE;
	case SYSCALL_SHUTDOWN:
		if (e->sock_flags & SOCKF_LAST_REF)
			break;
		return TRIGGER_SHUTDOWN;
	case SYSCALL_CONNECT:
		if (e->sock_flags & SOCKF_LAST_REF)
			break;
		return TRIGGER_CONNECT;
	default:
		break;
	}
	*deferred = true;
	return TRIGGER_SYSCALL;
}

static void socket_call_init(struct socket_call *a, struct story *s, const struct event *e)
{
	bool deferred;

	story_note_task(s, e);
	memset(a, 0, sizeof(*a));
	a->trigger = classify_trigger(e, &deferred);
	a->deferred = deferred;
	a->ts_ns = e->ts_ns;
	a->cgroup = e->cgroup;
	a->pid = e->pid;
	a->tid = e->tid;
	a->uid = e->uid;
	memcpy(a->comm, e->comm, sizeof(a->comm));
	process_names_read(s->names, e, a->process);
	a->syscall_nr = e->syscall_nr;
	a->compat = e->task_flags & TASKF_COMPAT;
	a->fput_known = e->kind == EVENT_STATE &&
			e->flags & (EVENTF_FPUT_SYNC | EVENTF_FPUT_DEFERRED);
	a->on_other_socket = e->kind == EVENT_STATE && e->sock_flags & SOCKF_NO_SOCKET &&
		       !(e->sock_flags & SOCKF_DEAD);
	a->fd = a->how = a->exit_code = a->signal = -1;
	if ((a->trigger == TRIGGER_CLOSE && !a->deferred) || a->trigger == TRIGGER_SHUTDOWN ||
	    a->trigger == TRIGGER_CONNECT)
		a->fd = e->arg[0];
	if (a->trigger == TRIGGER_SHUTDOWN)
		a->how = e->arg[1];
	if (a->trigger == TRIGGER_DUP2 || a->trigger == TRIGGER_DUP3)
		a->fd = e->arg[1];
	if (a->trigger == TRIGGER_SIGNAL)
		a->signal = e->exit_code & SIGNAL_MASK;
	if (a->trigger == TRIGGER_EXIT && e->task_flags & TASKF_EXITING)
		a->exit_code = e->exit_code >> 8;
}

static void remove_call(struct story *s, unsigned i)
{
	memmove(&s->calls[i], &s->calls[i + 1], (s->nr_calls - i - 1) * sizeof(*s->calls));
	s->nr_calls--;
}

/*
 * Make room by omitting a call without effect, which is counted. The first and the last half of the
 * calls stay: the last, because a call that has just returned may still get its effect. False if
 * all the others had an effect.
 */
static bool omit_call(struct story *s)
{
	for (unsigned n = 0, i = STORY_CALLS / 2; n < STORY_CALLS; n++, i = (i + 1) % STORY_CALLS) {
		if (s->calls[i].effect != EFFECT_NONE || s->calls[i].reached_close)
			continue;
		s->calls_omitted++;
		remove_call(s, i);
		return true;
	}
	return false;
}

static bool grow_calls(struct story *s)
{
	unsigned cap = s->cap_calls ? s->cap_calls * 2 : 1;
	struct socket_call *calls = realloc(s->calls, cap * sizeof(*calls));

	if (!calls)
		return false;
	s->calls = calls;
	s->cap_calls = (uint8_t)cap;
	return true;
}

/* Insert an uninitialized call in order of time. NULL if there is no room, which is counted. */
static struct socket_call *insert_call(struct story *s, uint64_t ts_ns)
{
	unsigned i;

	if (s->nr_calls == s->cap_calls &&
	    !(s->nr_calls == STORY_CALLS ? omit_call(s) : grow_calls(s))) {
		s->calls_omitted++;
		return NULL;
	}
	i = s->nr_calls;
	while (i > 0 && s->calls[i - 1].ts_ns > ts_ns)
		i--;
	memmove(&s->calls[i + 1], &s->calls[i], (s->nr_calls - i) * sizeof(*s->calls));
	s->nr_calls++;
	return &s->calls[i];
}

bool story_calls_is_local(const struct event *e)
{
	if (!(e->task_flags & TASKF_VALID))
		return false;
	return e->kind == EVENT_DESTROY ||
	       (e->new_state != STATE_CLOSE && local_task_may_have_changed(e));
}

/*
 * Find the same call of the same task: one that is still in progress, that returned without an
 * effect so far, or that has its effect after its return (up to Linux 6.5 close() drops the file on
 * the way back to user space).
 */
static struct socket_call *find_same_call(struct story *s, const struct socket_call *a)
{
	for (unsigned i = s->nr_calls; i-- > 0;) {
		struct socket_call *b = &s->calls[i];

		if (b->tid != a->tid || b->trigger != a->trigger ||
		    (b->fd != a->fd && !b->deferred))	/* the fd of a deferred call is unknown */
			continue;
		if (!b->returned || b->effect == EFFECT_NONE ||
		    b->effect_ns > b->ts_ns + b->call_ns)
			return b;
	}
	return NULL;
}

void story_calls_add_change(struct story *s, const struct event *e, enum effect effect)
{
	struct socket_call now, *a;

	socket_call_init(&now, s, e);
	a = find_same_call(s, &now);
	if (!a) {
		a = insert_call(s, now.ts_ns);
		if (!a)
			return;
		*a = now;
	}
	if (a->returned && e->kind == EVENT_DESTROY && e->ts_ns > a->ts_ns + a->call_ns)
		a->call_ns = e->ts_ns - a->ts_ns;	/* SO_LINGER: it waited on the way back */
	if (a->effect == EFFECT_FIN || a->effect == EFFECT_RESET || a->reached_close)
		return;		/* this is the release at the end of the same close() */
	a->effect = effect;
	a->effect_ns = e->ts_ns;
	a->reached_close = e->kind == EVENT_STATE && e->new_state == STATE_CLOSE;
}

void story_calls_add_connect(struct story *s, const struct event *e)
{
	struct socket_call now, *a;

	socket_call_init(&now, s, e);
	now.ts_ns -= e->call_ns < now.ts_ns ? e->call_ns : 0;
	a = insert_call(s, now.ts_ns);
	if (a)
		*a = now;
}

void story_calls_add_call(struct story *s, const struct event *e)
{
	uint64_t end_ns = e->ts_ns + e->call_ns;
	enum effect effect = EFFECT_NONE;
	uint64_t effect_ns = 0;
	struct socket_call now, *a;

	socket_call_init(&now, s, e);
	now.call_ns = e->call_ns;
	now.ret = e->ret;
	now.returned = true;
	for (unsigned i = 0; i < s->nr_calls; i++) {
		a = &s->calls[i];
		if (a->tid != now.tid || !a->effect_ns || a->effect_ns < e->ts_ns ||
		    a->effect_ns > end_ns)
			continue;
		effect = a->effect;
		effect_ns = a->effect_ns;
		if (a->returned) {	/* an earlier call got this effect by mistake */
			a->effect = EFFECT_NONE;
			a->effect_ns = 0;
			break;
		}
		now.trigger = a->trigger;
		now.deferred = a->deferred;
		now.reached_close = a->reached_close;
		remove_call(s, i);
		break;
	}
	now.effect = effect;
	now.effect_ns = effect_ns;
	a = insert_call(s, now.ts_ns);
	if (a)
		*a = now;
}

static bool awaits_return(const struct socket_call *a)
{
	if (a->returned || a->deferred || a->on_other_socket || a->compat)
		return false;
	return a->trigger == TRIGGER_CLOSE || a->trigger == TRIGGER_SHUTDOWN;
}

bool story_awaits_call(const struct story *s)
{
	for (unsigned i = 0; i < s->nr_calls; i++)
		if (awaits_return(&s->calls[i]))
			return true;
	return false;
}

void story_abandon_calls(struct story *s, bool lossless)
{
	for (unsigned i = 0; i < s->nr_calls; i++) {
		struct socket_call *a = &s->calls[i];

		if (!awaits_return(a))
			continue;
		if (a->fput_known || a->trigger == TRIGGER_SHUTDOWN) {
			story_note_missing(s, MISSING_RETURN);
			continue;
		}
		a->fd = -1;
		a->deferred = lossless && !s->mptcp;
		if (!a->deferred)
			story_note_missing(s, MISSING_CALL);
	}
}

const struct socket_call *story_trigger(const struct story *s)
{
	const struct socket_call *ended = NULL;

	for (unsigned i = 0; i < s->nr_calls; i++) {
		if (s->calls[i].effect == EFFECT_FIN)
			return &s->calls[i];
		if (s->calls[i].reached_close || s->calls[i].effect == EFFECT_RESET)
			ended = &s->calls[i];
	}
	return ended;
}
