/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timeline.h"

#include <string.h>

#include "call_text.h"
#include "fmt.h"
#include "time_units.h"

#define NAME_WIDTH 40
#define DELAY_MIN_NS (10 * NS_PER_MS)	/* a shorter delay is not worth a sentence */

/*
 * "close(5) of app[4021]"; "poll() of app[4021]/worker", or "of app[4021] (thread 4022)" if that
 * thread has the name of the one that made the other call.
 */
static void print_call_of(struct buf *b, const struct socket_call *a,
			  const struct socket_call *other)
{
	struct socket_call plain = *a;

	plain.deferred = false;	/* without the mark */
	call_text_print(b, &plain);
	if (a->fd < 0)
		buf_str(b, "()");
	buf_str(b, " of ");
	timeline_print_process_pid(b, a->process, a->comm, a->pid, NAME_WIDTH);
	timeline_print_thread(b, a, NAME_WIDTH);
	if (other && other->tid != a->tid && !memcmp(other->comm, a->comm, sizeof(a->comm))) {
		buf_str(b, " (thread ");
		buf_u64(b, a->tid);
		buf_char(b, ')');
	}
}

/* close() waits for the ACK of the FIN if SO_LINGER is on. The change to CLOSE shows whether. */
static bool is_known_to_linger(const struct story *s)
{
	unsigned flags = s->at_close.sock_flags;

	return s->progress != CLOSE_NOT_YET && flags & SOCKF_LINGER && !(flags & SOCKF_LINGER_ZERO);
}

/* " close(5) of app[4021] blocked for 1.0 s (SO_LINGER)." */
static void print_blocked(struct buf *b, const struct story *s, const struct call_delay *d)
{
	if (d->call->trigger != TRIGGER_CLOSE)
		return;		/* the time of other calls is not a wait for the close */
	buf_char(b, ' ');
	print_call_of(b, d->call, NULL);
	buf_str(b, " blocked for ");
	fmt_duration(b, d->ns);
	buf_str(b, is_known_to_linger(s) ? " (SO_LINGER)." : ".");
}

/*
 * " close(5) of app[4021] returned at once, but poll() of app[4021]/worker held the socket for 1.0
 * s." A call that did not use the socket only released it.
 */
static void print_held(struct buf *b, const struct call_delay *d)
{
	bool used = d->until->trigger == TRIGGER_SYSCALL;

	buf_char(b, ' ');
	print_call_of(b, d->call, NULL);
	if (d->call->call_ns < DELAY_MIN_NS) {
		buf_str(b, " returned at once, but ");
	} else {
		buf_str(b, " returned after ");
		fmt_duration(b, d->call->call_ns);
		buf_str(b, ", but ");
	}
	print_call_of(b, d->until, d->call);
	buf_str(b, used ? " held the socket for " : " released the socket ");
	fmt_duration(b, d->ns);
	buf_str(b, used ? "." : " later.");
}

void timeline_print_delay(struct buf *b, const struct story *s, const struct verdict *v)
{
	const struct call_delay *d = &v->delay;

	if (!d->call || d->ns < DELAY_MIN_NS)
		return;
	if (d->until)
		print_held(b, d);
	else
		print_blocked(b, s, d);
}

static const struct rung *find_first_dated_rung(const struct ladder *l)
{
	for (unsigned i = 0; i < l->nr; i++)
		if (l->rung[i].dated)
			return &l->rung[i];
	return NULL;
}

uint64_t timeline_first_wait_ns(const struct ladder *l)
{
	const struct rung *first = find_first_dated_rung(l);
	uint64_t longest = 0;

	for (unsigned i = 0; i < LADDER_SIDES; i++) {
		uint64_t since_ns, ns;

		if (!l->s[i] || !l->v[i]->cut.at_least)
			continue;
		since_ns = l->s[i]->scan.closing_since_ns;
		ns = l->v[i]->cut.ns;
		if (first && first->ts_ns > since_ns && first->ts_ns - since_ns < ns)
			ns = first->ts_ns - since_ns;	/* it went on after that rung */
		longest = ns > longest ? ns : longest;
	}
	return longest;
}
