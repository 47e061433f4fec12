/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reader that is led from one file to the next (--follow), which may be cut short anywhere. */
#include "record_fixture.h"

#define EVENTS 300

static char folder[] = "/tmp/test_reader_next.XXXXXX", path[sizeof(folder) + 8];
static const struct kernel_counters none;

/* Two files, one after the other. */
struct two_files {
	struct memory_file file[2];
	unsigned now;		/* index of the file that is read */
};

static ssize_t read_files(void *arg, void *to, size_t len)
{
	struct two_files *x = arg;
	ssize_t n = read_bytes(&x->file[x->now], to, len);

	if (n || x->now)
		return n;
	x->now = 1;
	return RECORD_READ_NEXT;
}

/* What was read: the events of each file, which the local port tells apart, and the runs. */
struct found {
	unsigned events[2], runs, ended;
	enum record_got end;
};

static struct found read_both(struct two_files *x)
{
	struct found f = { .runs = 0 };
	struct record_reader *r;
	char why[RECORD_WHY];
	struct record got;

	x->now = 0;
	x->file[0].at = x->file[1].at = 0;
	r = record_reader_open(read_files, x, why);
	if (!r)
		fail_msg("%s", why);
	while ((got = record_reader_next(r)).got < RECORD_GOT_END) {
		if (got.got == RECORD_GOT_EVENT)
			f.events[got.event->local_port]++;
		f.runs += got.got == RECORD_GOT_RUN;
		f.ended += got.got == RECORD_GOT_RUN && got.ended;
	}
	f.end = got.got;
	record_reader_close(r);
	return f;
}

static void write_file(struct memory_file *to, uint16_t port)
{
	struct record_writer_config config = { .path = path, .meta = &host };
	struct record_writer *r;

	assert_int_equal(record_writer_open(&r, &config), 0);
	record_writer_add_mark(r, RECORD_MARK_START, T0, &none);
	for (unsigned i = 0; i < EVENTS; i++) {
		struct event e = an_event(T0 + i * MS, EVENT_STATE);

		e.local_port = port;
		record_writer_add_event(r, &e);
		if (i % 100 == 50)
			record_writer_flush(r);
	}
	record_writer_add_mark(r, RECORD_MARK_END, T0 + EVENTS * MS, &none);
	assert_int_equal(record_writer_close(r), 0);
	load_file(to, path);
	unlink(path);
}

static int make_files(void **state)
{
	struct two_files *x = calloc(1, sizeof(*x));

	if (!x || !mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/a", folder);
	write_file(&x->file[0], 0);
	write_file(&x->file[1], 1);
	*state = x;
	return 0;
}

static int remove_files(void **state)
{
	rmdir(folder);
	free(*state);
	return 0;
}

static void test_reader_next__the_next_file_is_another_run(void **state)
{
	struct found f = read_both(*state);

	assert_int_equal(f.end, RECORD_GOT_END);
	assert_int_equal(f.events[0], EVENTS);
	assert_int_equal(f.events[1], EVENTS);
	assert_int_equal(f.runs, 1);
	assert_int_equal(f.ended, 1);
}

/* Whatever is left of the first file, each event of the second is read, and none of rubbish. */
static void test_reader_next__a_member_that_is_cut_short_is_dropped(void **state)
{
	struct two_files *x = *state;
	size_t len = x->file[0].len;
	unsigned events = 0;
	struct found f;

	for (size_t cut = len / 4; cut < len; cut++) {
		x->file[0].len = cut;
		f = read_both(x);
		assert_int_equal(f.end, RECORD_GOT_END);
		assert_true(f.events[0] >= events && f.events[0] <= EVENTS);
		events = f.events[0];
		assert_int_equal(f.events[1], EVENTS);
		/* if its header is cut, nothing is known of the first run */
		assert_true(f.runs == 1 || (!f.runs && !events));
		assert_int_equal(f.ended, 0);
	}
	assert_true(events > EVENTS / 2);
	x->file[0].len = len;
}

static void test_reader_next__how_it_is_read_makes_no_difference(void **state)
{
	static const size_t steps[] = { 1, 2, 7, 1000 };
	struct two_files *x = *state;
	struct found f;

	for (unsigned i = 0; i < 4; i++) {
		x->file[0].step = x->file[1].step = steps[i];
		f = read_both(x);
		assert_int_equal(f.events[0] + f.events[1], 2 * EVENTS);
	}
	x->file[0].step = x->file[1].step = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader_next__the_next_file_is_another_run),
		cmocka_unit_test(test_reader_next__a_member_that_is_cut_short_is_dropped),
		cmocka_unit_test(test_reader_next__how_it_is_read_makes_no_difference),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
