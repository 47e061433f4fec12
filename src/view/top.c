/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view top: refreshes the screen of top_model.h and prints it as text.
 */
#include <stdlib.h>

#include "top_model.h"

struct top {
	struct top_model model;
	uint64_t begun_ns, from_ns;	/* start of the run and of the interval; 0 unknown yet */
};

static const char top_manual[] =
	"Shows one table, again and again: every TIME, and at the end of the run. A\n"
	"replay without TIME shows it at the end only.\n"
	"\n"
	"  processes   the groups of who, summed up since the start; /s is the rate of\n"
	"              the last interval; RST-> and <-RST: resets sent and received; T/O:\n"
	"              timed out; HOLD-p99, PEERS-p99: how long the program made peers\n"
	"              wait after their FIN, and peers the program, in ms\n"
	"  slowest     the slowest closes of the last five minutes, as trace shows them\n"
	"  open        the closes in progress, the oldest first, and what each waits for:\n"
	"              our-close, peer-fin, peer-ack, our-queue (unsent data before our\n"
	"              FIN); > means at least\n"
	"\n"
	"  -b, --batch      print text, even to a terminal\n"
	"  --interval TIME  refresh every TIME (2 s)\n"
	"  --tab NAME       the table: processes, slowest or open\n"
	"  --by WHAT        group by comm, pid, unit, port, peer...: see who\n"
	"  --sort COLUMN    sort the processes by a column of who --csv\n"
	"  --top N          only the first N rows\n"
	"  -n COUNT         stop after COUNT refreshes\n"
	"\n"
	"Examples:\n"
	"  tcpclose top --by unit --sort reset_sent    which service resets\n"
	"  tcpclose top -n 1 --tab open                the closes in progress\n";

static void top_start(struct view_context *v)
{
	struct top *t = calloc(1, sizeof(*t));

	if (!t || !top_model_init(&t->model, v)) {
		free(t);
		v->out->failed = true;
		return;
	}
	t->model.screen.columns = v->terminal.columns;
	v->state = t;
	v->due_ns = 1;		/* ask for a tick at once: it dates the start of the run */
}

static void top_story(struct view_context *v, const struct story *s, const struct verdict *verdict)
{
	struct top *t = v->state;

	if (t && !top_model_add(&t->model, v, s, verdict))
		v->out->failed = true;
}

static bool is_done(const struct view_context *v)
{
	return v->count_max && v->counted >= v->count_max;
}

static void refresh(struct view_context *v, struct top *t, uint64_t to_ns, bool total)
{
	const struct interval interval = { .from_ns = t->from_ns, .to_ns = to_ns, .total = total };

	if (is_done(v))
		return;
	top_model_refresh(&t->model, v, &interval, t->begun_ns);
	if (v->counted++)
		buf_char(v->out, '\n');
	text_screen_print(&t->model.screen, v->out);
	view_flush(v);
	t->from_ns = to_ns;
}

static void top_tick(struct view_context *v, uint64_t now_ns)
{
	uint64_t every = v->options.interval_ns;
	struct top *t = v->state;

	v->due_ns = 0;
	if (!t)
		return;
	if (!t->begun_ns)
		t->begun_ns = t->from_ns = now_ns;
	else if (every)
		refresh(v, t, now_ns, false);
	if (every)	/* a recording may have a gap: no refresh for each interval in it */
		v->due_ns = t->begun_ns + ((now_ns - t->begun_ns) / every + 1) * every;
}

static void top_lost(struct view_context *v, const struct run_counts *c, uint64_t now_ns)
{
	struct top *t = v->state;

	(void)now_ns;
	if (t)
		t->model.lost = run_counts_lost(c);
}

static void top_end(struct view_context *v, const struct run_counts *c, uint64_t now_ns)
{
	struct top *t = v->state;

	if (!t)
		return;
	t->model.lost = run_counts_lost(c);
	if (!t->begun_ns)
		t->begun_ns = t->from_ns = now_ns;
	refresh(v, t, now_ns, true);
}

static void top_release(struct view_context *v)
{
	struct top *t = v->state;

	if (!t)
		return;
	top_model_release(&t->model);
	free(t);
	v->state = NULL;
}

const struct view view_top = {
	.id = VIEW_TOP,
	.name = "top",
	.help = "who, the slowest closes and those in progress, refreshed",
	.manual = top_manual,
	.counts_itself = true,
	.has_intervals = true,
	.formats = 1 << FORMAT_TEXT,
	.start = top_start,
	.story = top_story,
	.lost = top_lost,
	.end = top_end,
	.tick = top_tick,
	.release = top_release,
};
