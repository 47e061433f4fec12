/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "delta.h"

static struct memory_file file;
static char folder[] = "/tmp/tcpclose-record-XXXXXX", path[sizeof(folder) + 8];
static const struct kernel_counters none, some = { .filtered = 3, .ring_full = { [1] = 2 } };

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/r", folder);
	return 0;
}

static int remove_folder(void **state)
{
	char command[sizeof(folder) + 16];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static struct record_writer *open_recorder(uint64_t rotate_bytes)
{
	struct record_writer_config config = { .path = path, .meta = &host, .keep = 2,
					  .rotate_bytes = rotate_bytes };
	struct record_writer *r;

	unlink(path);
	assert_int_equal(record_writer_open(&r, &config), 0);
	record_writer_add_mark(r, RECORD_MARK_START, T0, &none);
	return r;
}

static void put_events(struct record_writer *r, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct event e = of_endpoint(i, a_fin(T0 + i * MS, i));

		e.srtt_us = (__u32)(i * 2654435761u);	/* incompressible */
		record_writer_add_event(r, &e);
	}
}

/* Writes a recording of n events to the file in memory. */
static void write_one(unsigned n)
{
	struct record_writer *r = open_recorder(0);

	put_events(r, n);
	record_writer_add_mark(r, RECORD_MARK_END, T0 + n * MS, &some);
	assert_int_equal(record_writer_close(r), 0);
	load_file(&file, path);
}

static void test_record__a_recording_reads_back_as_written(void **state)
{
	struct read_result h;

	(void)state;
	write_one(20000);
	h = read_recording(&file);
	assert_int_equal(h.end, RECORD_GOT_END);
	assert_int_equal(h.events, 20000);
	assert_int_equal(h.marks, 2);
	assert_int_equal(h.last_mark, RECORD_MARK_END);
}

/* The clock is even set to before 1970. Later marks are of other kinds. */
static void test_record__the_wall_clock_is_set(void **state)
{
	struct record_writer *r = open_recorder(0);
	struct read_result h;

	(void)state;
	put_events(r, 10);
	record_writer_add_clock(r, 1795000000000000123, T0 + MS, &none);
	record_writer_add_clock(r, -5, T0 + 2 * MS, &none);
	record_writer_add_mark(r, RECORD_MARK_END, T0 + 3 * MS, &none);
	assert_int_equal(record_writer_close(r), 0);
	load_file(&file, path);
	h = read_recording(&file);
	assert_int_equal(h.end, RECORD_GOT_END);
	assert_int_equal(h.marks, 4);
	assert_int_equal(h.last_mark, RECORD_MARK_END);
	assert_int_equal(h.clock_ns, -5);
}

static void test_record__how_it_is_read_makes_no_difference(void **state)
{
	static const size_t steps[] = { 1, 2, 7, 4095 };
	struct read_result want;

	(void)state;
	write_one(3000);
	want = read_recording(&file);
	for (unsigned i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct read_result h;

		file.step = steps[i];
		h = read_recording(&file);
		assert_int_equal(h.end, RECORD_GOT_END);
		assert_int_equal(h.sum, want.sum);
	}
}

static void test_record__the_header_describes_the_host(void **state)
{
	char why[RECORD_WHY];
	struct record_reader *r;
	const struct run_info *m;

	(void)state;
	write_one(1);
	r = record_reader_open(read_bytes, &file, why);
	assert_non_null(r);
	m = record_reader_run_info(r);
	assert_string_equal(m->hostname, "host?ile");
	assert_string_equal(m->boot_id, host.boot_id);
	assert_int_equal(m->boot_to_wall_ns, -5);
	assert_int_equal(m->nr_hooks, 2);
	assert_string_equal(run_info_hook(m, "calls"), "tracepoint");
	record_reader_close(r);
}

/* At every cut: only events that were written, and one reason with an offset. */
static void test_record__a_truncated_file_is_read_up_to_the_cut(void **state)
{
	struct record_writer *r = open_recorder(0);
	unsigned before = 0;
	size_t len;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		put_events(r, 10);
		record_writer_flush(r);
	}
	record_writer_add_mark(r, RECORD_MARK_END, T0, &none);
	record_writer_close(r);
	load_file(&file, path);
	len = file.len;
	assert_int_equal(read_recording(&file).events, 50);
	for (file.len = 0; file.len < len; file.len++) {
		struct read_result h = read_recording(&file);

		assert_int_equal(h.end, RECORD_GOT_CORRUPT);
		assert_true(h.events % 10 == 0 && h.events >= before);
		assert_non_null(strstr(h.why, file.len ? "offset " : "empty"));
		before = h.events;
	}
	assert_int_equal(before, 50);
}

static void test_record__a_flipped_bit_is_found(void **state)
{
	unsigned silent = 0;

	(void)state;
	write_one(60);
	for (size_t bit = 0; bit < file.len * 8; bit++) {
		struct read_result h;

		file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		h = read_recording(&file);
		assert_true(h.events == 0 || h.events == 60);
		silent += h.end == RECORD_GOT_END;	/* in the gzip header: time, system */
		file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(silent <= 2 * 10 * 8);
}

static void expect_refused(const char *head, const char *word)
{
	struct read_result h;

	file.len = 0;
	add_member(&file, head, strlen(head));
	h = read_recording(&file);
	assert_int_equal(h.end, RECORD_GOT_CORRUPT);
	assert_int_equal(h.events + h.marks, 0);
	if (!strstr(h.why, word))
		fail_msg("'%s' has no '%s'", h.why, word);
}

static void test_record__a_file_that_is_not_a_recording_is_refused(void **state)
{
	(void)state;
	file.len = 0;
	assert_string_equal(read_recording(&file).why, "it is empty");
	file.len = FILE_MAX;
	memset(file.data, 0, file.len);
	assert_string_equal(read_recording(&file).why, "it is not a tcpclose recording");
	memset(file.data, 0xff, file.len);
	assert_string_equal(read_recording(&file).why, "it is not a tcpclose recording");
	expect_refused("", "not a tcpclose recording");
	expect_refused("hello", "not a tcpclose recording");
	expect_refused(RECORD_MAGIC, "schema 0");
	expect_refused(RECORD_MAGIC "schema 2\ntool 9.9\nbyte_order little\nevent_size 192\n",
		       "schema 2, written by tcpclose 9.9; this version reads schema 1");
	expect_refused(RECORD_MAGIC "schema 1\nbyte_order big\nmachine s390x\nevent_size 192\n",
		       "(s390x) with the other byte order");
	expect_refused(RECORD_MAGIC "schema 1\nbyte_order little\nevent_size 200\n", "200 bytes");
}

static void write_valid_header(void)
{
	struct buf b = { 0 };

	file.len = 0;
	record_header_write(&b, &host);
	add_member(&file, b.data, b.len);
	buf_release(&b);
}

static void test_record__an_unknown_member_ends_the_reading(void **state)
{
	static uint8_t big[3 << 20] = { RECORD_BODY };
	uint8_t unended[] = { RECORD_BODY, 1, 0xff, 0xff, 0xff, 0xff };
	struct read_result h;

	(void)state;
	write_valid_header();
	add_member(&file, big, sizeof(big));
	assert_non_null(strstr(read_recording(&file).why, "larger than the format allows"));
	write_valid_header();
	add_member(&file, unended, sizeof(unended));
	assert_non_null(strstr(read_recording(&file).why, "malformed or incomplete"));
	write_valid_header();
	add_member(&file, "x", 1);
	assert_non_null(strstr(read_recording(&file).why, "unknown type"));
	write_valid_header();
	for (unsigned i = 0; i < 1000; i++)
		add_member(&file, "", 0);
	h = read_recording(&file);
	assert_int_equal(h.end, RECORD_GOT_CORRUPT);
	assert_non_null(strstr(h.why, "end is missing"));
}

static void test_record__a_text_of_any_length_comes_back(void **state)
{
	static const size_t sizes[] = { 0, 1, RECORD_ANNOTATION_PART_BYTES - 1,
					RECORD_ANNOTATION_PART_BYTES,
					RECORD_ANNOTATION_PART_BYTES + 1, 5000,
					RECORD_ANNOTATION_MAX };
	static char text[RECORD_ANNOTATION_MAX + 100];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7 ^ i >> 8);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct record_writer *r = open_recorder(0);
		struct record_reader *reader;
		char why[RECORD_WHY];
		struct record got;

		record_writer_annotate(r, RECORD_ANNOTATION_CGROUP, 1ULL << 60, T0, text, sizes[i]);
		record_writer_add_mark(r, RECORD_MARK_END, T0, &none);
		assert_int_equal(record_writer_close(r), 0);
		load_file(&file, path);
		reader = record_reader_open(read_bytes, &file, why);
		assert_non_null(reader);
		assert_int_equal(record_reader_next(reader).got, RECORD_GOT_MARK);
		got = record_reader_next(reader);
		assert_int_equal(got.got, RECORD_GOT_ANNOTATION);
		assert_int_equal(got.annotation->type, RECORD_ANNOTATION_CGROUP);
		assert_int_equal(got.annotation->key, 1ULL << 60);
		assert_int_equal(got.annotation->at_ns, T0);
		assert_int_equal(got.annotation->len, sizes[i]);
		assert_memory_equal(got.annotation->bytes, text, sizes[i]);
		assert_int_equal(record_reader_next(reader).got, RECORD_GOT_MARK);
		assert_int_equal(record_reader_next(reader).got, RECORD_GOT_END);
		record_reader_close(reader);
	}
}

/* The text of an event is in the same file as the event, wherever the file before it ended. */
static void test_record__a_text_is_in_the_file_of_its_event(void **state)
{
	static const char *const names[] = { "", ".1", ".2" };
	struct record_writer *r = open_recorder(64 << 10);
	unsigned told_in = 0, n = 0;
	char name[sizeof(path) + 8];
	static char text[9000];

	(void)state;
	while (record_writer_file(r) < 30) {
		struct event e = of_endpoint(n, a_fin(T0 + n * MS, n));

		e.srtt_us = (__u32)(n++ * 2654435761u);
		if (record_writer_file(r) != told_in)
			record_writer_annotate(r, RECORD_ANNOTATION_CGROUP, 7, 0, text,
					       n % sizeof(text));
		told_in = record_writer_file(r);
		record_writer_add_event(r, &e);
	}
	record_writer_add_event(r, &(struct event){ .ts_ns = T0 });
	record_writer_close(r);
	for (unsigned i = 1; i < sizeof(names) / sizeof(*names); i++) {
		struct read_result h;

		snprintf(name, sizeof(name), "%s%s", path, names[i]);
		load_file(&file, name);
		h = read_recording(&file);
		assert_int_equal(h.end, RECORD_GOT_END);
		assert_true(h.texts > 0);
		assert_true(h.text_first);
	}
}

static void test_record__a_text_without_end_is_reported_as_damage(void **state)
{
	static uint8_t member[RECORD_MEMBER_MAX] = { RECORD_BODY };
	struct record_annotation_part text = { .kind = RECORD_KIND_ANNOTATION,
					       .len = RECORD_ANNOTATION_PART_BYTES, .more = 1 };
	struct delta delta;
	size_t len = 1;

	(void)state;
	delta_begin(&delta);
	for (unsigned i = 0; i < 200; i++)
		len += delta_encode(&delta, &text, member + len);
	write_valid_header();
	add_member(&file, member, len);
	assert_non_null(strstr(read_recording(&file).why, "a text is too long"));
	text.len = RECORD_ANNOTATION_PART_BYTES + 1;
	delta_begin(&delta);
	len = 1 + delta_encode(&delta, &text, member + 1);
	write_valid_header();
	add_member(&file, member, len);
	assert_non_null(strstr(read_recording(&file).why, "a text is too long"));
}

static void test_record__full_files_follow_each_other(void **state)
{
	static struct memory_file all;
	struct record_writer *r = open_recorder(64 << 10);
	char name[sizeof(path) + 8];
	struct read_result h;

	(void)state;
	put_events(r, 40000);
	record_writer_add_mark(r, RECORD_MARK_END, T0, &some);
	assert_int_equal(record_writer_close(r), 0);
	all.len = 0;
	for (int i = 2; i >= 0; i--) {
		snprintf(name, sizeof(name), i ? "%s.%d" : "%s", path, i);
		load_file(&file, name);
		h = read_recording(&file);
		assert_int_equal(h.end, RECORD_GOT_END);
		assert_int_equal(h.last_mark, i ? RECORD_MARK_NEXT_FILE : RECORD_MARK_END);
		assert_in_range(file.len, 1, 192 << 10);
		memcpy(all.data + all.len, file.data, file.len);
		all.len += file.len;
	}
	snprintf(name, sizeof(name), "%s.3", path);
	assert_int_equal(access(name, F_OK), -1);
	h = read_recording(&all);
	assert_int_equal(h.end, RECORD_GOT_END);
}

static void test_record__another_run_in_the_same_file_is_announced(void **state)
{
	char head[] = RECORD_MAGIC "schema 1\nbyte_order " RECORD_BYTE_ORDER
		      "\nevent_size 192\nhostname other\n";
	struct record_reader *r;
	char why[RECORD_WHY];
	struct record got;
	size_t len;

	(void)state;
	write_one(10);
	len = file.len;
	memcpy(file.data + len, file.data, len);
	file.len *= 2;
	r = record_reader_open(read_bytes, &file, why);
	assert_non_null(r);
	while ((got = record_reader_next(r)).got < RECORD_GOT_RUN)
		;
	assert_int_equal(got.got, RECORD_GOT_RUN);
	assert_int_equal(got.offset, len);
	assert_true(got.ended);
	assert_string_equal(record_reader_run_info(r)->boot_id, host.boot_id);
	record_reader_close(r);
	assert_int_equal(read_recording(&file).events, 20);
	file.len = len;
	add_member(&file, head, strlen(head));
	assert_non_null(strstr(read_recording(&file).why, "another host begins at offset"));
	assert_int_equal(read_recording(&file).events, 10);
}

static void test_record__a_full_disk_is_reported(void **state)
{
	struct record_writer_config config = { .path = "/dev/full", .meta = &host };
	struct record_writer *r;

	(void)state;
	assert_int_equal(record_writer_open(&r, &config), -ENOSPC);
	assert_null(r);
}

static void test_record__calls_have_this_machines_numbers(void **state)
{
	struct record_writer *r = open_recorder(0);
	struct event e = a_fin(T0, 7);
	char why[RECORD_WHY];
	struct record_reader *reader;
	struct record got;

	(void)state;
	e.syscall_nr = 900;		/* from a machine where close() has this number */
	record_writer_add_event(r, &e);
	record_writer_close(r);
	load_file(&file, path);
	memmove(file.data + FILE_MAX / 2, file.data, file.len);
	{
		const char *head = RECORD_MAGIC "schema 1\nbyte_order " RECORD_BYTE_ORDER
				   "\nevent_size 192\nsyscall 900 close\nsyscall 901 no_such\n";
		size_t first = file.len, body;

		for (body = 10; memcmp(file.data + body, "\x1f\x8b\x08", 3); body++)
			;
		file.len = 0;
		add_member(&file, head, strlen(head));
		memcpy(file.data + file.len, file.data + FILE_MAX / 2 + body, first - body);
		file.len += first - body;
	}
	reader = record_reader_open(read_bytes, &file, why);
	assert_non_null(reader);
	assert_int_equal(record_reader_next(reader).got, RECORD_GOT_MARK);
	got = record_reader_next(reader);
	assert_int_equal(got.got, RECORD_GOT_EVENT);
	assert_int_equal(got.event->syscall_nr, 3);
	record_reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record__a_recording_reads_back_as_written),
		cmocka_unit_test(test_record__the_wall_clock_is_set),
		cmocka_unit_test(test_record__how_it_is_read_makes_no_difference),
		cmocka_unit_test(test_record__the_header_describes_the_host),
		cmocka_unit_test(test_record__a_truncated_file_is_read_up_to_the_cut),
		cmocka_unit_test(test_record__a_flipped_bit_is_found),
		cmocka_unit_test(test_record__a_file_that_is_not_a_recording_is_refused),
		cmocka_unit_test(test_record__an_unknown_member_ends_the_reading),
		cmocka_unit_test(test_record__a_text_of_any_length_comes_back),
		cmocka_unit_test(test_record__a_text_is_in_the_file_of_its_event),
		cmocka_unit_test(test_record__a_text_without_end_is_reported_as_damage),
		cmocka_unit_test(test_record__full_files_follow_each_other),
		cmocka_unit_test(test_record__another_run_in_the_same_file_is_announced),
		cmocka_unit_test(test_record__a_full_disk_is_reported),
		cmocka_unit_test(test_record__calls_have_this_machines_numbers),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
