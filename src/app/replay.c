/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "exports.h"
#include "find_end.h"
#include "log.h"
#include "process.h"
#include "read_clock.h"
#include "replay_hosts.h"
#include "replay_runs.h"
#include "replay_source.h"
#include "replay_stream.h"
#include "session.h"
#include "stuck.h"
#include "top_run.h"

struct replay_run {
	const struct options *o;
	struct process *process;
	struct top_run *top;
	struct session session;
	struct exports exports;
	struct replay_source source;
	struct replay_runs runs;
	struct replay_shifted shifted;
	uint64_t now_ns;	/* of the latest mark */
	uint64_t first_ns;	/* of the first mark; 0: not read yet */
	bool begun;		/* the first mark has been read */
	struct kernel_counters counters;	/* of all runs, as of the latest mark */
};

static uint64_t find_latest_ns(const struct replay_run *r)
{
	return r->session.latest_ns > r->now_ns ? r->session.latest_ns : r->now_ns;
}

/*
 * There is nothing to read: shows what is known so far. Views that wait for a time go on, although
 * no record says what time it is.
 */
static void show_what_is_known(struct replay_run *r)
{
	struct session *s = &r->session;
	uint64_t now_ns = replay_source_follow_ns() - (uint64_t)s->meta.boot_to_wall_ns;

	if (!r->begun)
		return;
	endpoint_table_flush(s->endpoints);
	if (now_ns > find_latest_ns(r))
		session_tick_view(s, now_ns);
	exports_advance(&r->exports, now_ns, &r->counters);
	output_flush(&s->out);
}

/* Will all that is still written be after the range of --until? */
static bool is_range_over(const struct replay_run *r)
{
	const struct time_range *range = &r->session.range;

	return range->until_ns && time_range_is_over(range, replay_source_follow_ns());
}

/* With --follow, at the present end. Returns false to stop. */
static bool wait_for_more(void *arg)
{
	struct replay_run *r = arg;

	show_what_is_known(r);
	return !is_range_over(r) && !r->session.out.error && top_run_idle(r->top);
}

static int log_unusable(const struct replay_run *r, const char *why)
{
	return replay_source_log_unusable(&r->source, why);
}

/* Returns false once the run is over. */
static bool apply_mark(struct replay_run *r, const struct record_mark *m)
{
	if (!r->begun && m->type == RECORD_MARK_START)
		r->runs.before = m->counters;
	r->begun = true;
	r->now_ns = m->now_ns;
	if (!r->first_ns)
		r->first_ns = m->now_ns;
	r->counters = replay_runs_count(&r->runs, &m->counters);
	if (m->type == RECORD_MARK_CLOCK_SET)
		session_clock_changed(&r->session, m->boot_to_wall_ns, m->now_ns, &r->counters);
	if (m->type == RECORD_MARK_START)
		session_tick_view(&r->session, m->now_ns);
	if (m->type == RECORD_MARK_TIME)
		session_advance(&r->session, m->now_ns, &r->counters);
	return m->type != RECORD_MARK_END;
}

static bool replay_is_over(const struct replay_run *r)
{
	uint64_t duration_ns = r->source.follows ? 0 : r->o->run.duration_ns;
	uint64_t wall_ns = find_latest_ns(r) + (uint64_t)r->session.meta.boot_to_wall_ns;

	return session_is_done(&r->session) || time_range_is_over(&r->session.range, wall_ns) ||
	       (duration_ns && r->first_ns && find_latest_ns(r) - r->first_ns >= duration_ns);
}

static int check_last_record(const struct replay_run *r, enum record_got got)
{
	return replay_source_check_end(&r->source, got);
}

static int log_overlap(const struct replay_run *r, uint64_t offset)
{
	char why[RECORD_WHY];

	snprintf(why, sizeof(why), "another recording begins at offset %llu, and its time is not "
		 "after that of the one before", (unsigned long long)offset);
	return log_unusable(r, why);
}

/*
 * Begins the next run of the recording. Its first record is the start mark; or there is none, if
 * its recorder was killed at once. Returns an exit status, with the record that follows in *record.
 */
static int begin_next_run(struct replay_run *r, struct record *record)
{
	struct session_gap gap = { .from_ns = find_latest_ns(r), .ended = record->ended };
	struct run_info next = *record_reader_run_info(r->source.reader);
	uint64_t offset = record->offset;

	r->runs.killed += !record->ended;
	*record = record_reader_next(r->source.reader);
	if (record->got >= RECORD_GOT_RUN)
		return EXIT_FINE;
	if (record->got == RECORD_GOT_MARK && record->mark->type == RECORD_MARK_START)
		gap.to_ns = replay_runs_begin(&r->runs, &r->session.meta, &next, gap.from_ns,
					      &r->counters, record->mark);
	return gap.to_ns ? session_begin_run(&r->session, &next, &gap, &r->counters) :
			   log_overlap(r, offset);
}

/* Is this before the time of --since, by so much that no story in the range needs it? */
static bool is_early(const struct replay_run *r, const struct record *record)
{
	uint64_t ts_ns = record->got == RECORD_GOT_EVENT ? record->event->ts_ns :
							   record->mark->now_ns;

	return time_range_is_early(&r->session.range,
				   ts_ns + (uint64_t)r->session.meta.boot_to_wall_ns);
}

/* Passes a record that is early. Losses before the range do not count. Returns as play_record(). */
static bool pass_record(struct replay_run *r, const struct record *record)
{
	const struct record_mark *m = record->mark;

	if (record->got != RECORD_GOT_MARK)
		return true;
	r->begun = true;
	r->now_ns = m->now_ns;
	r->runs.before = m->counters;
	r->runs.restarts = r->runs.killed = 0;
	r->runs.gap_ns = 0;
	if (m->type == RECORD_MARK_CLOCK_SET)
		r->session.meta.boot_to_wall_ns = m->boot_to_wall_ns;
	return m->type != RECORD_MARK_END;
}

/* Plays one record. Returns false at the mark that ends a run. */
static bool play_record(struct replay_run *r, struct record *record)
{
	replay_runs_shift(&r->runs, record, &r->shifted);
	top_run_take_record(r->top, record);
	if (record->got != RECORD_GOT_ANNOTATION && is_early(r, record))
		return pass_record(r, record);
	if (record->got == RECORD_GOT_EVENT)
		session_feed(&r->session, record->event, sizeof(*record->event));
	else if (record->got == RECORD_GOT_ANNOTATION)
		session_annotate(&r->session, record->annotation);
	else
		return apply_mark(r, record->mark);
	return true;
}

/* Plays up to the mark that ends the last run, or as far as the file is readable. */
static int replay_records(struct replay_run *r)
{
	struct record record = record_reader_next(r->source.reader);

	for (;;) {
		bool ended = false;
		int status;

		while (record.got == RECORD_GOT_RUN) {
			status = begin_next_run(r, &record);
			if (status)
				return status;
		}
		if (record.got >= RECORD_GOT_END) {
			r->now_ns = find_latest_ns(r);
			return check_last_record(r, record.got);
		}
		ended = !play_record(r, &record);
		if (!top_run_step(r->top))
			return EXIT_FINE;
		if (replay_is_over(r)) {
			if (r->session.range.until_ns != UINT64_MAX)
				r->now_ns = find_latest_ns(r);	/* after the range */
			return EXIT_FINE;
		}
		record = record_reader_next(r->source.reader);
		if (ended && record.got != RECORD_GOT_RUN)
			return check_last_record(r, record.got);
	}
}

static void note_missing_texts(const struct replay_run *r)
{
	const struct group_list *by = &r->o->view_options.groups;

	if (group_list_has(by, GROUP_BY_STACK) && !run_info_has_hook(&r->session.meta, "stack"))
		log_note("--by stack: '%s' has no stacks: it was made without --stack",
			 r->source.path);
	if (group_list_has(by, GROUP_BY_EXE) && !r->session.meta.exe)
		log_note("--by exe: '%s' has no executables: it was made by an older tcpclose, or "
			 "in another pid namespace", r->source.path);
}

/* Finds the times of --since and --until. Returns an exit status. */
static int find_range(struct replay_run *r)
{
	const struct time_point *since = &r->o->record.since, *until = &r->o->record.until;
	uint64_t end_ns = 0;

	r->session.range = TIME_RANGE_ALL;
	if (since->kind == TIME_POINT_BEFORE || until->kind == TIME_POINT_BEFORE) {
		end_ns = r->o->record.follow ? read_clock_ns(CLOCK_REALTIME) :
					       record_find_end(r->source.file);
		if (!end_ns)
			return replay_source_log_no_end(&r->source);
	}
	r->session.range = time_range_between(since, until, end_ns);
	return EXIT_FINE;
}

static int replay_trace(struct replay_run *r)
{
	struct kernel_counters none = { .filtered = 0 };
	int status = find_range(r), ended;

	if (status)
		return status;
	r->session.meta = *record_reader_run_info(r->source.reader);
	note_missing_texts(r);
	top_run_begin(r->top, &r->session);
	status = session_begin(&r->session, r->now_ns, &none) ?:
		 exports_begin(&r->exports, r->now_ns) ?: top_run_show(r->top);
	if (status)
		return status;
	status = replay_records(r);
	if (r->top->again)
		return status;
	replay_runs_report(r->runs.restarts, r->runs.killed, r->runs.gap_ns);
	session_end(&r->session, r->now_ns, &r->counters);
	top_run_end(r->top, !r->process->interrupted && !session_is_done(&r->session));
	ended = exports_end(&r->exports, r->now_ns, &r->counters);
	return session_close(&r->session, status ?: ended);
}

/* Feeds the scan at the start of the recording. The first mark after the start mark ends it. */
static enum record_got replay_scan(struct replay_run *r, struct stuck_table *h)
{
	struct record got;

	while ((got = record_reader_next(r->source.reader)).got < RECORD_GOT_RUN) {
		if (got.got == RECORD_GOT_MARK)
			r->now_ns = got.mark->now_ns;
		else if (got.got == RECORD_GOT_ANNOTATION)
			session_annotate(&r->session, got.annotation);
		else if (got.event->kind == EVENT_SOCKET || got.event->kind == EVENT_HOLDER)
			stuck_table_feed(h, got.event, sizeof(*got.event));
		if (got.got == RECORD_GOT_MARK && got.mark->type != RECORD_MARK_START)
			break;
	}
	return got.got;
}

/* Shows the sockets that were stuck when the recording began. */
static int replay_stuck(struct replay_run *r)
{
	struct session *s = &r->session;
	struct stuck_table_config config = { .filter = &r->o->filter,
					     .story_filter = &s->story_filter,
					     .older_than_ns = r->o->stuck.older_than_ns,
					     .states = r->o->stuck.states,
					     .max = r->o->capture.max_open };
	struct stuck_table h;
	int status, shown;

	s->meta = *record_reader_run_info(r->source.reader);
	if (!run_info_has_hook(&s->meta, "walk"))
		return log_unusable(r, "it was made without a walk over the sockets");
	stuck_table_init(&h, &config);
	status = check_last_record(r, replay_scan(r, &h));
	if (s->view->start)
		s->view->start(&s->context);
	shown = stuck_show(s->view, &s->context, &h, r->now_ns);
	if (!status && r->o->stuck.fail && h.nr)
		status = EXIT_FAILED;
	stuck_table_release(&h);
	return process_close_output(&s->out, r->o->output.path) ?: shown ?: status;
}

/* Opens the recording. Without a reader, nothing was written to it yet. Returns an exit status. */
static int open_source(struct replay_run *r)
{
	r->source.idle = wait_for_more;
	r->source.idle_arg = r;
	r->source.act = r->top->full ? top_run_idle : NULL;
	r->source.act_arg = r->top;
	r->source.watched = r->top->keys;
	return replay_source_open(&r->source, r->o, r->o->record.replay, r->process);
}

static int replay_source(struct replay_run *r)
{
	bool scan = r->o->view->source == SOURCE_SCAN;
	int status;

	if (record_reader_run_info(r->source.reader)->merged && scan)
		return log_unusable(r, "it has the recordings of several hosts: want that of one");
	if (record_reader_run_info(r->source.reader)->merged) {
		r->source.idle = NULL;
		return replay_hosts(r->o, r->process, &r->source, r->top);
	}
	status = exports_open(&r->exports) ?: session_open(&r->session, r->o);
	if (status)
		return status;
	return scan ? replay_stuck(r) : replay_trace(r);
}

/* Play the recording once, from its start. Returns the exit status. */
static int replay_once(const struct options *o, struct process *process, struct top_run *top)
{
	struct replay_run r = { .o = o, .process = process, .top = top, .source.file = -1,
				.session.out.fd = -1 };
	int status;

	if (o->record.is_stream)
		return replay_stream(o, process, top);
	if (o->record.nr_replays > 1)
		return replay_hosts(o, process, NULL, top);
	exports_init(&r.exports, o, &r.session, process);
	status = open_source(&r);
	if (!status && r.source.reader)
		status = replay_source(&r);
	exports_release(&r.exports);
	session_release(&r.session);
	replay_source_close(&r.source);
	return status;
}

int replay_main(const struct options *o)
{
	struct process process;
	struct top_run top;
	int status;

	process_init(&process, NULL);
	top_run_init(&top, o, &process);
	status = top_run_open(&top) ?: top_run_open_process(&top);
	if (!status) {
		do
			status = replay_once(o, &process, &top);
		while (top_run_reads_again(&top));
	}
	top_run_release(&top);
	process_release(&process);
	return status;
}
