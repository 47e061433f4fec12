/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view timeline: one ladder diagram per connection, with this host's endpoint on the left and
 * its peer on the right. If both ends are on this host, one diagram shows both stories.
 *
 * A story with a twin is kept until its twin arrives, but no longer than TWIN_WAIT_NS after it was
 * over, and at most TWINS_MAX are kept; then it is drawn alone. The clock is that of the events, so
 * a replay draws the same.
 */
#include "timeline.h"

#include <stdlib.h>
#include <string.h>

#define TWIN_WAIT_NS 2000000000ULL
#define TWINS_MAX 1024

/* A story that waits for its twin. */
struct kept_story {
	struct kept_story *next;
	struct story story;		/* owns copies of its calls and holders */
	struct verdict verdict;
	uint64_t due_ns;
};

struct timeline {
	struct kept_story *first, **last;	/* in order of arrival */
	unsigned nr;
	bool any;			/* a diagram was drawn */
};

static const char timeline_manual[] =
	"One ladder diagram per connection, printed when it has ended. Time runs down.\n"
	"The endpoint of this host is on the left, the peer on the right; if both are on\n"
	"this host, the active closer is on the left. The sentence below the diagram\n"
	"names the ending and the cause of the delay.\n"
	"\n"
	"  FIN, ACK    waves 1 to 4; seq and ack relative to the first FIN (+0), and raw;\n"
	"              if both ends were seen, also the time in transit\n"
	"  - - - >     a segment that was inferred, not seen; ? means that nothing shows\n"
	"              its arrival\n"
	"  close(5)    a call, at the time it was made; \"nothing sent\" means that no\n"
	"              segment followed, for example because another descriptor held the\n"
	"              socket\n"
	"  (STATE)     the state of a remote peer, as its segments imply it\n"
	"  (orphan)    no process holds the socket any more: only the kernel waits\n"
	"  197 ms      the time in which nothing happened; : marks the longest such gap\n"
	"\n"
	"  --ascii     plain characters, even if the locale is UTF-8\n"
	"  -w          140 columns; the default is the width of the terminal\n"
	"\n"
	"Examples:\n"
	"  tcpclose timeline -- curl -s example.org   the closes of one command\n"
	"  tcpclose timeline -D 5432 --slow 200       slow closes with PostgreSQL\n";

static void draw_connection(struct view_context *v, const struct story *a, const struct verdict *va,
		 const struct story *b, const struct verdict *vb)
{
	struct timeline *t = v->state;
	struct ladder l;

	if (t && t->any)
		buf_char(v->out, '\n');
	ladder_make(&l, a, va, b, vb);
	timeline_draw(v, &l);
	timeline_print_text(v, &l);
	view_flush(v);
	if (t)
		t->any = true;
}

static void free_kept_story(struct kept_story *h)
{
	if (!h)
		return;
	story_release(&h->story);
	free(h);
}

/* Remove the story that *at points to from the list. NULL if the list ends there. */
static struct kept_story *unlink_kept_story(struct timeline *t, struct kept_story **at)
{
	struct kept_story *h = *at;

	if (!h)
		return NULL;
	*at = h->next;
	if (!h->next)
		t->last = at;
	t->nr--;
	return h;
}

static void draw_without_twin(struct view_context *v, struct kept_story **at)
{
	struct kept_story *h = unlink_kept_story(v->state, at);

	if (!h)
		return;
	draw_connection(v, &h->story, &h->verdict, NULL, NULL);
	free_kept_story(h);
}

static void *copy_bytes(const void *bytes, size_t len)
{
	void *to = malloc(len);

	if (to)
		memcpy(to, bytes, len);
	return to;
}

/* Keep a copy of a story until its twin arrives. False if out of memory. */
static bool keep_story(struct view_context *v, const struct story *s, const struct verdict *verdict)
{
	struct timeline *t = v->state;
	struct kept_story *h = calloc(1, sizeof(*h));

	if (!h)
		return false;
	h->story = *s;
	h->verdict = *verdict;
	h->story.calls = s->nr_calls ? copy_bytes(s->calls, s->nr_calls * sizeof(*s->calls)) : NULL;
	h->story.scan.holders = s->scan.nr_holders ?
		copy_bytes(s->scan.holders, s->scan.nr_holders * sizeof(*s->scan.holders)) : NULL;
	if ((s->nr_calls && !h->story.calls) || (s->scan.nr_holders && !h->story.scan.holders)) {
		free_kept_story(h);
		return false;
	}
	if (verdict->trigger)
		h->verdict.trigger = h->story.calls + (verdict->trigger - s->calls);
	h->due_ns = verdict->settled_ns + TWIN_WAIT_NS;
	*t->last = h;
	t->last = &h->next;
	if (t->nr++ == TWINS_MAX)
		draw_without_twin(v, &t->first);
	if (!v->due_ns || h->due_ns < v->due_ns)
		v->due_ns = h->due_ns;
	return true;
}

static struct kept_story **find_kept_twin(struct timeline *t, const struct story *s)
{
	struct kept_story **at = &t->first;

	while (*at && !ladder_are_twins(&(*at)->story, s))
		at = &(*at)->next;
	return *at ? at : NULL;
}

static void timeline_start(struct view_context *v)
{
	struct timeline *t = calloc(1, sizeof(*t));

	if (!t) {
		v->out->failed = true;
		return;
	}
	t->last = &t->first;
	v->state = t;
}

static void timeline_add_story(struct view_context *v, const struct story *s,
			       const struct verdict *verdict)
{
	struct timeline *t = v->state;
	struct kept_story **at = t ? find_kept_twin(t, s) : NULL;
	struct kept_story *h = at ? unlink_kept_story(t, at) : NULL;

	if (h) {
		draw_connection(v, &h->story, &h->verdict, s, verdict);
		free_kept_story(h);
	} else if (!t || !s->twin.known || !keep_story(v, s, verdict)) {
		draw_connection(v, s, verdict, NULL, NULL);
	}
}

static void timeline_tick(struct view_context *v, uint64_t now_ns)
{
	struct timeline *t = v->state;
	struct kept_story **at = &t->first;

	v->due_ns = 0;
	while (*at) {
		uint64_t due_ns = (*at)->due_ns;

		if (due_ns <= now_ns) {
			draw_without_twin(v, at);
			continue;
		}
		if (!v->due_ns || due_ns < v->due_ns)
			v->due_ns = due_ns;
		at = &(*at)->next;
	}
}

static void timeline_end(struct view_context *v, const struct run_counts *tally, uint64_t now_ns)
{
	struct timeline *t = v->state;

	(void)tally;
	(void)now_ns;
	while (t && t->first)
		draw_without_twin(v, &t->first);
}

static void timeline_release(struct view_context *v)
{
	struct timeline *t = v->state;

	while (t && t->first)
		free_kept_story(unlink_kept_story(t, &t->first));
	free(t);
	v->state = NULL;
}

const struct view view_timeline = {
	.id = VIEW_TIMELINE,
	.name = "timeline",
	.help = "a ladder diagram per connection: calls, states, segments, gaps",
	.manual = timeline_manual,
	.formats = 1 << FORMAT_TEXT,
	.start = timeline_start,
	.story = timeline_add_story,
	.end = timeline_end,
	.tick = timeline_tick,
	.release = timeline_release,
};
