/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "exports.h"
#include "fleet.h"
#include "frame.h"
#include "heartbeat_read.h"
#include "log.h"
#include "read_clock.h"
#include "replay_host_list.h"
#include "replay_source.h"
#include "stream_facts.h"
#include "stream_read.h"

#define IDLE_MS 100
#define ONE_CLOCK_NS (60 * NS_PER_S)	/* apart: the wall clocks of hosts that name one boot */

struct replay_stream {
	const struct options *o;
	struct process *process;
	struct session all;
	struct exports exports;
	struct replay_host_list hosts;
	struct stream_facts facts;
	struct fleet *fleet;
	struct members *members;
	struct heartbeat_facts *beat;		/* the latest one */
	struct stream_reader reader;
	struct frame_reader frames;
	bool begun;		/* the view has been started */
	bool caught_up;
	bool segment_seen;
	bool over;		/* no more frames */
	uint64_t newest_ns, newest_mono_ns;	/* the latest time of the broker, and when it came */
	uint64_t first_ns, now_ns;	/* of the first and the present record, in the order of all */
	uint64_t stop_ns;	/* end of -d, CLOCK_MONOTONIC; 0 none */
	int status;
};

/* A run that begins the list of hosts. */
struct first_run {
	struct fleet_run *run;
	struct record_header *facts;
	uint64_t first_ns;
};

struct first_runs {
	struct replay_stream *r;
	struct first_run *run;
	unsigned nr;
	bool failed;
};

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
	struct stream_read_config config = { .from.url = r->o->record.replay,
					     .partitions = r->o->record.partitions,
					     .follow = r->o->record.follow };
	char why[STREAM_WHY_BYTES];

	if (range->since_ns > TIME_RANGE_MARGIN_NS)
		config.since_ns = range->since_ns - TIME_RANGE_MARGIN_NS;
	if (!stream_reader_start(&r->reader, &config, why)) {
		r->frames.fd = r->reader.fd;
		return EXIT_FINE;
	}
	log_error("cannot read '%s': %s", r->o->record.replay, why);
	return stream_read_is_built_in() ? EXIT_FAILED : EXIT_KERNEL;
}

static int open_fleet(struct replay_stream *r)
{
	struct fleet_config config = { .partitions = r->o->record.partitions,
				       .refused = report_refused, .ahead = report_ahead, .arg = r };

	if (getrandom(&config.seed, sizeof(config.seed), 0) < 0)
		config.seed = (uint64_t)(uintptr_t)r;
	r->facts.seed = config.seed;
	r->fleet = fleet_new(&config);
	return r->fleet ? EXIT_FINE : report_no_memory();
}

static int compare_first_runs(const void *a, const void *b)
{
	const struct first_run *x = a, *y = b;
	int order = strcmp(run_info_host(&x->facts->meta), run_info_host(&y->facts->meta)) ?:
		    strcmp(x->facts->meta.boot_id, y->facts->meta.boot_id);

	return order ?: (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

static void collect_run(void *arg, struct fleet_run *run, uint64_t first_ns)
{
	struct first_runs *l = arg;
	struct first_run *grown = realloc(l->run, (l->nr + 1) * sizeof(*grown));
	struct record_header *facts = stream_facts_make(&l->r->facts, run->host, run->header);

	if (grown)
		l->run = grown;
	if (grown && facts)
		grown[l->nr++] = (struct first_run){ run, facts, first_ns };
	else
		free(facts);
	l->failed |= !grown || !facts;
}

/* Find the host of a run, or add it. Takes the facts, which keep the hooks of the host. */
static int set_host(struct replay_stream *r, struct fleet_run *run, struct record_header *facts)
{
	struct replay_host *h = NULL;
	int status;

	if (r->all.hosts.nr >= HOSTS_MAX &&
	    host_table_find(&r->all.hosts, run_info_host(&facts->meta), facts->meta.boot_id) < 0) {
		log_warn("host '%s' is left out: there are more than %d", run->host, HOSTS_MAX);
		free(facts);
		return EXIT_FINE;
	}
	status = replay_host_list_find(&r->hosts, &facts->meta, &h);
	if (status) {
		free(facts);
		return status;
	}
	run->user = h;
	run->shift_ns = h->session.shift_ns;
	if (!h->input) {
		h->session.meta = facts->meta;
		h->session.meta.boot_to_wall_ns -= h->session.shift_ns;
		free(h->facts);
		h->facts = facts;
	} else {
		free(facts);
	}
	return EXIT_FINE;
}

/* The hosts that have sent something by now come first, in the order of their names. */
static int begin_session(struct replay_stream *r)
{
	struct first_runs first = { .r = r };
	int status = EXIT_FINE;

	r->begun = true;
	fleet_visit_waiting(r->fleet, collect_run, &first);
	if (first.failed)
		status = report_no_memory();
	if (first.nr)
		qsort(first.run, first.nr, sizeof(*first.run), compare_first_runs);
	for (unsigned i = 0; i < first.nr; i++) {
		if (status)
			free(first.run[i].facts);
		else
			status = set_host(r, first.run[i].run, first.run[i].facts);
	}
	free(first.run);
	return status ?: session_begin_hosts(&r->all) ?: exports_begin(&r->exports, r->now_ns);
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
	struct record_header *facts;
	struct replay_host *h;
	int status = EXIT_FINE;

	if (!run->user) {
		facts = stream_facts_make(&r->facts, run->host, run->header);
		status = facts ? set_host(r, run, facts) : report_no_memory();
	}
	h = run->user;
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

	if (boot_to_wall_ns == s->meta.boot_to_wall_ns || item->record.got == RECORD_GOT_ANNOTATION ||
	    (item->record.got == RECORD_GOT_MARK &&
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

/* Play all that need not wait. Returns an exit status, -1 to stop. */
static int play(struct replay_stream *r)
{
	struct fleet_item item;
	int status = EXIT_FINE;

	while (!status && (item = fleet_next(r->fleet)).got != FLEET_NONE) {
		if (!r->begun)
			status = begin_session(r);
		if (item.order_ns > r->now_ns)
			r->now_ns = item.order_ns;
		if (!r->first_ns)
			r->first_ns = r->now_ns;
		if (!status)
			status = play_item(r, &item);
		if (!status && is_done(r))
			status = -1;
	}
	return status;
}

static void take_segment(struct replay_stream *r, const struct ship_frame *frame,
			 const uint8_t *bytes)
{
	if (!r->segment_seen && frame->stream_seq == 1)
		fleet_set_from_start(r->fleet);
	r->segment_seen = true;
	if (!fleet_add(r->fleet, frame->host, frame->partition, frame->broker_ns, bytes,
		       frame->size))
		r->status = report_no_memory();
}

/* Tell all that want to know what a host says of itself. Returns an exit status. */
static int take_beat_facts(struct replay_stream *r, const struct ship_frame *frame)
{
	const struct heartbeat_facts *h = r->beat;
	const struct record_segment *segment = &h->header->segment;
	const struct member_beat beat = { .host = frame->host, .broker_ns = frame->broker_ns,
					  .ended = h->ended, .lost = h->lost + h->spool_dropped,
					  .run = segment->run, .rate = segment->rate,
					  .complete = h->complete, .address = h->address,
					  .nr = h->nr };

	fleet_note_alive(r->fleet, frame->host, segment->run, frame->broker_ns);
	for (unsigned i = 0; i < HEARTBEAT_PARTITIONS_MAX; i++)
		if (h->sequence[i])
			fleet_note_next(r->fleet, frame->host, segment->run, i, h->sequence[i],
					frame->broker_ns);
	if (!stream_facts_take(&r->facts, frame->host, h->header) ||
	    !members_take(r->members, &beat))
		log_info("host '%s': its heartbeat is not kept", frame->host);
	return EXIT_FINE;
}

static int take_heartbeat(struct replay_stream *r, const struct ship_frame *frame,
			  const uint8_t *bytes)
{
	char why[RECORD_WHY];

	if (!heartbeat_read(r->beat, (const char *)bytes, frame->size, why) ||
	    !fleet_is_name_of(frame->host, run_info_host(&r->beat->header->meta))) {
		fleet_refuse_beat(r->fleet, frame->host);
		return EXIT_FINE;
	}
	return take_beat_facts(r, frame);
}

/* "tcpclose config\npartitions N\nhash_key 32HEX\n" */
static void take_config(struct replay_stream *r, const uint8_t *bytes, size_t size)
{
	static const char key_line[] = "\nhash_key ";
	const char *text = memmem(bytes, size, key_line, strlen(key_line));
	size_t len = text ? size - (size_t)(text - (const char *)bytes) - strlen(key_line) : 0;
	struct siphash_key key;
	char hex[33] = "";

	if (len < 32)
		return;
	memcpy(hex, text + strlen(key_line), 32);
	if (stream_config_parse_key(hex, &key))
		members_set_hash_key(r->members, &key);
}

static void take_time(struct replay_stream *r, uint64_t broker_ns)
{
	if (broker_ns <= r->newest_ns)
		return;
	r->newest_ns = broker_ns;
	r->newest_mono_ns = read_clock_ns(CLOCK_MONOTONIC);
}

/* Returns an exit status. */
static int take_frame(struct replay_stream *r, const struct ship_frame *frame,
		      const uint8_t *bytes)
{
	take_time(r, frame->broker_ns);
	switch (frame->kind) {
	case FRAME_SEGMENT:
		take_segment(r, frame, bytes);
		return r->status;
	case FRAME_CAUGHT_UP:
		r->caught_up = true;
		fleet_catch_up(r->fleet);
		return r->begun ? EXIT_FINE : begin_session(r);
	case FRAME_NOTE:
		log_note("%.*s", (int)frame->size, (const char *)bytes);
		return EXIT_FINE;
	case FRAME_FAILED:
		log_error("cannot read '%s': %.*s", r->o->record.replay, (int)frame->size,
			  (const char *)bytes);
		return EXIT_FAILED;
	default:
		return EXIT_FINE;
	}
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
	struct pollfd p[] = { { .fd = r->frames.fd, .events = POLLIN },
			      { .fd = r->process->signals, .events = POLLIN } };
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
	poll(p, 2, IDLE_MS);
	return EXIT_FINE;
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
		status = take_frame(r, &frame, bytes) ?: play(r);
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
		status = begin_session(r);
	if (!r->begun)
		return status;
	end_hosts(r);
	count_segments(r, UINT64_MAX);
	session_end_hosts(&r->all, r->now_ns);
	ended = exports_end(&r->exports, r->now_ns, &none);
	return session_close(&r->all, status ?: ended);
}

static void release_stream(struct replay_stream *r)
{
	stream_reader_stop(&r->reader);
	frame_reader_release(&r->frames);
	replay_host_list_release(&r->hosts);
	fleet_free(r->fleet);
	stream_facts_release(&r->facts);
}

int replay_stream(const struct options *o, struct process *process)
{
	struct replay_stream r = { .o = o, .process = process, .all.out.fd = -1, .reader.fd = -1,
				   .hosts.max_step_ns = ONE_CLOCK_NS };
	int status;

	exports_init(&r.exports, o, &r.all, process);
	r.hosts.all = &r.all;
	status = exports_open(&r.exports) ?: session_open_hosts(&r.all, o);
	r.all.is_stream = true;
	if (!status) {
		find_range(&r);
		status = open_fleet(&r) ?: start_reader(&r);
	}
	if (!status)
		status = play_stream(&r);
	release_stream(&r);
	exports_release(&r.exports);
	return status;
}
