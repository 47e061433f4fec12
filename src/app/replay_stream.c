/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "nats_config.h"
#include "read_clock.h"
#include "replay_source.h"
#include "replay_stream_private.h"

#define IDLE_MS 100
#define ONE_CLOCK_NS (60 * NS_PER_S)	/* apart: the wall clocks of hosts that name one boot */

static int report_no_memory(void)
{
	log_error("cannot replay: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

static void report_refused(void *arg, const char *host, enum stream_refusal why, const char *text)
{
	(void)arg;
	log_warn("host '%s': segments are refused: %s%s%s", host, stream_refusal_name(why),
		 *text ? ": " : "", text);
}

static void report_ahead(void *arg, const char *host, uint64_t ahead_ns)
{
	(void)arg;
	log_warn("host '%s': its clock is at least %.3f s ahead of the broker's: its lines are in "
		 "the order in which they came", host, (double)ahead_ns / NS_PER_S);
}

/* Find the times of --since and --until. */
static void find_range(struct replay_stream *r)
{
	const struct options_record *record = &r->o->record;

	r->all.range = time_range_between(&record->since, &record->until,
					  read_clock_ns(CLOCK_REALTIME));
}

static int start_reader(struct replay_stream *r)
{
	const struct time_range *range = &r->all.range;
	struct stream_read_config config = { .partitions = r->o->record.partitions,
					     .follow = r->o->record.follow };
	char why[STREAM_WHY_BYTES];
	int status = nats_config_fill(&config.from, r->o, r->o->record.replay);

	if (status)
		return status;
	if (range->since_ns > TIME_RANGE_MARGIN_NS)
		config.since_ns = range->since_ns - TIME_RANGE_MARGIN_NS;
	if (!stream_reader_start(&r->reader, &config, why)) {
		r->frames.fd = r->reader.fd;
		return EXIT_FINE;
	}
	log_error("cannot read '%s': %s", r->o->record.replay, why);
	return EXIT_FAILED;
}

static int open_fleet(struct replay_stream *r)
{
	struct fleet_config config = { .partitions = r->o->record.partitions,
				       .refused = report_refused, .ahead = report_ahead, .arg = r };

	if (getrandom(&config.seed, sizeof(config.seed), 0) < 0)
		config.seed = (uint64_t)(uintptr_t)r;
	r->facts.seed = config.seed;
	r->fleet = fleet_new(&config);
	r->members = members_new(config.seed);
	r->beat = calloc(1, sizeof(*r->beat));
	if (r->beat)
		r->beat->header = malloc(sizeof(*r->beat->header));
	r->all.context.members = r->members;
	return r->fleet && r->members && r->beat && r->beat->header ? EXIT_FINE :
								       report_no_memory();
}

static uint64_t record_ns(const struct record *record)
{
	return record->got == RECORD_GOT_EVENT ? record->event->ts_ns : record->mark->now_ns;
}

/* A time of a record on the axis of all hosts, which does not run backwards for a host. */
static uint64_t find_begin_ns(const struct replay_host *h, const struct record *record)
{
	uint64_t ns = record_ns(record) + (uint64_t)h->session.shift_ns;
	uint64_t latest_ns = h->latest_input ? replay_host_latest_ns(h) : 0;

	return ns > latest_ns ? ns : latest_ns;
}

static int begin_run(struct replay_stream *r, const struct fleet_item *item)
{
	struct fleet_run *run = item->run;
	int status = replay_stream_find_host(r, run);
	struct replay_host *h = run->user;

	if (status || !h || h->input)
		return status;
	return replay_host_begin(h, run, &h->facts->meta, &item->record,
				 find_begin_ns(h, &item->record));
}

/* The clock was set while segments were lost. */
static void check_clock(struct replay_host *h, const struct fleet_item *item)
{
	struct session *s = &h->session;
	int64_t boot_to_wall_ns = item->boot_to_wall_ns - s->shift_ns;

	if (boot_to_wall_ns == s->meta.boot_to_wall_ns ||
	    item->record.got == RECORD_GOT_ANNOTATION || (item->record.got == RECORD_GOT_MARK &&
	     item->record.mark->type == RECORD_MARK_CLOCK_SET))
		return;
	session_use_host(s);
	session_clock_changed(s, boot_to_wall_ns, replay_host_latest_ns(h), &s->counters);
}

static void end_run(struct replay_stream *r, struct replay_host *h, struct fleet_item *item)
{
	if (item->record.got == RECORD_GOT_MARK)
		replay_host_play(h, &item->record);
	if (!h->input)
		return;
	h->runs.killed += !r->over;
	replay_host_end(h, r->over ? h->now_ns : replay_host_latest_ns(h));
}

static int play_item(struct replay_stream *r, struct fleet_item *item)
{
	struct replay_host *h = item->run->user;

	if (item->record.got != RECORD_GOT_ANNOTATION)
		session_tick_hosts(&r->all, item->order_ns);
	if (item->got == FLEET_BEGIN)
		return begin_run(r, item);
	if (!h || h->input != item->run)
		return EXIT_FINE;
	if (item->got == FLEET_GAP) {
		session_lose_segments(&h->session);
		members_lose(r->members, item->run->host, item->order_ns);
	} else if (item->got == FLEET_END) {
		end_run(r, h, item);
	} else {
		check_clock(h, item);
		replay_host_play(h, &item->record);
	}
	return EXIT_FINE;
}

/* Is there no point in going on? */
static bool is_done(const struct replay_stream *r)
{
	uint64_t duration_ns = r->o->record.follow ? 0 : r->o->run.duration_ns;

	return r->all.out.error || (r->all.writer && record_writer_error(r->all.writer)) ||
	       session_hosts_are_done(&r->all) || time_range_is_over(&r->all.range, r->now_ns) ||
	       (duration_ns && r->now_ns - r->first_ns >= duration_ns);
}

static void count_segments(struct replay_stream *r, uint64_t now_ns)
{
	const struct stream_counts counts = fleet_counts(r->fleet);

	session_count_stream(&r->all, &counts, now_ns);
}

static bool shows_walks(const struct replay_stream *r)
{
	return r->o->view->source == SOURCE_SCAN;
}

/* Play all that need not wait. Returns an exit status, -1 to stop. */
static int play(struct replay_stream *r)
{
	struct fleet_item item;
	int status = EXIT_FINE;

	while (!status && (item = fleet_next(r->fleet)).got != FLEET_NONE) {
		if (!r->begun)
			status = replay_stream_begin(r);
		if (item.order_ns > r->now_ns)
			r->now_ns = item.order_ns;
		if (!r->first_ns)
			r->first_ns = r->now_ns;
		if (!status)
			status = shows_walks(r) ? replay_stream_walk(r, &item) :
						  play_item(r, &item);
		if (!status && (is_done(r) || !top_run_step(r->top)))
			status = -1;
	}
	return status;
}

/* At the present end, the time of the broker goes on although nothing comes. */
static void pass_time(struct replay_stream *r)
{
	if (r->caught_up && r->newest_ns)
		fleet_advance(r->fleet, r->newest_ns + read_clock_ns(CLOCK_MONOTONIC) -
						r->newest_mono_ns);
}

/* There is nothing to read: show what is known so far, and wait. Returns as play(). */
static int wait_for_more(struct replay_stream *r)
{
	const struct kernel_counters none = { .filtered = 0 };
	int status;

	pass_time(r);
	status = play(r);
	if (status)
		return status;
	if (r->caught_up) {
		session_flush_hosts(&r->all);
		session_tick_hosts(&r->all, fleet_now_ns(r->fleet) - FLEET_LIVE_NS);
		exports_advance(&r->exports, fleet_now_ns(r->fleet), &none);
	}
	output_flush(&r->all.out);
	exports_wait(&r->exports, r->epoll, IDLE_MS);
	return top_run_idle(r->top) ? EXIT_FINE : -1;
}

static bool has_duration_passed(const struct replay_stream *r)
{
	return r->stop_ns && read_clock_ns(CLOCK_MONOTONIC) >= r->stop_ns;
}

/* Read one frame, and play what it completes. Returns as play(). */
static int step(struct replay_stream *r)
{
	struct ship_frame frame;
	const uint8_t *bytes;
	int got, status;

	if (replay_source_is_interrupted(r->process, 0) || has_duration_passed(r))
		return -1;
	got = frame_read(&r->frames, &frame, &bytes);
	if (!got)
		return wait_for_more(r);
	if (got == 1) {
		status = replay_stream_take(r, &frame, bytes) ?: play(r);
		if (!status && r->begun)
			count_segments(r, r->now_ns);
		return status;
	}
	r->over = true;
	if (got == -1)
		return EXIT_FINE;
	log_error("cannot read '%s': %s", r->o->record.replay, strerror(-got));
	return EXIT_FAILED;
}

/* What to wait for: more frames, and signals. */
static int open_epoll(struct replay_stream *r)
{
	const int fds[] = { r->frames.fd, r->process->signals };
	struct epoll_event e = { .events = EPOLLIN };

	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < 2 && r->epoll >= 0; i++)
		if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, fds[i], &e))
			break;
		else if (i && !top_run_watch(r->top, r->epoll))
			return EXIT_FINE;
	log_error("cannot wait for the stream: %s", strerror(errno));
	return EXIT_FAILED;
}

/* Returns an exit status. */
static int read_stream(struct replay_stream *r)
{
	int status = EXIT_FINE;

	if (r->o->record.follow && r->o->run.duration_ns)
		r->stop_ns = read_clock_ns(CLOCK_MONOTONIC) + r->o->run.duration_ns;
	while (!status && !r->over)
		status = step(r);
	if (!status) {
		fleet_end(r->fleet);
		status = play(r);
	}
	return status < 0 ? EXIT_FINE : status;
}

static void end_hosts(struct replay_stream *r)
{
	unsigned restarts = 0, killed = 0;
	uint64_t gap_ns = 0;

	for (unsigned i = 0; i < r->all.hosts.nr; i++) {
		struct replay_host *h = r->hosts.host[i];

		replay_host_end(h, h->now_ns);
		restarts += h->runs.restarts;
		killed += h->runs.killed;
		gap_ns += h->runs.gap_ns;
	}
	replay_runs_report(restarts, killed, gap_ns);
}

static int play_stream(struct replay_stream *r)
{
	const struct kernel_counters none = { .filtered = 0 };
	int status = read_stream(r), ended;

	if (!r->begun && !status)
		status = replay_stream_begin(r);
	if (!r->begun)
		return status;
	if (shows_walks(r))
		return session_close(&r->all, status ?: replay_stream_show_walks(r));
	end_hosts(r);
	count_segments(r, UINT64_MAX);
	session_end_hosts(&r->all, r->now_ns);
	top_run_end(r->top, !r->process->interrupted);
	ended = exports_end(&r->exports, r->now_ns, &none);
	return session_close(&r->all, status ?: ended);
}

static void release_stream(struct replay_stream *r)
{
	if (r->epoll >= 0)
		close(r->epoll);
	stream_reader_stop(&r->reader);
	replay_stream_release_walks(r);
	frame_reader_release(&r->frames);
	replay_host_list_release(&r->hosts);
	fleet_free(r->fleet);
	members_free(r->members);
	if (r->beat)
		free(r->beat->header);
	free(r->beat);
	stream_facts_release(&r->facts);
}

int replay_stream(const struct options *o, struct process *process, struct top_run *top)
{
	struct replay_stream r = { .o = o, .process = process, .top = top, .all.out.fd = -1,
				   .reader.fd = -1, .epoll = -1,
				   .hosts.max_step_ns = ONE_CLOCK_NS };
	int status;

	exports_init(&r.exports, o, &r.all, process);
	r.hosts.all = &r.all;
	status = exports_open(&r.exports) ?: session_open_hosts(&r.all, o);
	r.all.is_stream = true;
	if (!status) {
		find_range(&r);
		status = open_fleet(&r) ?: start_reader(&r) ?: open_epoll(&r);
	}
	if (!status)
		status = play_stream(&r);
	release_stream(&r);
	exports_release(&r.exports);
	return status;
}
