/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The views who and hist, which sum closes up. */
#include <stdio.h>
#include <stdlib.h>

#include "close_fixture.h"
#include "hist.h"

#define S (1000 * MS)

static void feed_loss(struct stage *g)
{
	feed_clean_close(g);
	g->client.story.data_lost = (struct data_lost){ .unread = 9, .known = true };
}

/* Returns the number in that column of the row whose key begins with `name`; -1: it is empty. */
static int64_t read_csv(const char *text, const char *name, const char *column)
{
	const char *at = strstr(text, column), *row;
	char key[32];
	unsigned n = 0;

	snprintf(key, sizeof(key), ",\"%s", name);
	row = strstr(text, key);
	if (!at || !row)
		fail_msg("no '%s' of '%s' in '%s'", column, name, text);
	while (row[-1] != '\n')
		row--;
	while (at > text)
		n += *--at == ',';
	while (n--)
		row = strchr(row, ',') + 1;
	return *row == ',' || *row == '\n' ? -1 : strtoll(row, NULL, 10);
}

static void test_sums__who_counts_closes_that_lost_data(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_loss(g);
	text = show_run(g, &view_who, true);
	expect_has(text, "ENDING          REASON               COUNT    % LOST-DATA\n");
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
	expect_has(text, "peer_hold_max_ns,data_lost,app_hold_cut,");
	assert_int_equal(read_csv(text, "client", "data_lost"), 1);
	assert_int_equal(read_csv(text, "server", "data_lost"), 0);
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

/* The client's FIN was acknowledged, and this ended the wait for the server's after 2 s. */
static void feed_cut(struct stage *g, enum ending ending)
{
	struct verdict *v = &g->client.verdict;

	feed_clean_close(g);
	v->phase[PHASE_PEER_HOLD] = (struct phase_time){ 0 };
	v->cut = (struct phase_cut){ 2 * S, PHASE_PEER_HOLD, true, false };
	v->phase[PHASE_TOTAL] = (struct phase_time){ 2 * S, true };
	v->ending = ending;
	g->client.story.nr_states--;	/* no TIME_WAIT */
}

static void test_sums__who_counts_a_hold_that_a_reset_ended(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_cut(g, ENDING_RESET_RECEIVED);
	text = show_run(g, &view_who, true);
	expect_has(text, "client               .   .   .   . 100      -      -      -  >2000  >2000"
			 "  >2000\n");
	expect_has(text, "server             100   .   .   .   .  40.00  40.00  40.00      -      -"
			 "      -\n");
	g->context.options.format = FORMAT_JSON;
	text = show_run(g, &view_who, true);
	expect_has(strstr(text, "\"comm\":\"client\""), "\"peer_hold_ns\":{\"count\":1,"
		   "\"p50\":2000000000,\"p99\":2000000000,\"max\":2000000000,\"cut\":1}");
	expect_has(strstr(text, "\"comm\":\"server\""), "\"max\":40000000,\"cut\":0}");
	g->context.options.format = FORMAT_CSV;
	text = show_run(g, &view_who, true);
	assert_int_equal(read_csv(text, "client", "peer_hold_max_ns"), 2 * S);
	assert_int_equal(read_csv(text, "client", "peer_hold_cut"), 1);
	assert_int_equal(read_csv(text, "client", "app_hold_cut"), 0);
}

static void test_sums__who_does_not_count_an_open_end_as_a_close(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_cut(g, ENDING_OPEN);
	text = show_run(g, &view_who, true);
	expect_has(text, ": 1 close, 1 open\n");
	expect_has(text, "client                                        .       -      1         ."
			 "       -\n");
	expect_has(text, "client                 .     .    .    .    .    .     .    .    .    ."
			 "    .   .\n");
	expect_has(text, "client               .   .   .   .   .      -      -      -  >2000");
	expect_has(text, "client           open            -                        1    -"
			 "         .\n");
	assert_true(strstr(text, "server") < strstr(text, "client"));	/* 1 close before none */
	g->context.options.format = FORMAT_JSON;
	text = strstr(show_run(g, &view_who, true), "\"comm\":\"client\"");
	expect_has(text, "\"closes\":0,\"open\":1,\"time_wait\":0,");
	expect_has(text, "\"close\":0,");
	expect_has(text, "\"clean\":0,\"reset\":0,\"timeout\":0,\"other_end\":0,\"open\":1}");
	expect_has(text, "\"initiators\":{\"local\":0,");
}

static void test_sums__who_counts_time_wait_and_rates(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	view_who.start(&g->context);
	view_who.tick(&g->context, T0);		/* the run begins */
	for (unsigned i = 0; i < 5; i++) {
		view_who.story(&g->context, &g->client.story, &g->client.verdict);
		view_who.story(&g->context, &g->server.story, &g->server.verdict);
	}
	view_who.end(&g->context, &(struct run_counts){ 0 }, T0 + 2 * S);
	view_who.release(&g->context);
	buf_char(&g->out, '\0');
	text = g->out.data;
	expect_has(text, "COMM                                     CLOSES      /s   OPEN TIME_WAIT"
			 "      /s\n");
	expect_has(text, "client                                        5    2.50      .         5"
			 "    2.50\n");
	expect_has(text, "server                                        5    2.50      .         ."
			 "       .\n");
	g->context.options.format = FORMAT_CSV;
	text = show_run(g, &view_who, true);	/* no time passes */
	assert_int_equal(read_csv(text, "client", "time_wait"), 1);
	assert_int_equal(read_csv(text, "server", "time_wait"), 0);
	assert_int_equal(read_csv(text, "client", "closes_per_1000s"), -1);
}

static void test_sums__who_groups_by_several_keys(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	g->context.options.groups = (struct group_list){ 2, { GROUP_BY_COMM, GROUP_BY_PEER_PORT } };
	text = show_run(g, &view_who, true);
	expect_has(text, " # COMM            PEER:PORT             CLOSES ");
	expect_has(text, " 1 client          10.0.0.9:80                1 ");
	expect_has(text, " 2 server          10.0.0.1:51544             1 ");
	expect_has(text, "\n # COMM           CLOSES close ");
	expect_has(text, "\n 1 client              1   100 ");
	g->context.options.groups.by[1] = GROUP_BY_PID;
	g->context.options.format = FORMAT_JSON;
	text = show_run(g, &view_who, true);
	expect_has(text, "\"by\":\"comm,pid\",\"other\":false,\"comm\":\"client\",\"pid\":100,"
		   "\"closes\"");
	g->context.options.groups.by[1] = GROUP_BY_PEER_PORT;
	expect_has(show_run(g, &view_who, true), "\"by\":\"comm,peer:port\",\"other\":false,"
		   "\"comm\":\"client\",\"peer_addr\":\"10.0.0.9\",\"peer_port\":80,");
	g->context.options.format = FORMAT_CSV;
	text = show_run(g, &view_who, true);
	expect_has(text, "start,time,total,comm,peer_addr,peer_port,closes,");
	expect_has(text, ",\"client\",10.0.0.9,80,1,");
	g->context.options.groups = (struct group_list){ 2, { GROUP_BY_PID, GROUP_BY_PEER } };
	text = show_run(g, &view_who, true);
	expect_has(text, "start,time,total,pid,comm,peer_addr,closes,");
	expect_has(text, ",100,\"client\",10.0.0.9,1,");
}

/* Does the first line, which is separated by commas, have a name twice? */
static bool has_a_name_twice(const char *text)
{
	char line[1024], *rest = line, *name, *names[80];
	size_t len = strcspn(text, "\n");
	unsigned n = 0;

	assert_true(len < sizeof(line));
	memcpy(line, text, len);
	line[len] = '\0';
	while ((name = strsep(&rest, ","))) {
		for (unsigned i = 0; i < n; i++)
			if (!strcmp(names[i], name))
				return true;
		assert_true(n < 80);
		names[n++] = name;
	}
	return false;
}

static void test_sums__each_column_of_csv_has_its_own_name(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->context.options.format = FORMAT_CSV;
	for (unsigned i = GROUP_BY_COMM; i < GROUP_BY_COUNT; i++)
		for (unsigned k = GROUP_BY_COMM; k < GROUP_BY_COUNT; k++) {
			g->context.options.groups = (struct group_list){
				i == k ? 1 : 2, { (uint8_t)i, (uint8_t)k } };
			if (has_a_name_twice(show_run(g, &view_who, true)))
				fail_msg("--by %s,%s: %s", group_by_name(i), group_by_name(k),
					 g->out.data);
		}
}

static void test_sums__who_separates_resets_sent_and_received(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	g->client.verdict.ending = ENDING_RESET_SENT;
	g->server.verdict.ending = ENDING_RESET_RECEIVED;
	text = show_run(g, &view_who, true);
	expect_has(text, "COMM             clean t/o oth  ->  <- ");
	expect_has(text, "\nclient               .   .   . 100   . ");
	expect_has(text, "\nserver               .   .   .   . 100 ");
	g->context.options.format = FORMAT_JSON;
	text = show_run(g, &view_who, true);
	expect_has(strstr(text, "\"comm\":\"client\""), "\"resets\":{\"sent\":1,\"received\":0},");
	expect_has(strstr(text, "\"comm\":\"server\""), "\"resets\":{\"sent\":0,\"received\":1},");
	g->context.options.format = FORMAT_CSV;
	text = show_run(g, &view_who, true);
	assert_int_equal(read_csv(text, "client", "reset_sent"), 1);
	assert_int_equal(read_csv(text, "client", "reset_received"), 0);
	assert_int_equal(read_csv(text, "server", "reset_sent"), 0);
	assert_int_equal(read_csv(text, "server", "reset_received"), 1);
}

static const char *find_web_cgroup(void *arg, uint64_t id, uint32_t pid)
{
	(void)arg;
	(void)id;
	(void)pid;
	return "/system.slice/web.service/worker";
}

static void test_sums__a_unit_is_found_in_the_cgroup(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->context.options.groups = (struct group_list){ 2, { GROUP_BY_UNIT, GROUP_BY_PEER } };
	g->context.options.format = FORMAT_JSON;
	expect_has(show_run(g, &view_who, true), "\"unit\":null,\"peer\":\"10.0.0.9\",");
	g->context.lookup.cgroup_path = find_web_cgroup;
	expect_has(show_run(g, &view_who, true), "\"unit\":\"web.service\",");
	g->context.options.format = FORMAT_TEXT;
	expect_has(show_run(g, &view_who, true), " 1 web.service ");
}

static void test_sums__a_pid_of_several_hosts_has_its_host(void **state)
{
	struct host host[2] = { { .name = "web", .boot_id = "a" },
				{ .name = "db", .boot_id = "b" } };
	struct host *list[2] = { &host[0], &host[1] };
	const struct host_table hosts = { list, 2 };
	struct stage *g = *state;

	feed_clean_close(g);
	g->context.options.groups = (struct group_list){ 1, { GROUP_BY_PID } };
	g->context.options.format = FORMAT_JSON;
	expect_has(show_run(g, &view_who, true), "\"by\":\"pid\",");
	g->context.hosts = &hosts;
	expect_has(show_run(g, &view_who, true), "\"by\":\"pid,host\",");
	expect_has(show_run(g, &view_hist, true), "\"by\":\"pid,host\",");
}

static void test_sums__hist_draws_cut_times(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_cut(g, ENDING_OPEN);
	text = show_run(g, &view_hist, false);
	expect_has(text, ": 0 closes, 1 open\n");
	expect_has(text, "\npeer_hold, 1 close, 1 cut\n"
			 "p50 >2.0 s, p90 >2.0 s, p99 >2.0 s, max >2.0 s\n"
			 "        2 s - 5 s        |>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>|        1 "
			 "100.0 %\n");
	expect_has(text, "\ntotal, 1 close, 1 cut\n");	/* it goes on */
	expect_has(text, "\nack_wait, 1 close\np50 2.0 ms, ");
	g->client.verdict.ending = ENDING_RESET_SENT;
	text = show_run(g, &view_hist, true);
	expect_has(text, "\ntotal, 2 closes\n");
	g->context.options.format = FORMAT_JSON;
	g->context.options.phases = 1u << PHASE_PEER_HOLD;
	expect_has(show_run(g, &view_hist, false), "\"max_ns\":2000000000,\"cut\":1,\"bins\":["
		   "{\"from_ns\":2000000000,\"to_ns\":5000000000,\"count\":1,\"cut\":1}]");
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
		SUMS_TEST(who_counts_a_hold_that_a_reset_ended),
		SUMS_TEST(who_does_not_count_an_open_end_as_a_close),
		SUMS_TEST(who_counts_time_wait_and_rates),
		SUMS_TEST(who_groups_by_several_keys),
		SUMS_TEST(each_column_of_csv_has_its_own_name),
		SUMS_TEST(who_separates_resets_sent_and_received),
		SUMS_TEST(a_unit_is_found_in_the_cgroup),
		SUMS_TEST(a_pid_of_several_hosts_has_its_host),
		SUMS_TEST(hist_draws_cut_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
