/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A screen of text: lines are cut at its edges, and cells with them. */
#include "close_fixture.h"
#include "text_screen.h"

static const char *print_screen(const struct text_screen *s, struct buf *out)
{
	buf_reset(out);
	text_screen_print(s, out);
	assert_false(out->failed);
	buf_char(out, '\0');
	return out->data;
}

static void test_text_screen__cuts_at_the_edges(void **state)
{
	struct text_screen s = { .columns = 0 };
	struct buf out = { 0 };

	(void)state;
	text_screen_begin(&s, 4, 2);
	buf_str(&s.text, "ab  ");
	text_screen_end_line(&s);
	buf_str(&s.text, "1▁▂▃▄");
	text_screen_end_line(&s);
	assert_int_equal(text_screen_room(&s), 0);
	buf_str(&s.text, "below");
	text_screen_end_line(&s);
	assert_string_equal(print_screen(&s, &out), "ab\n1▁▂▃\n");
	text_screen_begin(&s, 0, 0);
	buf_str(&s.text, "not limited");
	text_screen_end_line(&s);
	assert_string_equal(print_screen(&s, &out), "not limited\n");
	text_screen_release(&s);
	buf_release(&out);
}

static void test_text_screen__cuts_cells(void **state)
{
	struct text_screen s = { .columns = 0 };

	(void)state;
	text_screen_begin(&s, 5, 0);
	buf_str(&s.text, "abc");
	text_screen_style(&s, STYLE_ALARM);
	buf_str(&s.text, "defg");
	text_screen_style(&s, STYLE_SELECTED);
	buf_str(&s.text, "hij");
	text_screen_end_line(&s);
	buf_str(&s.text, "x");
	text_screen_end_line(&s);
	assert_int_equal(s.nr_cells, 3);
	assert_int_equal(s.cells[1].style, STYLE_ALARM);
	assert_int_equal(s.cells[1].from, 3);
	assert_int_equal(s.cells[1].len, 2);
	assert_int_equal(s.cells[2].line, 1);
	assert_int_equal(s.cells[2].style, STYLE_PLAIN);
	text_screen_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_screen__cuts_at_the_edges),
		cmocka_unit_test(test_text_screen__cuts_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
