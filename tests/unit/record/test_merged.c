/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recordings of several hosts in one file. */
#include "record_fixture.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "delta.h"
#include "header.h"

#define HOSTS 3
#define SHIFT_NS (1000ll * 1000000000)	/* times of the second host are later by this */

static struct memory_file file;
static char folder[] = "/tmp/tcpclose-merged-XXXXXX", path[sizeof(folder) + 8];
static const struct kernel_counters none;
static const struct run_info hosts[HOSTS] = {
	{ .hostname = "vm", .host = "a", .boot_id = "boot-1", .boot_to_wall_ns = 5000 },
	{ .hostname = "vm", .host = "b", .boot_id = "boot-2", .boot_to_wall_ns = 6000 - SHIFT_NS },
	{ .hostname = "c", .boot_id = "boot-1", .boot_to_wall_ns = 5001 },
};

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

/* Begins a recording of the first two hosts. */
static struct record_writer *open_merged(uint64_t rotate_bytes)
{
	struct record_writer_config config = { .path = path, .meta = &hosts[0], .merged = true,
					       .separate = true, .rotate_bytes = rotate_bytes };
	char command[sizeof(path) + 16];
	struct record_writer *r;

	snprintf(command, sizeof(command), "rm -f %s*", path);
	assert_int_equal(system(command), 0);
	assert_int_equal(record_writer_open(&r, &config), 0);
	assert_int_equal(record_writer_add_host(r, &hosts[1], SHIFT_NS), 0);
	for (unsigned i = 0; i < 2; i++) {
		record_writer_use_host(r, i);
		record_writer_add_mark(r, RECORD_MARK_START, T0 + SHIFT_NS, &none);
	}
	return r;
}

/* Adds an event of a host. Its cookie is its number. */
static void put_event(struct record_writer *r, unsigned of, unsigned n)
{
	struct event e = of_endpoint(n, a_fin(T0 + SHIFT_NS + n * MS, n));

	e.srtt_us = (__u32)(n * 2654435761u);	/* incompressible */
	record_writer_use_host(r, of);
	if (n % 3 == 0)
		record_writer_annotate(r, RECORD_ANNOTATION_CGROUP, n, e.ts_ns, "/x", 2);
	record_writer_add_event(r, &e);
}

static void close_merged(struct record_writer *r, unsigned nr, unsigned n)
{
	for (unsigned i = 0; i < nr; i++) {
		record_writer_use_host(r, i);
		record_writer_add_mark(r, RECORD_MARK_END, T0 + SHIFT_NS + n * MS, &none);
	}
	assert_int_equal(record_writer_close(r), 0);
}

/* Event n belongs to host n % nr. Returns the number of events; runs counts the headers. */
static unsigned check_events(struct memory_file *f, unsigned nr, unsigned from, unsigned *runs)
{
	static const int64_t shift[HOSTS] = { 0, SHIFT_NS, 0 };
	unsigned n = from;
	struct record_reader *r;
	struct record got;
	char why[RECORD_WHY];

	f->at = 0;
	*runs = 0;
	r = record_reader_open(read_bytes, f, why);
	assert_non_null(r);
	while ((got = record_reader_next(r)).got < RECORD_GOT_END) {
		const struct run_info *run = record_reader_run_info(r);
		uint64_t ts_ns = T0 + SHIFT_NS + n * MS - (uint64_t)shift[n % nr];

		*runs += got.got == RECORD_GOT_RUN;
		if (got.got == RECORD_GOT_ANNOTATION)
			assert_int_equal(got.annotation->at_ns, ts_ns);
		if (got.got != RECORD_GOT_EVENT)
			continue;
		assert_int_equal(got.event->cookie, n);
		assert_int_equal(got.event->ts_ns, ts_ns);
		assert_string_equal(run_info_host(run), run_info_host(&hosts[n % nr]));
		assert_string_equal(run->boot_id, hosts[n % nr].boot_id);
		assert_int_equal(run->boot_to_wall_ns, n % nr == 1 ? 6000 : 5000 + (n % nr) / 2);
		assert_true(run->merged);
		n++;
	}
	assert_int_equal(got.got, RECORD_GOT_END);
	record_reader_close(r);
	return n - from;
}

static void test_merged__each_record_has_its_host_and_time(void **state)
{
	struct record_writer *r = open_merged(0);
	unsigned runs;

	(void)state;
	for (unsigned n = 0; n < 5000; n++)
		put_event(r, n % 2, n);
	close_merged(r, 2, 5000);
	load_file(&file, path);
	assert_int_equal(check_events(&file, 2, 0, &runs), 5000);
	assert_int_equal(runs, 1);	/* the second header; the first is that of the file */
}

static void test_merged__a_host_comes_later(void **state)
{
	struct record_writer *r = open_merged(0);
	unsigned runs;

	(void)state;
	assert_int_equal(record_writer_add_host(r, &hosts[2], 0), 0);
	record_writer_add_mark(r, RECORD_MARK_START, T0 + SHIFT_NS, &none);
	for (unsigned n = 0; n < 30; n++)
		put_event(r, n % 3, n);
	close_merged(r, 3, 30);
	load_file(&file, path);
	assert_int_equal(check_events(&file, 3, 0, &runs), 30);
	assert_int_equal(runs, 2);
}

static void test_merged__another_run_of_a_host(void **state)
{
	struct record_writer *r = open_merged(0);
	unsigned runs;

	(void)state;
	for (unsigned n = 0; n < 10; n++)
		put_event(r, n % 2, n);
	record_writer_use_host(r, 0);
	record_writer_begin_run(r);
	record_writer_add_mark(r, RECORD_MARK_START, T0 + SHIFT_NS + 10 * MS, &none);
	for (unsigned n = 10; n < 20; n++)
		put_event(r, n % 2, n);
	close_merged(r, 2, 20);
	load_file(&file, path);
	assert_int_equal(check_events(&file, 2, 0, &runs), 20);
	assert_int_equal(runs, 2);
}

static void test_merged__full_files_follow_each_other(void **state)
{
	static struct memory_file all;
	struct record_writer *r = open_merged(64 << 10);
	char name[sizeof(path) + 8];
	unsigned runs, nr = 0, seen = 0;

	(void)state;
	for (unsigned n = 0; n < 20000; n++)
		put_event(r, n % 2, n);
	close_merged(r, 2, 20000);
	do
		snprintf(name, sizeof(name), "%s.%u", path, ++nr);
	while (!access(name, F_OK));
	assert_in_range(nr, 3, 100);
	all.len = 0;
	while (nr--) {
		snprintf(name, sizeof(name), nr ? "%s.%u" : "%s", path, nr);
		load_file(&file, name);
		seen += check_events(&file, 2, seen, &runs);
		assert_int_equal(runs, 1);
		memcpy(all.data + all.len, file.data, file.len);
		all.len += file.len;
	}
	assert_int_equal(seen, 20000);
	assert_int_equal(check_events(&all, 2, 0, &runs), 20000);
	assert_int_equal(runs, 1);
}

static void write_header_of(const struct run_info *run, bool merged)
{
	struct run_info meta = *run;
	struct buf head = { 0 };

	meta.merged = merged;
	record_header_write(&head, &meta);
	file.len = 0;
	add_member(&file, head.data, head.len);
	buf_release(&head);
}

/* The mark of a host, or whatever type it has. */
static void add_host_mark(uint32_t number)
{
	struct record_mark mark = { .now_ns = T0, .kind = RECORD_KIND_MARK,
				    .type = RECORD_MARK_HOST, .host = number };
	uint8_t member[2 * DELTA_ENCODED_MAX] = { RECORD_BODY };
	struct delta delta;

	delta_begin(&delta);
	add_member(&file, member, 1 + delta_encode(&delta, &mark, member + 1));
}

static void test_merged__a_host_without_a_header_is_damage(void **state)
{
	(void)state;
	write_header_of(&hosts[0], true);
	add_host_mark(0);
	assert_null(strstr(read_recording(&file).why, "a host has no header"));
	add_host_mark(1);
	assert_non_null(strstr(read_recording(&file).why, "a host has no header"));
	write_header_of(&hosts[0], true);
	add_host_mark(UINT32_MAX);
	assert_non_null(strstr(read_recording(&file).why, "a host has no header"));
}

/* Two tracers of one machine: in a file that was not merged, the second host is refused. */
static void test_merged__other_recordings_have_one_host(void **state)
{
	static struct memory_file other;

	(void)state;
	write_header_of(&hosts[1], false);
	memcpy(&other, &file, sizeof(other));
	write_header_of(&hosts[0], false);
	memcpy(file.data + file.len, other.data, other.len);
	file.len += other.len;
	assert_non_null(strstr(read_recording(&file).why, "another host begins"));
}

/* A reader that does not know hosts would take all records for those of one. */
static void test_merged__its_schema_is_another_one(void **state)
{
	struct buf head = { 0 };
	struct run_info meta = hosts[0];
	struct record_header h;
	char why[RECORD_WHY];

	(void)state;
	meta.merged = true;
	record_header_write(&head, &meta);
	assert_non_null(memmem(head.data, head.len, "\nschema 101\n", 12));
	assert_true(record_header_parse(&h, head.data, head.len, why));
	buf_release(&head);
	meta.merged = false;
	record_header_write(&head, &meta);
	assert_non_null(memmem(head.data, head.len, "\nschema 1\n", 10));
	assert_non_null(memmem(head.data, head.len, "\nhost a\n", 8));
	assert_true(record_header_parse(&h, head.data, head.len, why));
	assert_string_equal(h.meta.host, "a");
	buf_release(&head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merged__each_record_has_its_host_and_time),
		cmocka_unit_test(test_merged__a_host_comes_later),
		cmocka_unit_test(test_merged__another_run_of_a_host),
		cmocka_unit_test(test_merged__full_files_follow_each_other),
		cmocka_unit_test(test_merged__a_host_without_a_header_is_damage),
		cmocka_unit_test(test_merged__other_recordings_have_one_host),
		cmocka_unit_test(test_merged__its_schema_is_another_one),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
