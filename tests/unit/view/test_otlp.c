/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>

#include "close_fixture.h"

#include "otlp.h"

#define CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CONTAINED "/kubepods/burstable/pod0a1b2c3d-0000-4000-8000-123456789abc/" CONTAINER

static const struct siphash_key fleet_key = { 1, 2 };

/* One of the two processes is in a container. */
static const char *find_path(void *arg, uint64_t id, uint32_t pid)
{
	(void)id;
	(void)arg;
	return pid == 200 ? CONTAINED : "/system.slice/web.service";
}

static const char *find_pod(void *arg, uint64_t id, uint32_t pid)
{
	(void)id;
	(void)arg;
	return pid == 200 ? "shop/web-0/nginx" : "";
}

static int set_up_otlp(void **state)
{
	struct stage *g;

	if (set_up(state))
		return -1;
	g = *state;
	g->context.fleet_key = &fleet_key;
	return 0;
}

/* A clean close whose initial sequence numbers are known, as the table of endpoints finds them. */
static void feed_ends(struct stage *g)
{
	feed_clean_close(g);
	g->client.story.isns = (struct twin_key){ .iss = 999, .irs = 4999 };
	g->server.story.isns = (struct twin_key){ .iss = 4999, .irs = 999 };
	g->client.story.isns_known = g->server.story.isns_known = true;
}

static const char *show_otlp(struct stage *g, bool both)
{
	return show_run(g, &view_otlp, both);
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

/* Copies the value of the first member of that name. */
static void copy_member(char to[64], const char *text, const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":\"", name);
	at = strstr(text, key);
	assert_non_null(at);
	at += strlen(key);
	snprintf(to, 64, "%.*s", (int)strcspn(at, "\""), at);
}

static void test_otlp__a_run_is_a_line_of_traces_and_one_of_logs(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_ends(g);
	text = show_otlp(g, true);
	assert_int_equal(count(text, "\n"), 2);
	assert_ptr_equal(strstr(text, "{\"resourceSpans\":[{\"resource\":{\"attributes\":["), text);
	expect_has(text, "\n{\"resourceLogs\":[{\"resource\":{\"attributes\":[");
	assert_int_equal(count(text, "\"name\":\"tcp close\""), 2);
	assert_int_equal(count(text, "\"eventName\":\"tcpclose.close\""), 2);
	assert_int_equal(count(text, "\"resource\":"), 2);
}

static void test_otlp__nothing_is_sent_without_a_story(void **state)
{
	const struct run_counts none = { .seen = 0 };
	struct stage *g = *state;

	view_otlp.start(&g->context);
	view_otlp.end(&g->context, &none, T0);
	view_otlp.release(&g->context);
	assert_int_equal(g->out.len, 0);
}

static void test_otlp__the_server_is_a_child_of_the_client(void **state)
{
	char trace[64], client[64], server[64], parent[64], other[64];
	struct stage *g = *state;
	const char *text, *second;

	feed_ends(g);
	text = show_otlp(g, true);
	second = strstr(strstr(text, "\"name\":\"tcp close\"") + 1, "\"name\":\"tcp close\"");
	assert_non_null(second);
	expect_has(text, "\"name\":\"tcp close\",\"kind\":3,");
	expect_has(second, "\"name\":\"tcp close\",\"kind\":2,");
	while (strncmp(second, "{\"traceId\"", 10))
		second--;
	copy_member(trace, text, "traceId");
	copy_member(client, text, "spanId");
	copy_member(other, second, "traceId");
	copy_member(server, second, "spanId");
	copy_member(parent, second, "parentSpanId");
	assert_string_equal(other, trace);
	assert_string_equal(parent, client);
	assert_string_not_equal(server, client);
	assert_int_equal(strlen(trace), TRACE_ID_DIGITS);
	assert_int_equal(strlen(server), SPAN_ID_DIGITS);
}

static void test_otlp__an_unknown_role_has_no_parent(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_ends(g);
	g->client.story.opened = OPENED_UNKNOWN;
	g->server.story.syns_crossed = true;
	text = show_otlp(g, true);
	assert_int_equal(count(text, "\"name\":\"tcp close\",\"kind\":1,"), 2);
	expect_lacks(text, "client.address");
	text = strstr(text, "\"name\":\"tcp close\"");
	text = strstr(text + 1, "\"name\":\"tcp close\"");
	while (strncmp(text, "{\"traceId\"", 10))
		text--;
	assert_true(strstr(text, "\"parentSpanId\"") == NULL ||
		    strstr(text, "\"parentSpanId\"") > strstr(text, "\"name\":\"tcp close\""));
}

static void test_otlp__phases_are_children(void **state)
{
	char span[64], parent[64];
	struct stage *g = *state;
	const char *text;

	feed_ends(g);
	text = show_otlp(g, false);
	copy_member(span, text, "spanId");
	copy_member(parent, text, "parentSpanId");
	assert_string_equal(parent, span);
	expect_has(text, "\"name\":\"ack_wait\",\"kind\":1,"
			 "\"startTimeUnixNano\":\"1795335152010000000\","
			 "\"endTimeUnixNano\":\"1795335152012000000\"");
	expect_has(text, "\"name\":\"peer_hold\",\"kind\":1,"
			 "\"startTimeUnixNano\":\"1795335152012000000\","
			 "\"endTimeUnixNano\":\"1795335152050000000\"");
	expect_has(text, "{\"key\":\"tcpclose.phase.ack_wait\",\"value\":{\"doubleValue\":0.002}}");
	expect_lacks(text, "\"name\":\"total\"");
}

static void test_otlp__a_phase_that_no_wave_ended_is_marked(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_end(&g->client, established(T0));
	feed_end(&g->client, a_fin(T0 + 10 * MS, 101));
	verdict_make(&g->client.verdict, &g->client.story, T0 + 510 * MS);
	text = show_otlp(g, false);
	expect_has(text, "\"name\":\"ack_wait\",\"kind\":1,"
			 "\"startTimeUnixNano\":\"1795335152010000000\","
			 "\"endTimeUnixNano\":\"1795335152510000000\","
			 "\"attributes\":[{\"key\":"
			 "\"tcpclose.phase.cut\",\"value\":{\"boolValue\":true}}]");
	expect_has(text, "{\"key\":\"tcpclose.cut.time\",\"value\":{\"doubleValue\":0.5}}");
	expect_has(text, "\"severityNumber\":9,");
	expect_lacks(text, "\"status\"");
	expect_lacks(text, "error.type");
}

static void test_otlp__a_reset_is_an_error(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_ends(g);
	add_reset_by(g);
	text = show_otlp(g, false);
	expect_has(text, "\"status\":{\"message\":\"reset-sent: unread-data\",\"code\":2}");
	expect_has(text, "{\"key\":\"error.type\",\"value\":{\"stringValue\":\"unread-data\"}}");
	expect_has(text, "\"severityNumber\":13,\"severityText\":\"WARN\"");
	expect_has(text, "{\"key\":\"process.pid\",\"value\":{\"intValue\":\"103\"}}");
	expect_has(text, "{\"key\":\"tcpclose.trigger.pid\",\"value\":{\"intValue\":\"100\"}}");
	expect_has(text, "reset-sent, unread-data, 40 ms, child[103] close(9)\"");
}

static void test_otlp__lost_data_and_slow_closes_are_warnings(void **state)
{
	struct stage *g = *state;

	feed_ends(g);
	expect_has(show_otlp(g, false), "\"severityNumber\":9,\"severityText\":\"INFO\"");
	g->context.options.only_slow = true;
	expect_has(show_otlp(g, false), "\"severityNumber\":13,");
	g->context.options.only_slow = false;
	g->client.story.data_lost = (struct data_lost){ .unsent = 7, .known = true };
	expect_has(show_otlp(g, false), "\"severityNumber\":13,");
	expect_has(show_otlp(g, false), "{\"key\":\"tcpclose.data_lost.unsent\",\"value\":{"
					"\"intValue\":\"7\"}}");
}

static void test_otlp__each_container_is_a_resource(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_ends(g);
	g->context.lookup.cgroup_path = find_path;
	g->context.lookup.pod = find_pod;
	text = show_otlp(g, true);
	assert_int_equal(count(text, "\"resource\":"), 4);
	assert_int_equal(count(text, "\"container.id\""), 2);
	expect_has(text, "{\"stringValue\":\"" CONTAINER "\"}");
	assert_int_equal(count(text, "\"k8s.pod.uid\",\"value\":{\"stringValue\":"
				     "\"0a1b2c3d-0000-4000-8000-123456789abc\"}"), 2);
	assert_int_equal(count(text, "\"k8s.pod.name\",\"value\":{\"stringValue\":\"web-0\"}"), 2);
	assert_int_equal(count(text, "\"k8s.namespace.name\""), 2);
	assert_int_equal(count(text, "\"k8s.container.name\""), 2);
	expect_has(text, "\"process.linux.cgroup\",\"value\":{\"stringValue\":"
			 "\"0::/system.slice/web.service\"}");
	expect_has(text, "\"tcpclose.unit\",\"value\":{\"stringValue\":\"web.service\"}");
}

static void test_otlp__without_numbers_an_end_is_alone(void **state)
{
	char first[64], second[64];
	struct stage *g = *state;

	feed_ends(g);
	g->client.story.isns_known = g->server.story.isns_known = false;
	copy_member(first, show_otlp(g, false), "traceId");
	copy_member(second, show_otlp(g, false), "traceId");
	assert_string_equal(first, second);
	g->client.story.cookie++;
	copy_member(second, show_otlp(g, false), "traceId");
	assert_string_not_equal(first, second);
}

/* What was sent, and how often. */
struct sent {
	unsigned requests[OTLP_SIGNALS], items[OTLP_SIGNALS];
	size_t largest;
};

static void take_request(void *arg, enum otlp_signal signal, const struct buf *body, unsigned items)
{
	struct sent *sent = arg;

	sent->requests[signal]++;
	sent->items[signal] += items;
	if (body->len > sent->largest)
		sent->largest = body->len;
}

static void send_stories(struct stage *g, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		view_otlp.story(&g->context, &g->client.story, &g->client.verdict);
}

static void test_otlp__a_batch_is_bounded(void **state)
{
	const struct run_counts none = { .seen = 0 };
	struct sent sent = { .largest = 0 };
	const struct otlp_sink sink = { take_request, &sent };
	struct stage *g = *state;

	feed_ends(g);
	g->context.otlp_sink = &sink;
	view_otlp.start(&g->context);
	send_stories(g, 1000);
	assert_true(sent.requests[OTLP_TRACES] > 1);
	assert_true(sent.largest < 1 << 20);
	view_otlp.end(&g->context, &none, T0);
	assert_int_equal(sent.items[OTLP_LOGS], 1000);
	assert_int_equal(sent.items[OTLP_TRACES], 3000);
	assert_int_equal(sent.requests[OTLP_TRACES], sent.requests[OTLP_LOGS]);
	view_otlp.release(&g->context);
	assert_int_equal(g->out.len, 0);
}

static void test_otlp__a_live_batch_waits_for_a_second_at_most(void **state)
{
	struct sent sent = { .largest = 0 };
	const struct otlp_sink sink = { take_request, &sent };
	struct stage *g = *state;

	feed_ends(g);
	g->context.otlp_sink = &sink;
	g->context.live = true;
	view_otlp.start(&g->context);
	assert_int_equal(g->context.due_ns, 0);
	send_stories(g, 2);
	assert_int_equal(g->context.due_ns, g->client.verdict.settled_ns + 1000 * MS);
	assert_int_equal(sent.requests[OTLP_TRACES], 0);
	view_otlp.tick(&g->context, g->context.due_ns);
	assert_int_equal(sent.items[OTLP_LOGS], 2);
	assert_int_equal(g->context.due_ns, 0);
	g->context.options.at_once = true;
	send_stories(g, 2);
	assert_int_equal(sent.requests[OTLP_LOGS], 3);
	view_otlp.release(&g->context);
}

#define OTLP_TEST(name) cmocka_unit_test_setup_teardown(test_otlp__##name, set_up_otlp, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OTLP_TEST(a_run_is_a_line_of_traces_and_one_of_logs),
		OTLP_TEST(nothing_is_sent_without_a_story),
		OTLP_TEST(the_server_is_a_child_of_the_client),
		OTLP_TEST(an_unknown_role_has_no_parent),
		OTLP_TEST(phases_are_children),
		OTLP_TEST(a_phase_that_no_wave_ended_is_marked),
		OTLP_TEST(a_reset_is_an_error),
		OTLP_TEST(lost_data_and_slow_closes_are_warnings),
		OTLP_TEST(each_container_is_a_resource),
		OTLP_TEST(without_numbers_an_end_is_alone),
		OTLP_TEST(a_batch_is_bounded),
		OTLP_TEST(a_live_batch_waits_for_a_second_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
