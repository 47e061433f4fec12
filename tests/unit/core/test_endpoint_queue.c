/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "endpoint_fixture.h"

/* With many endpoints the latest events wait in a queue: whoever asks does not see that. */
static void test_endpoint_queue__an_answer_includes_the_latest_event(void **state)
{
	struct fixture *d = *state;

	for (unsigned n = 1; n <= MAX_OPEN; n++) {
		feed(d, of_endpoint(n, established(T0 + n)));
		if (n % 13 == 0)
			assert_int_equal(endpoint_table_counts(d->endpoint_table).seen, n);
	}
	feed(d, of_endpoint(1, a_last_change(T0 + 12 * MS, 0)));	/* a minisock */
	assert_int_equal(endpoint_table_next_ns(d->endpoint_table) / (10000 * MS), 6);
	feed(d, of_endpoint(1, a_timewait_segment(T0 + 50 * MS, 0x11, 0)));
	endpoint_table_flush(d->endpoint_table);
	assert_int_equal(d->reported[1], 1);
	feed(d, of_endpoint(2, a_state_change(T0 + 60 * MS, STATE_ESTABLISHED, STATE_CLOSE,
					   SOCKF_HELD)));
	endpoint_table_expire(d->endpoint_table, T0 + 1000 * MS);
	assert_int_equal(d->reported[2], 1);
	feed(d, of_endpoint(3, a_fin(T0 + 1001 * MS, 101)));
	endpoint_table_end(d->endpoint_table, T0 + 1002 * MS);
	assert_int_equal(d->reported[3], 1);
}

#define QUEUE_TEST(name) \
	cmocka_unit_test_setup_teardown(test_endpoint_queue__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(an_answer_includes_the_latest_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
