/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdlib.h>

#include "segment_order.h"
#include "time_units.h"

#define NR 200
#define T0 (1000 * NS_PER_S)

static struct segment_link at(uint64_t sequence, uint64_t broker_ns)
{
	return (struct segment_link){ .sequence = sequence, .broker_ns = broker_ns, .bytes = 10 };
}

/* Takes the next segment at now_ns, and expects this number, -1 none, and these lost before it. */
static void expect_next(struct segment_order *o, uint64_t now_ns, int sequence, uint64_t lost)
{
	uint64_t gap;
	struct segment_link *s = segment_order_take(o, now_ns, false, &gap);

	assert_int_equal(s ? (int)s->sequence : -1, sequence);
	assert_int_equal(gap, lost);
}

static void test_segment_order__gives_what_follows_at_once(void **state)
{
	struct segment_link a = at(0, T0), b = at(1, T0);
	struct segment_order o;

	(void)state;
	segment_order_init(&o, true);
	assert_int_equal(segment_order_add(&o, &a), SEGMENT_HELD);
	assert_int_equal(segment_order_add(&o, &b), SEGMENT_HELD);
	assert_int_equal(o.bytes, 20);
	expect_next(&o, T0, 0, 0);
	expect_next(&o, T0, 1, 0);
	expect_next(&o, T0, -1, 0);
	assert_int_equal(o.nr + o.bytes, 0);
}

static void test_segment_order__waits_for_a_missing_one(void **state)
{
	struct segment_link a = at(0, T0), c = at(2, T0), b = at(1, T0 + SEGMENT_WAIT_NS);
	struct segment_order o;

	(void)state;
	segment_order_init(&o, true);
	segment_order_add(&o, &a);
	segment_order_add(&o, &c);
	expect_next(&o, T0, 0, 0);
	assert_true(segment_order_has_gap(&o));
	expect_next(&o, T0 + SEGMENT_WAIT_NS, -1, 0);
	segment_order_add(&o, &b);
	expect_next(&o, T0 + SEGMENT_WAIT_NS, 1, 0);
	expect_next(&o, T0 + SEGMENT_WAIT_NS, 2, 0);
	assert_int_equal(o.lost, 0);
}

static void test_segment_order__gives_up_after_30_s_and_counts(void **state)
{
	struct segment_link a = at(0, T0), e = at(4, T0), late = at(2, T0), again = at(4, T0);
	struct segment_order o;

	(void)state;
	segment_order_init(&o, true);
	segment_order_add(&o, &a);
	segment_order_add(&o, &e);
	expect_next(&o, T0, 0, 0);
	expect_next(&o, T0 + SEGMENT_WAIT_NS + 1, 4, 3);
	assert_int_equal(o.lost, 3);
	assert_int_equal(segment_order_add(&o, &late), SEGMENT_LATE);
	assert_int_equal(segment_order_add(&o, &again), SEGMENT_REPEATED);
}

static void test_segment_order__drops_repeats(void **state)
{
	struct segment_link a = at(0, T0), b = at(0, T0), c = at(5, T0), d = at(5, T0);
	struct segment_order o;

	(void)state;
	segment_order_init(&o, true);
	assert_int_equal(segment_order_add(&o, &a), SEGMENT_HELD);
	assert_int_equal(segment_order_add(&o, &b), SEGMENT_REPEATED);
	expect_next(&o, T0, 0, 0);
	assert_int_equal(segment_order_add(&o, &b), SEGMENT_REPEATED);
	assert_int_equal(segment_order_add(&o, &c), SEGMENT_HELD);
	assert_int_equal(segment_order_add(&o, &d), SEGMENT_REPEATED);
}

static void test_segment_order__begins_in_the_middle(void **state)
{
	struct segment_link f = at(8, T0), e = at(7, T0 + 1);
	struct segment_order o;

	(void)state;
	segment_order_init(&o, false);
	segment_order_add(&o, &f);
	expect_next(&o, T0, -1, 0);
	segment_order_add(&o, &e);
	expect_next(&o, T0 + SEGMENT_WAIT_NS + 1, 7, 0);
	expect_next(&o, T0 + SEGMENT_WAIT_NS + 1, 8, 0);
	assert_int_equal(o.lost, 0);
}

static void test_segment_order__does_not_wait_for_the_first_number(void **state)
{
	struct segment_link a = at(0, T0);
	struct segment_order o;

	(void)state;
	segment_order_init(&o, false);
	segment_order_add(&o, &a);
	expect_next(&o, T0, 0, 0);
}

static void test_segment_order__a_hurry_waits_for_nothing(void **state)
{
	struct segment_link c = at(2, T0), e = at(4, T0);
	struct segment_order o;
	uint64_t gap;

	(void)state;
	segment_order_init(&o, true);
	segment_order_add(&o, &e);
	segment_order_add(&o, &c);
	assert_ptr_equal(segment_order_take(&o, T0, true, &gap), &c);
	assert_int_equal(gap, 2);
	assert_ptr_equal(segment_order_take(&o, T0, true, &gap), &e);
	assert_int_equal(gap, 1);
	assert_null(segment_order_take(&o, T0, true, &gap));
	assert_int_equal(o.lost, 3);
}

static void test_segment_order__counts_what_is_missing_at_the_end(void **state)
{
	struct segment_link a = at(0, T0), late = at(2, T0);
	struct segment_order o;

	(void)state;
	segment_order_init(&o, true);
	segment_order_add(&o, &a);
	expect_next(&o, T0, 0, 0);
	assert_int_equal(segment_order_end(&o, 1), 0);
	assert_int_equal(segment_order_end(&o, 4), 3);
	assert_int_equal(segment_order_end(&o, 4), 0);
	assert_int_equal(o.lost, 3);
	assert_int_equal(segment_order_add(&o, &late), SEGMENT_LATE);
}

static void test_segment_order__the_count_does_not_overflow(void **state)
{
	struct segment_link a = at(SEGMENT_SEQUENCE_MAX - 1, T0);
	struct segment_order o;
	uint64_t gap;

	(void)state;
	segment_order_init(&o, true);
	segment_order_add(&o, &a);
	assert_ptr_equal(segment_order_take(&o, T0, true, &gap), &a);
	assert_int_equal(o.lost, SEGMENT_SEQUENCE_MAX - 1);
	assert_int_equal(segment_order_end(&o, UINT64_MAX), 0);
}

struct arrival {
	struct segment_link s;
	bool missing;
};

static int compare_arrivals(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	return x->s.broker_ns < y->s.broker_ns ? -1 : x->s.broker_ns > y->s.broker_ns;
}

/*
 * One segment each second, each delayed by up to 30 s, some of them twice, some never. What comes
 * is all that was sent and is not missing, in order, once.
 */
static void run_shuffled(unsigned seed, unsigned miss_percent)
{
	static struct arrival arrival[2 * NR];
	bool missing[NR];
	struct segment_order o;
	uint64_t gap, lost = 0, expected = 0;
	unsigned nr = 0, next = 0;

	srand(seed);
	for (unsigned i = 0; i < NR; i++) {
		missing[i] = (unsigned)rand() % 100 < miss_percent;
		for (int n = missing[i] ? 0 : 1 + rand() % 2; n; n--)
			arrival[nr++].s = at(i, T0 + i * NS_PER_S +
						 (uint64_t)rand() % (SEGMENT_WAIT_NS + 1));
	}
	qsort(arrival, nr, sizeof(*arrival), compare_arrivals);
	segment_order_init(&o, true);
	for (unsigned i = 0; i <= nr; i++) {
		uint64_t now_ns = i < nr ? arrival[i].s.broker_ns : 0;
		struct segment_link *s;

		if (i < nr)
			assert_int_not_equal(segment_order_add(&o, &arrival[i].s), SEGMENT_LATE);
		while ((s = segment_order_take(&o, now_ns, i == nr, &gap))) {
			for (lost += gap; missing[next]; next++)
				expected++;
			assert_int_equal(s->sequence, next++);
		}
	}
	for (; next < NR; next++)
		assert_true(missing[next]);
	assert_int_equal(lost, expected);
	assert_int_equal(o.lost, lost);
}

static void test_segment_order__any_order_within_30_s_gives_the_same(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 500; seed++)
		run_shuffled(seed, seed % 3 ? 0 : seed % 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segment_order__gives_what_follows_at_once),
		cmocka_unit_test(test_segment_order__waits_for_a_missing_one),
		cmocka_unit_test(test_segment_order__gives_up_after_30_s_and_counts),
		cmocka_unit_test(test_segment_order__drops_repeats),
		cmocka_unit_test(test_segment_order__begins_in_the_middle),
		cmocka_unit_test(test_segment_order__does_not_wait_for_the_first_number),
		cmocka_unit_test(test_segment_order__a_hurry_waits_for_nothing),
		cmocka_unit_test(test_segment_order__counts_what_is_missing_at_the_end),
		cmocka_unit_test(test_segment_order__the_count_does_not_overflow),
		cmocka_unit_test(test_segment_order__any_order_within_30_s_gives_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
