/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view top: refreshes what top_page.c prints. As text, it prints it itself.
 */
#include "top.h"

#include <stdlib.h>

static const char top_manual[] =
	"A full screen, like top(1): one of four tables, refreshed every TIME. F1 lists\n"
	"the keys. Of a recording it shows the end; t, T and J step through it. With -b,\n"
	"or to a file or a pipe, it prints the table as text, every TIME and at the end;\n"
	"of a recording without TIME only at the end.\n"
	"\n"
	"  processes   the groups of who, summed up since the start; /s is the rate of\n"
	"              the last interval; RST-> and <-RST: resets sent and received; T/O:\n"
	"              timed out; HOLD-p99, PEERS-p99: how long the program made peers\n"
	"              wait after their FIN, and peers the program, in ms\n"
	"  slowest     the slowest closes of the last five minutes, as trace shows them\n"
	"  open        the closes in progress, the oldest first, and what each waits for:\n"
	"              our-close, peer-fin, peer-ack, our-queue (unsent data before our\n"
	"              FIN); > means at least\n"
	"  stuck       the sockets that are stuck, and why: see stuck; of a recording\n"
	"              those when it began\n"
	"\n"
	"  -b, --batch      print text, even to a terminal\n"
	"  --interval TIME  refresh every TIME (2 s)\n"
	"  --tab NAME       the table: processes, slowest, open, stuck\n"
	"  --by WHAT        group by comm, pid, unit, port, peer...: see who\n"
	"  --sort COLUMN    sort the processes by a column of who --csv\n"
	"  --top N          only the first N rows\n"
	"  -n COUNT         stop after COUNT refreshes\n"
	"\n"
	"Examples:\n"
	"  tcpclose top --by unit --sort reset_sent    which service resets\n"
	"  tcpclose top -b -n 1 --tab open             the closes in progress, as text\n";

struct top *top_of(const struct view_context *v)
{
	return v->state;
}

static void top_start(struct view_context *v)
{
	struct top *t = calloc(1, sizeof(*t));

	if (!t || !top_model_init(&t->model, v)) {
		free(t);
		v->out->failed = true;
		return;
	}
	top_frame_init(&t->frame);
	top_ui_init(&t->text_ui, &v->options);
	t->screen.columns = v->terminal.columns;
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

static void print_text(struct view_context *v, struct top *t)
{
	if (v->counted > 1)
		buf_char(v->out, '\n');
	top_page_print_text(&t->screen, &t->text_ui, v, &t->frame);
	text_screen_print(&t->screen, v->out);
	view_flush(v);
}

static void take_frame(struct view_context *v, struct top *t, uint64_t to_ns, bool total)
{
	const struct interval interval = { .from_ns = t->from_ns, .to_ns = to_ns, .total = total };

	top_model_list_open(&t->model, v, to_ns, total);
	if (!top_frame_take(&t->frame, &t->model, v, &interval, t->begun_ns))
		v->out->failed = true;
	t->fresh = true;
}

/* Is this refresh one to show? */
static bool is_wanted(const struct view_context *v, const struct top *t, uint64_t to_ns, bool total)
{
	if (!v->goal)
		return true;
	if (t->paused)
		return false;
	return total || (t->steps >= v->goal->step && view_wall_ns(v, to_ns) >= v->goal->wall_ns);
}

static void refresh(struct view_context *v, struct top *t, uint64_t to_ns, bool total)
{
	if (is_done(v))
		return;
	top_model_end_interval(&t->model);
	t->steps++;
	if (is_wanted(v, t, to_ns, total)) {
		take_frame(v, t, to_ns, total);
		v->counted++;
		if (!v->goal)
			print_text(v, t);
	}
	t->from_ns = to_ns;
}

void top_set_due(struct top *t, struct view_context *v, uint64_t now_ns)
{
	uint64_t every = v->options.interval_ns;

	if (every)	/* a recording may have a gap: no refresh for each interval in it */
		v->due_ns = t->begun_ns + ((now_ns - t->begun_ns) / every + 1) * every;
}

void top_restart(struct top *t, struct view_context *v, uint64_t now_ns)
{
	top_model_reset(&t->model, v);
	top_frame_clear(&t->frame);
	t->begun_ns = t->from_ns = now_ns;
	top_set_due(t, v, now_ns);
	take_frame(v, t, now_ns, false);
}

static void top_tick(struct view_context *v, uint64_t now_ns)
{
	struct top *t = v->state;

	v->due_ns = 0;
	if (!t)
		return;
	if (!t->begun_ns)
		t->begun_ns = t->from_ns = now_ns;
	else if (v->options.interval_ns)
		refresh(v, t, now_ns, false);
	top_set_due(t, v, now_ns);
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
	t->paused = false;
	refresh(v, t, now_ns, true);
}

static void top_release(struct view_context *v)
{
	struct top *t = v->state;

	if (!t)
		return;
	top_model_release(&t->model);
	top_frame_release(&t->frame);
	top_ui_release(&t->text_ui);
	text_screen_release(&t->screen);
	free(t);
	v->state = NULL;
}

const struct view view_top = {
	.id = VIEW_TOP,
	.name = "top",
	.help = "a full screen: who, slow closes, open ones, stuck sockets",
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
