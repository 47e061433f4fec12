/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The page of the view report: names are text, it is bounded, the same run makes the same bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "close_fixture.h"
#include "report.h"

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void set_isns(struct stage *g)
{
	g->client.story.isns = (struct twin_key){ 900, 4900 };
	g->server.story.isns = (struct twin_key){ 4900, 900 };
	g->client.story.isns_known = g->server.story.isns_known = true;
	g->client.story.opened = OPENED_CONNECT;
	g->server.story.opened = OPENED_ACCEPT;
}

static void test_report__both_ends_make_one_ladder(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	set_isns(g);
	text = show_run(g, &view_report, true);
	assert_int_equal(count(text, "<figure>"), 1);
	expect_has(text, "1 connection</a> ended in 40 ms: "
			 "<a href=\"#who\">all 2 sockets</a> cleanly. <b>server</b> held its peers "
			 "for <a href=\"#r2\">40 ms</a> in the median.");
	expect_has(text, ">1 FIN seq +0 ack +0, 0 ns</text>");
	expect_has(text, ">server[200]</text>");
	expect_has(text, "<h3 id=\"t1\"><a href=\"#r1\">40 ms</a></h3>");
	expect_has(text, "1 of 1 connection whose close took a time; 0 left out.");
}

static void test_report__a_name_is_never_markup(void **state)
{
	static const char name[EVENT_COMM_LEN] = "</script><img \"";
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	for (unsigned i = 0; i < g->client.story.nr_calls; i++)
		memcpy(g->client.story.calls[i].comm, name, sizeof(name));
	memcpy(g->meta.hostname, "<b>&\x1b", sizeof("<b>&\x1b"));
	text = show_run(g, &view_report, true);
	expect_lacks(text, "</script>");
	expect_lacks(text, "<img");
	expect_has(text, "<a href=\"#p0\">&lt;/script&gt;&lt;img &quot;</a><td>");
	expect_has(text, "<h1>&lt;b&gt;&amp;\\x1b</h1>");
	assert_null(strchr(text, '\x1b'));
}

static void test_report__the_same_run_makes_the_same_bytes(void **state)
{
	struct stage *g = *state;
	char *first;

	feed_clean_close(g);
	first = strdup(show_run(g, &view_report, true));
	assert_non_null(first);
	g->context.seed = 0x1234567890abcdef;
	g->context.terminal = (struct terminal){ .columns = 200, .color = true, .utf8 = true };
	assert_string_equal(show_run(g, &view_report, true), first);
	free(first);
}

/* The n-th connection takes n ms longer than the first one. */
static void add_connections(struct stage *g, unsigned n)
{
	uint64_t hold = g->client.verdict.phase[PHASE_TOTAL].ns;

	for (unsigned i = 0; i < n; i++) {
		g->client.story.cookie = 1000 + i;
		g->client.story.isns = (struct twin_key){ 10 + i, 90000 + i };
		g->client.verdict.phase[PHASE_TOTAL].ns = hold + i * MS;
		view_report.story(&g->context, &g->client.story, &g->client.verdict);
	}
}

static void test_report__keeps_the_slowest_and_counts_the_others(void **state)
{
	const struct run_counts none = { .seen = 0 };
	struct stage *g = *state;

	feed_clean_close(g);
	set_isns(g);
	view_report.start(&g->context);
	add_connections(g, 100);
	view_report.end(&g->context, &none, T0 + 100 * MS);
	view_report.release(&g->context);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	assert_int_equal(count(g->out.data, "<figure>"), REPORT_SLOWEST);
	expect_has(g->out.data, "<h3 id=\"t1\"><a href=\"#r1\">139 ms</a></h3>");
	expect_has(g->out.data, "<h3 id=\"t16\"><a href=\"#r16\">124 ms</a></h3>");
	expect_has(g->out.data, "16 of 100 connections whose close took a time; 84 left out.");
}

/* Gives the client as many calls as a story keeps, each of a thread with a name of markup. */
static void add_calls(struct stage *g)
{
	struct socket_call *calls = calloc(STORY_CALLS, sizeof(*calls));

	assert_non_null(calls);
	for (unsigned i = 0; i < STORY_CALLS; i++) {
		calls[i] = g->client.story.calls[0];
		calls[i].ts_ns += i * 3 * MS;
		calls[i].effect = EFFECT_NONE;
		memset(calls[i].comm, '"', EVENT_COMM_LEN - 1);
		memset(calls[i].process, '<', EVENT_COMM_LEN - 1);
	}
	free(g->client.story.calls);
	g->client.story.calls = calls;
	g->client.story.nr_calls = g->client.story.cap_calls = STORY_CALLS;
	g->client.verdict.trigger = &calls[0];
}

static void test_report__a_page_has_at_most_one_mebibyte(void **state)
{
	const struct run_counts none = { .seen = 0 };
	struct stage *g = *state;

	feed_clean_close(g);
	set_isns(g);
	add_calls(g);
	view_report.start(&g->context);
	add_connections(g, 100);
	for (unsigned i = 0; i < 2000; i++) {	/* and as many processes */
		snprintf((char *)g->client.story.calls[0].process, EVENT_COMM_LEN,
			 "%04u\"\"\"\"\"\"\"\"", i);
		g->client.verdict.ending = i % 2 ? ENDING_RESET_SENT : ENDING_FOUR_WAY;
		g->client.story.cookie = 5000 + i;
		g->client.story.isns = (struct twin_key){ 10000 + i, 900000 + i };
		view_report.story(&g->context, &g->client.story, &g->client.verdict);
	}
	view_report.end(&g->context, &none, T0 + 100 * MS);
	view_report.release(&g->context);
	assert_false(g->out.failed);
	assert_in_range(g->out.len, 1, 1 << 20);
	buf_char(&g->out, '\0');
	assert_int_equal(count(g->out.data, "<figure>"), REPORT_SLOWEST);
	expect_has(g->out.data, " more processes are left out.");
	expect_has(g->out.data, " more rows are left out.");
}

static void test_report__an_empty_run_makes_a_page(void **state)
{
	const struct run_counts lost = { .events_ring_full = 1234 };
	struct stage *g = *state;

	view_report.start(&g->context);
	view_report.end(&g->context, &lost, T0);
	view_report.release(&g->context);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	expect_has(g->out.data, "No connection ended.");
	expect_has(g->out.data, "events: the ring was full<td>1,234\n");
	expect_lacks(g->out.data, "No event was lost");
	expect_has(g->out.data, "</html>\n");
}

static void test_report__the_summary_names_who_sent_the_resets(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.verdict.ending = ENDING_RESET_SENT;
	g->client.verdict.reason = REASON_UNREAD_DATA;
	expect_has(show_run(g, &view_report, true),
		   "The only RST was sent</a> because <b>client</b> closed with unread data");
	g->server.verdict.ending = ENDING_RESET_SENT;
	g->server.verdict.reason = REASON_LINGER_ZERO;
	expect_has(show_run(g, &view_report, true), ">1 of the 2 RSTs were sent</a> because <b>");
	memcpy(g->server.story.calls[0].comm, "client", sizeof("client"));
	g->server.verdict.reason = REASON_UNREAD_DATA;
	expect_has(show_run(g, &view_report, true),
		   "All 2 RSTs were sent</a> because <b>client</b> closed with unread data");
}

static void test_report__a_figure_links_to_the_closes_that_it_counts(void **state)
{
	const struct run_counts none = { .seen = 0 };
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	set_isns(g);
	view_report.start(&g->context);
	add_connections(g, 100);
	g->client.verdict.ending = ENDING_RESET_SENT;
	g->client.verdict.reason = REASON_UNREAD_DATA;
	add_connections(g, 7);
	view_report.end(&g->context, &none, T0 + 100 * MS);
	view_report.release(&g->context);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	text = g->out.data;
	/* the slowest 32 in all, and the slowest of each kind */
	expect_has(text, "client: four-way <span class=\"of\">34 of 100</span>");
	expect_has(text, "client: reset-sent, unread-data <span class=\"of\">7 of 7</span>");
	expect_has(text, "<td><a href=\"#g35\">7</a>");
	expect_has(text, "id=\"g35\">client: reset-sent");
	expect_has(text, "41 of 107 sockets; 66 left out.");
}

static void test_report__numbers_have_commas(void **state)
{
	struct buf b = { 0 };

	(void)state;
	report_print_number(&b, 999);
	buf_char(&b, ' ');
	report_print_number(&b, 12400);
	buf_char(&b, ' ');
	report_print_number(&b, 1000000007);
	buf_char(&b, '\0');
	assert_string_equal(b.data, "999 12,400 1,000,000,007");
	buf_release(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_report__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ends_make_one_ladder),
		TEST(a_name_is_never_markup),
		TEST(the_same_run_makes_the_same_bytes),
		TEST(keeps_the_slowest_and_counts_the_others),
		TEST(a_page_has_at_most_one_mebibyte),
		TEST(an_empty_run_makes_a_page),
		TEST(the_summary_names_who_sent_the_resets),
		TEST(a_figure_links_to_the_closes_that_it_counts),
		TEST(numbers_have_commas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
