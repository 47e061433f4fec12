/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "find_end.h"
#include "follow.h"
#include "lock.h"
#include "log.h"
#include "process.h"
#include "reader.h"
#include "replay_runs.h"
#include "serve.h"
#include "session.h"
#include "stuck.h"
#include "time_units.h"

#define FOLLOW_POLL_MS 100
#define FOLLOW_LAG_NS (2 * NS_PER_S)

struct replay_run {
	const struct options *o;
	struct process process;
	struct session session;
	struct serve_run serve;
	struct record_reader *reader;
	int file;
	bool is_written;	/* a recorder was writing it when it was opened */
	struct follow follow;
	bool follows;		/* --follow, of a file: at its end, waits for more */
	uint64_t stop_ns;	/* with --follow: end of -d, CLOCK_MONOTONIC; 0 none */
	struct replay_runs runs;
	uint64_t now_ns;	/* of the latest mark */
	uint64_t first_ns;	/* of the first mark; 0: not read yet */
	bool begun;		/* the first mark has been read */
	struct kernel_counters counters;	/* of all runs, as of the latest mark */
};

static uint64_t find_latest_ns(const struct replay_run *r)
{
	return r->session.latest_ns > r->now_ns ? r->session.latest_ns : r->now_ns;
}

/* Reads a recording to its end. */
static ssize_t read_once(struct replay_run *r, void *bytes, size_t len)
{
	struct pollfd p[] = { { .fd = r->file, .events = POLLIN },
			      { .fd = r->process.signals, .events = POLLIN } };

	while (poll(p, 2, -1) > 0) {
		if (p[1].revents)
			process_handle_signals(&r->process);
		if (r->process.interrupted)
			return RECORD_READ_STOP;
		if (p[0].revents)
			return read(r->file, bytes, len);
	}
	return -1;
}

static uint64_t read_clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/*
 * There is nothing to read: shows what is known so far. Views that wait for a time go on, although
 * no record says what time it is. A recorder writes its events within a second.
 */
static void show_what_is_known(struct replay_run *r)
{
	struct session *s = &r->session;
	uint64_t now_ns = read_clock_ns(CLOCK_REALTIME) - (uint64_t)s->meta.boot_to_wall_ns -
			  FOLLOW_LAG_NS;

	if (!r->begun)
		return;
	endpoint_table_flush(s->endpoints);
	if (now_ns > find_latest_ns(r))
		session_tick_view(s, now_ns);
	serve_advance(&r->serve, now_ns, &r->counters);
	output_flush(&s->out);
}

/* Is an interrupt pending, or one that arrives within wait_ms? */
static bool is_interrupted(struct replay_run *r, int wait_ms)
{
	struct pollfd p = { .fd = r->process.signals, .events = POLLIN };

	if (poll(&p, 1, wait_ms) > 0)
		process_handle_signals(&r->process);
	return r->process.interrupted;
}

static bool has_duration_passed(const struct replay_run *r)
{
	return r->stop_ns && read_clock_ns(CLOCK_MONOTONIC) >= r->stop_ns;
}

/* Will all that is still written be after the range of --until? */
static bool is_range_over(const struct replay_run *r)
{
	const struct time_range *range = &r->session.range;

	return range->until_ns &&
	       time_range_is_over(range, read_clock_ns(CLOCK_REALTIME) - FOLLOW_LAG_NS);
}

static ssize_t read_following(struct replay_run *r, void *bytes, size_t len)
{
	unsigned removed = r->follow.removed;
	int wait_ms = 0;
	ssize_t n;

	while (!is_interrupted(r, wait_ms) && !has_duration_passed(r) && !r->session.out.error) {
		n = follow_read(&r->follow, bytes, len);
		r->file = r->follow.fd;
		if (r->follow.removed != removed)
			log_warn("'%s': at least one file was removed before it was read",
				 r->o->record.replay);
		if (n)
			return n;
		show_what_is_known(r);
		if (is_range_over(r))
			break;
		wait_ms = FOLLOW_POLL_MS;
	}
	return RECORD_READ_STOP;
}

/* Like read(2), but an interrupt stops the reader. */
static ssize_t read_recording(void *arg, void *bytes, size_t len)
{
	struct replay_run *r = arg;

	return r->follows ? read_following(r, bytes, len) : read_once(r, bytes, len);
}

static int log_unusable(const struct replay_run *r, const char *why)
{
	log_error("cannot replay '%s': %s", r->o->record.replay, why);
	return EXIT_INPUT;
}

static bool is_same_file(int fd, const char *path)
{
	struct stat a, b;

	return path && !fstat(fd, &a) && !stat(path, &b) && S_ISREG(a.st_mode) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Is it a file in which a recorder has not written anything yet? */
static bool is_empty(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_size;
}

/* A pipe needs no waiting: it ends when its writer closes it. */
static void start_following(struct replay_run *r)
{
	const char *path = r->o->record.replay;
	struct stat st;

	r->follows = r->o->record.follow && !fstat(r->file, &st) && S_ISREG(st.st_mode);
	if (!r->follows)
		return;
	follow_init(&r->follow, strcmp(path, "-") ? path : NULL, r->file);
	if (r->o->run.duration_ns)
		r->stop_ns = read_clock_ns(CLOCK_MONOTONIC) + r->o->run.duration_ns;
}

static int open_recording(struct replay_run *r)
{
	const struct options *o = r->o;
	const char *path = o->record.replay;

	r->file = STDIN_FILENO;
	if (strcmp(path, "-") != 0)
		r->file = open(path, O_RDONLY | O_CLOEXEC);
	if (r->file < 0)
		return log_unusable(r, strerror(errno));
	if (is_same_file(r->file, o->output.path) || is_same_file(r->file, o->record.path))
		return log_unusable(r, "it would be overwritten by the output");
	r->is_written = record_is_locked(r->file);
	start_following(r);
	return EXIT_FINE;
}

/*
 * Reports why the recording ends before its end. A recorder that still writes it, or that did when
 * the file was opened, is a good reason: the end is not lost.
 */
static int report_early_end(const struct replay_run *r, bool damaged, const char *why)
{
	if (damaged || !(r->is_written || record_is_locked(r->file)))
		return log_unusable(r, why);
	log_note("'%s' is still being written: this is the recording so far", r->o->record.replay);
	return EXIT_FINE;
}

static int open_reader(struct replay_run *r)
{
	char why[RECORD_WHY];
	int status = open_recording(r);

	if (!status)
		status = process_open(&r->process);
	if (status)
		return status;
	r->reader = record_reader_open(read_recording, r, why);
	if (!r->reader && why[0])
		return report_early_end(r, !is_empty(r->file), why);
	return EXIT_FINE;
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
	uint64_t duration_ns = r->follows ? 0 : r->o->run.duration_ns;
	uint64_t wall_ns = find_latest_ns(r) + (uint64_t)r->session.meta.boot_to_wall_ns;

	return session_is_done(&r->session) || time_range_is_over(&r->session.range, wall_ns) ||
	       (duration_ns && r->first_ns && find_latest_ns(r) - r->first_ns >= duration_ns);
}

static int check_last_record(struct replay_run *r, enum record_got got)
{
	if (got != RECORD_GOT_CORRUPT)
		return EXIT_FINE;
	return report_early_end(r, record_reader_break(r->reader) == RECORD_BREAK_DAMAGE,
				record_reader_why(r->reader));
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
	struct run_info next = *record_reader_run_info(r->reader);
	uint64_t offset = record->offset;

	r->runs.killed += !record->ended;
	*record = record_reader_next(r->reader);
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
	replay_runs_shift(&r->runs, record);
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
	struct record record = record_reader_next(r->reader);

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
		if (replay_is_over(r)) {
			if (r->session.range.until_ns != UINT64_MAX)
				r->now_ns = find_latest_ns(r);	/* after the range */
			return EXIT_FINE;
		}
		record = record_reader_next(r->reader);
		if (ended && record.got != RECORD_GOT_RUN)
			return check_last_record(r, record.got);
	}
}

static void report_restarts(const struct replay_run *r)
{
	const struct replay_runs *x = &r->runs;

	if (x->restarts)
		log_note("restarts of the recorder: %u, with %.3f s in which nothing was recorded",
			 x->restarts, (double)x->gap_ns / NS_PER_S);
	if (x->killed)
		log_warn("runs whose recorder was killed: %u, the last second of each may be "
			 "missing", x->killed);
}

static void note_missing_texts(const struct replay_run *r)
{
	if (group_list_has(&r->o->view_options.groups, GROUP_BY_EXE) && !r->session.meta.exe)
		log_note("--by exe: '%s' has no executables: it was made by an older tcpclose, or "
			 "in another pid namespace", r->o->record.replay);
}

/* Finds the times of --since and --until. Returns an exit status. */
static int find_range(struct replay_run *r)
{
	const struct time_point *since = &r->o->record.since, *until = &r->o->record.until;
	uint64_t end_ns = 0;

	r->session.range = TIME_RANGE_ALL;
	if (since->kind == TIME_POINT_BEFORE || until->kind == TIME_POINT_BEFORE) {
		end_ns = r->o->record.follow ? read_clock_ns(CLOCK_REALTIME) :
					       record_find_end(r->file);
		if (!end_ns)
			return log_unusable(r, "a time before its end needs a file that can be "
					    "read twice, and that has an end");
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
	r->session.meta = *record_reader_run_info(r->reader);
	note_missing_texts(r);
	status = session_begin(&r->session, r->now_ns, &none);
	if (status)
		return status;
	status = replay_records(r);
	report_restarts(r);
	session_end(&r->session, r->now_ns, &r->counters);
	ended = serve_end(&r->serve, r->now_ns, &r->counters);
	return session_close(&r->session, status ?: ended);
}

/* Feeds the scan at the start of the recording. The first mark after the start mark ends it. */
static enum record_got replay_scan(struct replay_run *r, struct stuck_table *h)
{
	struct record got;

	while ((got = record_reader_next(r->reader)).got < RECORD_GOT_RUN) {
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

	s->meta = *record_reader_run_info(r->reader);
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

int replay_main(const struct options *o)
{
	struct replay_run r = { .o = o, .file = -1 };
	int status;

	process_init(&r.process, NULL);
	serve_init(&r.serve, o, &r.session);
	status = open_reader(&r);
	if (!status && r.reader)
		status = session_open(&r.session, o);
	if (!status && r.reader)
		status = o->view->source == SOURCE_SCAN ? replay_stuck(&r) : replay_trace(&r);
	session_release(&r.session);
	record_reader_close(r.reader);
	process_release(&r.process);
	if (r.file > STDIN_FILENO)
		close(r.file);
	return status;
}
