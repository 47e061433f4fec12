/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The view serve: its page. test_metrics_text.c has the metrics. */
#include "close_fixture.h"
#include "serve_view.h"
#include "time_units.h"

/* Returns the page at that second after one close in each of the seconds up to the 199th. */
static const char *print_page(struct stage *g, uint64_t second)
{
	const struct metrics_facts facts = { .version = "1.2" };
	const struct serve_page_facts page = { .stuck = NULL };

	feed_clean_close(g);
	view_serve.start(&g->context);
	for (uint64_t i = 0; i < 200; i++) {
		g->client.verdict.settled_ns = i * NS_PER_S + 1;
		view_serve.story(&g->context, &g->client.story, &g->client.verdict);
	}
	serve_print_page(&g->context, &g->out, &facts, &page, second * NS_PER_S + 2);
	view_serve.release(&g->context);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	return g->out.data;
}

static void test_serve__the_rate_is_that_of_60_seconds(void **state)
{
	expect_has(print_page(*state, 199), "clean<td><a href=\"#who\">200</a><td>100.0 %<td>60\n");
}

static void test_serve__a_minute_later_the_rate_is_0(void **state)
{
	expect_has(print_page(*state, 260), "clean<td><a href=\"#who\">200</a>"
		   "<td>100.0 %<td class=\"zero\">0\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_serve__##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_rate_is_that_of_60_seconds),
		TEST(a_minute_later_the_rate_is_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
