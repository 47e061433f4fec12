/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_host.h"

#include <stddef.h>
#include <stdlib.h>

void replay_host_init(struct replay_host *h)
{
	h->runs.shift_ns = h->session.shift_ns;
}

void replay_host_free(struct replay_host *h)
{
	free(h->facts);
	free(h);
}

uint64_t replay_host_latest_ns(const struct replay_host *h)
{
	return h->session.latest_ns > h->now_ns ? h->session.latest_ns : h->now_ns;
}

int replay_host_begin(struct replay_host *h, const void *input,
		      const struct run_info *run, const struct record *first, uint64_t now_ns)
{
	bool has_mark = first->got == RECORD_GOT_MARK && first->mark->type == RECORD_MARK_START;
	struct replay_runs *x = &h->runs;

	x->past = h->session.counters;
	x->before = has_mark ? first->mark->counters : (struct kernel_counters){ .filtered = 0 };
	if (h->latest_input) {
		x->restarts++;
		x->gap_ns += now_ns - replay_host_latest_ns(h);
	}
	h->input = h->latest_input = input;
	h->now_ns = now_ns;
	return session_begin_host(&h->session, run, now_ns);
}

void replay_host_end(struct replay_host *h, uint64_t now_ns)
{
	if (!h->input)
		return;
	h->input = NULL;
	if (h->session.pipeline)
		session_end_host(&h->session, now_ns, &h->session.counters);
}

static void apply_mark(struct replay_host *h, const struct record_mark *m)
{
	struct session *s = &h->session;

	h->now_ns = m->now_ns;
	s->counters = replay_runs_count(&h->runs, &m->counters);
	if (m->type == RECORD_MARK_CLOCK_SET)
		session_clock_changed(s, m->boot_to_wall_ns, m->now_ns, &s->counters);
	if (m->type == RECORD_MARK_TIME)
		session_advance(s, m->now_ns, &s->counters);
	if (m->type == RECORD_MARK_END)
		replay_host_end(h, m->now_ns);
}

/* Is this before the time of --since, by so much that no story in the range needs it? */
static bool is_early(const struct replay_host *h, const struct record *record)
{
	uint64_t ts_ns = record->got == RECORD_GOT_EVENT ? record->event->ts_ns :
							   record->mark->now_ns;

	return time_range_is_early(&h->session.range,
				   ts_ns + (uint64_t)h->session.meta.boot_to_wall_ns);
}

/* Pass a record that is early. Losses before the range do not count. */
static void pass_record(struct replay_host *h, const struct record *record)
{
	const struct record_mark *m = record->mark;

	if (record->got != RECORD_GOT_MARK)
		return;
	h->now_ns = m->now_ns;
	h->runs.before = m->counters;
	h->runs.restarts = h->runs.killed = 0;
	h->runs.gap_ns = 0;
	if (m->type == RECORD_MARK_CLOCK_SET)
		h->session.meta.boot_to_wall_ns = m->boot_to_wall_ns;
	if (m->type == RECORD_MARK_END)
		replay_host_end(h, m->now_ns);
}

void replay_host_play(struct replay_host *h, struct record *record)
{
	replay_runs_shift(&h->runs, record, h->shifted);
	session_use_host(&h->session);
	if (record->got != RECORD_GOT_ANNOTATION && is_early(h, record))
		pass_record(h, record);
	else if (record->got == RECORD_GOT_EVENT)
		session_feed(&h->session, record->event, sizeof(*record->event));
	else if (record->got == RECORD_GOT_ANNOTATION)
		session_annotate(&h->session, record->annotation);
	else
		apply_mark(h, record->mark);
}
