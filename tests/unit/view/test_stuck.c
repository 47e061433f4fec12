/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_fixture.h"

#include <stdlib.h>

#include "view.h"

#define EVIL "\x1b[2J\n\"\xff"
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct stage {
	struct buf out;
	struct run_info meta;
	struct view_context context;
	struct stuck_table stuck;
};

static const char *cgroup_path_of(void *arg, uint64_t id, uint32_t pid)
{
	(void)arg;
	assert_int_equal(id, 42);
	return pid == 100 ? "/system.slice/docker-" ID ".scope" : "/" EVIL;
}

/* The command line of process 100; the others have ended. */
static const char *cmdline_of(void *arg, const struct stuck_holder *o, size_t *len)
{
	static const char cmdline[] = "nginx: worker \x1b[2J process ' ' "
				      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

	(void)arg;
	*len = sizeof(cmdline) - 1;
	return o->pid == 100 ? cmdline : NULL;
}

static int set_up(void **state)
{
	struct stage *g = calloc(1, sizeof(*g));

	if (!g)
		return -1;
	g->context = (struct view_context){ .out = &g->out, .meta = &g->meta, 
				.lookup.cgroup_path = cgroup_path_of,
				.lookup.cmdline = cmdline_of };
	stuck_table_begin(&g->stuck, &no_filter, &no_select, 0, 100);
	*state = g;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *g = *state;

	stuck_table_release(&g->stuck);
	buf_release(&g->out);
	free(g);
	return 0;
}

static void fill_table(struct stage *g)
{
	for (uint16_t port = 1; port <= 7; port++) {
		stuck_table_add(&g->stuck,
				aged(a_socket(STATE_CLOSE_WAIT, port), port * 61 * SECOND_NS));
	}
	stuck_table_add(&g->stuck, a_minisock(8, 43 * SECOND_NS));
	for (uint16_t port = 1; port <= 7; port++) {
		stuck_table_add(&g->stuck, a_holder(port, 100, "nginx", port + 2));
		stuck_table_add(&g->stuck, a_holder(port, 101, EVIL, port + 2));
	}
	g->stuck.namespaces = 2;
}

static const char *show_view(struct stage *g, const struct view *view)
{
	assert_true(stuck_table_finish(&g->stuck));
	if (view)
		view->stuck(&g->context, &g->stuck, SECOND_NS);
	else
		json_print_stuck(&g->context, &g->stuck, SECOND_NS);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	return g->out.data;
}

static void test_stuck__eighty_columns(void **state)
{
	static const char golden[] =
#include "stuck.golden"
		;
	struct stage *g = *state;

	fill_table(g);
	assert_string_equal(show_view(g, &view_stuck), golden);
}

static void test_stuck__no_line_is_wider_and_no_byte_is_raw(void **state)
{
	struct stage *g = *state;
	struct event e = aged(a_socket(STATE_LAST_ACK, 65535), 3599 * SECOND_NS);
	const char *line;

	fill_table(g);
	e.family = 6;
	memset(e.local_addr, 0xfe, 16);
	memset(e.peer_addr, 0xfe, 16);
	e.snd_nxt = e.write_seq = e.snd_una + 0x7fffffff;
	stuck_table_add(&g->stuck, e);
	for (int fd = 10000; fd < 10005; fd++)
		stuck_table_add(&g->stuck, a_holder(65535, 4000000, EVIL, fd));
	for (line = show_view(g, &view_stuck); *line; line = strchr(line, '\n') + 1) {
		assert_in_range(strchr(line, '\n') - line, 0, 80);
		assert_null(memchr(line, '\x1b', strchr(line, '\n') - line));
	}
}

static void test_stuck__no_socket_is_reported(void **state)
{
	struct stage *g = *state;

	g->stuck.namespaces = 1;
	assert_string_equal(show_view(g, &view_stuck),
			    "Nothing hangs: 0 closing sockets in 1 network namespace.\n");
}

/* A recording does not say how many the walk entered. */
static void test_stuck__the_namespaces_of_a_replay_are_unknown(void **state)
{
	struct stage *g = *state;

	assert_string_equal(show_view(g, &view_stuck), "Nothing hangs: 0 closing sockets.\n");
}

static void test_stuck__the_json_of_a_replay_has_no_namespaces(void **state)
{
	assert_non_null(strstr(show_view(*state, NULL), "\"namespaces\":null,"));
}

static void test_stuck__json_of_a_socket_and_a_minisock(void **state)
{
	struct stage *g = *state;
	const char *text;

	fill_table(g);
	text = show_view(g, NULL);
	assert_non_null(strstr(text, "\"state\":\"CLOSE_WAIT\",\"substate\":null,\"age_ns\":null,"
				     "\"age_at_least_ns\":427000000000,\"age_source\":"
				     "\"last-segment\",\"eof_read\":true,\"unread\":0"));
	assert_non_null(strstr(text, "\"state\":\"FIN_WAIT2\",\"substate\":\"FIN_WAIT2\","
				     "\"age_ns\":null,\"age_at_least_ns\":null,\"age_source\":null,"
				     "\"eof_read\":null,\"unread\":null"));
	assert_non_null(strstr(text, "\"expires_in_ns\":43000000000,\"orphan\":true,"
				     "\"holders\":[],\"advice\":\"expires\""));
	assert_non_null(strstr(text, "{\"pid\":100,\"comm\":\"nginx\",\"process\":\"nginx\","
				     "\"fd\":3,\"uid\":1000,"
				     "\"cgroup\":\"/system.slice/docker-" ID ".scope\","
				     "\"unit\":\"docker-" ID ".scope\",\"container\":\"" ID "\","
				     "\"pod\":null,\"k8s_namespace\":null,"
				     "\"k8s_pod\":null,\"k8s_container\":null,\"cmdline\":"
				     "\"nginx: worker \\u001b[2J process ' ' aaaa"));
	assert_non_null(strstr(text, "\"k8s_container\":null,\"cmdline\":null}"));
	assert_non_null(strstr(text, "\"seen\":8,\"told\":8,\"filtered\":0,\"open\":0,"));
}

static struct event an_open_socket(uint16_t port, uint32_t sent_ms, uint32_t received_ms)
{
	struct event e = a_socket(STATE_ESTABLISHED, port);

	e.flags = EVENTF_IDLE;
	e.idle_sent_ms = sent_ms;
	e.idle_received_ms = received_ms;
	e.bytes_received = 1000;
	return e;
}

static void test_stuck__open_sockets_with_their_idle_times(void **state)
{
	static const char golden[] =
#include "stuck_open.golden"
		;
	struct stage *g = *state;

	g->stuck.config.states = 1u << STATE_ESTABLISHED;
	stuck_table_add(&g->stuck, an_open_socket(1, 90000, 95000));
	stuck_table_add(&g->stuck, an_open_socket(2, 7000, 0));
	stuck_table_add(&g->stuck, an_open_socket(3, 7200000, 3720000));
	for (uint16_t port = 1; port <= 3; port++)
		stuck_table_add(&g->stuck, a_holder(port, 101, "api", port + 2));
	g->stuck.namespaces = 1;
	assert_string_equal(show_view(g, &view_stuck), golden);
}

static void test_stuck__json_has_the_idle_times(void **state)
{
	struct stage *g = *state;
	const char *text;

	g->stuck.config.states = 1u << STATE_ESTABLISHED;
	stuck_table_add(&g->stuck, an_open_socket(3, 7200000, 3720000));
	text = show_view(g, NULL);
	assert_non_null(strstr(text, "\"age_at_least_ns\":null,\"age_source\":null"));
	assert_non_null(strstr(text, "\"idle_ns\":{\"sent\":null,"
				     "\"received\":3720000000000}"));
	assert_non_null(strstr(text, "\"advice\":\"open\""));
}

static void test_stuck__orphans_elsewhere_are_reported(void **state)
{
	struct stage *g = *state;
	const char *text;

	g->stuck.orphans_counted = 12;
	g->stuck.orphans_elsewhere = 5;
	text = show_view(g, &view_stuck);
	assert_non_null(strstr(text, "\n5 orphans are in network namespaces that the walk"));
	buf_reset(&g->out);
	text = show_view(g, NULL);
	assert_non_null(strstr(text, "\"orphans_counted\":12,\"orphans_elsewhere\":5}"));
}

static const struct port_use two_dests = {
	.dest = {
		{ .netns = 4026532805, .family = 4, .local_addr = { 10, 0, 0, 1 },
		  .peer_addr = { 10, 0, 0, 9 }, .peer_port = 80, .low = 1000, .high = 1099,
		  .usable = 100, .used = 87, .time_wait = 80, .recent = 27, .runs_out = true,
		  .exhausted_s = 3 },
		{ .netns = 4026532805, .family = 6, .local_addr = { 0x20, 1 },
		  .peer_addr = { 0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 },
		  .peer_port = 50443, .low = 1000, .high = 1099, .usable = 100, .used = 49,
		  .time_wait = 40, .reusable = true },
	},
	.nr = 2,
	.omitted = 5,
};

static void test_stuck__ports_in_use(void **state)
{
	struct stage *g = *state;

	g->stuck.ports = &two_dests;
	g->stuck.ports_percent = 50;
	assert_string_equal(show_view(g, &view_stuck),
		"Nothing hangs: 0 closing sockets.\n\n"
		"87 of 100 ports in use towards 10.0.0.9:80 (87 %):\n"
		"  netns 4026532805: 80 in TIME_WAIT, 5.4 closes/s leave TIME_WAIT here;\n"
		"  exhausted in 3 s at this rate;\n"
		"  tcpclose who --by comm,peer:port --sort time_wait shows whose they are.\n");
}

static void test_stuck__ports_of_every_destination(void **state)
{
	struct stage *g = *state;

	g->stuck.ports = &two_dests;
	assert_non_null(strstr(show_view(g, &view_stuck),
		"\n\n49 of 100 ports in use towards [2001:db8:1..08:90a:b0c]:50443 (49 %):\n"
		"  netns 4026532805: 40 in TIME_WAIT, none of them new;\n"
		"  connect() reuses those in TIME_WAIT (tcp_tw_reuse);\n"));
}

static void test_stuck__json_has_the_ports(void **state)
{
	struct stage *g = *state;
	const char *text;

	g->stuck.ports = &two_dests;
	text = show_view(g, NULL);
	assert_non_null(strstr(text, "\"ports\":{\"destinations\":[{\"family\":4,"
			       "\"netns\":4026532805,\"local_addr\":\"10.0.0.1\","
			       "\"peer_addr\":\"10.0.0.9\",\"peer_port\":80,"
			       "\"range_low\":1000,\"range_high\":1099,\"usable\":100,"
			       "\"used\":87,\"time_wait\":80,\"closes_last_5s\":27,"
			       "\"reusable\":false,\"exhausted_in_ns\":3000000000},"));
	assert_non_null(strstr(text, "\"reusable\":true,\"exhausted_in_ns\":null}],"
			       "\"omitted\":5,\"lost\":0,\"left_out\":0}"));
}

static void test_stuck__without_bpf(void **state)
{
	struct stage *g = *state;
	const char *text;

	g->stuck.source = STUCK_SOURCE_DIAG;
	g->stuck.own_netns_only = true;
	g->stuck.hidden_fds = 12;
	text = show_view(g, NULL);
	assert_non_null(strstr(text, "\"source\":\"sock_diag\""));
	assert_non_null(strstr(text, "\"own_netns_only\":true,\"hidden_fds\":12,"));
	assert_non_null(strstr(text, "\"ports\":null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stuck__eighty_columns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__no_line_is_wider_and_no_byte_is_raw,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__no_socket_is_reported, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			test_stuck__the_namespaces_of_a_replay_are_unknown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__the_json_of_a_replay_has_no_namespaces,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__json_of_a_socket_and_a_minisock, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__open_sockets_with_their_idle_times,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__json_has_the_idle_times, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__orphans_elsewhere_are_reported, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__ports_in_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__ports_of_every_destination, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__json_has_the_ports, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stuck__without_bpf, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
