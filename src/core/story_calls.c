/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "story_calls.h"

#include <stdlib.h>
#include <string.h>

#define SIGNAL_MASK 0x7f

/*
 * Which trigger an event's task amounts to; *deferred if its call was not meant to end a
 * connection.
 */
static enum trigger trigger_from(const struct event *e, bool *deferred)
{
	bool live = e->sock & EVENT_SOCK_FILE_LIVE;

	*deferred = false;
	if (e->task & EVENT_TASK_KTHREAD)
		return TRIGGER_KERNEL;
	if (e->task & EVENT_TASK_EXITING)
		return e->exit_code & SIGNAL_MASK ? TRIGGER_SIGNAL : TRIGGER_EXIT;
	if (e->kind == EVENT_STATE && e->sk_err == EVENT_ECONNABORTED)
		return TRIGGER_SOCK_DESTROY;
	if (e->task & EVENT_TASK_IO_WORKER)
		return live ? TRIGGER_IO_URING_SHUTDOWN : TRIGGER_IO_URING_CLOSE;
	switch (e->call) {
	case EVENT_CALL_CLOSE:
		*deferred = e->kind == EVENT_STATE && e->more & EVENT_MORE_LATER;
		return TRIGGER_CLOSE;
	case EVENT_CALL_CLOSE_RANGE:
		return TRIGGER_CLOSE_RANGE;
	case EVENT_CALL_DUP2:
		return TRIGGER_DUP2;
	case EVENT_CALL_DUP3:
		return TRIGGER_DUP3;
	case EVENT_CALL_EXECVE:
		return TRIGGER_EXECVE;
	case EVENT_CALL_EXIT:
		return TRIGGER_EXIT;
	case EVENT_CALL_MUNMAP:
		return TRIGGER_MUNMAP;
	case EVENT_CALL_IO_URING_ENTER:
		if (!live && !e->arg[1])	/* nothing submitted: a request let go of the file */
			break;
		return live ? TRIGGER_IO_URING_SHUTDOWN : TRIGGER_IO_URING_CLOSE;
	case EVENT_CALL_SHUTDOWN:
		if (e->sock & EVENT_SOCK_FILE_DEAD)
			break;
		return TRIGGER_SHUTDOWN;
	case EVENT_CALL_CONNECT:
		if (e->sock & EVENT_SOCK_FILE_DEAD)
			break;
		return TRIGGER_CONNECT;
	default:
		break;
	}
	*deferred = true;
	return TRIGGER_SYSCALL;
}

static void act_fill(struct act *a, const struct event *e)
{
	bool deferred;

	memset(a, 0, sizeof(*a));
	a->trigger = trigger_from(e, &deferred);
	a->deferred = deferred;
	a->ts_ns = e->ts_ns;
	a->cgroup = e->cgroup;
	a->pid = e->pid;
	a->tid = e->tid;
	a->uid = e->uid;
	memcpy(a->comm, e->comm, sizeof(a->comm));
	a->nr = e->nr;
	a->compat = e->task & EVENT_TASK_COMPAT;
	a->sure = e->kind == EVENT_STATE && e->more & (EVENT_MORE_AT_ONCE | EVENT_MORE_LATER);
	a->elsewhere = e->kind == EVENT_STATE && e->sock & EVENT_SOCK_NO_SOCKET &&
		       !(e->sock & EVENT_SOCK_DEAD);
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
	if (a->trigger == TRIGGER_EXIT && e->task & EVENT_TASK_EXITING)
		a->exit_code = e->exit_code >> 8;
}

/* Room for one more act at its place in time, the later ones moved up; NULL if there is none. */
static struct act *act_insert(struct story *s, uint64_t ts_ns)
{
	unsigned i = s->nr_acts;

	if (s->nr_acts == s->cap_acts) {
		unsigned cap = s->cap_acts ? s->cap_acts * 2 : 1;
		struct act *acts;

		acts = cap > STORY_ACTS ? NULL : realloc(s->acts, cap * sizeof(*acts));
		if (!acts) {
			s->acts_dropped++;
			return NULL;
		}
		s->acts = acts;
		s->cap_acts = cap;
	}
	while (i > 0 && s->acts[i - 1].ts_ns > ts_ns)
		i--;
	memmove(&s->acts[i + 1], &s->acts[i], (s->nr_acts - i) * sizeof(*s->acts));
	s->nr_acts++;
	return &s->acts[i];
}

bool act_is_local(const struct event *e)
{
	if (!(e->task & EVENT_TASK_HERE))
		return false;
	if (e->kind == EVENT_DESTROY)
		return true;
	if (e->old_state == e->new_state)	/* only __tcp_close() does that */
		return true;
	if (!(e->sock & (EVENT_SOCK_OWNED | EVENT_SOCK_MPTCP)))
		return false;
	return e->new_state == STATE_FIN_WAIT1 || e->new_state == STATE_LAST_ACK;
}

/*
 * The same call of the same task: still in progress, just returned without having done anything, or one that
 * does its part after its return (up to 6.5 close() lets go of the file on the way back to user space).
 */
static struct act *act_same_call(struct story *s, const struct act *a)
{
	for (unsigned i = s->nr_acts; i-- > 0;) {
		struct act *b = &s->acts[i];

		if (b->tid != a->tid || b->trigger != a->trigger ||
		    (b->fd != a->fd && !b->deferred))	/* whose descriptor is unknown */
			continue;
		if (!b->returned || b->effect == EFFECT_NONE ||
		    b->effect_ns > b->ts_ns + b->call_ns)
			return b;
	}
	return NULL;
}

void act_from_change(struct story *s, const struct event *e, enum effect effect)
{
	struct act now, *a;

	act_fill(&now, e);
	a = act_same_call(s, &now);
	if (!a) {
		a = act_insert(s, now.ts_ns);
		if (!a)
			return;
		*a = now;
	}
	if (a->returned && e->kind == EVENT_DESTROY && e->ts_ns > a->ts_ns + a->call_ns)
		a->call_ns = e->ts_ns - a->ts_ns;	/* it lingered on that way */
	if (a->effect == EFFECT_FIN || a->effect == EFFECT_RESET || a->ended)
		return;		/* the release that ends the close() that did it */
	a->effect = effect;
	a->effect_ns = e->ts_ns;
	a->ended = e->kind == EVENT_STATE && e->new_state == STATE_CLOSE;
}

void act_from_call(struct story *s, const struct event *e)
{
	uint64_t end_ns = e->ts_ns + e->call_ns;
	enum effect effect = EFFECT_NONE;
	uint64_t effect_ns = 0;
	struct act now, *a;

	act_fill(&now, e);
	now.call_ns = e->call_ns;
	now.ret = e->ret;
	now.returned = true;
	for (unsigned i = 0; i < s->nr_acts; i++) {
		a = &s->acts[i];
		if (a->tid != now.tid || !a->effect_ns || a->effect_ns < e->ts_ns ||
		    a->effect_ns > end_ns)
			continue;
		effect = a->effect;
		effect_ns = a->effect_ns;
		if (a->returned) {	/* it was taken for an earlier call's */
			a->effect = EFFECT_NONE;
			a->effect_ns = 0;
			break;
		}
		now.trigger = a->trigger;
		now.deferred = a->deferred;
		now.ended = a->ended;
		memmove(a, a + 1, (s->nr_acts - i - 1) * sizeof(*a));
		s->nr_acts--;
		break;
	}
	now.effect = effect;
	now.effect_ns = effect_ns;
	a = act_insert(s, now.ts_ns);
	if (a)
		*a = now;
}

static bool act_awaits_return(const struct act *a)
{
	if (a->returned || a->deferred || a->elsewhere || a->compat)
		return false;
	return a->trigger == TRIGGER_CLOSE || a->trigger == TRIGGER_SHUTDOWN;
}

bool story_awaits_call(const struct story *s)
{
	for (unsigned i = 0; i < s->nr_acts; i++)
		if (act_awaits_return(&s->acts[i]))
			return true;
	return false;
}

void story_give_up_calls(struct story *s, bool lossless)
{
	for (unsigned i = 0; i < s->nr_acts; i++) {
		struct act *a = &s->acts[i];

		if (!act_awaits_return(a))
			continue;
		if (a->sure || a->trigger == TRIGGER_SHUTDOWN) {
			s->returns_missed = true;
			continue;
		}
		a->fd = -1;
		a->deferred = lossless && !s->mptcp;
		s->calls_missed = !a->deferred;
	}
}

const struct act *story_trigger(const struct story *s)
{
	const struct act *ended = NULL;

	for (unsigned i = 0; i < s->nr_acts; i++) {
		if (s->acts[i].effect == EFFECT_FIN)
			return &s->acts[i];
		if (s->acts[i].ended || s->acts[i].effect == EFFECT_RESET)
			ended = &s->acts[i];
	}
	return ended;
}
