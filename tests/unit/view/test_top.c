/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The view top: its three tables, and when it refreshes. */
#include <stdlib.h>

#include "close_fixture.h"
#include "time_units.h"

#define PROCESSES_HEADING \
	"COMM                  CLOSES     /s  OPEN  RST->  <-RST   T/O HOLD-p99 PEERS-p99\n"

static void test_top__processes_have_their_closes_and_holds(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	text = show_run(g, &view_top, true);
	expect_has(text, ": 2 closes, 0 open, 0 lost\n");
	expect_has(text, "[1 processes] 2 slowest  3 open  4 stuck\n" PROCESSES_HEADING);
	expect_has(text, "\nclient                     1      -     .      .      .     .        -"
			 "     38.00\n");
	expect_has(text, "\nserver                     1      -     .      .      .     .    40.00"
			 "         -\n");
}

static void test_top__slowest_is_sorted_by_time(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	g->context.options.tab = TOP_SLOWEST;
	g->server.verdict.phase[PHASE_TOTAL].ns = 50 * MS;
	text = show_run(g, &view_top, true);
	expect_has(text, " 1 processes [2 slowest] 3 open  4 stuck\n");
	expect_has(text, "  50.00\n100     client   10.0.0.1:51544        -> 10.0.0.9:80  "
			 "         four-way   40.00\n");
}

static void visit_client(void *arg, uint64_t now_ns,
			 void (*visit)(void *visit_arg, const struct story *s,
				       const struct verdict *verdict), void *visit_arg)
{
	struct stage *g = arg;

	(void)now_ns;
	visit(visit_arg, &g->client.story, &g->client.verdict);
}

/* Lets the client wait for the FIN of its peer. */
static void make_client_open(struct stage *g)
{
	feed_clean_close(g);
	g->client.verdict.ending = ENDING_OPEN;
	g->client.verdict.phase[PHASE_TOTAL].known = false;
	g->client.verdict.cut = (struct phase_cut){ .ns = 7 * MS, .phase = PHASE_PEER_HOLD,
						    .known = true };
	g->context.visit_closing = visit_client;
	g->context.visit_closing_arg = g;
}

/* The closes in progress are asked for at each refresh, and reported at the end: not both. */
static void test_top__open_closes_are_counted_once(void **state)
{
	struct stage *g = *state;
	const struct run_counts none = { .seen = 0 };
	const char *last;

	make_client_open(g);
	g->context.options.tab = TOP_OPEN;
	g->context.options.interval_ns = NS_PER_S;
	view_top.start(&g->context);
	view_top.tick(&g->context, T0);
	view_top.tick(&g->context, T0 + NS_PER_S);
	view_top.tick(&g->context, T0 + 2 * NS_PER_S);
	view_top.story(&g->context, &g->client.story, &g->client.verdict);
	view_top.end(&g->context, &none, T0 + 3 * NS_PER_S);
	view_top.release(&g->context);
	buf_char(&g->out, '\0');
	last = strstr(g->out.data, "  3.0 s: ");
	expect_has(g->out.data, "  1.0 s: 0 closes, 1 open, 0 lost\n");
	expect_has(g->out.data, "-> 10.0.0.9:80           peer-fin   >7.00\n");
	assert_non_null(last);
	expect_has(last, "  3.0 s: 0 closes, 1 open, 0 lost\n");
	assert_int_equal(g->context.counted, 3);
}

static void test_top__refreshes_on_time_and_stops_after_n(void **state)
{
	struct stage *g = *state;
	const struct run_counts none = { .seen = 0 };

	feed_clean_close(g);
	g->context.options.interval_ns = NS_PER_S;
	g->context.count_max = 2;
	view_top.start(&g->context);
	view_top.tick(&g->context, T0);
	assert_int_equal(g->context.due_ns, T0 + NS_PER_S);
	assert_int_equal(g->out.len, 0);
	view_top.story(&g->context, &g->client.story, &g->client.verdict);
	view_top.tick(&g->context, T0 + NS_PER_S + 1);
	assert_int_equal(g->context.due_ns, T0 + 2 * NS_PER_S);
	view_top.tick(&g->context, T0 + 9 * NS_PER_S + 1);	/* a gap: one refresh */
	assert_int_equal(g->context.due_ns, T0 + 10 * NS_PER_S);
	view_top.end(&g->context, &none, T0 + 12 * NS_PER_S);
	view_top.release(&g->context);
	buf_char(&g->out, '\0');
	assert_int_equal(g->context.counted, 2);
	expect_has(g->out.data, "\nclient                     1   1.00     .");
	expect_has(g->out.data, "\nclient                     1      .     .");
	expect_lacks(g->out.data, " 12 s: ");
}

static void test_top__losses_are_in_the_header(void **state)
{
	struct stage *g = *state;
	const struct run_counts lost = { .events_ring_full = 12 };

	view_top.start(&g->context);
	view_top.end(&g->context, &lost, T0);
	view_top.release(&g->context);
	buf_char(&g->out, '\0');
	expect_has(g->out.data, ": 0 closes, 0 open, LOST 12\n");
}

/* Whole columns are left out, the last first, so that the others stay readable. */
static void test_top__narrow_screens_have_fewer_columns(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->context.terminal.columns = 40;
	expect_has(show_run(g, &view_top, true), "\nCOMM                 CLOSES     /s  OPEN\n"
						 "client                    1      -     .\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_top__processes_have_their_closes_and_holds,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_top__slowest_is_sorted_by_time, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_top__open_closes_are_counted_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_top__refreshes_on_time_and_stops_after_n,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_top__losses_are_in_the_header, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_top__narrow_screens_have_fewer_columns,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
