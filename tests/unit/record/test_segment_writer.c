/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record_fixture.h"

#include "partition_hash.h"
#include "segment_writer.h"

#define SEGMENTS_MAX 4096
#define KINDS 8		/* of texts in these tests */
#define RUN "00112233445566778899aabbccddeeff"

static const struct kernel_counters none, some = { .filtered = 3, .ring_full = { [1] = 2 } };
static const struct siphash_key hash_key = { 1, 2 };

static struct run_info info = { .host = "web-7", .boot_id = "boot-1", .boot_to_wall_ns = 1000 };

/* The segments that were written, in order. */
static struct kept {
	struct finished_segment segment;
	uint8_t *bytes;
} kept[SEGMENTS_MAX];
static unsigned nr_kept;

static void keep_segment(void *arg, const struct finished_segment *s)
{
	(void)arg;
	assert_true(nr_kept < SEGMENTS_MAX);
	assert_in_range(s->size, 1, RECORD_SEGMENT_MAX);
	kept[nr_kept].segment = *s;
	kept[nr_kept].bytes = malloc(s->size);
	assert_non_null(kept[nr_kept].bytes);
	memcpy(kept[nr_kept].bytes, s->bytes, s->size);
	nr_kept++;
}

static int release_segments(void **state)
{
	(void)state;
	while (nr_kept)
		free(kept[--nr_kept].bytes);
	return 0;
}

static struct record_writer *open_writer(unsigned partitions, uint64_t max_rate, size_t target)
{
	struct segment_writer_config config = { .meta = &info, .run = RUN, .seed = 3,
						.max_rate = max_rate, .max_open = 100000,
						.target_bytes = target, .take = keep_segment };
	struct record_writer *w;

	assert_int_equal(segment_writer_open(&w, &config), 0);
	segment_writer_set_partitions(w, partitions, &hash_key);
	record_writer_add_mark(w, RECORD_MARK_START, T0, &none);
	return w;
}

static void end(struct record_writer *w, uint64_t now_ns)
{
	record_writer_add_mark(w, RECORD_MARK_END, now_ns, &some);
	assert_int_equal(record_writer_close(w), 0);
}

static void load_segment(struct memory_file *f, unsigned i)
{
	f->len = kept[i].segment.size;
	f->at = f->step = 0;
	memcpy(f->data, kept[i].bytes, f->len);
}

/* Event i, of one of many endpoints, processes and cgroups; the names of some change. */
static struct event event_of(unsigned i)
{
	struct event e = of_endpoint(1 + i / 3, i % 3 == 0 ? a_fin(T0 + i * MS / 10, i % 50 + 1) :
					i % 3 == 1 ? an_ack(T0 + i * MS / 10) :
					a_last_change(T0 + i * MS / 10, SOCKF_DONE));

	e.snd_una += e.cookie * 2654435761u;
	e.snd_nxt += e.cookie * 2654435761u;
	e.write_seq += e.cookie * 2654435761u;
	e.srtt_us = i * 2654435761u;	/* incompressible */
	e.task_flags |= TASKF_VALID | TASKF_PROCESS_NAMED;
	e.pid = 1 + i % 50;
	e.cgroup = 1 + i % 7;
	e.netns = 1 + i % 3;
	return e;
}

/* The text of a number: it says what it is about. */
static int make_text(char text[64], enum record_annotation_type type, uint64_t key)
{
	return snprintf(text, 64, "text %u of %llu", type, (unsigned long long)key);
}

static void annotate(struct record_writer *w, enum record_annotation_type type, uint64_t key,
		     uint64_t at_ns)
{
	char text[64];
	int len = make_text(text, type, key);

	record_writer_annotate(w, type, key, at_ns, text, (size_t)len);
}

/* Each text is passed once, before the first event that needs it. */
static void put_events(struct record_writer *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct event e = event_of(i);

		if (i < 7)
			annotate(w, RECORD_ANNOTATION_CGROUP, e.cgroup, 0);
		if (i < 50) {
			annotate(w, RECORD_ANNOTATION_PROCESS, e.pid, 0);
			annotate(w, RECORD_ANNOTATION_EXE, e.pid, T0);
		}
		if (i < 3)
			annotate(w, RECORD_ANNOTATION_NETNS, e.netns, T0);
		record_writer_add_event(w, &e);
		if (record_writer_due_ns(w) && record_writer_due_ns(w) <= e.ts_ns) {
			record_writer_add_mark(w, RECORD_MARK_TIME, e.ts_ns, &none);
			record_writer_flush(w);
		}
	}
}

/* What one segment has, and what it must have. */
struct contents {
	unsigned events, marks, first_mark, last_mark;
	bool known[64][64];	/* texts of this segment, by type and key */
};

static void take_text(struct contents *c, const struct record_annotation *a)
{
	char text[64];

	assert_true(a->type < 64 && a->key < 64);
	assert_int_equal(a->len, make_text(text, a->type, a->key));
	assert_memory_equal(a->bytes, text, a->len);
	c->known[a->type][a->key] = true;
}

static void check_texts(const struct contents *c, const struct event *e)
{
	assert_true(c->known[RECORD_ANNOTATION_CGROUP][e->cgroup]);
	assert_true(c->known[RECORD_ANNOTATION_PROCESS][e->pid]);
	assert_true(c->known[RECORD_ANNOTATION_EXE][e->pid]);
	assert_true(c->known[RECORD_ANNOTATION_NETNS][e->netns]);
}

/* Reads a segment alone. Calls each() for each event. */
static struct contents read_segment(unsigned i, void (*each)(unsigned segment,
							     const struct event *e))
{
	static struct memory_file f;
	struct contents c = { .events = 0 };
	char why[RECORD_WHY];
	struct record_reader *r;
	struct record got;

	load_segment(&f, i);
	r = record_reader_open(read_bytes, &f, why);
	assert_non_null(r);
	assert_string_equal(record_reader_run_info(r)->host, "web-7");
	assert_string_equal(record_reader_run_info(r)->boot_id, "boot-1");
	while ((got = record_reader_next(r)).got < RECORD_GOT_END) {
		if (got.got == RECORD_GOT_MARK) {
			c.last_mark = got.mark->type;
			c.first_mark = c.marks++ ? c.first_mark : c.last_mark;
		} else if (got.got == RECORD_GOT_ANNOTATION) {
			take_text(&c, got.annotation);
		} else {
			assert_int_equal(got.got, RECORD_GOT_EVENT);
			assert_int_equal(c.first_mark, RECORD_MARK_START);
			check_texts(&c, got.event);
			each(i, got.event);
			c.events++;
		}
	}
	assert_int_not_equal(record_reader_break(r), RECORD_BREAK_DAMAGE);
	assert_int_equal(c.events, kept[i].segment.events);
	record_reader_close(r);
	return c;
}

static unsigned times_seen[60000];
static int last_of_endpoint[20001];	/* the number of its latest event, plus 1 */
static unsigned partition_of_endpoint[20001];

static void check_event(unsigned segment, const struct event *e)
{
	unsigned i = (unsigned)((e->ts_ns - T0) / (MS / 10));
	struct event want = event_of(i);

	assert_memory_equal(e, &want, sizeof(want));
	times_seen[i]++;
	assert_true((int)i >= last_of_endpoint[e->cookie]);
	last_of_endpoint[e->cookie] = (int)i + 1;
	if (partition_of_endpoint[e->cookie])
		assert_int_equal(partition_of_endpoint[e->cookie],
				 kept[segment].segment.partition + 1);
	partition_of_endpoint[e->cookie] = kept[segment].segment.partition + 1;
}

/* All segments, in the order of each partition, have every event once, as it came. */
static void check_segments(unsigned events, unsigned partitions)
{
	uint64_t sequence[PARTITIONS_MAX] = { 0 };
	unsigned ends = 0;

	memset(times_seen, 0, sizeof(times_seen));
	memset(last_of_endpoint, 0, sizeof(last_of_endpoint));
	memset(partition_of_endpoint, 0, sizeof(partition_of_endpoint));
	for (unsigned i = 0; i < nr_kept; i++) {
		const struct finished_segment *s = &kept[i].segment;
		struct contents c = read_segment(i, check_event);
		char id[RECORD_SEGMENT_ID_BYTES];

		assert_true(s->partition < partitions);
		assert_int_equal(s->sequence, sequence[s->partition]);
		sequence[s->partition]++;
		snprintf(id, sizeof(id), RUN "-%u-%llu", s->partition,
			 (unsigned long long)s->sequence);
		assert_string_equal(s->id, id);
		assert_true(c.last_mark == RECORD_MARK_TIME || c.last_mark == RECORD_MARK_END);
		ends += c.last_mark == RECORD_MARK_END;
	}
	for (unsigned i = 0; i < events; i++)
		assert_int_equal(times_seen[i], 1);
	assert_in_range(ends, 1, partitions);
}

static void write_and_check(unsigned events, unsigned partitions, size_t target)
{
	struct record_writer *w = open_writer(partitions, 0, target);
	struct segment_counts c;

	put_events(w, events);
	record_writer_add_mark(w, RECORD_MARK_END, T0 + events * MS, &some);
	c = segment_writer_counts(w, T0);
	assert_int_equal(c.events, events);
	assert_int_equal(c.segments, nr_kept);
	assert_int_equal(record_writer_close(w), 0);
	check_segments(events, partitions);
}

static void test_segment_writer__every_event_is_in_one_segment_with_its_texts(void **state)
{
	(void)state;
	write_and_check(60000, 1, 0);
	assert_in_range(nr_kept, 6, 40);
}

static void test_segment_writer__partitions_divide_the_connections(void **state)
{
	bool used[PARTITIONS_MAX] = { false };

	(void)state;
	write_and_check(30000, 16, 0);
	for (unsigned i = 0; i < nr_kept; i++)
		used[kept[i].segment.partition] = true;
	for (unsigned i = 0; i < 16; i++)
		assert_true(used[i]);
}

static void test_segment_writer__small_segments_have_the_same_events(void **state)
{
	(void)state;
	write_and_check(20000, 1, 16 << 10);
	assert_in_range(nr_kept, 10, 200);
	for (unsigned i = 0; i < nr_kept; i++)
		assert_in_range(kept[i].segment.size, 1, 24 << 10);
}

/* A segment of events that do not compress stays within its limit, too. */
static void test_segment_writer__a_segment_is_never_too_large(void **state)
{
	struct record_writer *w = open_writer(1, 0, 0);
	uint64_t seed = 9;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		struct event e = of_endpoint(1 + i, a_fin(T0, 1));

		for (size_t at = offsetof(struct event, local_addr); at + 8 <= 120; at += 8) {
			uint64_t random = next_random(&seed);

			memcpy((uint8_t *)&e + at, &random, sizeof(random));
		}
		record_writer_add_event(w, &e);
	}
	end(w, T0 + MS);
	assert_in_range(nr_kept, 3, 20);
	for (unsigned i = 0; i + 1 < nr_kept; i++)
		assert_in_range(kept[i].segment.size, 160 << 10, RECORD_SEGMENT_MAX);
}

static void test_segment_writer__an_idle_recorder_makes_no_segments(void **state)
{
	struct record_writer *w = open_writer(4, 0, 0);

	(void)state;
	record_writer_add_mark(w, RECORD_MARK_TIME, T0 + 100 * MS, &none);
	assert_int_equal(record_writer_due_ns(w), 0);
	record_writer_flush(w);
	assert_int_equal(nr_kept, 0);
	end(w, T0 + 200 * MS);
	assert_int_equal(nr_kept, 1);	/* the end of the run is in partition 0 */
	assert_int_equal(kept[0].segment.events, 0);
}

/* Each segment begins with the counters of its beginning, so losses count once. */
static void test_segment_writer__the_counters_go_on_from_segment_to_segment(void **state)
{
	static struct memory_file f;
	struct record_writer *w = open_writer(1, 0, 0);
	struct event e = event_of(0);
	struct record_reader *r;
	char why[RECORD_WHY];

	(void)state;
	record_writer_add_event(w, &e);
	record_writer_add_mark(w, RECORD_MARK_TIME, T0 + MS, &some);
	record_writer_flush(w);
	record_writer_add_event(w, &e);
	end(w, T0 + 2 * MS);
	assert_int_equal(nr_kept, 2);
	load_segment(&f, 1);
	r = record_reader_open(read_bytes, &f, why);
	assert_int_equal(record_reader_next(r).mark->counters.ring_full[1], 2);
	record_reader_close(r);
}

/* The header has the offset of the segment's beginning, the mark inside it the new one. */
static void test_segment_writer__the_wall_clock_is_set(void **state)
{
	static struct memory_file f;
	struct record_writer *w = open_writer(1, 0, 0);
	struct event e = event_of(0);
	struct read_result h;
	struct record_reader *r;
	char why[RECORD_WHY];

	(void)state;
	record_writer_add_event(w, &e);
	record_writer_add_clock(w, 77, T0 + MS, &none);
	record_writer_flush(w);
	record_writer_add_event(w, &e);
	end(w, T0 + 2 * MS);
	for (unsigned i = 0; i < 2; i++) {
		load_segment(&f, i);
		r = record_reader_open(read_bytes, &f, why);
		assert_int_equal(record_reader_run_info(r)->boot_to_wall_ns, i ? 77 : 1000);
		record_reader_close(r);
	}
	load_segment(&f, 0);
	h = read_recording(&f);
	assert_int_equal(h.clock_ns, 77);
}

static unsigned nr_named;

static void count_named(unsigned segment, const struct event *e)
{
	(void)segment;
	nr_named += !!(e->task_flags & TASKF_PROCESS_NAMED);
}

static void pass_texts(struct record_writer *w, const struct event *e)
{
	annotate(w, RECORD_ANNOTATION_CGROUP, e->cgroup, 0);
	annotate(w, RECORD_ANNOTATION_PROCESS, e->pid, 0);
	annotate(w, RECORD_ANNOTATION_EXE, e->pid, T0);
	annotate(w, RECORD_ANNOTATION_NETNS, e->netns, T0);
}

/* A name that changed while an event waited is not shown with that event: it is unknown. */
static void test_segment_writer__a_name_that_changed_meanwhile_is_unknown(void **state)
{
	struct record_writer *w = open_writer(16, 0, 0);
	struct event e = event_of(0), call = e;

	(void)state;
	call.kind = EVENT_CALL;
	pass_texts(w, &call);
	record_writer_add_event(w, &call);	/* it waits for the key */
	annotate(w, RECORD_ANNOTATION_PROCESS, e.pid, 0);
	record_writer_add_event(w, &e);
	end(w, T0 + MS);
	nr_named = 0;
	for (unsigned i = 0; i < nr_kept; i++)
		read_segment(i, count_named);
	assert_int_equal(nr_named, 1);
}

/* Facts about no connection are in all partitions that exist; those of a socket in its own. */
static void test_segment_writer__facts_go_to_the_partitions_that_they_concern(void **state)
{
	struct record_writer *w = open_writer(16, 0, 0);
	static struct memory_file f;
	uint64_t cookie = 5;
	unsigned vanished = 0, unchecked = 0, partitions = 0;

	(void)state;
	put_events(w, 3000);
	record_writer_flush(w);
	memset(last_of_endpoint, 0, sizeof(last_of_endpoint));
	memset(partition_of_endpoint, 0, sizeof(partition_of_endpoint));
	for (unsigned i = 0; i < nr_kept; i++)
		read_segment(i, check_event);
	release_segments(NULL);
	record_writer_annotate(w, RECORD_ANNOTATION_VANISHED, event_of(12).sk_key, T0, &cookie,
			       sizeof(cookie));
	record_writer_annotate(w, RECORD_ANNOTATION_UNCHECKED, 9, 0, NULL, 0);
	end(w, T0 + MS);
	for (unsigned i = 0; i < nr_kept; i++) {
		struct record_reader *r;
		struct record got;
		char why[RECORD_WHY];

		load_segment(&f, i);
		r = record_reader_open(read_bytes, &f, why);
		while ((got = record_reader_next(r)).got < RECORD_GOT_END) {
			if (got.got != RECORD_GOT_ANNOTATION)
				continue;
			unchecked += got.annotation->type == RECORD_ANNOTATION_UNCHECKED;
			if (got.annotation->type != RECORD_ANNOTATION_VANISHED)
				continue;
			vanished++;
			assert_int_equal(kept[i].segment.partition, partition_of_endpoint[5] - 1);
		}
		record_reader_close(r);
		partitions++;
	}
	assert_int_equal(vanished, 1);
	assert_int_equal(unchecked, 16);
	assert_int_equal(partitions, 16);
}

/* The segment of a time at which endpoints were left out has the rate, and how many so far. */
static void test_segment_writer__a_segment_has_its_rate_and_what_was_left_out(void **state)
{
	static struct memory_file f;
	struct record_writer *w = open_writer(1, 10, 0);
	uint64_t left_out = 0;
	struct record_reader *r;
	struct record got;
	char why[RECORD_WHY];

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct event e = event_of(3 * i);

		record_writer_add_event(w, &e);
		segment_writer_settle(w, e.sk_key, e.cookie, true);
	}
	end(w, T0 + 100 * MS);
	assert_int_equal(nr_kept, 1);
	load_segment(&f, 0);
	r = record_reader_open(read_bytes, &f, why);
	while ((got = record_reader_next(r)).got < RECORD_GOT_END)
		if (got.got == RECORD_GOT_ANNOTATION &&
		    got.annotation->type == RECORD_ANNOTATION_SAMPLED_OUT)
			left_out = got.annotation->key;
	record_reader_close(r);
	assert_int_equal(left_out + kept[0].segment.events, 100);
	assert_in_range(left_out, 50, 89);
}

#define a_test(f) cmocka_unit_test_teardown(f, release_segments)

int main(void)
{
	const struct CMUnitTest tests[] = {
		a_test(test_segment_writer__every_event_is_in_one_segment_with_its_texts),
		a_test(test_segment_writer__partitions_divide_the_connections),
		a_test(test_segment_writer__small_segments_have_the_same_events),
		a_test(test_segment_writer__a_segment_is_never_too_large),
		a_test(test_segment_writer__an_idle_recorder_makes_no_segments),
		a_test(test_segment_writer__the_counters_go_on_from_segment_to_segment),
		a_test(test_segment_writer__the_wall_clock_is_set),
		a_test(test_segment_writer__a_name_that_changed_meanwhile_is_unknown),
		a_test(test_segment_writer__facts_go_to_the_partitions_that_they_concern),
		a_test(test_segment_writer__a_segment_has_its_rate_and_what_was_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
