/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_fixture.h"

#include "story_copy.h"
#include "timeline.h"

#define HOUR (3600000 * MS)

static void expect_range(uint64_t low_ns, uint64_t high_ns, const char *text)
{
	struct buf b = { 0 };

	timeline_print_range(&b, low_ns, high_ns);
	expect_text(&b, text);
	buf_release(&b);
}

static void test_timeline_clocks__a_range(void **state)
{
	(void)state;
	expect_range(9400, 9400, "9.4 us");
	expect_range(0, 0, "0 ns");
	expect_range(5100, 12000, "5.1..12 us");
	expect_range(980, 1200, "980 ns..1.2 us");
	expect_range(0, 29000, "0..29 us");
}

/* Draws the close as two hosts saw it; the server's clock is an hour ahead. */
static const char *draw(struct stage *g, bool bounded)
{
	static struct host host[2] = { { .name = "web", .boot_id = "a" },
				       { .name = "db", .boot_id = "b" } };
	static struct host *list[2] = { &host[0], &host[1] };
	static const struct host_table hosts = { list, 2 };

	feed_clean_close(g);
	g->client.story.isns = (struct twin_key){ 999, 4999 };
	g->server.story.isns = (struct twin_key){ 4999, 999 };
	g->client.story.isns_known = g->server.story.isns_known = true;
	g->server.story.host = g->server.story.clock = 1;
	story_move(&g->server.story, &g->server.verdict, (int64_t)HOUR);
	g->server.story.seg[SEG_FIN_IN].seen = bounded;
	g->context.hosts = &hosts;
	return show_run(g, &view_timeline, true);
}

static void test_timeline_clocks__both_sides_have_one_time(void **state)
{
	const char *text = draw(*state, true), *call = strstr(text, "close(7)");

	assert_non_null(call);
	assert_true(strstr(text, "close(5)") < call);
	assert_true(call < strstr(text, "3 FIN"));
	assert_true(strstr(text, "3 FIN") < strstr(text, "4 ACK"));
	expect_lacks(text, "1.0 h");
	expect_has(text, "The clock of db was 3600.000000 s ahead of that of web (+-20 us): its");
	expect_has(text, "The FIN of web took 0..40 us.");
}

static void test_timeline_clocks__without_bounds_each_has_its_own(void **state)
{
	expect_has(draw(*state, false),
		   "How far the clocks of web and db are apart is unknown: each side has its own\n"
		   "times.");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_timeline_clocks__##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_range),
		TEST(both_sides_have_one_time),
		TEST(without_bounds_each_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
