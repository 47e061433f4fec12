/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "replay_runs.h"

#define WALL 1795000000000000000LL	/* some instant, in ns since 1970 */

static const struct kernel_counters counted = { .filtered = 5 };

/* The first run: it ends 100 s after boot, at WALL. */
static const struct run_info first = { .boot_id = "a", .boot_to_wall_ns = WALL - 100 };

static void test_replay_runs__the_same_boot_needs_no_shift(void **state)
{
	static struct replay_runs x;
	struct run_info next = first;
	struct record_mark start = { .now_ns = 130, .counters = { .filtered = 2 } };
	struct kernel_counters now = { .filtered = 9 };

	(void)state;
	assert_int_equal(replay_runs_begin(&x, &first, &next, 100, &counted, &start), 130);
	assert_int_equal(x.shift_ns, 0);
	assert_int_equal(x.gap_ns, 30);
	assert_int_equal(next.boot_to_wall_ns, first.boot_to_wall_ns);
	assert_int_equal(replay_runs_count(&x, &now).filtered, 5 + 9 - 2);
	start.now_ns = 99;
	assert_int_equal(replay_runs_begin(&x, &first, &next, 100, &counted, &start), 0);
}

/* A reboot takes 50 s, and the wall clock goes on. */
static void test_replay_runs__a_reboot_keeps_the_time_of_day(void **state)
{
	static struct replay_runs x;
	static struct replay_shifted copy;
	struct run_info next = { .boot_id = "b", .boot_to_wall_ns = WALL + 50 - 7 }, third;
	struct record_mark start = { .now_ns = 7 };
	struct event e = { .ts_ns = 9 };
	struct record_annotation a = { .at_ns = 9, .len = 1, .bytes = "x" };
	struct record record = { .got = RECORD_GOT_EVENT, .event = &e };

	(void)state;
	assert_int_equal(replay_runs_begin(&x, &first, &next, 100, &counted, &start), 150);
	assert_int_equal(next.boot_to_wall_ns + 150, WALL + 50);
	replay_runs_shift(&x, &record, &copy);
	assert_int_equal(record.event->ts_ns, 152);
	assert_int_equal(e.ts_ns, 9);
	record = (struct record){ .got = RECORD_GOT_ANNOTATION, .annotation = &a };
	replay_runs_shift(&x, &record, &copy);
	assert_int_equal(record.annotation->at_ns, 152);
	assert_int_equal(record.annotation->bytes[0], 'x');
	/* a third run in the second boot */
	third = (struct run_info){ .boot_id = "b", .boot_to_wall_ns = WALL + 50 - 7 };
	start.now_ns = 27;
	assert_int_equal(replay_runs_begin(&x, &next, &third, 160, &counted, &start), 170);
	assert_int_equal(third.boot_to_wall_ns + 170, WALL + 70);
	assert_int_equal(x.restarts, 2);
	assert_int_equal(x.gap_ns, 60);
}

/* The clock of the machine has lost the date: the runs keep their order and their times of day. */
static void test_replay_runs__the_wall_clock_is_set_back_by_a_reboot(void **state)
{
	static struct replay_runs x;
	static struct replay_shifted copy;
	struct run_info next = { .boot_id = "b", .boot_to_wall_ns = 1000 };
	struct record_mark start = { .now_ns = 7 };
	struct record_mark set = { .now_ns = 20, .type = RECORD_MARK_CLOCK_SET,
				   .boot_to_wall_ns = WALL };
	struct record record = { .got = RECORD_GOT_MARK, .mark = &set };

	(void)state;
	assert_int_equal(replay_runs_begin(&x, &first, &next, 100, &counted, &start), 100);
	assert_int_equal(next.boot_to_wall_ns + 100, 1007);
	assert_int_equal(x.gap_ns, 0);
	replay_runs_shift(&x, &record, &copy);
	assert_int_equal(record.mark->now_ns, 113);
	assert_int_equal(record.mark->boot_to_wall_ns + 113, WALL + 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay_runs__the_same_boot_needs_no_shift),
		cmocka_unit_test(test_replay_runs__a_reboot_keeps_the_time_of_day),
		cmocka_unit_test(test_replay_runs__the_wall_clock_is_set_back_by_a_reboot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
