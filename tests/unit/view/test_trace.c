/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_fixture.h"

#define LINE_COLUMNS 80
#define S (1000 * MS)

/* Returns the trace of the client's end; wide is -w. */
static const char *show_client(struct stage *g, bool wide)
{
	g->context.terminal.wide = wide;
	return show(g, &view_trace, &g->client);
}

static void test_trace__a_reset_names_the_task_that_sent_it(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	add_reset_by(g);
	text = show_client(g, true);
	expect_has(text, "103     child");
	expect_has(text, " close(9)");
	g->client.verdict.ending = ENDING_FOUR_WAY;
	text = show_client(g, true);
	expect_has(text, "100     client");
	expect_has(text, " close(5)");
}

static void test_trace__a_clean_close_that_lost_data_is_marked(void **state)
{
	static const struct {
		enum ending ending;
		const char *text;
	} list[] = {
		{ ENDING_FOUR_WAY, " four-way!  20.00\n" },
		{ ENDING_THREE_WAY, " three-way! 20.00\n" },
		{ ENDING_SIMULTANEOUS, " crossed!   20.00\n" },
		{ ENDING_TWO_WAY, " two-way!   20.00\n" },
		{ ENDING_RESET_SENT, " reset      20.00\n" },
	};
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.verdict.phase[PHASE_TOTAL].ns = 20 * MS;
	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
		g->client.verdict.ending = list[i].ending;
		g->client.story.data_lost = (struct data_lost){ .unsent = 1, .known = true };
		expect_has(show_client(g, false), list[i].text);
		g->client.story.data_lost.known = false;
		expect_lacks(show_client(g, false), "!");
	}
}

static void test_trace__a_mark_leaves_80_columns_and_a_space(void **state)
{
	static const uint64_t times_ns[] = { 1, 99 * MS, 602570000, 9999 * MS, 99999 * MS,
					     999 * S, 7200 * S };
	struct stage *g = *state;
	const char *mark;

	feed_clean_close(g);
	g->client.verdict.ending = ENDING_THREE_WAY;
	g->client.story.data_lost = (struct data_lost){ .unread = 1, .known = true };
	for (unsigned i = 0; i < sizeof(times_ns) / sizeof(*times_ns); i++) {
		g->client.verdict.phase[PHASE_TOTAL].ns = times_ns[i];
		mark = strchr(show_client(g, false), '!');
		assert_non_null(mark);
		assert_int_equal(strlen(g->out.data), LINE_COLUMNS + 1);
		if (times_ns[i] < 100 * S || times_ns[i] > 1000 * S)
			assert_int_equal(mark[1], ' ');
	}
}

static void test_trace__the_wide_header_asks_where_the_time_went(void **state)
{
	struct stage *g = *state;

	g->context.terminal.wide = true;
	view_trace.start(&g->context);
	buf_char(&g->out, '\0');
	expect_has(g->out.data, "REASON           TIME-SPENT  IDLE\n");
	expect_lacks(g->out.data, "BLAME");
}

static void test_trace__the_time_spent_is_empty_for_resets_and_fast_closes(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.verdict.blame = BLAME_PEER_APP;
	g->client.verdict.blame_known = true;
	expect_has(show_client(g, true), "-                peer-app    -\n");
	g->client.verdict.blame = BLAME_DELAYED_ACK;
	expect_has(show_client(g, true), "-                delayed-ack -\n");
	g->client.verdict.blame = BLAME_NONE;
	expect_has(show_client(g, true), "-                -           -\n");
	g->client.verdict.blame = BLAME_PEER_APP;
	g->client.verdict.ending = ENDING_RESET_RECEIVED;
	g->client.verdict.reason = REASON_CLOSING;
	expect_has(show_client(g, true), "closing          -           -\n");
}

static void test_trace__the_idle_time_is_that_of_both_directions(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.verdict.blame = BLAME_NONE;
	g->client.story.idle = (struct idle){ .sent_ns = 60 * S, .received_ns = 61 * S,
					      .sent_known = true, .received_known = true };
	expect_has(show_client(g, true), "-                -           1 min\n");
	g->client.verdict.partial = true;
	expect_has(show_client(g, true), "-                -           1 min       (partial)\n");
}

static void add_stack(struct stage *g, const struct socket_call *a, const char *text)
{
	assert_non_null(text_cache_add(g->stacks, a->tid, a->effect_ns, text, strlen(text)));
}

static void test_trace__two_stacks_say_which_is_which(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	add_reset_by(g);
	g->stacks = text_cache_new(4);
	g->context.lookup.stacks = g->stacks;
	g->context.shows_stacks = true;
	expect_lacks(show_client(g, false), "FIN:");
	add_stack(g, g->client.verdict.trigger, "0x1\t-\t0x2\tbegin_end\t-\n");
	text = show_client(g, false);
	expect_has(text, "\n        begin_end+0x2\n");
	expect_lacks(text, "FIN:");
	add_stack(g, g->client.verdict.reset_by, "0x1\t-\t0x2\tgive_up\t-\n");
	expect_has(show_client(g, false), "\n        FIN:\n        begin_end+0x2\n"
					  "        RST:\n        give_up+0x2\n");
}

static const char long_stack[] =
	"<_Z1gv\n=g()\n@3\t/srv/a.h\n"
	"0x1\t0x9\t0x2\t_Z1fv\t/usr/bin/server\n=std::function<void (net::Connection&, "
	"std::chrono::duration<long>)>::operator()() const\n@41\t/srv/net/pool.cc\n"
	"0x1\t0x9\t0x2\tmain\t/usr/bin/server\n@7\t/srv/main.c\n";

/* A long name is cut, so that the line of source text is to be seen in 80 columns. */
static void test_trace__a_frame_ends_with_its_line(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->stacks = text_cache_new(4);
	g->context.lookup.stacks = g->stacks;
	g->context.shows_stacks = true;
	add_stack(g, g->client.verdict.trigger, long_stack);
	expect_has(show_client(g, false),
		   "\n        g() (inlined) a.h:3\n"
		   "        std::function<void (net::Connection&, std::chr..+0x2 (server) "
		   "pool.cc:41\n"
		   "        main+0x2 (server) main.c:7\n");
	expect_has(show_client(g, true),
		   "\n        g() (inlined) /srv/a.h:3\n"
		   "        std::function<void (net::Connection&, std::chrono::duration<long>)>"
		   "::operator()() const+0x2 (/usr/bin/server) /srv/net/pool.cc:41\n"
		   "        main+0x2 (/usr/bin/server) /srv/main.c:7\n");
}

#define TRACE_TEST(name) cmocka_unit_test_setup_teardown(test_trace__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACE_TEST(a_reset_names_the_task_that_sent_it),
		TRACE_TEST(a_clean_close_that_lost_data_is_marked),
		TRACE_TEST(a_mark_leaves_80_columns_and_a_space),
		TRACE_TEST(the_wide_header_asks_where_the_time_went),
		TRACE_TEST(the_time_spent_is_empty_for_resets_and_fast_closes),
		TRACE_TEST(the_idle_time_is_that_of_both_directions),
		TRACE_TEST(two_stacks_say_which_is_which),
		TRACE_TEST(a_frame_ends_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
