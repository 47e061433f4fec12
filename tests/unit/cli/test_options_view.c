/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_fixture.h"

#include "hist.h"
#include "who.h"

static void expect_groups(const struct result *r, unsigned nr, enum group_by first,
			  enum group_by second)
{
	expect_fine(r);
	assert_int_equal(r->o.view_options.groups.nr, nr);
	assert_int_equal(r->o.view_options.groups.by[0], first);
	assert_int_equal(r->o.view_options.groups.by[1], second);
}

static void test_options_view__every_grouping_is_accepted(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "who");
	expect_groups(&r, 0, 0, 0);
	PARSE(&r, "who", "--by", "container");
	expect_groups(&r, 1, GROUP_BY_CONTAINER, 0);
	PARSE(&r, "--by=port", "hist");
	expect_groups(&r, 1, GROUP_BY_PORT, 0);
	PARSE(&r, "who", "--by", "user");
	expect_usage(&r, "tcpclose: unknown group 'user': want comm, thread, pid, exe, cgroup, "
		     "unit, container, port, peer, peer:port, host, stack\n");
	PARSE(&r, "who", "--by", "");
	assert_int_equal(r.status, EXIT_USAGE);
}

static void test_options_view__groups_combine(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "who", "--by", "comm,peer:port");
	expect_groups(&r, 2, GROUP_BY_COMM, GROUP_BY_PEER_PORT);
	PARSE(&r, "hist", "--by", "unit", "--by", "port");
	expect_groups(&r, 2, GROUP_BY_UNIT, GROUP_BY_PORT);
	PARSE(&r, "who", "--by", "comm,thread,pid,exe,cgroup,unit,container,port,peer,peer:port,"
	      "host,stack");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.groups.nr, GROUP_BY_COUNT - 1);
	PARSE(&r, "who", "--by", "comm,pid,comm");
	expect_usage(&r, "tcpclose: group 'comm' is given twice\n");
	PARSE(&r, "who", "--by", "comm,");
	assert_int_equal(r.status, EXIT_USAGE);
}

static void test_options_view__any_column_sorts(void **state)
{
	const struct who_column *c;
	struct result r;

	(void)state;
	for (unsigned i = 0; (c = who_column_at(i)); i++) {
		PARSE(&r, "who", "--sort", c->name);
		expect_fine(&r);
		assert_int_equal(r.o.view_options.sort, i);
	}
	PARSE(&r, "who", "--sort", "app_hold_p99_ns");
	expect_fine(&r);
	assert_string_equal(who_column_at(r.o.view_options.sort)->name, "app_hold_p99");
	PARSE(&r, "who", "--sort", "resets");
	assert_int_equal(r.status, EXIT_USAGE);
	assert_non_null(strstr(r.err, "unknown column 'resets': did you mean reset? want closes"));
}

static void test_options_view__phases_are_a_list(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "hist", "--phase", "app_hold,total", "--phase", "ack_wait");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.phases,
			 1u << PHASE_APP_HOLD | 1u << PHASE_TOTAL | 1u << PHASE_ACK_WAIT);
	PARSE(&r, "hist", "--phase", "age,idle");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.phases, 1u << HIST_AGE | 1u << HIST_IDLE);
	PARSE(&r, "hist", "--phase", "app_hold,");
	assert_int_equal(r.status, EXIT_USAGE);
	PARSE(&r, "hist", "--phase", "hold");
	expect_usage(&r, "tcpclose: unknown phase 'hold': want fin_queued, ack_wait, peer_hold, "
		     "app_hold, last_ack_wait, total, age, idle\n");
}

static void test_options_view__an_interval_follows_the_view(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "who", "5");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.interval_ns, 5000000000);
	PARSE(&r, "hist", "-L", "80", "0.5");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.interval_ns, 500000000);
	PARSE(&r, "who", "5", "6");
	expect_usage(&r, "tcpclose: one interval too many, '6'\n");
	PARSE(&r, "who", "1.5m");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.interval_ns, 90000000000);
	PARSE(&r, "hist", "250ms");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.interval_ns, 250000000);
	PARSE(&r, "who", "5x");
	expect_usage(&r, "tcpclose: bad interval '5x': want seconds from 0.1 on, or a unit: "
		     "5, 0.5, 500ms, 1m\n");
	PARSE(&r, "who", "99ms");
	assert_int_equal(r.status, EXIT_USAGE);
	PARSE(&r, "who", "0");
	assert_int_equal(r.status, EXIT_USAGE);
	PARSE(&r, "trace", "5");
	assert_int_equal(r.status, EXIT_USAGE);
	PARSE(&r, "5");
	assert_int_equal(r.status, EXIT_USAGE);
}

static void test_options_view__top_refreshes_unless_it_replays(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "top");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.interval_ns, OPTIONS_REFRESH_NS);
	assert_int_equal(r.o.view_options.tab, TOP_PROCESSES);
	PARSE(&r, "top", "--replay", "x", "--tab", "slowest");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.interval_ns, 0);
	assert_int_equal(r.o.view_options.tab, TOP_SLOWEST);
	PARSE(&r, "top", "--replay", "x", "--interval", "500ms");
	expect_fine(&r);
	assert_int_equal(r.o.view_options.interval_ns, 500000000);
	PARSE(&r, "top", "--interval", "1", "2");
	expect_usage(&r, "tcpclose: one interval too many, '2'\n");
}

static void test_options_view__a_view_and_json_combine_in_either_order(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "who", "-j");
	expect_fine(&r);
	assert_string_equal(r.o.view->name, "who");
	assert_int_equal(r.o.view_options.format, FORMAT_JSON);
	PARSE(&r, "-j", "hist", "2", "-j");
	expect_fine(&r);
	assert_string_equal(r.o.view->name, "hist");
	assert_int_equal(r.o.view_options.format, FORMAT_JSON);
	PARSE(&r, "-j", "who", "hist");
	assert_int_equal(r.status, EXIT_USAGE);
	PARSE(&r, "who", "-j", "trace");
	assert_int_equal(r.status, EXIT_USAGE);
	PARSE(&r, "who", "-j", "--csv");
	expect_usage(&r, "tcpclose: -j and --csv are mutually exclusive\n");
}

static void test_options_view__an_option_of_another_view_is_refused(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "trace", "--by", "pid");
	expect_usage(&r, "tcpclose: --by does not apply to trace, only to who, hist and top\n");
	PARSE(&r, "hist", "--csv");
	expect_usage(&r, "tcpclose: --csv does not apply to hist, only to who\n");
	PARSE(&r, "--sort", "reset");
	expect_usage(&r, "tcpclose: --sort does not apply to trace, only to who and top\n");
	PARSE(&r, "who", "--phase", "total");
	expect_usage(&r, "tcpclose: --phase does not apply to who, only to hist\n");
	PARSE(&r, "timeline", "--ascii");
	expect_fine(&r);
	assert_true(r.o.view_options.ascii);
	PARSE(&r, "who", "--ascii");
	expect_usage(&r, "tcpclose: --ascii does not apply to who, only to timeline, hist "
		     "and top\n");
}

static void test_options_view__help_describes_the_preceding_view(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "who", "--help");
	assert_int_equal(r.status, EXIT_FINE);
	assert_non_null(strstr(r.out, "Usage: tcpclose who [TIME] [OPTION...]"));
	assert_non_null(strstr(r.out, "\n\nSums up, per process"));
	PARSE(&r, "--help", "who");
	assert_int_equal(r.status, EXIT_FINE);
	assert_non_null(strstr(r.out, "Usage: tcpclose [VIEW]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_view__every_grouping_is_accepted),
		cmocka_unit_test(test_options_view__groups_combine),
		cmocka_unit_test(test_options_view__any_column_sorts),
		cmocka_unit_test(test_options_view__phases_are_a_list),
		cmocka_unit_test(test_options_view__an_interval_follows_the_view),
		cmocka_unit_test(test_options_view__top_refreshes_unless_it_replays),
		cmocka_unit_test(test_options_view__a_view_and_json_combine_in_either_order),
		cmocka_unit_test(test_options_view__an_option_of_another_view_is_refused),
		cmocka_unit_test(test_options_view__help_describes_the_preceding_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
