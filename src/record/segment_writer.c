/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "segment_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "segment_private.h"

#define WAITING_MAX 65536u	/* events that may wait, of all sockets */
#define TRIES_MAX 3		/* segments that are begun for the texts of one event */

static struct segment_writer *writer_of(struct record_writer *writer)
{
	return (struct segment_writer *)writer;
}

static const struct segment_writer *const_writer_of(const struct record_writer *writer)
{
	return (const struct segment_writer *)writer;
}

/* Put an annotation about the run into partition 0, and into each other that has records. */
static void annotate_all(struct segment_writer *w, enum record_annotation_type type, uint64_t key,
			 uint64_t at_ns, const void *bytes, size_t len)
{
	for (unsigned n = 0; n < w->partitions; n++)
		if (w->partition[n] || !n)
			segment_annotate(w, n, type, key, at_ns, bytes, len);
}

static void put_text(void *arg, enum record_annotation_type type, uint64_t key, uint64_t at_ns,
		     const void *bytes, size_t len)
{
	struct segment_writer *w = arg;

	segment_annotate(w, w->put_partition, type, key, at_ns, bytes, len);
}

static void put_tree(struct segment_writer *w, unsigned n)
{
	struct partition *p = w->partition[n];
	uint32_t pid = 0;

	if (p->tree_is_written)
		return;
	p->tree_is_written = true;
	while ((pid = process_tree_next(w->tree, pid)))
		segment_annotate(w, n, RECORD_ANNOTATION_TREE, pid, 0, "+", 1);
}

/*
 * Put the texts that the event needs into its segment. If they fill it, the next segment needs them
 * all.
 */
static struct partition *prepare_segment(struct segment_writer *w, unsigned n,
					 const struct event *e)
{
	struct partition *p = segment_reserve(w, n, 1);

	w->put_partition = n;
	for (unsigned i = 0; p && i < TRIES_MAX; i++) {
		uint32_t serial = p->serial;

		if (w->tree)
			put_tree(w, n);
		segment_texts_need(w->texts, e, n, serial, put_text, w);
		p = segment_reserve(w, n, 1);
		if (p && p->serial == serial)
			break;
	}
	return p;
}

static void note_syscall(struct partition *p, const struct event *e)
{
	unsigned nr = (unsigned)e->syscall_nr;

	if (e->task_flags & TASKF_SYSCALL && nr < RECORD_SYSCALLS)
		p->calls.used[!!(e->task_flags & TASKF_COMPAT)][nr / 64] |= 1ull << nr % 64;
}

/*
 * The name of a process may have changed while its event waited: then it is unknown, because the
 * text that readers have is the new one.
 */
static void forget_old_name(struct segment_writer *w, struct event *e, uint32_t version)
{
	bool named = e->task_flags & TASKF_PROCESS_NAMED && e->kind != EVENT_HOLDER;

	if (named && segment_texts_name_version(w->texts, e) != version)
		e->task_flags &= (uint8_t)~TASKF_PROCESS_NAMED;
}

static void put_event(struct segment_writer *w, unsigned n, const struct event *e)
{
	struct partition *p = prepare_segment(w, n, e);
	struct event copy;

	if (!p)
		return;
	if (w->redacts) {
		copy = *e;
		redact_event(&w->redactor, &copy);
		e = &copy;
	}
	note_syscall(p, e);
	record_member_add(&p->member, e);
	p->ends_with_time = false;
	p->events++;
}

/* An event has its partition, perhaps after having waited. */
static void take_event(void *arg, uint32_t partition, const struct event *e, uint32_t version)
{
	struct segment_writer *w = arg;
	struct event copy = *e;

	forget_old_name(w, &copy, version);
	if (partition != PARTITION_ALL) {
		put_event(w, partition, &copy);
		return;
	}
	for (unsigned n = 0; n < w->partitions; n++)
		if (w->partition[n] || !n)
			put_event(w, n, &copy);
}

/* Note the rate of the latest decision in each partition: its segment has the lowest. */
static void note_rate(struct segment_writer *w)
{
	uint32_t rate = partitioner_rate(w->partitioner, w->latest_ns);

	if (rate == w->rate)
		return;
	w->rate = rate;
	for (unsigned n = 0; n < w->partitions; n++)
		if (w->partition[n] && rate < w->partition[n]->rate)
			w->partition[n]->rate = rate;
}

static void add_event(struct record_writer *writer, const struct event *e)
{
	struct segment_writer *w = writer_of(writer);

	if (w->error)
		return;
	if (e->ts_ns > w->latest_ns)
		w->latest_ns = e->ts_ns;
	partitioner_feed(w->partitioner, e, segment_texts_name_version(w->texts, e));
	note_rate(w);
}

/* Put a mark into the segment of each partition that has records. */
static void put_mark(struct segment_writer *w, enum record_mark_type type)
{
	for (unsigned n = 0; n < w->partitions; n++) {
		struct partition *p = w->partition[n] ? segment_reserve(w, n, 1) : NULL;

		if (p)
			segment_put_mark(w, p, type);
	}
}

static void end_run(struct segment_writer *w)
{
	partitioner_flush(w->partitioner);
	for (unsigned n = 0; n < w->partitions; n++) {
		if (!n || w->partition[n])
			segment_reserve(w, n, 1);
		segment_cut(w, n, RECORD_MARK_END);
	}
	w->has_ended = true;
}

static void add_mark(struct record_writer *writer, enum record_mark_type type, uint64_t now_ns,
		     const struct kernel_counters *counters)
{
	struct segment_writer *w = writer_of(writer);

	if (w->error)
		return;
	w->latest.now_ns = now_ns;
	w->latest.counters = *counters;
	if (now_ns > w->latest_ns)
		w->latest_ns = now_ns;
	if (type == RECORD_MARK_END)
		end_run(w);
	else if (type != RECORD_MARK_START)	/* each segment has one */
		put_mark(w, type);
}

static void add_clock(struct record_writer *writer, int64_t boot_to_wall_ns, uint64_t now_ns,
		      const struct kernel_counters *counters)
{
	struct segment_writer *w = writer_of(writer);

	w->latest.boot_to_wall_ns = boot_to_wall_ns;
	add_mark(writer, RECORD_MARK_CLOCK_SET, now_ns, counters);
	w->latest.boot_to_wall_ns = 0;
	w->boot_to_wall_ns = boot_to_wall_ns;
}

/* The socket of an endpoint is gone: that belongs to its partition. */
static void annotate_socket(struct segment_writer *w, uint64_t sk_key, uint64_t at_ns,
			    const void *bytes, size_t len)
{
	uint32_t partition;
	uint64_t cookie = 0;

	if (len == sizeof(cookie))
		memcpy(&cookie, bytes, sizeof(cookie));
	if (partitioner_find(w->partitioner, sk_key, cookie, &partition))
		segment_annotate(w, partition, RECORD_ANNOTATION_VANISHED, sk_key, at_ns, bytes, len);
}

static void set_tree(struct segment_writer *w, uint32_t pid, uint64_t at_ns, bool joined)
{
	if (!w->tree)
		w->tree = process_tree_new();
	if (!w->tree) {
		w->error = ENOMEM;
		return;
	}
	process_tree_set(w->tree, pid, joined);
	for (unsigned n = 0; n < w->partitions; n++)
		if (w->partition[n] && w->partition[n]->tree_is_written)
			segment_annotate(w, n, RECORD_ANNOTATION_TREE, pid, at_ns,
				       joined ? "+" : "-", 1);
}

static void annotate(struct record_writer *writer, enum record_annotation_type type, uint64_t key,
		     uint64_t at_ns, const void *bytes, size_t len)
{
	struct segment_writer *w = writer_of(writer);
	char text[RECORD_ANNOTATION_MAX];

	if (w->error)
		return;
	if (w->redacts) {
		long n = redact_annotation(&w->redactor, type, bytes, len, text);

		if (n < 0)
			return;
		bytes = text;
		len = (size_t)n;
	}
	if (segment_texts_has_type(type))
		segment_texts_set(w->texts, type, key, at_ns, bytes, len);
	else if (type == RECORD_ANNOTATION_VANISHED)
		annotate_socket(w, key, at_ns, bytes, len);
	else if (type == RECORD_ANNOTATION_TREE)
		set_tree(w, (uint32_t)key, at_ns, len && *(const char *)bytes == '+');
	else
		annotate_all(w, type, key, at_ns, bytes, len);
}

static unsigned get_file(struct record_writer *writer)
{
	(void)writer;
	return 1;
}

static uint64_t find_due_ns(const struct record_writer *writer)
{
	const struct segment_writer *w = const_writer_of(writer);
	uint64_t due_ns = 0;

	for (unsigned n = 0; n < w->partitions && !w->error; n++) {
		const struct partition *p = w->partition[n];

		if (p && p->serial && (!due_ns || p->begun_ns + RECORD_MEMBER_NS < due_ns))
			due_ns = p->begun_ns + RECORD_MEMBER_NS;
	}
	return due_ns;
}

/* The caller has added a mark: all segments end with it. */
static void flush(struct record_writer *writer)
{
	struct segment_writer *w = writer_of(writer);

	for (unsigned n = 0; n < w->partitions && !w->error; n++)
		segment_cut(w, n, RECORD_MARK_TIME);
}

static int get_error(const struct record_writer *writer)
{
	return const_writer_of(writer)->error;
}

static int refuse_host(struct record_writer *writer, const struct run_info *meta, int64_t shift_ns)
{
	(void)writer;
	(void)meta;
	(void)shift_ns;
	return -EOPNOTSUPP;
}

static void use_host(struct record_writer *writer, unsigned host)
{
	(void)writer;
	(void)host;
}

static void begin_run(struct record_writer *writer)
{
	(void)writer;
}

static void free_writer(struct segment_writer *w)
{
	for (unsigned n = 0; n < PARTITIONS_MAX; n++) {
		if (w->partition[n])
			buf_release(&w->partition[n]->out);
		free(w->partition[n]);
	}
	partitioner_free(w->partitioner);
	segment_texts_free(w->texts);
	process_tree_free(w->tree);
	gzip_encoder_free(w->gzip);
	free(w);
}

static int close_writer(struct record_writer *writer)
{
	struct segment_writer *w = writer_of(writer);
	int err;

	if (!w->has_ended)
		partitioner_flush(w->partitioner);
	flush(writer);
	err = w->error;
	free_writer(w);
	return err;
}

static const struct record_writer_ops segment_ops = {
	.close = close_writer, .add_event = add_event, .add_mark = add_mark, .add_clock = add_clock,
	.add_host = refuse_host, .use_host = use_host, .begin_run = begin_run,
	.annotate = annotate, .file = get_file, .due_ns = find_due_ns, .flush = flush,
	.error = get_error,
};

int segment_writer_open(struct record_writer **writer, const struct segment_writer_config *config)
{
	struct segment_writer *w = calloc(1, sizeof(*w));
	struct partitioner_config sockets = { .max_sockets = config->max_open, .seed = config->seed,
					      .max_waiting = WAITING_MAX, .put = take_event,
					      .max_rate = config->max_rate, .arg = w };

	*writer = NULL;
	if (!w)
		return -ENOMEM;
	w->writer.ops = &segment_ops;
	w->config = *config;
	if (!w->config.target_bytes)
		w->config.target_bytes = RECORD_SEGMENT_MAX;
	w->redacts = config->redactor;
	if (w->redacts)
		w->redactor = *config->redactor;
	w->latest.kind = RECORD_KIND_MARK;
	w->boot_to_wall_ns = config->meta->boot_to_wall_ns;
	w->partitions = 1;
	w->rate = SAMPLING_ALL;
	w->partitioner = partitioner_new(&sockets);
	w->texts = segment_texts_new(config->seed);
	w->gzip = gzip_encoder_new();
	if (!w->partitioner || !w->texts || !w->gzip) {
		free_writer(w);
		return -ENOMEM;
	}
	*writer = &w->writer;
	return 0;
}

void segment_writer_set_partitions(struct record_writer *writer, unsigned partitions,
				   const struct siphash_key *hash_key)
{
	struct segment_writer *w = writer_of(writer);

	flush(writer);
	if (partitions > w->partitions)
		w->partitions = partitions;
	partitioner_set_partitions(w->partitioner, partitions, hash_key);
}

void segment_writer_settle(struct record_writer *writer, uint64_t sk_key, uint64_t cookie,
			   bool clean)
{
	partitioner_settle(writer_of(writer)->partitioner, sk_key, cookie, clean);
}

void segment_writer_advance(struct record_writer *writer, uint64_t now_ns)
{
	partitioner_advance(writer_of(writer)->partitioner, now_ns);
}

uint64_t segment_writer_next_ns(const struct record_writer *writer)
{
	return partitioner_next_ns(const_writer_of(writer)->partitioner);
}

struct segment_counts segment_writer_counts(struct record_writer *writer, uint64_t now_ns)
{
	struct segment_writer *w = writer_of(writer);
	struct partitioner_counts p = partitioner_counts(w->partitioner);
	struct segment_counts c = w->counts;

	c.waiting = p.waiting;
	c.overflowed = p.overflowed;
	c.evicted = p.evicted;
	c.sampled_out = p.left_out;
	c.sampled_out_events = p.left_out_events;
	c.rate = partitioner_rate(w->partitioner, now_ns);
	return c;
}

uint64_t segment_writer_sequence(const struct record_writer *writer, unsigned partition)
{
	const struct partition *p = const_writer_of(writer)->partition[partition];

	return p ? p->sequence : 0;
}

unsigned segment_writer_partitions(const struct record_writer *writer)
{
	return const_writer_of(writer)->partitions;
}
