/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_fixture.h"

#include "story_copy.h"

static void test_story_copy__owns_what_it_points_to(void **state)
{
	struct stage *g = *state;
	struct verdict verdict;
	struct story copy;

	feed_clean_close(g);
	assert_true(story_copy(&copy, &verdict, &g->client.story, &g->client.verdict));
	assert_ptr_not_equal(copy.calls, g->client.story.calls);
	assert_ptr_equal(verdict.trigger, copy.calls);
	assert_int_equal(verdict.trigger->pid, 100);
	story_release(&copy);
	assert_int_equal(g->client.verdict.trigger->pid, 100);
}

static void test_story_copy__moves_all_times_but_no_duration(void **state)
{
	struct stage *g = *state;
	struct verdict verdict;
	struct story copy;

	feed_clean_close(g);
	assert_true(story_copy(&copy, &verdict, &g->client.story, &g->client.verdict));
	story_move(&copy, &verdict, -(int64_t)MS);
	assert_int_equal(copy.established_ns, T0 - MS);
	assert_int_equal(copy.seg[SEG_FIN_OUT].ts_ns, T0 + 9 * MS);
	assert_int_equal(copy.calls[0].ts_ns, g->client.story.calls[0].ts_ns - MS);
	assert_int_equal(copy.end_ns, T0 + 49 * MS);
	assert_int_equal(copy.reset.ts_ns, 0);		/* there was none */
	assert_int_equal(verdict.start_ns, g->client.verdict.start_ns - MS);
	assert_int_equal(verdict.phase[PHASE_TOTAL].ns, g->client.verdict.phase[PHASE_TOTAL].ns);
	story_release(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_story_copy__owns_what_it_points_to, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			test_story_copy__moves_all_times_but_no_duration, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
