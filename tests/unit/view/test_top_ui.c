/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The keys of the view top, and the screen after each: without a terminal. */
#include <stdlib.h>

#include "close_fixture.h"
#include "top.h"
#include "two_columns.h"
#include "time_units.h"

struct screen {
	struct stage *g;
	struct top *top;
	struct top_goal goal;
	struct text_screen text;
	struct top_ui ui;
	struct buf out;
};

static const char *print(struct screen *s)
{
	top_page_print(&s->text, &s->ui, &s->g->context, &s->top->frame);
	buf_reset(&s->out);
	text_screen_print(&s->text, &s->out);
	assert_false(s->out.failed);
	buf_char(&s->out, '\0');
	return s->out.data;
}

/* Begins the view with the two closes of the stage, of which one refresh was made. */
static void begin(struct screen *s, struct stage *g, unsigned columns, unsigned rows)
{
	*s = (struct screen){ .g = g, .text = { .columns = columns, .rows = rows } };
	g->context.goal = &s->goal;
	g->context.options.interval_ns = NS_PER_S;
	feed_clean_close(g);
	view_top.start(&g->context);
	s->top = top_of(&g->context);
	view_top.tick(&g->context, T0);
	view_top.story(&g->context, &g->client.story, &g->client.verdict);
	view_top.story(&g->context, &g->server.story, &g->server.verdict);
	view_top.tick(&g->context, T0 + NS_PER_S);
	assert_true(s->top->fresh);
	top_ui_init(&s->ui, &g->context.options);
	print(s);
}

static void end(struct screen *s)
{
	view_top.release(&s->g->context);
	top_ui_release(&s->ui);
	text_screen_release(&s->text);
	buf_release(&s->out);
}

static enum top_request press(struct screen *s, int key)
{
	enum top_request asked = top_ui_key(&s->ui, key, &s->g->context, &s->top->model,
					    &s->top->frame);

	print(s);
	return asked;
}

static void type(struct screen *s, const char *text)
{
	while (*text)
		press(s, *text++);
}

static void test_top_ui__enter_shows_closes_then_the_ladder(void **state)
{
	struct screen s;

	begin(&s, *state, 80, 30);
	press(&s, 'j');
	press(&s, TOP_KEY_ENTER);
	expect_has(print(&s), "closes of server, the slowest\n");
	expect_has(print(&s), "200     server   10.0.0.9:80           <- 10.0.0.1:51544 ");
	press(&s, TOP_KEY_ENTER);
	expect_has(print(&s), "\nclient[100]");	/* both ends: the active closer is on the left */
	expect_has(print(&s), "four-way, begun by client[100]");
	press(&s, TOP_KEY_ESC);
	expect_has(print(&s), "closes of server");
	press(&s, TOP_KEY_ESC);
	expect_has(print(&s), "F10 quit");
	assert_int_equal(press(&s, 'q'), TOP_ASK_QUIT);
	end(&s);
}

/* The story that was shown may have come before other closes have taken its place. */
static void test_top_ui__a_frame_outlives_what_was_counted(void **state)
{
	struct screen s;

	begin(&s, *state, 80, 30);
	press(&s, '2');
	top_model_reset(&s.top->model, &s.g->context);
	press(&s, TOP_KEY_ENTER);
	expect_has(print(&s), "four-way, begun by client[100]");
	end(&s);
}

static void test_top_ui__filter_is_typed_edited_and_cleared(void **state)
{
	struct screen s;

	begin(&s, *state, 80, 24);
	press(&s, TOP_KEY_F0 + 4);
	type(&s, "SERx");
	press(&s, 0x20ac);
	press(&s, TOP_KEY_BACKSPACE);
	press(&s, TOP_KEY_BACKSPACE);
	expect_has(print(&s), "Filter: SER_\n");
	press(&s, TOP_KEY_ENTER);
	expect_has(print(&s), "\nserver ");
	expect_lacks(print(&s), "\nclient ");
	expect_has(print(&s), "F4 filter:SER");
	press(&s, TOP_KEY_ESC);
	expect_has(print(&s), "\nclient ");
	press(&s, 'f');
	for (unsigned i = 0; i < 2 * TOP_INPUT_MAX; i++)
		press(&s, 0x1d11e);	/* what does not fit is left out */
	assert_int_equal(s.ui.input_len, TOP_INPUT_MAX);
	press(&s, TOP_KEY_ENTER);
	expect_has(print(&s), "\nno row contains the words of the filter\n");
	end(&s);
}

static void test_top_ui__losses_are_marked_on_any_screen(void **state)
{
	static const unsigned sizes[][2] = { { 40, 10 }, { 80, 24 }, { 300, 100 } };
	bool marked = false;
	struct screen s;

	begin(&s, *state, 40, 10);
	s.top->frame.lost = 12;
	s.ui.paused = true;
	for (unsigned i = 0; i < 3; i++) {
		s.text.columns = sizes[i][0];
		s.text.rows = sizes[i][1];
		expect_has(print(&s), "PAUSED");
		expect_has(print(&s), "LOST 12");
		for (size_t k = 0; k < s.text.nr_cells; k++)
			marked |= s.text.cells[k].style == STYLE_ALARM &&
				  !memcmp(s.text.text.data + s.text.cells[k].from, "LOST 12", 7);
		assert_true(marked);
	}
	end(&s);
}

/* Any size is drawn, and the cursor stays on the screen. */
static void test_top_ui__every_size_is_drawn(void **state)
{
	struct screen s;

	begin(&s, *state, 80, 24);
	press(&s, 'G');
	for (unsigned columns = 1; columns < 150; columns += 7)
		for (unsigned rows = 1; rows < 30; rows++) {
			const char *line;

			s.text.columns = columns;
			s.text.rows = rows;
			for (line = print(&s); *line; line = strchr(line, '\n') + 1) {
				struct buf text = { 0 };

				buf_add(&text, line, (size_t)(strchr(line, '\n') - line));
				assert_true(buf_columns(&text) <= columns);
				buf_release(&text);
			}
			assert_true(s.text.nr_lines <= rows);
		}
	end(&s);
}

static void test_top_ui__asks_for_what_it_cannot_do(void **state)
{
	struct screen s;

	begin(&s, *state, 80, 24);
	assert_int_equal(press(&s, 'z'), TOP_ASK_RESET);
	assert_int_equal(press(&s, '4'), TOP_ASK_WALK);
	assert_int_equal(press(&s, TOP_KEY_CTRL_L), TOP_ASK_REDRAW);
	assert_int_equal(press(&s, TOP_KEY_F0 + 10), TOP_ASK_QUIT);
	assert_int_equal(press(&s, '+'), TOP_ASK_INTERVAL);
	assert_int_equal(s.ui.interval_ns, 2 * NS_PER_S);
	press(&s, 'b');
	press(&s, TOP_KEY_DOWN);
	assert_int_equal(press(&s, TOP_KEY_ENTER), TOP_ASK_GROUP);
	assert_int_equal(s.ui.group, GROUP_BY_THREAD);
	s.ui.replays = true;
	assert_int_equal(press(&s, 't'), TOP_ASK_STEP);
	assert_int_equal(press(&s, 'T'), TOP_ASK_STEP_BACK);
	press(&s, 'J');
	type(&s, "-10m");
	assert_int_equal(press(&s, TOP_KEY_ENTER), TOP_ASK_JUMP);
	assert_string_equal(s.ui.input, "-10m");
	end(&s);
}

/* What is paused is not replaced; what is counted meanwhile is shown later. */
static void test_top_ui__a_pause_keeps_the_frame(void **state)
{
	struct screen s;
	uint64_t shown;

	begin(&s, *state, 80, 24);
	s.top->paused = true;
	shown = s.top->frame.interval.to_ns;
	view_top.story(&s.g->context, &s.g->client.story, &s.g->client.verdict);
	view_top.tick(&s.g->context, T0 + 2 * NS_PER_S);
	assert_int_equal(s.top->frame.interval.to_ns, shown);
	assert_int_equal(s.top->frame.closes, 2);
	s.top->paused = false;
	view_top.tick(&s.g->context, T0 + 3 * NS_PER_S);
	assert_int_equal(s.top->frame.closes, 3);
	end(&s);
}

static void test_top_ui__a_goal_is_the_first_refresh_shown(void **state)
{
	struct screen s;

	begin(&s, *state, 80, 24);
	s.top->fresh = false;
	s.goal.step = 3;
	view_top.tick(&s.g->context, T0 + 2 * NS_PER_S);
	assert_false(s.top->fresh);
	view_top.tick(&s.g->context, T0 + 3 * NS_PER_S);
	assert_true(s.top->fresh);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_top_ui__enter_shows_closes_then_the_ladder,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_top_ui__a_frame_outlives_what_was_counted,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_top_ui__filter_is_typed_edited_and_cleared,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_top_ui__losses_are_marked_on_any_screen,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_top_ui__every_size_is_drawn, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_top_ui__asks_for_what_it_cannot_do, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_top_ui__a_pause_keeps_the_frame, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_top_ui__a_goal_is_the_first_refresh_shown,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
