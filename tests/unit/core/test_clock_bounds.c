/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "clock_bounds.h"

#define MS 1000000LL
#define S (1000 * MS)
#define START (1800000000 * S)		/* by clock a */
#define OFFSET (-7200 * S)		/* clock b minus clock a */

static const struct clock_fin none;

/* A FIN from a that needs 3 ms, and whose ACK needs 5 ms, sent at START + at. */
static struct clock_fin a_fin_from_a(int64_t at, int64_t offset)
{
	uint64_t sent = (uint64_t)(START + at);

	return (struct clock_fin){ .sent_ns = sent,
				   .received_ns = (uint64_t)((int64_t)sent + offset + 3 * MS),
				   .acked_ns = sent + 8 * MS };
}

/* A FIN from b that needs 4 ms. Its ACK is left before the receiver reports it: of no use. */
static struct clock_fin a_fin_from_b(int64_t at, int64_t offset)
{
	uint64_t received = (uint64_t)(START + at + 4 * MS);

	return (struct clock_fin){ .sent_ns = (uint64_t)(START + at + offset),
				   .received_ns = received };
}

static void expect_interval(struct clock_interval i, int64_t low, int64_t high)
{
	assert_true(i.known);
	assert_int_equal(i.low, low);
	assert_int_equal(i.high, high);
}

static void test_clock_bounds__nothing_is_known_at_first(void **state)
{
	struct clock_bounds b = { .restarts = 0 };

	(void)state;
	assert_true(clock_bounds_add(&b, &none, &none));
	assert_false(clock_bounds_at(&b, START).known);
}

static void test_clock_bounds__one_fin_and_its_ack_give_both(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin fin = a_fin_from_a(0, OFFSET);

	(void)state;
	assert_true(clock_bounds_add(&b, &fin, &none));
	/* the lower bound is 8 ms later, so it is wider: 1000 ppm of 8 ms, and 1 ns of rounding */
	expect_interval(clock_bounds_at(&b, START), OFFSET - 5 * MS - 8001, OFFSET + 3 * MS);
}

static void test_clock_bounds__the_mirror_image(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	/* what was a is b now: the offset has the other sign */
	struct clock_fin fin = a_fin_from_a(0, OFFSET);

	(void)state;
	assert_true(clock_bounds_add(&b, &none, &fin));
	expect_interval(clock_bounds_at(&b, fin.received_ns), -OFFSET - 3 * MS, -OFFSET + 5 * MS);
}

static void test_clock_bounds__one_way_gives_one_bound(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin fin = a_fin_from_a(0, OFFSET);

	(void)state;
	fin.acked_ns = 0;
	assert_true(clock_bounds_add(&b, &fin, &none));
	assert_false(clock_bounds_at(&b, START).known);
}

static void test_clock_bounds__the_fins_of_both_sides_intersect(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin from_a = a_fin_from_a(0, OFFSET), from_b = a_fin_from_b(20 * MS, OFFSET);

	(void)state;
	assert_true(clock_bounds_add(&b, &from_a, &from_b));
	/* the FIN of b took 4 ms: less than the ACK's 5 ms */
	expect_interval(clock_bounds_at(&b, START + 24 * MS), OFFSET - 4 * MS,
			OFFSET + 3 * MS + 24001);
	/* the order of the two does not matter, if they fit */
	assert_int_equal(b.restarts, 0);
}

static void test_clock_bounds__get_wider_with_age_on_both_sides(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin fin = a_fin_from_a(0, OFFSET);
	struct clock_interval later, earlier;

	(void)state;
	clock_bounds_add(&b, &fin, &none);
	later = clock_bounds_at(&b, START + 10 * S);
	earlier = clock_bounds_at(&b, START - 10 * S);
	assert_true(later.known && earlier.known);
	assert_int_equal(later.high, OFFSET + 3 * MS + 10 * MS + 1);
	assert_int_equal(earlier.high, later.high);
	assert_true(later.low < OFFSET - 5 * MS - 9 * MS);
}

static void test_clock_bounds__a_later_and_narrower_one_replaces(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin fin = a_fin_from_a(0, OFFSET);
	struct clock_interval i;

	(void)state;
	clock_bounds_add(&b, &fin, &none);
	fin = a_fin_from_a(S, OFFSET);
	fin.received_ns -= 2 * MS;	/* this one took 1 ms; its ACK 7 ms */
	clock_bounds_add(&b, &fin, &none);
	i = clock_bounds_at(&b, START + S);
	assert_int_equal(i.high, OFFSET + 1 * MS);
	/* the old one has become wider by 1 ms, and is still better than 7 ms */
	assert_true(i.low > OFFSET - 7 * MS && i.low < OFFSET - 5 * MS);
}

static void test_clock_bounds__a_step_back_of_b_begins_anew(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin fin = a_fin_from_a(0, OFFSET);

	(void)state;
	clock_bounds_add(&b, &fin, &none);
	fin = a_fin_from_a(S, OFFSET - 3600 * S);
	assert_false(clock_bounds_add(&b, &fin, &none));
	assert_int_equal(b.restarts, 1);
	expect_interval(clock_bounds_at(&b, START + S), OFFSET - 3600 * S - 5 * MS - 8001,
			OFFSET - 3600 * S + 3 * MS);
	/* before it, nothing is known any more */
	assert_false(clock_bounds_at(&b, START).known);
}

static void test_clock_bounds__a_step_forward_of_b_begins_anew(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin fin = a_fin_from_a(0, OFFSET);

	(void)state;
	clock_bounds_add(&b, &fin, &none);
	fin = a_fin_from_a(S, OFFSET + 3600 * S);
	assert_false(clock_bounds_add(&b, &fin, &none));
	assert_int_equal(b.restarts, 1);
	assert_false(clock_bounds_at(&b, START + S).known);	/* only the lower bound is */
	fin = a_fin_from_a(2 * S, OFFSET + 3600 * S);
	assert_true(clock_bounds_add(&b, &fin, &none));
	expect_interval(clock_bounds_at(&b, START + 2 * S), OFFSET + 3600 * S - 5 * MS - 8001,
			OFFSET + 3600 * S + 3 * MS);
}

/* A story from before the step settles after it: a server held its end for long. */
static void test_clock_bounds__what_is_older_than_a_step_is_of_no_use(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin fin = a_fin_from_a(0, OFFSET), old = a_fin_from_a(-S, OFFSET);
	struct clock_interval before;

	(void)state;
	clock_bounds_add(&b, &fin, &none);
	fin = a_fin_from_a(S, OFFSET - 3600 * S);
	clock_bounds_add(&b, &fin, &none);
	before = clock_bounds_at(&b, START + 2 * S);
	clock_bounds_add(&b, &old, &none);
	assert_int_equal(b.restarts, 1);
	expect_interval(clock_bounds_at(&b, START + 2 * S), before.low, before.high);
}

static void test_clock_bounds__a_flight_has_bounds(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin from_a = a_fin_from_a(0, OFFSET), from_b = a_fin_from_b(20 * MS, OFFSET);
	struct clock_interval offset;

	(void)state;
	clock_bounds_add(&b, &from_a, &from_b);
	offset = clock_bounds_at(&b, from_a.sent_ns);
	/* at most the 8 ms until its ACK came; at least 0 */
	expect_interval(clock_bounds_flight(&offset, &from_a, true), 0, 7 * MS + 24001);
	offset = clock_bounds_at(&b, from_b.received_ns);
	expect_interval(clock_bounds_flight(&offset, &from_b, false), 0, 7 * MS + 24001);
	assert_false(clock_bounds_flight(&offset, &none, true).known);
	offset.known = false;
	assert_false(clock_bounds_flight(&offset, &from_b, false).known);
}

static void test_clock_bounds__one_clock_gives_the_flight_itself(void **state)
{
	const struct clock_interval same = { 0, 0, true };
	struct clock_fin from_a = a_fin_from_a(0, 0), from_b = a_fin_from_b(0, 0);

	(void)state;
	expect_interval(clock_bounds_flight(&same, &from_a, true), 3 * MS, 3 * MS);
	expect_interval(clock_bounds_flight(&same, &from_b, false), 4 * MS, 4 * MS);
}

static void test_clock_bounds__a_time_of_a_damaged_recording_is_none(void **state)
{
	struct clock_bounds b = { .restarts = 0 };
	struct clock_fin fin = a_fin_from_a(0, OFFSET);

	(void)state;
	fin.received_ns = UINT64_MAX;
	assert_true(clock_bounds_add(&b, &fin, &fin));
	assert_false(clock_bounds_at(&b, START).known);
	assert_false(clock_bounds_at(&b, UINT64_MAX).known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_bounds__nothing_is_known_at_first),
		cmocka_unit_test(test_clock_bounds__one_fin_and_its_ack_give_both),
		cmocka_unit_test(test_clock_bounds__the_mirror_image),
		cmocka_unit_test(test_clock_bounds__one_way_gives_one_bound),
		cmocka_unit_test(test_clock_bounds__the_fins_of_both_sides_intersect),
		cmocka_unit_test(test_clock_bounds__get_wider_with_age_on_both_sides),
		cmocka_unit_test(test_clock_bounds__a_later_and_narrower_one_replaces),
		cmocka_unit_test(test_clock_bounds__a_step_back_of_b_begins_anew),
		cmocka_unit_test(test_clock_bounds__a_step_forward_of_b_begins_anew),
		cmocka_unit_test(test_clock_bounds__what_is_older_than_a_step_is_of_no_use),
		cmocka_unit_test(test_clock_bounds__a_flight_has_bounds),
		cmocka_unit_test(test_clock_bounds__one_clock_gives_the_flight_itself),
		cmocka_unit_test(test_clock_bounds__a_time_of_a_damaged_recording_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
