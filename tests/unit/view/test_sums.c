/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The views who and hist, which sum closes up. */
#include "close_fixture.h"
#include "hist.h"

#define S (1000 * MS)

static void feed_loss(struct stage *g)
{
	feed_clean_close(g);
	g->client.story.data_lost = (struct data_lost){ .unread = 9, .known = true };
}

static void test_sums__who_counts_closes_that_lost_data(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_loss(g);
	text = show_run(g, &view_who, true);
	expect_has(text, "ENDING          REASON              CLOSES    % LOST-DATA\n");
	expect_has(text, "client           four-way        -                        1  100"
			 "         1\n");
	expect_has(text, "server           four-way        -                        1  100"
			 "         .\n");
}

static void test_sums__who_counts_a_reset_for_the_call_that_sent_it(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	add_reset_by(g);
	g->client.story.calls[1].trigger = TRIGGER_EXIT;
	g->context.options.format = FORMAT_JSON;
	text = show_run(g, &view_who, false);
	expect_has(text, "\"comm\":\"child\"");
	expect_has(text, "\"close\":0,");
	expect_has(text, "\"exit\":1,");
}

static void test_sums__who_counts_them_in_csv(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_loss(g);
	g->context.options.format = FORMAT_CSV;
	text = show_run(g, &view_who, true);
	expect_has(text, "peer_hold_max_ns,data_lost\n");
	assert_memory_equal(strchr(strstr(text, "\"client\""), '\n') - 2, ",1", 2);
	assert_memory_equal(strchr(strstr(text, "\"server\""), '\n') - 2, ",0", 2);
}

static void test_sums__who_counts_them_in_json(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_loss(g);
	g->client.verdict.reason = REASON_OTHER;
	g->context.options.format = FORMAT_JSON;
	text = show_run(g, &view_who, true);
	expect_has(strstr(text, "\"comm\":\"client\""), "\"data_lost\":1,\"app_hold_ns\"");
	expect_has(text, "\"count\":1,\"data_lost\":1}");
	expect_has(strstr(text, "\"comm\":\"server\""), "\"data_lost\":0,\"app_hold_ns\"");
}

/* The client and the server are two rows; with as many closes, they are in alphabetical order. */
static void test_sums__top_limits_the_rows(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	g->context.options.top = 1;
	text = show_run(g, &view_who, true);
	expect_has(text, "client ");
	expect_lacks(text, "server ");
	expect_has(text, "\n(1 more)\n");
	g->context.options.format = FORMAT_JSON;
	text = show_run(g, &view_who, true);
	expect_has(text, "\"other\":false,\"comm\":\"client\",\"groups\":2,\"closes\":1,");
	expect_lacks(text, "\"comm\":\"server\"");
	g->context.options.top = 2;
	g->context.options.format = FORMAT_TEXT;
	text = show_run(g, &view_who, true);
	expect_has(text, "server ");
	expect_lacks(text, "more)");
}

static void test_sums__hist_has_the_age_and_the_idle_time(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	expect_lacks(show_run(g, &view_hist, false), "idle");
	g->client.story.established_ns = 1;
	g->client.verdict.settled_ns = 65 * S + 1;
	g->client.story.idle = (struct idle){ .sent_ns = 60 * S, .received_ns = 70 * S,
					      .sent_known = true, .received_known = true };
	text = show_run(g, &view_hist, false);
	expect_has(text, "\nage, 1 close\np50 1 min 5 s, ");
	expect_has(text, "\nidle, 1 close\np50 1 min, ");
	expect_has(text, "\ntotal, 1 close\n");
}

static void test_sums__hist_shows_the_chosen_times(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	g->client.story.idle = (struct idle){ .received_ns = 60 * S, .received_known = true };
	g->context.options.phases = 1u << HIST_IDLE;
	text = show_run(g, &view_hist, false);
	expect_has(text, "\nidle, 1 close\n");
	expect_lacks(text, "age, ");
	expect_lacks(text, "total, ");
	g->context.options.format = FORMAT_JSON;
	expect_has(show_run(g, &view_hist, false), "\"phase\":\"idle\",\"count\":1,");
}

#define SUMS_TEST(name) cmocka_unit_test_setup_teardown(test_sums__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUMS_TEST(who_counts_closes_that_lost_data),
		SUMS_TEST(who_counts_a_reset_for_the_call_that_sent_it),
		SUMS_TEST(who_counts_them_in_csv),
		SUMS_TEST(who_counts_them_in_json),
		SUMS_TEST(top_limits_the_rows),
		SUMS_TEST(hist_has_the_age_and_the_idle_time),
		SUMS_TEST(hist_shows_the_chosen_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
