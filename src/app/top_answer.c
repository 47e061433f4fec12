/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the keys of the view top ask of its run. */
#include <string.h>

#include "parse.h"
#include "parse_time.h"
#include "time_units.h"
#include "top_run_private.h"

#define JUMP_MAX_NS (3650ull * 86400 * NS_PER_S)

static bool is_replay(const struct top_run *r)
{
	return r->o->record.replay;
}

/* Read the recording again, up to a refresh or to a time. */
static void read_again(struct top_run *r, uint64_t step, uint64_t wall_ns)
{
	if (!top_run_may_read_again(r))
		return;
	r->goal = (struct top_goal){ .step = step, .wall_ns = wall_ns };
	r->again = true;
	r->waiting = false;
}

/* The same, up to what is shown now. */
static void read_again_up_to_here(struct top_run *r, const struct top *t)
{
	if (r->ended)
		read_again(r, UINT64_MAX, 0);
	else
		read_again(r, 0, t->frame.wall_ns);
}

/* The clock of what is counted: that of the host, or of the recording. */
static uint64_t find_now_ns(const struct top_run *r, const struct top *t)
{
	return is_replay(r) ? t->frame.interval.to_ns : r->now_ns;
}

static void restart(struct top_run *r, struct top *t, const char *message)
{
	if (r->ended) {
		top_ui_set_message(&r->ui, "the run is over");
		return;
	}
	top_ui_forget(&r->ui);
	top_restart(t, &r->session->context, find_now_ns(r, t));
	top_ui_set_message(&r->ui, message);
}

/* Is --by stack asked for, and no story has a stack? Of several hosts, some may have them. */
static bool lacks_stacks(const struct top_run *r, const struct view_context *v)
{
	return r->ui.group == GROUP_BY_STACK && !v->hosts && !run_info_has_hook(v->meta, "stack");
}

static void group_anew(struct top_run *r, struct top *t)
{
	struct view_context *v = &r->session->context;
	const struct group_list groups = { .nr = 1, .by = { (uint8_t)r->ui.group } };
	bool again = is_replay(r) && !r->streams;

	if (lacks_stacks(r, v)) {
		top_ui_set_message(&r->ui, is_replay(r) ? "the recording has no stacks" :
				   "no stacks are traced: start it as top --by stack");
		return;
	}
	if (again && !top_run_may_read_again(r))
		return;
	if (!again && r->ended) {
		top_ui_set_message(&r->ui, "the run is over");
		return;
	}
	r->groups = groups;
	if (again) {
		read_again_up_to_here(r, t);
		return;
	}
	if (r->ui.group == GROUP_BY_EXE && r->look_up_programs && !r->session->texts.source)
		r->look_up_programs(r->look_up_arg);
	v->options.groups = groups;
	restart(r, t, "counted from now on");
}

static void set_interval(struct top_run *r, struct top *t)
{
	struct view_context *v = &r->session->context;
	struct buf text = { 0 };

	buf_str(&text, "every ");
	buf_u64(&text, r->ui.interval_ns / NS_PER_MS);
	buf_str(&text, " ms");
	buf_char(&text, '\0');
	if (is_replay(r) && !r->streams) {
		read_again_up_to_here(r, t);
	} else {
		v->options.interval_ns = r->ui.interval_ns;
		if (!r->ended)
			top_set_due(t, v, find_now_ns(r, t));
	}
	if (!text.failed && !r->ui.message[0])
		top_ui_set_message(&r->ui, text.data);
	buf_release(&text);
}

static void step_on(struct top_run *r, const struct top *t)
{
	if (r->ended) {
		top_ui_set_message(&r->ui, "this is the end of the recording");
		return;
	}
	r->goal = (struct top_goal){ .step = t->steps + 1 };
	r->waiting = false;
}

static void step_back(struct top_run *r, const struct top *t)
{
	if (t->steps <= 1)
		top_ui_set_message(&r->ui, "this is the start of the recording");
	else
		read_again(r, t->steps - 1, 0);
}

/* "08:12:37" of the day that is shown, "-10m", "+10m" from what is shown. False: it is neither. */
static bool find_time(const char *text, uint64_t here_ns, uint64_t *wall_ns)
{
	struct time_point p = { .kind = TIME_POINT_NONE };
	uint64_t ns;

	if (*text == '+' && parse_duration(text + 1, "s", JUMP_MAX_NS, &ns)) {
		*wall_ns = here_ns + ns;
		return true;
	}
	if (!parse_time(text, (time_t)(here_ns / NS_PER_S), &p))
		return false;
	*wall_ns = p.kind == TIME_POINT_AT ? p.ns : here_ns > p.ns ? here_ns - p.ns : 0;
	return true;
}

static void jump(struct top_run *r, const struct top *t)
{
	uint64_t here_ns = t->frame.wall_ns, wall_ns;

	if (!find_time(r->ui.input, here_ns, &wall_ns)) {
		top_ui_set_message(&r->ui, "bad time: want 08:12:37, -10m or +10m");
	} else if (wall_ns <= here_ns) {
		read_again(r, 0, wall_ns);
	} else if (r->ended) {
		top_ui_set_message(&r->ui, "this is after the end of the recording");
	} else {
		r->goal = (struct top_goal){ .wall_ns = wall_ns };
		r->waiting = false;
	}
}

void top_run_answer(struct top_run *r, struct top *t, enum top_request asked)
{
	t->paused = r->ui.paused && !r->ui.replays;
	switch (asked) {
	case TOP_ASK_QUIT:
		r->quit = true;
		break;
	case TOP_ASK_REDRAW:
		r->redraw = true;
		break;
	case TOP_ASK_RESET:
		restart(r, t, "counted from now on");
		break;
	case TOP_ASK_GROUP:
		group_anew(r, t);
		break;
	case TOP_ASK_INTERVAL:
		set_interval(r, t);
		break;
	case TOP_ASK_STEP:
		step_on(r, t);
		break;
	case TOP_ASK_STEP_BACK:
		step_back(r, t);
		break;
	case TOP_ASK_JUMP:
		jump(r, t);
		break;
	default:
		break;
	}
}
