/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "retry_pause.h"

#define MS 1000000ULL

static void test_retry_pause__doubles_to_its_limit(void **state)
{
	static const uint32_t pauses[] = { 250, 500, 1000, 2000, 4000, 8000, 10000, 10000 };
	struct retry_pause p = { 0 };
	uint64_t now_ns = 5000 * MS;

	(void)state;
	for (unsigned i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		uint32_t ms = retry_pause_fail(&p, now_ns, 128);

		assert_in_range(ms, pauses[i] - 1, pauses[i] + pauses[i] / 100);
		now_ns += ms * MS + MS;
	}
	retry_pause_succeed(&p);
	assert_in_range(retry_pause_fail(&p, now_ns, 128), 249, 252);
}

static void test_retry_pause__attempts_that_fail_together_share_one(void **state)
{
	struct retry_pause p = { 0 };

	(void)state;
	assert_in_range(retry_pause_fail(&p, 1000 * MS, 128), 249, 252);
	assert_in_range(retry_pause_fail(&p, 1100 * MS, 0), 149, 152);
	assert_int_equal(retry_pause_fail(&p, p.until_ns - 1, 255), 1);
	assert_in_range(retry_pause_fail(&p, p.until_ns, 128), 499, 504);
}

static void test_retry_pause__varies(void **state)
{
	struct retry_pause p = { 0 }, q = { 0 };

	(void)state;
	assert_int_equal(retry_pause_fail(&p, 1000 * MS, 0), 250 * 5 / 8);
	assert_int_equal(retry_pause_fail(&q, 1000 * MS, 255), 250 * 5 / 8 + 187);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retry_pause__doubles_to_its_limit),
		cmocka_unit_test(test_retry_pause__attempts_that_fail_together_share_one),
		cmocka_unit_test(test_retry_pause__varies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
