/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "story_private.h"

#include <stdlib.h>
#include <string.h>

#include "process_names.h"

void story_scan_add_socket(struct story *s, const struct event *e)
{
	bool minisock = e->old_state == STATE_TIME_WAIT;

	if (s->nr_states)
		return;
	s->scan.only = true;
	s->scan.closing_since_ns =
		e->ts_ns - (e->age_source && e->age_ns < e->ts_ns ? e->age_ns : 0);
	story_add_state(s, minisock ? e->substate : e->old_state);
	s->v4mapped = e->sock_flags & SOCKF_V4MAPPED;
	s->mptcp = e->sock_flags & SOCKF_MPTCP;
	if (!minisock)
		return;
	s->progress = CLOSE_MINISOCK;
	s->end_ns = e->ts_ns;
	s->expires_ns = e->ts_ns + e->left_ns;
	s->at_close = (struct at_close){ .sock_flags = e->sock_flags, .old_state = e->substate };
}

static bool is_known_holder(const struct story *s, const struct event *e)
{
	for (unsigned i = 0; i < s->scan.nr_holders; i++)
		if (s->scan.holders[i].pid == e->pid && s->scan.holders[i].fd == e->arg[0])
			return true;
	return false;
}

void story_scan_add_holder(struct story *s, const struct event *e)
{
	struct holder *h;

	story_note_task(s, e);
	if (is_known_holder(s, e))
		return;
	h = s->scan.nr_holders < STORY_HOLDERS ?
	    realloc(s->scan.holders, (s->scan.nr_holders + 1u) * sizeof(*h)) : NULL;
	if (!h) {
		s->scan.holders_dropped++;
		return;
	}
	s->scan.holders = h;
	h += s->scan.nr_holders++;
	*h = (struct holder){ .pid = e->pid, .fd = e->arg[0] };
	memcpy(h->comm, e->comm, sizeof(h->comm));
	process_names_read(s->names, e, h->process);
}

void story_scan_supersede(struct story *s, const struct event *e)
{
	if (!s->scan.only || s->progress != CLOSE_NOT_YET)
		return;
	s->scan.only = false;
	if (e->old_state == s->states[0])
		return;
	s->nr_states = 0;
	s->passed = 0;
	s->scan.closing_since_ns = 0;
}

bool story_was_scanned(const struct story *s, const struct event *e)
{
	return s->scan.only &&
	       ((s->cookie && s->cookie == e->cookie) || e->ts_ns < s->scan.closing_since_ns);
}
