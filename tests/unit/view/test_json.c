/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_fixture.h"

static const char *show_json(struct stage *g)
{
	return show(g, &view_json, &g->client);
}

static void test_json__what_is_unknown_is_null(void **state)
{
	struct stage *g = *state;
	const char *text;

	feed_clean_close(g);
	g->client.story.data_lost = (struct data_lost){ .unread = 5 };	/* not known */
	text = show_json(g);
	expect_has(text, "\"reset_by\":null,");
	expect_has(text, "\"middlebox\":null,");
	expect_has(text, "\"data_lost\":null,");
	expect_has(text, "\"idle_ns\":{\"sent\":null,\"received\":null},");
	expect_has(text, "\"self\":false,");
	expect_has(text, "\"calls_omitted\":0,");
}

static void test_json__the_call_that_sent_the_reset_is_beside_the_trigger(void **state)
{
	struct stage *g = *state;
	const char *text, *reset_by;

	feed_clean_close(g);
	add_reset_by(g);
	text = show_json(g);
	expect_has(text, "\"trigger\":{\"call\":\"close\",\"how\":null,\"fd\":5,\"pid\":100,");
	reset_by = strstr(text, "\"reset_by\":{");
	assert_non_null(reset_by);
	expect_has(reset_by, "\"reset_by\":{\"call\":\"close\",\"how\":null,\"fd\":9,\"pid\":103,"
			     "\"tid\":103,\"comm\":\"child\"");
	expect_has(reset_by, "\"stack\":null},\"calls\":[");
}

static void test_json__each_call_has_its_stack(void **state)
{
	struct stage *g = *state;
	const struct socket_call *a;
	const char *text;

	feed_clean_close(g);
	add_reset_by(g);
	g->meta = (struct run_info){ .hook = { { "stack", "bpf_get_stack" } }, .nr_hooks = 1 };
	g->stacks = text_cache_new(4);
	g->context.lookup.stacks = g->stacks;
	text = show_json(g);
	expect_has(text, "\"missing\":[\"stack: none came with the change of state\","
			 "\"reset_by.stack: none came with the change of state\"]");
	a = g->client.verdict.reset_by;
	assert_non_null(text_cache_add(g->stacks, a->tid, a->effect_ns,
				       "0x1\t-\t0x2\tgive_up\t-\n!stack: cut\n", 31));
	text = show_json(g);
	expect_has(strstr(text, "\"reset_by\":"), "\"stack\":[{\"symbol\":\"give_up\"");
	expect_has(text, "\"reset_by.stack: cut\"");
}

static void test_json__a_frame_has_its_line_and_both_names(void **state)
{
	static const char stack[] = "<_Z1gv\n=g()\n@3\t/a.h\n"
				    "0x1\t0x9\t0x2\t_Z1fv\t/x\n=f()\n@41\ta.cc\n"
				    "0x7\t-\t-\t-\t-\n";
	struct stage *g = *state;
	const struct socket_call *a;

	feed_clean_close(g);
	g->stacks = text_cache_new(4);
	g->context.lookup.stacks = g->stacks;
	a = g->client.verdict.trigger;
	assert_non_null(text_cache_add(g->stacks, a->tid, a->effect_ns, stack, strlen(stack)));
	expect_has(show_json(g),
		   "\"stack\":[{\"symbol\":\"g()\",\"offset\":null,\"module\":\"/x\","
		   "\"module_offset\":9,\"address\":\"0x1\",\"raw_symbol\":\"_Z1gv\","
		   "\"file\":\"/a.h\",\"line\":3,\"inlined\":true},"
		   "{\"symbol\":\"f()\",\"offset\":2,\"module\":\"/x\",\"module_offset\":9,"
		   "\"address\":\"0x1\",\"raw_symbol\":\"_Z1fv\",\"file\":\"a.cc\",\"line\":41,"
		   "\"inlined\":false},"
		   "{\"symbol\":null,\"offset\":null,\"module\":null,\"module_offset\":null,"
		   "\"address\":\"0x7\",\"raw_symbol\":null,\"file\":null,\"line\":null,"
		   "\"inlined\":false}]");
}

static void test_json__a_middlebox_is_true_or_false_if_known(void **state)
{
	struct stage *g = *state;

	feed_resets(g);
	g->client.verdict.middlebox = MIDDLEBOX_YES;
	expect_has(show_json(g), "\"middlebox\":true,");
	g->client.verdict.middlebox = MIDDLEBOX_NO;
	expect_has(show_json(g), "\"middlebox\":false,");
}

static void test_json__lost_data_has_three_numbers(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.story.data_lost = (struct data_lost){ .known = true };
	expect_has(show_json(g), "\"data_lost\":null,");
	g->client.story.data_lost.unread = 2079;
	expect_has(show_json(g), "\"data_lost\":{\"unread\":2079,\"unsent\":0,\"unacked\":0},");
}

static void test_json__each_idle_time_is_known_or_null(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.story.idle = (struct idle){ .sent_ns = 60 * MS, .sent_known = true };
	expect_has(show_json(g), "\"idle_ns\":{\"sent\":60000000,\"received\":null},");
}

static void test_json__a_socket_connected_to_itself(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	g->client.story.calls_omitted = 17;
	g->client.story.flow.peer_port = g->client.story.flow.local_port;
	memcpy(g->client.story.flow.peer_addr, g->client.story.flow.local_addr, 16);
	expect_has(show_json(g), "\"self\":true,");
	expect_has(show_json(g), "],\"calls_omitted\":17,");
}

static void test_json__only_the_selected_keys(void **state)
{
	struct json_select select = { .nr = 0 };
	struct stage *g = *state;
	const struct socket_call *a;

	feed_clean_close(g);
	add_reset_by(g);
	g->stacks = text_cache_new(4);
	g->context.lookup.stacks = g->stacks;
	a = g->client.verdict.reset_by;
	assert_non_null(text_cache_add(g->stacks, a->tid, a->effect_ns,
				       "0x1\t-\t0x2\tgive_up\t-\n!stack: cut\n", 31));
	json_select_add(&select, "reset_by.stack.symbol");
	json_select_add(&select, "trigger.stack");
	json_select_add(&select, "reset_by.pid");
	json_select_add(&select, "cut.phase");
	json_select_add(&select, "missing");
	g->context.fields = &select;
	assert_string_equal(show_json(g), "{\"kind\":\"close\",\"trigger\":{\"stack\":null},"
			    "\"reset_by\":{\"pid\":103,\"stack\":[{\"symbol\":\"give_up\"}]},"
			    "\"cut\":null,\"missing\":[]}\n");
}

#define JSON_TEST(name) cmocka_unit_test_setup_teardown(test_json__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JSON_TEST(what_is_unknown_is_null),
		JSON_TEST(the_call_that_sent_the_reset_is_beside_the_trigger),
		JSON_TEST(each_call_has_its_stack),
		JSON_TEST(a_frame_has_its_line_and_both_names),
		JSON_TEST(a_middlebox_is_true_or_false_if_known),
		JSON_TEST(lost_data_has_three_numbers),
		JSON_TEST(each_idle_time_is_known_or_null),
		JSON_TEST(a_socket_connected_to_itself),
		JSON_TEST(only_the_selected_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
