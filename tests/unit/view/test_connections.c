/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_fixture.h"

#define HEADER                                                                                     \
	"CLIENT           BY  SERVER           ADDRESS               ENDING            MS\n"

static void begin(struct stage *g)
{
	feed_clean_close(g);
	g->client.story.isns = (struct twin_key){ 999, 4999 };
	g->server.story.isns = (struct twin_key){ 4999, 999 };
	g->client.story.isns_known = g->server.story.isns_known = true;
}

static void test_connections__both_ends_make_one_line(void **state)
{
	struct stage *g = *state;

	begin(g);
	assert_string_equal(show_run(g, &view_connections, true),
			    HEADER "client[100]      ->  server[200]      10.0.0.9:80"
				   "           four-way       40.00\n");
	assert_int_equal(g->context.counted, 1);
}

static void test_connections__one_end_waits_for_the_other(void **state)
{
	struct stage *g = *state;

	begin(g);
	assert_string_equal(show_run(g, &view_connections, false),
			    HEADER "client[100]      ->  (open)           10.0.0.9:80"
				   "           four-way       40.00\n");
	g->client.story.twin.known = false;
	assert_string_equal(show_run(g, &view_connections, false),
			    HEADER "client[100]      ->  (not-found)      10.0.0.9:80"
				   "           four-way       40.00\n");
}

static void test_connections__a_tick_ends_the_wait(void **state)
{
	struct stage *g = *state;

	begin(g);
	g->client.story.twin.known = false;
	view_connections.start(&g->context);
	view_connections.story(&g->context, &g->client.story, &g->client.verdict);
	assert_int_equal(g->context.due_ns, g->client.verdict.settled_ns + 2000 * MS);
	buf_reset(&g->out);
	view_connections.tick(&g->context, g->context.due_ns);
	buf_char(&g->out, '\0');
	expect_has(g->out.data, "(not-found)");
	assert_int_equal(g->context.due_ns, 0);
	view_connections.release(&g->context);
}

static void test_connections__an_end_that_is_lost(void **state)
{
	struct stage *g = *state;

	begin(g);
	view_connections.start(&g->context);
	view_connections.story(&g->context, &g->client.story, &g->client.verdict);
	buf_reset(&g->out);
	view_connections.lost_end(&g->context, &g->server.story);
	buf_char(&g->out, '\0');
	expect_has(g->out.data, "(peer-lost)");
	view_connections.release(&g->context);
}

static void test_connections__no_more_than_were_asked_for(void **state)
{
	struct stage *g = *state;

	begin(g);
	g->context.count_max = 1;
	g->client.story.twin.known = g->server.story.twin.known = false;
	g->server.story.isns.iss++;	/* two connections */
	view_connections.start(&g->context);
	buf_reset(&g->out);
	view_connections.story(&g->context, &g->client.story, &g->client.verdict);
	view_connections.story(&g->context, &g->server.story, &g->server.verdict);
	view_connections.tick(&g->context, UINT64_MAX);
	assert_int_equal(g->context.counted, 1);
	buf_char(&g->out, '\0');
	expect_has(g->out.data, "client[100]");
	expect_lacks(g->out.data, "server[200]");
	view_connections.release(&g->context);
}

static void test_connections__wide_has_the_call_and_the_flight(void **state)
{
	struct stage *g = *state;
	const char *text;

	begin(g);
	g->context.terminal.wide = true;
	text = show_run(g, &view_connections, true);
	expect_has(text, "close(5)");
	expect_has(text, "app of server");
	expect_has(text, " 0.00 0.00 ");
	expect_has(text, "10.0.0.1:51544");
	g->server.story.seg[SEG_FIN_IN].seq++;
	expect_has(show_run(g, &view_connections, true), "disagree:fin-seq");
}

static void test_connections__two_hosts_have_names_and_bounds(void **state)
{
	struct host host[2] = { { .name = "web", .boot_id = "a" },
				{ .name = "db", .boot_id = "b" } };
	struct host *list[2] = { &host[0], &host[1] };
	const struct host_table hosts = { list, 2 };
	struct stage *g = *state;
	const char *text;

	begin(g);
	g->context.hosts = &hosts;
	g->server.story.host = g->server.story.clock = 1;
	text = show_run(g, &view_connections, true);
	expect_has(text, "client@web       ->  server@db ");
	g->context.options.format = FORMAT_JSON;
	text = show_run(g, &view_connections_json, true);
	expect_has(text, "\"clock_offset_ns\":[-40001,0]");
	expect_has(text, "\"client_fin\":[0,40001]");
	expect_has(text, "\"initiator\":{\"side\":\"client\",\"host\":\"web\",\"pid\":100,");
	expect_has(text, "\"host\":\"db\",\"pid\":200,");
}

static void test_connections__json_has_what_is_not_known_as_null(void **state)
{
	struct stage *g = *state;
	const char *text;

	begin(g);
	g->client.story.twin.known = false;
	g->client.verdict.initiator = INITIATOR_UNKNOWN;
	g->client.verdict.blame_known = false;
	g->context.options.format = FORMAT_JSON;
	text = show_run(g, &view_connections_json, false);
	expect_has(text, "\"kind\":\"meta\"");
	expect_has(text, "\"one_sided\":\"not-found\",\"roles_known\":true,\"initiator\":null,"
			 "\"blame\":null,\"clock_offset_ns\":null,"
			 "\"one_way_ns\":{\"client_fin\":null,\"server_fin\":null}");
	expect_has(text, "\"disagreement\":null,\"client\":{\"kind\":\"close\",");
	expect_has(text, "\"server\":null}");
	expect_has(text, "\"kind\":\"summary\"");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_connections__##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(both_ends_make_one_line),
		TEST(one_end_waits_for_the_other),
		TEST(a_tick_ends_the_wait),
		TEST(an_end_that_is_lost),
		TEST(no_more_than_were_asked_for),
		TEST(wide_has_the_call_and_the_flight),
		TEST(two_hosts_have_names_and_bounds),
		TEST(json_has_what_is_not_known_as_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
