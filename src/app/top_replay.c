/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The view top on a recording: it shows a refresh, waits, and reads on, or again from the start. */
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "read_clock.h"
#include "run_info.h"
#include "time_units.h"
#include "top_run_private.h"

#define RECORDS_PER_LOOK 2048	/* at the keys, while it is read */
#define ANNOUNCE_NS (300 * NS_PER_MS)	/* reading takes so long that the screen says so */

bool top_run_streams(const struct options *o)
{
	struct stat st;

	for (unsigned i = 0; i < o->record.nr_replays; i++)
		if (!strcmp(o->record.replays[i], "-") ||
		    (!stat(o->record.replays[i], &st) && !S_ISREG(st.st_mode)))
			return true;
	return o->record.follow;
}

bool top_run_may_read_again(struct top_run *r)
{
	const char *why = NULL;

	if (r->streams)
		why = "the recording is still read: it cannot go back";
	else if (r->o->record.wanted)
		why = "a recording is made: it cannot go back";
	if (why)
		top_ui_set_message(&r->ui, why);
	return !why;
}

void top_run_begin_scan(struct top_run *r)
{
	const struct stuck_table_config config = { .filter = &r->o->filter,
						   .story_filter = &r->session->story_filter,
						   .max = r->o->capture.max_open };

	if (!r->o->record.replay)
		return;
	r->rows_wall_ns = 0;
	if (r->session->hosts.nr || r->session->context.hosts) {
		r->ui.stuck_why = "of several hosts: see tcpclose stuck --replay of one of them";
		return;
	}
	if (!run_info_has_hook(&r->session->meta, "walk")) {
		r->ui.stuck_why = "the recording was made without a walk over the sockets";
		return;
	}
	r->ui.stuck_why = NULL;
	top_run_end_scan(r);
	stuck_table_init(&r->scan, &config);
	r->scanning = true;
}

void top_run_end_scan(struct top_run *r)
{
	if (r->scanning)
		stuck_table_release(&r->scan);
	r->scanning = false;
}

/* The first mark after the start mark ends the walk. */
void top_run_take_record(struct top_run *r, const struct record *record)
{
	struct top *t;

	if (!r->scanning)
		return;
	if (record->got == RECORD_GOT_EVENT) {
		if (record->event->kind == EVENT_SOCKET || record->event->kind == EVENT_HOLDER)
			stuck_table_feed(&r->scan, record->event, sizeof(*record->event));
		return;
	}
	if (record->got != RECORD_GOT_MARK || record->mark->type == RECORD_MARK_START)
		return;
	t = top_of(&r->session->context);
	if (t && stuck_table_finish(&r->scan)) {
		top_stuck_rows_take(&r->rows, &r->scan,
				view_wall_ns(&r->session->context, record->mark->now_ns));
		r->rows_wall_ns = r->rows.wall_ns;
		top_frame_set_stuck(&t->frame, &r->rows);
	}
	top_run_end_scan(r);
}

/* Reading takes a while: say so, and look at the keys. */
static void look_at_keys(struct top_run *r)
{
	uint64_t now_ns = read_clock_ns(CLOCK_MONOTONIC);

	r->records = 0;
	process_handle_signals(r->process);
	r->quit |= r->process->interrupted;
	if (!r->reading && now_ns - r->read_from_ns > ANNOUNCE_NS) {
		r->reading = r->dirty = true;
		top_ui_set_message(&r->ui, "reading the recording");
	}
	if (r->streams || r->reading)
		top_run_advance(r, now_ns);
}

void top_run_end_reading(struct top_run *r)
{
	if (r->reading)
		r->ui.message[0] = '\0';
	r->reading = false;
}

/* A refresh is due: show it, and wait until the user wants to go on. */
static void wait_for_user(struct top_run *r)
{
	top_run_end_reading(r);
	r->waiting = true;
	top_run_advance(r, 0);
	while (r->waiting && !r->quit) {
		top_run_wait(r);
		top_run_advance(r, 0);
	}
	r->read_from_ns = read_clock_ns(CLOCK_MONOTONIC);
}

bool top_run_step(struct top_run *r)
{
	const struct top *t;

	if (!r->screen)
		return true;
	t = top_of(&r->session->context);
	if (t && t->fresh && !r->streams)
		wait_for_user(r);
	else if (++r->records >= RECORDS_PER_LOOK || (t && t->fresh))
		look_at_keys(r);
	return !r->quit && !r->again;
}

bool top_run_idle(void *arg)
{
	struct top_run *r = arg;

	top_run_advance(r, read_clock_ns(CLOCK_MONOTONIC));
	return !r->quit;
}

bool top_run_reads_again(struct top_run *r)
{
	bool again = r->again && !r->quit;

	r->again = r->ended = false;
	if (!again)
		return false;
	top_ui_forget(&r->ui);
	held_output_forget(&r->held);
	return true;
}
