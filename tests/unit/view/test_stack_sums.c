/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --by stack of who and hist, and the folded format. */
#include <stdio.h>
#include <stdlib.h>

#include "close_fixture.h"
#include "stack_group.h"

#define STACK(leaf)                                         \
	"0x7f10\t0xf8a0\t0x10\t__close\t/lib/libc.so.6\n"   \
	"0x5510\t0x1210\t0x9\t" leaf "\t/srv/server\n"      \
	"0x5520\t0x1220\t-\t-\t/srv/plugin.so\n"            \
	"0x5530\t0x1230\t0xbf\tmain\t/srv/server\n"
#define GROUPS_MAX 1024		/* of who */

/* Lets the run have stacks, of which that many are kept. */
static void record_stacks(struct stage *g, unsigned max)
{
	g->meta.hook[0] = (struct hook){ "stack", "bpf_get_stack" };
	g->meta.nr_hooks = 1;
	g->stacks = text_cache_new(max);
	assert_non_null(g->stacks);
	g->context.lookup.stacks = g->stacks;
}

static void add_stack(struct stage *g, const struct socket_call *a, const char *text)
{
	assert_non_null(text_cache_add(g->stacks, a->tid, a->effect_ns, text, strlen(text)));
}

static void group_by(struct stage *g, enum group_by first, enum group_by second)
{
	g->context.options.groups = (struct group_list){ second ? 2 : 1,
							 { (uint8_t)first, (uint8_t)second } };
}

/* Both ends are closed from the same chain of calls. */
static void close_from_one_chain(struct stage *g)
{
	feed_clean_close(g);
	record_stacks(g, 4);
	add_stack(g, g->client.verdict.trigger, STACK("pool_release"));
	add_stack(g, g->server.verdict.trigger, STACK("pool_release"));
}

static void expect_narrow(const char *text)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (len > 80)
			fail_msg("%zu columns: %.*s", len, (int)len, text);
	}
}

static void test_stack_sums__a_chain_of_two_processes_is_one_row(void **state)
{
	struct stage *g = *state;
	const char *text;

	close_from_one_chain(g);
	group_by(g, GROUP_BY_STACK, 0);
	text = show_run(g, &view_who, true);
	expect_has(text, " # STACK                                 CLOSES ");
	expect_has(text, "\n 1 pool_release < plugin.so+0x1220 ..         2 ");
	expect_has(text, "\n # STACK          CLOSES close ");
	expect_has(text, "\n 1 pool_release        2   100 ");
	expect_narrow(text);
	group_by(g, GROUP_BY_COMM, GROUP_BY_STACK);
	text = show_run(g, &view_who, true);
	expect_has(text, "\n 1 client          pool_release ..            1 ");
	expect_has(text, "\n 2 server          pool_release ..            1 ");
	expect_narrow(text);
	expect_has(show_run(g, &view_hist, true), "\nclient pool_release ..: total, 1 close\n");
}

static void test_stack_sums__wide_output_has_the_whole_stacks(void **state)
{
	struct stage *g = *state;
	const char *text;

	close_from_one_chain(g);
	group_by(g, GROUP_BY_STACK, 0);
	g->context.terminal.wide = true;
	text = show_run(g, &view_who, true);
	expect_has(text, "\n   1 pool_release < plugin.so+0x1220 < main     ");
	expect_has(text, "\n   # STACK\n"
			 "   1 __close < pool_release < /srv/plugin.so+0x1220 < main\n\n");
}

static void test_stack_sums__json_has_all_frames(void **state)
{
	struct stage *g = *state;

	close_from_one_chain(g);
	group_by(g, GROUP_BY_STACK, 0);
	g->context.options.format = FORMAT_JSON;
	expect_has(show_run(g, &view_who, true), "\"by\":\"stack\",\"other\":false,"
		   "\"stack\":[\"__close\",\"pool_release\",\"/srv/plugin.so+0x1220\",\"main\"],"
		   "\"stack_missing\":[],\"closes\":2,");
	expect_has(show_run(g, &view_hist, true), "\"stack\":[\"__close\",");
}

static void test_stack_sums__csv_has_them_in_one_field(void **state)
{
	struct stage *g = *state;
	const char *text;

	close_from_one_chain(g);
	group_by(g, GROUP_BY_PORT, GROUP_BY_STACK);
	g->context.options.format = FORMAT_CSV;
	text = show_run(g, &view_who, true);
	expect_has(text, "start,time,total,port,stack,closes,");
	expect_has(text, ",\"main;plugin.so+0x1220;pool_release;__close\",");
}

static void test_stack_sums__folded_lines_begin_with_the_other_keys(void **state)
{
	struct stage *g = *state;

	close_from_one_chain(g);
	g->context.options.format = FORMAT_FOLDED;
	group_by(g, GROUP_BY_STACK, 0);
	assert_string_equal(show_run(g, &view_who, true),
			    "main;plugin.so+0x1220;pool_release;__close 2\n");
	group_by(g, GROUP_BY_STACK, GROUP_BY_COMM);
	assert_string_equal(show_run(g, &view_who, true),
			    "client;main;plugin.so+0x1220;pool_release;__close 1\n"
			    "server;main;plugin.so+0x1220;pool_release;__close 1\n");
	g->context.options.top = 1;
	assert_string_equal(show_run(g, &view_who, true),
			    "client;main;plugin.so+0x1220;pool_release;__close 1\n(more) 1\n");
}

static void expect_fold(const char *name, const char *want)
{
	struct buf b = { 0 };

	folded_append(&b, name, strlen(name));
	assert_false(b.failed);
	buf_char(&b, '\0');
	assert_string_equal(b.data, want);
	buf_release(&b);
}

static void test_stack_sums__a_frame_cannot_look_like_two_or_like_a_count(void **state)
{
	(void)state;
	expect_fold("main", "main");
	expect_fold("<[u8; 4] as Drop>::drop", "<[u8: 4] as Drop>::drop");
	expect_fold("std::map<int, int>::~map()", "std::map<int, int>::~map()");
	expect_fold("worker 12", "worker_12");
	expect_fold("worker 1.5", "worker_1.5");
	expect_fold("worker ", "worker_");
	expect_fold(" 12", "_12");
	expect_fold("12", "12");
	expect_fold("worker 12a", "worker 12a");
	expect_fold("a\nb\x1b", "a\\x0ab\\x1b");
}

/* The one line for a story without a stack. */
static void expect_reason(struct stage *g, const char *want)
{
	struct buf line = { 0 };

	group_by(g, GROUP_BY_STACK, 0);
	g->context.options.format = FORMAT_FOLDED;
	buf_str(&line, want);
	buf_str(&line, " 1\n");
	buf_char(&line, '\0');
	assert_string_equal(show_run(g, &view_who, false), line.data);
	buf_release(&line);
}

static void test_stack_sums__a_close_without_a_stack_counts_for_the_reason(void **state)
{
	struct stage *g = *state;
	struct socket_call *a;

	feed_clean_close(g);
	expect_reason(g, "[not recorded]");
	record_stacks(g, 4);
	expect_reason(g, "[no stack]");
	a = &g->client.story.calls[0];
	assert_ptr_equal(a, g->client.verdict.trigger);
	add_stack(g, a, "!stack: the process was ending: its memory had gone\n");
	expect_reason(g, "[the process was ending]");
	add_stack(g, a, "");
	expect_reason(g, "[no stack]");
	a->trigger = TRIGGER_KERNEL;
	expect_reason(g, "[kernel]");
}

static void test_stack_sums__without_a_call_it_is_the_peer_the_kernel_or_unknown(void **state)
{
	struct stage *g = *state;
	struct verdict *v = &g->client.verdict;

	feed_clean_close(g);
	v->trigger = NULL;
	expect_reason(g, "[call not seen]");	/* our FIN was sent */
	g->client.story.seg[SEG_FIN_OUT].seen = false;
	v->ending = ENDING_RESET_RECEIVED;
	expect_reason(g, "[no call]");
	v->partial = true;
	expect_reason(g, "[call not seen]");
	v->partial = false;
	v->ending = ENDING_TIMED_OUT;
	expect_reason(g, "[kernel]");
	v->ending = ENDING_RESET_SENT;
	expect_reason(g, "[kernel]");
	v->start_ns = 0;
	expect_reason(g, "[call not seen]");
	g->context.options.format = FORMAT_JSON;
	expect_has(show_run(g, &view_who, false), "\"stack\":null,\"stack_missing\":[\"call not "
		   "seen: the close began before tracing did, or an event was lost\"],");
}

static void test_stack_sums__a_reset_counts_for_the_call_that_sent_it(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	add_reset_by(g);
	record_stacks(g, 4);
	add_stack(g, g->client.verdict.trigger, "0x1\t-\t0x2\tbegin_end\t-\n");
	add_stack(g, g->client.verdict.reset_by, "0x1\t-\t0x2\tgive_up\t-\n");
	expect_reason(g, "give_up");
}

static void test_stack_sums__an_end_that_is_open_is_no_close(void **state)
{
	struct stage *g = *state;

	close_from_one_chain(g);
	g->client.verdict.ending = ENDING_OPEN;
	group_by(g, GROUP_BY_COMM, GROUP_BY_STACK);
	g->context.options.format = FORMAT_FOLDED;
	assert_string_equal(show_run(g, &view_who, true),
			    "server;main;plugin.so+0x1220;pool_release;__close 1\n");
}

/* Shows a run of the client's story with `nr` different stacks; returns the sum of the counts. */
static unsigned long sum_folded_run(struct stage *g, unsigned nr)
{
	struct socket_call *a = &g->client.story.calls[0];
	unsigned long sum = 0;
	char text[64], *line;

	buf_reset(&g->out);
	view_who.start(&g->context);
	for (unsigned i = 0; i < nr; i++) {
		snprintf(text, sizeof(text), "0x1\t0x2\t0x3\tfunction_%u\t/x\n", i);
		add_stack(g, a, text);
		view_who.story(&g->context, &g->client.story, &g->client.verdict);
	}
	view_who.end(&g->context, &(struct run_counts){ 0 }, T0 + 100 * MS);
	view_who.release(&g->context);
	assert_false(g->out.failed);
	buf_char(&g->out, '\0');
	for (line = g->out.data; *line; line = strchr(line, '\n') + 1)
		sum += strtoul(strchr(line, ' ') + 1, NULL, 10);
	return sum;
}

static void test_stack_sums__stacks_that_find_no_room_are_counted_together(void **state)
{
	struct stage *g = *state;

	feed_clean_close(g);
	record_stacks(g, 4);
	group_by(g, GROUP_BY_STACK, 0);
	g->context.options.format = FORMAT_FOLDED;
	assert_int_equal(sum_folded_run(g, GROUPS_MAX + 5), GROUPS_MAX + 5);
	expect_has(g->out.data, "\nfunction_1023 1\n");
	expect_lacks(g->out.data, "function_1024");
	expect_has(g->out.data, "\n(other) 5\n");
	g->context.options.top = 20;
	assert_int_equal(sum_folded_run(g, GROUPS_MAX + 5), GROUPS_MAX + 5);
	expect_has(g->out.data, "\n(more) 1004\n");
}

#define STACK_TEST(name) cmocka_unit_test_setup_teardown(test_stack_sums__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STACK_TEST(a_chain_of_two_processes_is_one_row),
		STACK_TEST(wide_output_has_the_whole_stacks),
		STACK_TEST(json_has_all_frames),
		STACK_TEST(csv_has_them_in_one_field),
		STACK_TEST(folded_lines_begin_with_the_other_keys),
		STACK_TEST(a_frame_cannot_look_like_two_or_like_a_count),
		STACK_TEST(a_close_without_a_stack_counts_for_the_reason),
		STACK_TEST(without_a_call_it_is_the_peer_the_kernel_or_unknown),
		STACK_TEST(a_reset_counts_for_the_call_that_sent_it),
		STACK_TEST(an_end_that_is_open_is_no_close),
		STACK_TEST(stacks_that_find_no_room_are_counted_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
