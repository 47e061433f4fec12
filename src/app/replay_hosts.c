/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_hosts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exports.h"
#include "find_end.h"
#include "log.h"
#include "merge_heap.h"
#include "read_clock.h"
#include "replay_host_list.h"
#include "replay_input.h"

struct replay_merge {
	const struct options *o;
	struct process *process;
	struct session all;
	struct exports exports;
	struct top_run *top;
	struct replay_source *sources;		/* those opened here */
	struct replay_input *inputs;		/* one for each recording that has a header */
	unsigned nr_sources, nr_inputs;
	struct replay_host_list hosts;
	struct merge_heap heap;			/* of inputs that are not done */
	uint64_t first_ns;			/* time of the first record */
	uint64_t now_ns;			/* of the present one */
	int status;				/* of the first input that ended before its end */
};

static int report_no_memory(void)
{
	log_error("cannot replay: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

static const struct host *get_host(const struct replay_merge *r, const struct replay_host *h)
{
	return r->all.hosts.host[h->session.host];
}

/* The order of the output: by time, then by host. A file of a host ends before the next begins. */
static bool is_input_before(const void *a, const void *b)
{
	const struct replay_input *x = a, *y = b;
	const struct session *p, *q;

	if (x->key_ns != y->key_ns)
		return x->key_ns < y->key_ns;
	if (x->fresh != y->fresh)
		return y->fresh;
	p = &replay_input_part(x)->host->session;
	q = &replay_input_part(y)->host->session;
	if (p != q)
		return host_compare(p->all->hosts.host[p->host], q->all->hosts.host[q->host]) < 0;
	return strcmp(x->source->path, y->source->path) < 0;
}

/* Find the host of the present record, and its time. */
static int place_record(struct replay_merge *r, struct replay_input *in)
{
	struct replay_part *part = replay_input_part(in);
	int status = EXIT_FINE;

	if (!part->host || part->pending)
		status = replay_host_list_find(&r->hosts, part->run, &part->host);
	if (!status)
		replay_input_set_key(in);
	return status;
}

static int begin_merge(struct replay_merge *r)
{
	int status = replay_host_list_begin(&r->hosts, r->inputs, r->nr_inputs);

	r->heap.is_before = is_input_before;
	for (unsigned i = 0; i < r->nr_inputs && !status; i++) {
		replay_input_set_key(&r->inputs[i]);
		if (!merge_heap_add(&r->heap, &r->inputs[i]))
			status = report_no_memory();
	}
	if (!status)
		status = exports_begin(&r->exports, r->now_ns);
	return status ?: session_begin_hosts(&r->all);
}

static int log_overlap(const struct replay_merge *r, const struct replay_host *h,
		       const void *other_input, const struct replay_input *b)
{
	const struct replay_input *a = other_input;
	bool swap = strcmp(a->source->path, b->source->path) > 0;
	const char *path = (swap ? b : a)->source->path, *other = (swap ? a : b)->source->path;
	const struct host *host = get_host(r, h);

	if (a == b)
		log_error("cannot replay '%s': two runs of host '%s' (boot %s) overlap", path,
			  host->name, host->boot_id);
	else
		log_error("cannot replay '%s' and '%s' together: both have host '%s' (boot %s) at "
			  "the same time", path, other, host->name, host->boot_id);
	return EXIT_INPUT;
}

/* The run of a part begins with the present record. */
static int begin_run(struct replay_merge *r, struct replay_input *in)
{
	struct replay_part *part = replay_input_part(in);
	struct replay_host *h = part->host;

	part->pending = false;
	if (h->input && h->input != in)
		return log_overlap(r, h, h->input, in);
	if (h->input) {
		h->runs.killed++;
		replay_host_end(h, replay_host_latest_ns(h));
	}
	if (h->latest_input && in->key_ns < replay_host_latest_ns(h))
		return log_overlap(r, h, h->latest_input, in);
	return replay_host_begin(h, in, part->run, &in->record, in->key_ns);
}

/* Play the present record of an input. Returns an exit status. */
static int play_record(struct replay_merge *r, struct replay_input *in)
{
	struct replay_part *part = replay_input_part(in);
	struct replay_host *h = part->host;
	int status;

	if (in->record.got != RECORD_GOT_ANNOTATION)
		session_tick_hosts(&r->all, in->key_ns);
	if (part->pending) {
		status = begin_run(r, in);
		if (status)
			return status;
	}
	if (h->input && h->input != in)
		return log_overlap(r, h, h->input, in);
	if (h->input)		/* else its run has ended */
		replay_host_play(h, &in->record);
	return EXIT_FINE;
}

/* Does a piece of a rotated recording go on in this input, with the same runs? */
static bool continues_in(const struct replay_input *in, const struct replay_input *next)
{
	return in != next && in->announces_next && !next->done && next->fresh &&
	       next->record.got == RECORD_GOT_MARK &&
	       next->record.mark->type == RECORD_MARK_START && next->key_ns == in->key_ns &&
	       replay_input_part(next)->host->input == in;
}

static void pass_runs_on(struct replay_input *in, struct replay_input *next)
{
	for (unsigned i = 0; i < next->nr_parts; i++) {
		struct replay_part *part = &next->parts[i];

		if (part->host->input != in)
			continue;
		part->host->input = part->host->latest_input = next;
		part->pending = false;
	}
}

/* An input has no more records: end the runs that it has begun, unless they go on in another. */
static void end_input(struct replay_merge *r, struct replay_input *in)
{
	in->done = true;
	for (unsigned i = 0; i < r->nr_inputs; i++)
		if (continues_in(in, &r->inputs[i]))
			pass_runs_on(in, &r->inputs[i]);
	for (unsigned i = 0; i < r->all.hosts.nr; i++)
		if (r->hosts.host[i]->input == in)
			replay_host_end(r->hosts.host[i], replay_host_latest_ns(r->hosts.host[i]));
	merge_heap_remove_first(&r->heap);
}

static bool is_range_over(const struct replay_merge *r, const struct replay_input *in)
{
	const struct replay_host *h = replay_input_part(in)->host;

	return time_range_is_over(&r->all.range, replay_host_latest_ns(h) +
				  (uint64_t)h->session.meta.boot_to_wall_ns);
}

/* Is there no point in going on? */
static bool is_done(const struct replay_merge *r, const struct replay_input *in)
{
	const struct session *s = &replay_input_part(in)->host->session;
	uint64_t duration_ns = r->o->record.follow ? 0 : r->o->run.duration_ns;

	return r->all.out.error || (r->all.writer && record_writer_error(r->all.writer)) ||
	       (s->pipeline && pipeline_is_done(s->pipeline)) ||
	       (duration_ns && in->key_ns - r->first_ns >= duration_ns);
}

/* Nothing is written to this input at present: the others go on up to the time that is read. */
static void mark_dry(struct replay_input *in)
{
	uint64_t now_ns = replay_source_follow_ns();

	in->is_dry = true;
	if (now_ns > in->key_ns)
		in->key_ns = now_ns;
}

/* Read the next record of the first input, and move it to its place. */
static int advance_input(struct replay_merge *r, struct replay_input *in)
{
	int status;

	in->is_dry = false;
	if (replay_source_is_dry(in->source)) {
		mark_dry(in);
		merge_heap_advance_first(&r->heap);
		return EXIT_FINE;
	}
	if (!replay_input_next(in))
		return report_no_memory();
	status = place_record(r, in);
	if (!status)
		merge_heap_advance_first(&r->heap);
	return status;
}

/* All inputs wait: show what is known so far. Returns false to stop. */
static bool wait_for_more(struct replay_merge *r)
{
	const struct kernel_counters none = { .filtered = 0 };
	const struct time_range *range = &r->all.range;
	uint64_t now_ns = replay_source_follow_ns();

	session_flush_hosts(&r->all);
	session_tick_hosts(&r->all, now_ns);
	exports_advance(&r->exports, now_ns, &none);
	output_flush(&r->all.out);
	return top_run_idle(r->top) && !r->all.out.error && !time_range_is_over(range, now_ns) &&
	       !replay_source_is_interrupted(r->process, REPLAY_FOLLOW_POLL_MS);
}

/* Returns an exit status, -1 to stop. */
static int step_input(struct replay_merge *r, struct replay_input *in)
{
	int status;

	if (in->is_dry) {
		if (in->source->stop_ns &&
		    read_clock_ns(CLOCK_MONOTONIC) >= in->source->stop_ns)
			return -1;
		if (replay_source_is_dry(in->source) && !wait_for_more(r))
			return -1;
		return advance_input(r, in);
	}
	if (in->record.got >= RECORD_GOT_END) {
		status = replay_source_check_end(in->source, in->record.got);
		r->status = r->status ?: status;
		end_input(r, in);
		return in->record.got == RECORD_GOT_STOP ? -1 : EXIT_FINE;
	}
	if (!r->first_ns)
		r->first_ns = in->key_ns;
	r->now_ns = in->key_ns;
	status = play_record(r, in);
	if (status)
		return status;
	if (is_done(r, in) || !top_run_step(r->top))
		return -1;
	if (is_range_over(r, in)) {
		end_input(r, in);
		return EXIT_FINE;
	}
	return advance_input(r, in);
}

static void end_hosts(struct replay_merge *r)
{
	bool ranged = r->all.range.until_ns != UINT64_MAX;
	uint64_t end_ns = 0;

	for (unsigned i = 0; i < r->all.hosts.nr; i++) {
		struct replay_host *h = r->hosts.host[i];

		replay_host_end(h, ranged ? replay_host_latest_ns(h) : h->now_ns);
		if (h->now_ns > end_ns)
			end_ns = h->now_ns;
	}
	session_end_hosts(&r->all, end_ns > r->now_ns ? end_ns : r->now_ns);
}

static void report_restarts(const struct replay_merge *r)
{
	unsigned restarts = 0, killed = 0;
	uint64_t gap_ns = 0;

	for (unsigned i = 0; i < r->all.hosts.nr; i++) {
		restarts += r->hosts.host[i]->runs.restarts;
		killed += r->hosts.host[i]->runs.killed;
		gap_ns += r->hosts.host[i]->runs.gap_ns;
	}
	replay_runs_report(restarts, killed, gap_ns);
}

static void note_missing_texts(const struct replay_merge *r)
{
	const struct group_list *by = &r->o->view_options.groups;

	for (unsigned i = 0; i < r->all.hosts.nr; i++) {
		const struct run_info *meta = &r->hosts.host[i]->session.meta;

		if (group_list_has(by, GROUP_BY_STACK) && !run_info_has_hook(meta, "stack"))
			log_note("--by stack: the recording of host '%s' has no stacks",
				 r->all.hosts.host[i]->name);
		if (group_list_has(by, GROUP_BY_EXE) && !meta->exe)
			log_note("--by exe: the recording of host '%s' has no executables",
				 r->all.hosts.host[i]->name);
	}
}

static int merge_records(struct replay_merge *r)
{
	struct replay_input *in;
	int status = EXIT_FINE;

	while (!status && (in = merge_heap_first(&r->heap)))
		status = step_input(r, in);
	return status < 0 ? EXIT_FINE : status;
}

/* Find the times of --since and --until. Returns an exit status. */
static int find_range(struct replay_merge *r)
{
	const struct time_point *since = &r->o->record.since, *until = &r->o->record.until;
	bool is_relative = since->kind == TIME_POINT_BEFORE || until->kind == TIME_POINT_BEFORE;
	uint64_t latest_ns = 0, end_ns;

	if (is_relative && r->o->record.follow)
		latest_ns = read_clock_ns(CLOCK_REALTIME);
	else if (is_relative)
		for (unsigned i = 0; i < r->nr_inputs; i++) {
			end_ns = record_find_end(r->inputs[i].source->file);
			if (!end_ns)
				return replay_source_log_no_end(r->inputs[i].source);
			if (end_ns > latest_ns)
				latest_ns = end_ns;
		}
	r->all.range = time_range_between(since, until, latest_ns);
	return EXIT_FINE;
}

static int begin_input(struct replay_merge *r, struct replay_source *source)
{
	return replay_input_begin(&r->inputs[r->nr_inputs++], source) ? EXIT_FINE :
									report_no_memory();
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Open the recordings in the order of their names. */
static int open_sources(struct replay_merge *r)
{
	unsigned n = r->o->record.nr_replays;
	const char *paths[OPTIONS_REPLAYS_MAX];
	int status = EXIT_FINE;

	memcpy(paths, r->o->record.replays, n * sizeof(*paths));
	qsort(paths, n, sizeof(*paths), compare_paths);
	for (unsigned i = 0; i < n && !status; i++) {
		struct replay_source *source = &r->sources[r->nr_sources++];

		status = replay_source_open(source, r->o, paths[i], r->process);
		if (!status && source->reader)
			status = begin_input(r, source);
	}
	return status;
}

static int open_inputs(struct replay_merge *r, struct replay_source *merged)
{
	unsigned n = r->o->record.nr_replays;

	r->sources = calloc(n, sizeof(*r->sources));
	r->inputs = calloc(n, sizeof(*r->inputs));
	if (!r->sources || !r->inputs)
		return report_no_memory();
	return merged ? begin_input(r, merged) : open_sources(r);
}

static int replay_inputs(struct replay_merge *r)
{
	const struct kernel_counters none = { .filtered = 0 };
	int status = find_range(r), ended;

	top_run_begin(r->top, &r->all);
	if (!status)
		status = begin_merge(r) ?: top_run_show(r->top);
	if (status)
		return status;
	note_missing_texts(r);
	status = merge_records(r);
	if (r->top->again)
		return status;
	report_restarts(r);
	end_hosts(r);
	top_run_end(r->top, !r->process->interrupted);
	ended = exports_end(&r->exports, r->now_ns, &none);
	return session_close(&r->all, status ?: r->status ?: ended);
}

static void release_merge(struct replay_merge *r)
{
	replay_host_list_release(&r->hosts);
	for (unsigned i = 0; i < r->nr_inputs; i++)
		replay_input_release(&r->inputs[i]);
	for (unsigned i = 0; i < r->nr_sources; i++)
		replay_source_close(&r->sources[i]);
	merge_heap_release(&r->heap);
	free(r->inputs);
	free(r->sources);
}

int replay_hosts(const struct options *o, struct process *process, struct replay_source *merged,
		 struct top_run *top)
{
	struct replay_merge r = { .o = o, .process = process, .top = top,
				  .all.out.fd = -1 };
	int status = open_inputs(&r, merged);

	exports_init(&r.exports, o, &r.all, process);
	r.hosts.all = &r.all;
	if (!status && r.nr_inputs)
		status = exports_open(&r.exports) ?: session_open_hosts(&r.all, o);
	if (!status && r.nr_inputs)
		status = replay_inputs(&r);
	exports_release(&r.exports);
	release_merge(&r);
	return status;
}
