/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What becomes of files that are there already, and of those that are full. */
#include "record_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "lock.h"
#include "rotate.h"
#include "time_units.h"

static struct memory_file file;
static char folder[] = "/tmp/tcpclose-rotate-XXXXXX", path[sizeof(folder) + 8];
static const struct kernel_counters none;
static const struct run_info here = { .hostname = "here", .boot_id = "boot-1" };

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
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

/* The path of a file in the folder; valid for 16 calls. */
static const char *at(const char *name)
{
	static char text[16][sizeof(folder) + 32];
	static unsigned i;

	i = (i + 1) % 16;
	snprintf(text[i], sizeof(text[i]), "%s/%s", folder, name);
	return text[i];
}

static void write_text(const char *name, const char *text)
{
	FILE *f = fopen(at(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool file_exists(const char *name)
{
	return !access(at(name), F_OK);
}

static struct record_writer *open_writer(const struct record_writer_config *more)
{
	struct record_writer_config config = *more;
	struct record_writer *r;

	config.path = config.path ? config.path : path;
	config.meta = &here;
	assert_int_equal(record_writer_open(&r, &config), 0);
	return r;
}

static void add_events(struct record_writer *r, uint64_t from_ns, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct event e = of_endpoint(i, a_fin(from_ns + i * MS, i));

		e.srtt_us = (__u32)(i * 2654435761u);	/* incompressible */
		record_writer_add_event(r, &e);
	}
}

/* A run of n events, 1 ms apart. */
static void record_run(const struct record_writer_config *config, uint64_t from_ns, unsigned n)
{
	struct record_writer *r = open_writer(config);

	record_writer_add_mark(r, RECORD_MARK_START, from_ns, &none);
	add_events(r, from_ns, n);
	record_writer_add_mark(r, RECORD_MARK_END, from_ns + n * MS, &none);
	assert_int_equal(record_writer_close(r), 0);
}

static struct read_result read_file(const char *name)
{
	load_file(&file, at(name));
	return read_recording(&file);
}

static const struct record_writer_config plain;

static void test_rotate__a_restart_continues_the_recording(void **state)
{
	struct read_result h;
	size_t len;

	(void)state;
	record_run(&plain, T0, 10);
	load_file(&file, path);
	len = file.len;
	record_run(&plain, T0 + 1000 * MS, 20);
	h = read_file("r");
	assert_int_equal(h.end, RECORD_GOT_END);
	assert_int_equal(h.events, 30);
	assert_int_equal(h.more_runs, 1);
	file.len = len;			/* the first run is untouched */
	h = read_recording(&file);
	assert_int_equal(h.end, RECORD_GOT_END);
	assert_int_equal(h.events, 10);
	assert_false(file_exists("r.1"));
}

/* A killed recorder leaves whole members and no end. */
static void test_rotate__a_run_without_end_is_continued(void **state)
{
	struct record_writer *r = open_writer(&plain);
	struct read_result h;

	(void)state;
	record_writer_add_mark(r, RECORD_MARK_START, T0, &none);
	add_events(r, T0, 10);
	assert_int_equal(record_writer_close(r), 0);
	record_run(&plain, T0 + 1000 * MS, 20);
	h = read_file("r");
	assert_int_equal(h.end, RECORD_GOT_END);
	assert_int_equal(h.events, 30);
}

/* At any cut: not a byte of it is lost, whether it is moved away or continued. */
static void test_rotate__a_truncated_recording_is_moved_away(void **state)
{
	static uint8_t was[FILE_MAX];
	size_t len;

	(void)state;
	record_run(&plain, T0, 10);
	load_file(&file, path);
	len = file.len;
	memcpy(was, file.data, len);
	for (size_t cut = len - 1; cut > 100; cut -= 7) {
		assert_int_equal(truncate(path, (off_t)cut), 0);
		record_run(&plain, T0 + 1000 * MS, 3);
		load_file(&file, at(file_exists("r.1") ? "r.1" : "r"));
		assert_true(file.len >= cut);
		assert_memory_equal(file.data, was, cut);
		assert_int_equal(read_file("r").end, RECORD_GOT_END);
		unlink(at("r.1"));
		load_file(&file, path);
		memcpy(file.data, was, len);
		file.len = len;
		unlink(path);
		FILE *f = fopen(path, "w");
		assert_int_equal(fwrite(was, 1, len, f), len);
		fclose(f);
	}
}

static void test_rotate__a_file_that_is_no_recording_is_refused(void **state)
{
	struct record_writer_config config = { .path = path, .meta = &here, .rotate_bytes = 1 };
	struct record_writer *r;

	(void)state;
	write_text("r", "notes\n");
	assert_int_equal(record_writer_open(&r, &config), -EEXIST);
	assert_null(r);
	load_file(&file, path);
	assert_int_equal(file.len, 6);
	assert_memory_equal(file.data, "notes\n", 6);
	write_text("r", "");		/* has no history */
	record_run(&plain, T0, 3);
	assert_int_equal(read_file("r").events, 3);
}

static void test_rotate__a_recording_has_one_recorder(void **state)
{
	struct record_writer_config config = { .path = path, .meta = &here };
	struct record_writer *first = open_writer(&config), *second;
	int fd = open(path, O_RDONLY);

	(void)state;
	assert_int_equal(record_writer_open(&second, &config), -EBUSY);
	assert_true(record_is_locked(fd));
	assert_int_equal(record_writer_close(first), 0);
	assert_false(record_is_locked(fd));
	close(fd);
	second = open_writer(&config);
	assert_int_equal(record_writer_close(second), 0);
}

static void test_rotate__a_full_recording_is_rotated_at_the_start(void **state)
{
	static const struct record_writer_config small = { .rotate_bytes = 64 << 10, .keep = 9 };
	static const struct record_writer_config separate = { .separate = true };

	(void)state;
	record_run(&plain, T0, 20000);
	record_run(&small, T0 + 100000 * MS, 10);
	assert_int_equal(read_file("r.1").events, 20000);
	assert_int_equal(read_file("r").events, 10);
	record_run(&separate, T0, 5);
	assert_int_equal(read_file("r.2").events, 20000);
	assert_int_equal(read_file("r.1").events, 10);
	assert_int_equal(read_file("r").events, 5);
}

/* Each piece begins and ends at the time of its own events: no other mark was written. */
static void test_rotate__a_piece_has_the_interval_of_its_events(void **state)
{
	static const struct record_writer_config small = { .rotate_bytes = 64 << 10 };
	uint64_t end_ns = T0;

	(void)state;
	record_run(&small, T0, 40000);
	for (unsigned i = 9; i > 0; i--) {
		char name[8];
		struct read_result h;

		snprintf(name, sizeof(name), "r.%u", i);
		if (!file_exists(name))
			continue;
		h = read_file(name);
		assert_int_equal(h.first_mark_ns, end_ns);
		assert_int_equal(h.last_mark, RECORD_MARK_NEXT_FILE);
		assert_int_equal(h.last_mark_ns, end_ns + (h.events - (end_ns == T0)) * MS);
		end_ns = h.last_mark_ns;
	}
	assert_true(end_ns > T0 + 10000 * MS);
	assert_int_equal(read_file("r").first_mark_ns, end_ns);
}

static void test_rotate__a_file_is_full_after_a_time(void **state)
{
	static const struct record_writer_config config = { .rotate_ns = 10 * NS_PER_S };
	struct record_writer *r = open_writer(&config);

	(void)state;
	record_writer_add_mark(r, RECORD_MARK_START, T0, &none);
	assert_int_equal(record_writer_due_ns(r), T0 + NS_PER_S);
	record_writer_flush(r);
	assert_int_equal(record_writer_due_ns(r), T0 + 10 * NS_PER_S);
	add_events(r, T0 + 9 * NS_PER_S, 10);
	record_writer_flush(r);
	assert_false(file_exists("r.1"));
	record_writer_add_mark(r, RECORD_MARK_TIME, T0 + 10 * NS_PER_S, &none);
	record_writer_flush(r);
	assert_true(file_exists("r.1"));
	assert_int_equal(record_writer_file(r), 2);
	assert_int_equal(record_writer_due_ns(r), T0 + 11 * NS_PER_S);
	record_writer_flush(r);
	assert_int_equal(record_writer_due_ns(r), T0 + 20 * NS_PER_S);
	assert_int_equal(record_writer_close(r), 0);
	assert_int_equal(read_file("r.1").last_mark_ns, T0 + 10 * NS_PER_S);
	assert_int_equal(read_file("r").first_mark_ns, T0 + 10 * NS_PER_S);
}

static void make_piece(const char *name, unsigned events)
{
	struct record_writer_config config = { .path = at(name) };

	record_run(&config, T0, events);
}

/* A name that a rotation would use: not a recording, a folder, a link, or one being written. */
static void test_rotate__other_files_stay_where_they_are(void **state)
{
	struct record_writer_config config = { .path = at("r.5") };
	struct record_writer *busy;

	(void)state;
	make_piece("r", 1);
	make_piece("r.1", 2);
	write_text("r.2", "notes\n");
	make_piece("r.3", 3);
	assert_int_equal(mkdir(at("r.4"), 0755), 0);
	busy = open_writer(&config);
	make_piece("target", 6);
	assert_int_equal(symlink("target", at("r.6")), 0);
	make_piece("r.01", 7);
	write_text("r.bak", "more\n");

	assert_int_equal(record_rotate(path), 0);
	assert_false(file_exists("r"));
	assert_int_equal(read_file("r.1").events, 1);
	load_file(&file, at("r.2"));
	assert_memory_equal(file.data, "notes\n", 6);
	assert_int_equal(read_file("r.3").events, 2);
	assert_int_equal(read_file("r.7").events, 3);

	assert_int_equal(record_retain(path, 1, 0), 0);
	assert_int_equal(read_file("r.1").events, 1);
	assert_false(file_exists("r.3"));
	assert_false(file_exists("r.7"));
	load_file(&file, at("r.2"));
	assert_memory_equal(file.data, "notes\n", 6);
	assert_true(file_exists("r.4"));
	assert_true(file_exists("r.5"));
	assert_int_equal(read_file("r.6").events, 6);
	assert_int_equal(read_file("r.01").events, 7);
	assert_true(file_exists("r.bak"));
	assert_int_equal(record_writer_close(busy), 0);
}

static void set_age(const char *name, unsigned seconds)
{
	struct timespec then[2] = { { .tv_sec = time(NULL) - seconds },
				    { .tv_sec = time(NULL) - seconds } };

	assert_int_equal(utimensat(AT_FDCWD, at(name), then, 0), 0);
}

static void test_rotate__pieces_are_kept_for_a_time(void **state)
{
	static const struct record_writer_config config = { .keep_ns = 3600 * NS_PER_S };
	struct record_writer *r;

	(void)state;
	make_piece("r.1", 1);
	make_piece("r.2", 2);
	make_piece("r.3", 3);
	write_text("r.4", "notes\n");
	set_age("r.2", 3500);
	set_age("r.3", 3700);
	set_age("r.4", 9999);
	assert_int_equal(record_retain(path, 0, 0), 0);
	assert_true(file_exists("r.3"));
	r = open_writer(&config);
	assert_false(file_exists("r.3"));
	assert_true(file_exists("r.2"));
	assert_true(file_exists("r.4"));
	/* and while it records, whether or not a file is full */
	set_age("r.2", 3700);
	record_writer_add_mark(r, RECORD_MARK_START, T0, &none);
	add_events(r, T0 + 61 * NS_PER_S, 1);
	record_writer_flush(r);
	assert_false(file_exists("r.2"));
	assert_true(file_exists("r.1"));
	assert_true(file_exists("r.4"));
	assert_int_equal(record_writer_close(r), 0);
}

int main(void)
{
#define CASE(name) \
	cmocka_unit_test_setup_teardown(test_rotate__##name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		CASE(a_restart_continues_the_recording),
		CASE(a_run_without_end_is_continued),
		CASE(a_truncated_recording_is_moved_away),
		CASE(a_file_that_is_no_recording_is_refused),
		CASE(a_recording_has_one_recorder),
		CASE(a_full_recording_is_rotated_at_the_start),
		CASE(a_piece_has_the_interval_of_its_events),
		CASE(a_file_is_full_after_a_time),
		CASE(other_files_stay_where_they_are),
		CASE(pieces_are_kept_for_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
