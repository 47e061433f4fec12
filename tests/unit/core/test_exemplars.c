/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "exemplars.h"

#define S_NS 1000000000ull

static void add(struct exemplars *x, uint64_t ns, uint64_t second)
{
	const struct exemplar e = { .ns = ns, .known = true };

	exemplars_add(x, PHASE_TOTAL, 3, &e, second * S_NS);
}

static uint64_t slowest(struct exemplars *x, uint64_t second)
{
	const struct exemplar *e = &exemplars_of(x, PHASE_TOTAL, second * S_NS)[3];

	return e->known ? e->ns : 0;
}

static void test_exemplars__the_slowest_of_the_minute_before(void **state)
{
	struct exemplars x = { .minute = 0 };

	(void)state;
	add(&x, 5, 61);
	add(&x, 9, 62);
	add(&x, 7, 119);
	assert_int_equal(slowest(&x, 119), 0);
	add(&x, 20, 120);
	assert_int_equal(slowest(&x, 121), 9);
	add(&x, 30, 119);	/* late: its minute is over */
	assert_int_equal(slowest(&x, 179), 9);
	assert_int_equal(slowest(&x, 180), 20);
}

static void test_exemplars__a_minute_without_closes_has_none(void **state)
{
	struct exemplars x = { .minute = 0 };

	(void)state;
	add(&x, 5, 61);
	assert_int_equal(slowest(&x, 200), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exemplars__the_slowest_of_the_minute_before),
		cmocka_unit_test(test_exemplars__a_minute_without_closes_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
