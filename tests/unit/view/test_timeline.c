/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "view.h"

#define COUNTED 1024	/* most stories that wait for their twins */

struct stage {
	struct buf out;
	struct run_info meta;
	struct view_context context;
};

static int set_up(void **state)
{
	struct stage *g = calloc(1, sizeof(*g));

	if (!g)
		return -1;
	g->context = (struct view_context){ .out = &g->out, .meta = &g->meta };
	view_timeline.start(&g->context);
	*state = g;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *g = *state;

	view_timeline.release(&g->context);
	buf_release(&g->out);
	free(g);
	return 0;
}

/* Reports the story of endpoint n. twin is the cookie of its twin, 0: none. */
static void feed_story(struct stage *g, unsigned n, unsigned twin)
{
	struct event e = of_endpoint(n, established(T0)),
		     fin = of_endpoint(n, a_fin(T0 + 10 * MS, 101));
	struct event ack = of_endpoint(n, an_ack(T0 + 14 * MS)),
		     last = of_endpoint(n, a_last_change(T0 + 50 * MS, SOCKF_DONE));
	struct story s;
	struct verdict v;

	story_init(&s, &e);
	story_feed(&s, &e);
	story_feed(&s, &fin);
	story_feed(&s, &ack);
	story_feed(&s, &last);
	s.twin.known = twin;
	s.twin.cookie = twin;
	verdict_make(&v, &s, T0 + 100 * MS);
	view_timeline.story(&g->context, &s, &v);
	story_release(&s);
	assert_false(g->out.failed);
}

/* Counts the ladders drawn so far: each has one sentence about the initiator. */
static unsigned count_ladders(struct stage *g)
{
	unsigned n = 0;
	char *p;

	buf_char(&g->out, '\0');
	for (p = g->out.data; (p = strstr(p, "begun by")); p++)
		n++;
	g->out.len--;
	return n;
}

static void test_timeline__without_a_twin_it_is_drawn_at_once(void **state)
{
	struct stage *g = *state;

	feed_story(g, 1, 0);
	assert_int_equal(count_ladders(g), 1);
	assert_int_equal(g->context.due_ns, 0);
}

static void test_timeline__twins_make_one_picture(void **state)
{
	struct stage *g = *state;

	feed_story(g, 1, 2);
	feed_story(g, 3, 4);
	assert_int_equal(count_ladders(g), 0);
	feed_story(g, 2, 1);
	assert_int_equal(count_ladders(g), 1);
	feed_story(g, 4, 3);
	assert_int_equal(count_ladders(g), 2);
	view_timeline.end(&g->context, NULL, T0);
	assert_int_equal(count_ladders(g), 2);
}

static void test_timeline__it_waits_for_a_twin_for_a_limited_time(void **state)
{
	struct stage *g = *state;

	feed_story(g, 1, 2);
	assert_true(g->context.due_ns > T0 + 50 * MS);
	view_timeline.tick(&g->context, g->context.due_ns - 1);
	assert_int_equal(count_ladders(g), 0);
	view_timeline.tick(&g->context, g->context.due_ns);
	assert_int_equal(count_ladders(g), 1);
	assert_int_equal(g->context.due_ns, 0);
	feed_story(g, 2, 1);	/* too late: it waits in turn and is reported at the end */
	view_timeline.end(&g->context, NULL, T0);
	assert_int_equal(count_ladders(g), 2);
}

static void test_timeline__the_number_of_waiting_stories_is_limited(void **state)
{
	struct stage *g = *state;

	for (unsigned i = 0; i < COUNTED; i++)
		feed_story(g, 10 + 2 * i, 11 + 2 * i);
	assert_true(!g->out.len);
	feed_story(g, 1, 2);
	assert_int_equal(count_ladders(g), 1);
	view_timeline.end(&g->context, NULL, T0);
	assert_int_equal(count_ladders(g), COUNTED + 1);
}

/* Checks the width of each line: the ladder uses all available columns. */
static void expect_width(struct stage *g, size_t columns)
{
	size_t widest = 0;

	for (const char *p = g->out.data, *end = p + g->out.len; p < end;) {
		const char *json_line_end = memchr(p, '\n', (size_t)(end - p));
		size_t n = 0;

		for (; p < json_line_end; p++)
			n += ((unsigned char)*p & 0xc0) != 0x80;
		widest = n > widest ? n : widest;
		p++;
	}
	assert_int_equal(widest, columns);
}

static void test_timeline__it_is_as_wide_as_the_terminal(void **state)
{
	static const unsigned asked[] = { 0, 40, 80, 81, 100, 139, 140, 200 };
	static const unsigned drawn[] = { 80, 80, 80, 81, 100, 139, 140, 140 };
	struct stage *g = *state;

	for (unsigned utf8 = 0; utf8 < 2; utf8++)
		for (unsigned i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
			g->context.terminal.columns = asked[i];
			g->context.terminal.utf8 = utf8;
			buf_reset(&g->out);
			feed_story(g, 1, 0);
			expect_width(g, drawn[i]);
		}
}

static void test_timeline__it_is_plain_by_default(void **state)
{
	struct stage *g = *state;

	feed_story(g, 1, 0);
	for (size_t i = 0; i < g->out.len; i++)
		assert_true((unsigned char)g->out.data[i] < 0x80);
	g->context.terminal.utf8 = true;
	buf_reset(&g->out);
	feed_story(g, 1, 0);
	buf_char(&g->out, '\0');
	assert_non_null(strstr(g->out.data, "\u25b6\u2502"));
}

#define TIMELINE_TEST(name)                                                                        \
	cmocka_unit_test_setup_teardown(test_timeline__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMELINE_TEST(without_a_twin_it_is_drawn_at_once),
		TIMELINE_TEST(twins_make_one_picture),
		TIMELINE_TEST(it_waits_for_a_twin_for_a_limited_time),
		TIMELINE_TEST(the_number_of_waiting_stories_is_limited),
		TIMELINE_TEST(it_is_as_wide_as_the_terminal),
		TIMELINE_TEST(it_is_plain_by_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
