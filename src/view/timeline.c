/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view timeline: one ladder diagram per connection, with this host's endpoint on the left and
 * its peer on the right. If the run has both ends, on one host or on two, one diagram shows both
 * stories.
 *
 * A story with a twin is kept until its twin arrives, but no longer than TWIN_WAIT_NS after it was
 * over, and at most TWINS_MAX are kept; then it is drawn alone. Where the clocks of several hosts
 * may differ, no time says that the twin does not come: a story is kept to the end, and at most
 * OTHER_ENDS_MAX are. The clock is that of the events, so a replay draws the same.
 */
#include "timeline.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "hash.h"
#include "story_copy.h"
#include "twin.h"

#define TWIN_WAIT_NS 2000000000ULL
#define TWINS_MAX 1024
#define OTHER_ENDS_MAX 65536	/* if the other ends may come hours later, by another clock */
#define BUCKETS 1024

/* A story that waits for its twin. */
struct kept_story {
	TAILQ_ENTRY(kept_story) link;
	LIST_ENTRY(kept_story) same_key;
	struct story story;		/* owns copies of its calls and holders */
	struct verdict verdict;
	uint64_t due_ns;
	bool wanted;	/* false: drawn only beside a story that the filters include */
};

struct timeline {
	TAILQ_HEAD(kept_stories, kept_story) kept;	/* in order of arrival */
	LIST_HEAD(kept_bucket, kept_story) bucket[BUCKETS];	/* by sequence numbers */
	unsigned nr;			/* kept */
	struct clock_pairs clocks;
	bool any;			/* a diagram was drawn */
};

static const char timeline_manual[] =
	"One ladder diagram per connection, printed when it has ended. Time runs down.\n"
	"The endpoint of this host is on the left, the peer on the right; if both are on\n"
	"this host, or on two hosts with a --replay each, the active closer is on the\n"
	"left. The sentence below the diagram names the ending and the cause of the\n"
	"delay.\n"
	"\n"
	"  FIN, ACK    waves 1 to 4; seq and ack relative to the first FIN (+0), and raw;\n"
	"              if both ends were seen, also the time in transit; between the\n"
	"              clocks of two hosts, the least and the most\n"
	"  - - - >     a segment that was inferred, not seen\n"
	"  -->?  <--?  nothing shows that it arrived; nothing shows who sent the RST\n"
	"  <-- RST *   a RST that neither end sent: something between the two ends did\n"
	"  -- FIN --.  a segment that a socket sent to itself: the arrow turns back\n"
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

static void draw_ladder(struct view_context *v, struct ladder *l)
{
	timeline_draw(v, l);
	timeline_print_text(v, l);
}

/*
 * The two ends have two clocks: show the times of b by the clock of a, with a distance of the
 * clocks that is within the bounds.
 */
static void draw_by_one_clock(struct view_context *v, const struct story *a,
			      const struct verdict *va, const struct story *b,
			      const struct verdict *vb)
{
	struct timeline *t = v->state;
	struct pair_times times;
	struct verdict verdict;
	struct story moved;
	struct ladder l;
	int64_t ns;

	clock_pairs_add(&t->clocks, v->hosts, a, b, &times);
	ns = -times.middle;
	if (!story_copy(&moved, &verdict, b, vb)) {
		v->out->failed = true;
		return;
	}
	story_move(&moved, &verdict, ns);
	ladder_make(&l, a, va, &moved, &verdict);
	ladder_set_flights(&l, a, &times.from_a, &times.from_b);
	draw_ladder(v, &l);
	timeline_print_clocks(v, a, b, &times, ns);
	story_release(&moved);
}

static void draw_connection(struct view_context *v, const struct story *a, const struct verdict *va,
			    const struct story *b, const struct verdict *vb)
{
	struct timeline *t = v->state;
	struct ladder l;

	if (t && t->any)
		buf_char(v->out, '\n');
	if (t && b && a->clock != b->clock) {
		bool b_began = va->initiator == INITIATOR_PEER;

		view_use_host(v, b_began ? b : a);
		if (b_began)
			draw_by_one_clock(v, b, vb, a, va);
		else
			draw_by_one_clock(v, a, va, b, vb);
	} else {
		view_use_host(v, a);	/* it may have been kept */
		ladder_make(&l, a, va, b, vb);
		draw_ladder(v, &l);
	}
	view_flush(v);
	if (t)
		t->any = true;
}

static void free_kept_story(struct kept_story *h)
{
	story_release(&h->story);
	free(h);
}

static void remove_kept_story(struct timeline *t, struct kept_story *h)
{
	TAILQ_REMOVE(&t->kept, h, link);
	LIST_REMOVE(h, same_key);
	t->nr--;
}

static void draw_without_twin(struct view_context *v, struct kept_story *h)
{
	remove_kept_story(v->state, h);
	if (h->wanted)
		draw_connection(v, &h->story, &h->verdict, NULL, NULL);
	free_kept_story(h);
}

/* The stories of both ends of a connection are in one bucket. */
static struct kept_bucket *find_bucket(const struct view_context *v, const struct story *s)
{
	struct timeline *t = v->state;
	uint64_t key = s->isns_known ? twin_key_unordered(&s->isns) : 0;

	return &t->bucket[hash_fmix64(key ^ v->seed) % BUCKETS];
}

/*
 * Can the other end have a story? If it is on another host with another clock, it may have come and
 * gone before this end, or come after it, as far as the recordings show.
 */
static bool may_have_twin(const struct view_context *v, const struct story *s)
{
	if (story_is_self(s))
		return false;
	return s->twin.known ||
	       (v->hosts && s->isns_known && host_table_has_other_clock(v->hosts, s->host));
}

/* Keep a copy of a story until its twin arrives. False if out of memory. */
static bool keep_story(struct view_context *v, const struct story *s, const struct verdict *verdict,
		       bool wanted)
{
	bool has_other_clock = v->hosts && host_table_has_other_clock(v->hosts, s->host);
	struct timeline *t = v->state;
	struct kept_story *h = calloc(1, sizeof(*h));

	if (!h)
		return false;
	if (!story_copy(&h->story, &h->verdict, s, verdict)) {
		free_kept_story(h);
		return false;
	}
	h->wanted = wanted;
	h->due_ns = has_other_clock ? UINT64_MAX : verdict->settled_ns + TWIN_WAIT_NS;
	TAILQ_INSERT_TAIL(&t->kept, h, link);
	LIST_INSERT_HEAD(find_bucket(v, s), h, same_key);
	if (t->nr++ == (has_other_clock ? OTHER_ENDS_MAX : TWINS_MAX))
		draw_without_twin(v, TAILQ_FIRST(&t->kept));
	if (!v->due_ns || h->due_ns < v->due_ns)
		v->due_ns = h->due_ns;
	return true;
}

static struct kept_story *find_kept_twin(const struct view_context *v, const struct story *s)
{
	struct kept_story *h, *first = NULL;	/* a bucket has the latest one first */

	LIST_FOREACH(h, find_bucket(v, s), same_key)
		if (ladder_are_twins(&h->story, s))
			first = h;
	return first;
}

static void timeline_start(struct view_context *v)
{
	struct timeline *t = calloc(1, sizeof(*t));

	if (!t) {
		v->out->failed = true;
		return;
	}
	TAILQ_INIT(&t->kept);
	clock_pairs_init(&t->clocks, v->seed);
	v->state = t;
}

static void timeline_add_story(struct view_context *v, const struct story *s,
			       const struct verdict *verdict)
{
	struct timeline *t = v->state;
	struct kept_story *h = t ? find_kept_twin(v, s) : NULL;

	if (h) {
		remove_kept_story(t, h);
		draw_connection(v, &h->story, &h->verdict, s, verdict);
		free_kept_story(h);
	} else if (!t || !may_have_twin(v, s) || !keep_story(v, s, verdict, true)) {
		draw_connection(v, s, verdict, NULL, NULL);
	}
}

/* The filters exclude this end. They may include the other one: then both are drawn. */
static void timeline_add_other_end(struct view_context *v, const struct story *s,
				   const struct verdict *verdict)
{
	struct timeline *t = v->state;
	struct kept_story *h = t ? find_kept_twin(v, s) : NULL;

	if (!h) {
		if (t)
			keep_story(v, s, verdict, false);
		return;
	}
	remove_kept_story(t, h);
	if (h->wanted)
		draw_connection(v, &h->story, &h->verdict, s, verdict);
	free_kept_story(h);
}

static void timeline_tick(struct view_context *v, uint64_t now_ns)
{
	struct timeline *t = v->state;
	struct kept_story *h, *next;

	v->due_ns = 0;
	for (h = TAILQ_FIRST(&t->kept); h; h = next) {
		next = TAILQ_NEXT(h, link);
		if (h->due_ns <= now_ns)
			draw_without_twin(v, h);
		else if (!v->due_ns || h->due_ns < v->due_ns)
			v->due_ns = h->due_ns;
	}
}

static void timeline_end(struct view_context *v, const struct run_counts *tally, uint64_t now_ns)
{
	struct timeline *t = v->state;
	struct kept_story *h, *next;

	(void)tally;
	(void)now_ns;
	for (h = t ? TAILQ_FIRST(&t->kept) : NULL; h; h = next) {
		next = TAILQ_NEXT(h, link);
		draw_without_twin(v, h);
	}
}

static void timeline_release(struct view_context *v)
{
	struct timeline *t = v->state;
	struct kept_story *h, *next;

	for (h = t ? TAILQ_FIRST(&t->kept) : NULL; h; h = next) {
		next = TAILQ_NEXT(h, link);
		free_kept_story(h);
	}
	if (t)
		clock_pairs_release(&t->clocks);
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
	.other_end = timeline_add_other_end,
	.end = timeline_end,
	.tick = timeline_tick,
	.release = timeline_release,
};
