/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include <limits.h>
#include <time.h>

#include "view.h"

#define LINE_COLUMNS 80
#define EVIL "\x1b[2J\n\"\\\xff<&>\x7f\xc2\x9b"

/* A view and the story that it shows. */
struct stage {
	struct buf out;
	struct run_info meta;
	struct view_context context;
	struct story story;
	struct verdict verdict;
};

static int set_up(void **state)
{
	struct event first = a_state_change(T0, STATE_SYN_SENT, STATE_ESTABLISHED, SOCKF_HELD);
	struct stage *g = calloc(1, sizeof(*g));

	if (!g)
		return -1;
	setenv("TZ", "UTC", 1);
	tzset();
	g->meta = (struct run_info){ .hostname = EVIL, .kernel = "6.1.0", .machine = "x86_64",
				 .boot_id = "id", .boot_to_wall_ns = 1795335151LL * 1000000000,
				 .hook = { { "state", "tp_btf" } }, .nr_hooks = 1 };
	g->context = (struct view_context){ .out = &g->out, .meta = &g->meta };
	story_init(&g->story, &first);
	story_feed(&g->story, &first);
	*state = g;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *g = *state;

	story_release(&g->story);
	buf_release(&g->out);
	free(g);
	return 0;
}

static void feed(struct stage *g, struct event e)
{
	story_feed(&g->story, &e);
}

/* Feeds a close that the peer answers, by a process with this comm. */
static void feed_close(struct stage *g, const char *comm)
{
	struct event fin = a_fin(T0 + 10 * MS, 101);

	memset(fin.comm, 0, sizeof(fin.comm));
	memcpy(fin.comm, comm, strnlen(comm, sizeof(fin.comm)));
	feed(g, fin);
	feed(g, an_ack(T0 + 12 * MS));
	feed(g, a_last_change(T0 + 30 * MS, SOCKF_DONE));
}

/* Returns the output of the view for the story, NUL-terminated. */
static const char *show(struct stage *g, const struct view *view)
{
	verdict_make(&g->verdict, &g->story, T0 + 100 * MS);
	buf_reset(&g->out);
	view->story(&g->context, &g->story, &g->verdict);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	return g->out.data;
}

/* Checks that no line has a control character, C1 included. */
static void expect_clean_lines(const char *text)
{
	size_t len = strlen(text);

	assert_true(len > 0);
	assert_int_equal(text[len - 1], '\n');
	for (size_t i = 0; i + 1 < len; i++) {
		assert_true(((unsigned char)text[i] >= 0x20 || text[i] == '\n') && text[i] != 0x7f);
		assert_false((unsigned char)text[i] == 0xc2 && (unsigned char)text[i + 1] < 0xa0);
	}
}

static void expect_one_clean_line(const char *text)
{
	expect_clean_lines(text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void expect_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in '%s'", part, text);
}

static void test_view__each_view_is_found_by_its_name(void **state)
{
	(void)state;
	for (unsigned i = 0; view_at(i); i++)
		assert_ptr_equal(view_find(view_at(i)->name), view_at(i));
}

static void test_view__an_unknown_view_is_not_found(void **state)
{
	(void)state;
	assert_null(view_find(""));
	assert_null(view_find("trac"));
	assert_null(view_find("trace "));
	assert_null(view_find("TRACE"));
	assert_null(view_at(1000));
	assert_null(view_at(UINT_MAX));
}

static void test_view__trace_is_the_default(void **state)
{
	(void)state;
	assert_string_equal(view_at(0)->name, "trace");
}

static void test_view__each_view_has_one_line_of_help(void **state)
{
	(void)state;
	for (unsigned i = 0; view_at(i); i++) {
		assert_non_null(view_at(i)->help);
		assert_null(strchr(view_at(i)->help, '\n'));
		assert_in_range(strlen("  timeline   ") + strlen(view_at(i)->help), 0,
				LINE_COLUMNS);
	}
}

static void test_view__each_view_explains_itself_with_two_examples(void **state)
{
	(void)state;
	for (unsigned i = 0; view_at(i); i++) {
		const char *text = view_at(i)->manual,
			   *at = text ? strstr(text, "\nExamples:\n") : NULL;
		unsigned lines = 0;

		if (!at)
			fail_msg("%s has no examples", view_at(i)->name);
		for (at = strchr(at + 1, '\n') + 1; *at; at = strchr(at, '\n') + 1, lines++)
			assert_memory_equal(at, "  tcpclose ", strlen("  tcpclose "));
		assert_int_equal(lines, 2);
		for (const char *p = text; *p; p = strchr(p, '\n') + 1)
			if (strchr(p, '\n') - p > LINE_COLUMNS)
				fail_msg("%s: a line too long: %.40s", view_at(i)->name, p);
	}
}

static void test_view__trace_is_a_table_of_80_columns(void **state)
{
	struct stage *g = *state;

	feed_close(g, "curl");
	buf_reset(&g->out);
	view_trace.start(&g->context);
	expect_text(&g->out, "PID     COMM     LOCAL                 BY REMOTE                "
			     "ENDING        MS\n");
	assert_string_equal(show(g, &view_trace),
			    "100     curl     10.0.0.1:51544        -> 10.0.0.9:80           "
			    "four-way   20.00\n");
}

static void test_view__trace_of_the_widest_stays_within_80_columns(void **state)
{
	struct stage *g = *state;

	feed_close(g, "abcdefghijklmnop");
	memset(g->story.flow.local_addr, 0xfe, 16);
	memset(g->story.flow.peer_addr, 0xed, 16);
	g->story.flow.family = 6;
	g->story.flow.local_port = g->story.flow.peer_port = 65535;
	g->story.calls[0].pid = 4194304;
	for (unsigned ending = 0; ending < ENDING_COUNT; ending++) {
		verdict_make(&g->verdict, &g->story, T0);
		g->verdict.ending = ending;
		g->verdict.phase[PHASE_TOTAL].known = true;
		g->verdict.phase[PHASE_TOTAL].ns = 7200 * 1000 * MS;
		buf_reset(&g->out);
		view_trace.story(&g->context, &g->story, &g->verdict);
		if (g->out.len > LINE_COLUMNS + 1)
			fail_msg("%zu bytes: %.*s", g->out.len, (int)g->out.len, g->out.data);
	}
}

static void test_view__the_arrow_shows_the_initiator(void **state)
{
	static const char *const arrows[] = {
		[INITIATOR_UNKNOWN] = "??", [INITIATOR_LOCAL] = "->", [INITIATOR_PEER] = "<-",
		[INITIATOR_BOTH] = "<>",    [INITIATOR_NONE] = "--",
	};
	struct stage *g = *state;

	feed_close(g, "curl");
	for (unsigned i = 0; i < INITIATOR_COUNT; i++) {
		verdict_make(&g->verdict, &g->story, T0);
		g->verdict.initiator = i;
		buf_reset(&g->out);
		view_trace.story(&g->context, &g->story, &g->verdict);
		buf_char(&g->out, '\0');
		expect_has(g->out.data, arrows[i]);
	}
}

static void test_view__an_unknown_value_is_a_dash(void **state)
{
	struct event e = a_state_change(T0 + 20 * MS, STATE_CLOSE_WAIT, STATE_CLOSE, 0);
	struct stage *g = *state;

	e.sk_err = EVENT_EPIPE;
	feed(g, e);
	assert_string_equal(show(g, &view_trace),
			    "-       -        10.0.0.1:51544        <- 10.0.0.9:80           "
			    "reset          -\n");
}

static void test_view__colors_only_if_enabled(void **state)
{
	struct event e = a_state_change(T0 + MS, STATE_ESTABLISHED, STATE_CLOSE, SOCKF_HELD);
	struct stage *g = *state;

	e.sk_err = EVENT_ECONNRESET;
	feed(g, e);
	assert_null(strchr(show(g, &view_trace), '\x1b'));
	g->context.terminal.color = true;
	expect_has(show(g, &view_trace), "\x1b[");
}

static void test_view__trace_shows_the_call_if_there_is_room(void **state)
{
	struct stage *g = *state;

	feed_close(g, "curl");
	assert_null(strstr(show(g, &view_trace), "close(5)"));
	g->context.terminal.columns = 120;
	expect_has(show(g, &view_trace), "close(5)");
}

static void test_view__times_are_wall_clock_times(void **state)
{
	struct stage *g = *state;

	feed_close(g, "curl");
	g->context.times = true;
	expect_has(show(g, &view_trace), "08:12:32.030 ");
	expect_has(show(g, &view_json), "\"start\":\"2026-11-22T08:12:32.010000000Z\"");
}

/* Returns the output of a view for a run with only this story. */
static const char *show_run(struct stage *g, const struct view *view)
{
	const struct run_counts none = { .seen = 0 };
	size_t begun;

	buf_reset(&g->out);
	if (view->start)
		view->start(&g->context);
	begun = g->out.len;
	verdict_make(&g->verdict, &g->story, T0 + 100 * MS);
	view->story(&g->context, &g->story, &g->verdict);
	if (view->end)
		view->end(&g->context, &none, T0 + 100 * MS);
	if (view->release)
		view->release(&g->context);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	return g->out.data + begun;
}

static void test_view__names_are_escaped_on_the_terminal(void **state)
{
	struct stage *g = *state;

	feed_close(g, EVIL);
	for (unsigned i = 0; view_at(i); i++) {
		if (!view_at(i)->story || view_at(i) == &view_serve)
			continue;
		for (uint8_t by = 0; by < GROUP_BY_COUNT; by++) {
			struct group_list list = { .nr = (uint8_t)(!!by + (by > GROUP_BY_COMM)),
						   .by = { by, GROUP_BY_COMM } };

			for (unsigned format = 0; format < FORMAT_COUNT; format++) {
				g->context.options = (struct view_options){ .groups = list,
									    .format = format };
				g->context.terminal.wide = by % 2;
				expect_clean_lines(show_run(g, view_at(i)));
			}
		}
	}
	expect_one_clean_line(show(g, &view_trace));
	expect_one_clean_line(show(g, &view_json));
}

static void test_view__names_are_escaped_in_an_event(void **state)
{
	struct event e = a_fin(T0, 101);
	struct stage *g = *state;

	memcpy(e.comm, EVIL, strlen(EVIL));
	for (unsigned i = 0; view_at(i); i++) {
		if (!view_at(i)->event)
			continue;
		buf_reset(&g->out);
		view_at(i)->event(&g->context, &e);
		buf_char(&g->out, '\0');
		expect_one_clean_line(g->out.data);
	}
}

static void test_view__an_event_of_any_bytes_is_one_line(void **state)
{
	struct stage *g = *state;
	uint64_t seed = 5;

	for (unsigned n = 0; n < 2000; n++) {
		struct event e;

		for (size_t i = 0; i < sizeof(e); i++)
			((uint8_t *)&e)[i] = (uint8_t)(next_random(&seed) >> 32);
		e.kind = (__u8)(e.kind % 7 + 1);
		e.family = e.family % 2 ? 4 : 6;
		buf_reset(&g->out);
		view_events.event(&g->context, &e);
		assert_false(g->out.failed);
		buf_char(&g->out, '\0');
		expect_one_clean_line(g->out.data);
	}
}

static void test_view__json_escapes_the_host(void **state)
{
	struct stage *g = *state;

	view_json.start(&g->context);
	buf_char(&g->out, '\0');
	expect_one_clean_line(g->out.data);
	expect_has(g->out.data, "{\"kind\":\"meta\",\"schema\":1,");
	expect_has(g->out.data, "\"state\":\"tp_btf\"");
}

static void test_view__json_of_the_unknown_is_null(void **state)
{
	struct stage *g = *state;
	const char *text;

	story_release(&g->story);
	g->story = (struct story){ .flow = { .family = 4 } };
	feed(g,
	     a_state_change(T0 + 20 * MS, STATE_LAST_ACK, STATE_CLOSE, ORPHAN_BITS | SOCKF_DONE));
	text = show(g, &view_json);
	expect_has(text, "\"trigger\":null");
	expect_has(text, "\"opened\":null");
	expect_has(text, "\"age_ns\":null");
	expect_has(text, "\"twin\":null");
	expect_has(text, "\"reason\":null");
	expect_has(text, "\"srtt_us\":null");
	expect_has(text, "\"app_hold\":null");
	expect_has(text, "\"partial\":true");
}

static void test_view__json_counts_a_loss(void **state)
{
	struct run_counts t = { .events_ring_full = 7, .lost_table_full = 8, .lost_vanished = 9,
				.maybe_missed = 10, .maybe_missed_known = true };
	struct stage *g = *state;

	view_json.lost(&g->context, &t, T0);
	buf_char(&g->out, '\0');
	expect_has(g->out.data, "{\"kind\":\"lost\"");
	expect_has(g->out.data, "\"ring_full\":7");
	expect_has(g->out.data, "\"table_full\":8");
	expect_has(g->out.data, "\"vanished\":9");
	expect_has(g->out.data, "\"maybe_missed\":10");
}

static void test_view__json_ends_with_a_summary(void **state)
{
	struct run_counts t = { .seen = 9, .reported = 4, .filtered = 3, .open = 1,
				.lost_end_missed = 1 };
	struct stage *g = *state;

	view_json.end(&g->context, &t, T0);
	buf_char(&g->out, '\0');
	expect_has(g->out.data, "{\"kind\":\"summary\"");
	expect_has(g->out.data, "\"seen\":9,\"told\":4,\"filtered\":3,\"open\":1,");
	expect_has(g->out.data, "\"end_missed\":1");
	expect_has(g->out.data, "\"unchecked\":null");
	expect_has(g->out.data, "\"maybe_missed\":null");
}

#define VIEW_TEST(name) cmocka_unit_test_setup_teardown(test_view__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIEW_TEST(each_view_is_found_by_its_name),
		VIEW_TEST(an_unknown_view_is_not_found),
		VIEW_TEST(trace_is_the_default),
		VIEW_TEST(each_view_has_one_line_of_help),
		VIEW_TEST(each_view_explains_itself_with_two_examples),
		VIEW_TEST(trace_is_a_table_of_80_columns),
		VIEW_TEST(trace_of_the_widest_stays_within_80_columns),
		VIEW_TEST(the_arrow_shows_the_initiator),
		VIEW_TEST(an_unknown_value_is_a_dash),
		VIEW_TEST(colors_only_if_enabled),
		VIEW_TEST(trace_shows_the_call_if_there_is_room),
		VIEW_TEST(times_are_wall_clock_times),
		VIEW_TEST(names_are_escaped_on_the_terminal),
		VIEW_TEST(names_are_escaped_in_an_event),
		VIEW_TEST(an_event_of_any_bytes_is_one_line),
		VIEW_TEST(json_escapes_the_host),
		VIEW_TEST(json_of_the_unknown_is_null),
		VIEW_TEST(json_counts_a_loss),
		VIEW_TEST(json_ends_with_a_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
