/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "stack_key.h"

#define CLOSE "0x7f10\t0xf8a0\t0x10\t__close\t/lib/libc.so.6\n"
#define RELEASE "0x5510\t0x1210\t0x9\tpool_release\t/srv/server\n"
#define MAIN "0x5520\t0x1220\t0xbf\tmain\t/srv/server\n"
#define NO_NAME "0x5530\t0x1230\t-\t-\t/srv/plugin.so\n"
#define NO_FILE "0x9000\t-\t-\t-\t-\n"
#define GAPS "!stack: callers may be left out: some of the code keeps no frame pointer\n"
#define ENDED "!stack: the process had ended: addresses alone\n"

/* Compares the key of a text with the lines that are wanted, each after a letter for its kind. */
static void expect_key(const char *text, const char *want)
{
	struct buf b = { 0 };

	stack_key_append(&b, text);
	assert_false(b.failed);
	assert_true(b.len <= strlen(text));
	buf_char(&b, '\0');
	assert_string_equal(b.data, want);
	buf_release(&b);
}

/* The first frame of the key of a text after skipping wrappers. */
static void expect_first(const char *text, const char *want)
{
	struct stack_key_line l = { STACK_KEY_MISSING, "", 0 };
	struct buf b = { 0 };
	struct stack_key key;

	stack_key_append(&b, text);
	key = stack_key_skip_wrappers((struct stack_key){ b.data, b.len });
	stack_key_next_frame(&key, &l);
	assert_int_equal(l.len, strlen(want));
	assert_memory_equal(l.bytes, want, l.len);
	buf_release(&b);
}

static void test_stack_key__has_no_addresses(void **state)
{
	(void)state;
	expect_key(CLOSE RELEASE MAIN, "f__close\nfpool_release\nfmain\n");
	/* the same code in another process, at another place */
	expect_key("0x1\t0x2\t0x10\t__close\t/lib/libc.so.6\n0x3\t0x4\t0x9\tpool_release\t/a\n"
		   "0x5\t0x6\t0x7\tmain\t/a\n", "f__close\nfpool_release\nfmain\n");
	expect_key(RELEASE NO_NAME MAIN, "fpool_release\no/srv/plugin.so+0x1230\nfmain\n");
}

static void test_stack_key__a_run_of_unresolved_frames_is_one(void **state)
{
	(void)state;
	expect_key(CLOSE NO_FILE NO_FILE NO_FILE MAIN NO_FILE, "f__close\n?\nfmain\n?\n");
	expect_key(NO_FILE NO_FILE, "?\n");
}

static void test_stack_key__what_is_missing_comes_last(void **state)
{
	(void)state;
	expect_key(CLOSE GAPS MAIN, "f__close\nfmain\n!callers may be left out: some of the code "
		   "keeps no frame pointer\n");
	/* a sum has no lines of source text, so it does not tell these stacks apart */
	expect_key(CLOSE "!stack: lines of source text are left out: no room\n" MAIN,
		   "f__close\nfmain\n");
}

static void test_stack_key__addresses_alone_are_no_frames(void **state)
{
	(void)state;
	expect_key(NO_FILE NO_FILE ENDED, "!the process had ended: addresses alone\n");
	expect_key(ENDED, "!the process had ended: addresses alone\n");
	expect_key("", "");
	expect_key("nonsense\n", "");
	expect_key("!other\n", "!other\n");
}

/* A name that looks like a line of another kind is a name. */
static void test_stack_key__a_name_stays_a_name(void **state)
{
	struct stack_key_line l;
	struct stack_key key;
	struct buf b = { 0 };

	(void)state;
	stack_key_append(&b, "0x1\t0x2\t0x3\t!no call\t/x\n0x1\t0x2\t0x3\t?\t/x\n");
	key = (struct stack_key){ b.data, b.len };
	assert_int_equal(stack_key_count_frames(key), 2);
	assert_true(stack_key_next(&key, &l));
	assert_int_equal(l.kind, STACK_KEY_SYMBOL);
	assert_memory_equal(l.bytes, "!no call", l.len);
	assert_true(stack_key_next(&key, &l));
	assert_int_equal(l.kind, STACK_KEY_SYMBOL);
	assert_false(stack_key_next(&key, &l));
	buf_release(&b);
}

static void test_stack_key__wrappers_of_calls_are_skipped(void **state)
{
	(void)state;
	expect_first(CLOSE RELEASE MAIN, "pool_release");
	expect_first("0x1\t0x2\t0x3\t__GI___close\t/x\n" RELEASE, "pool_release");
	expect_first("0x1\t0x2\t0x3\t__libc_close\t/x\n" RELEASE, "pool_release");
	expect_first("0x1\t0x2\t0x3\tshutdown\t/x\n" RELEASE, "pool_release");
	expect_first("0x1\t0x2\t-\t-\t/lib/libc.so.6\n" RELEASE, "pool_release");
	expect_first("0x1\t0x2\t0x3\tinternal/runtime/syscall.Syscall6\t/x\n"
		     "0x1\t0x2\t0x3\tsyscall.Close\t/x\n0x1\t0x2\t0x3\tnet.(*conn).Close\t/x\n",
		     "net.(*conn).Close");
	expect_first(RELEASE CLOSE, "pool_release");
	expect_first("0x1\t0x2\t0x3\tclose_all\t/x\n" RELEASE, "close_all");
	expect_first("0x1\t0x2\t-\t-\t/srv/libc.so-like/x.so\n" RELEASE,
		     "/srv/libc.so-like/x.so+0x2");
	expect_first(CLOSE, "__close");		/* one frame remains */
	expect_first(CLOSE GAPS, "__close");
}

static void test_stack_key__the_label_is_the_reason_up_to_the_colon(void **state)
{
	struct stack_key_line l;
	struct buf b = { 0 };

	(void)state;
	stack_key_append_reason(&b, "no call: the peer did it");
	l = stack_key_label((struct stack_key){ b.data, b.len });
	assert_int_equal(l.len, strlen("no call"));
	assert_memory_equal(l.bytes, "no call", l.len);
	assert_int_equal(stack_key_count_frames((struct stack_key){ b.data, b.len }), 0);
	l = stack_key_label((struct stack_key){ NULL, 0 });
	assert_int_equal(l.len, 0);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stack_key__has_no_addresses),
		cmocka_unit_test(test_stack_key__a_run_of_unresolved_frames_is_one),
		cmocka_unit_test(test_stack_key__what_is_missing_comes_last),
		cmocka_unit_test(test_stack_key__addresses_alone_are_no_frames),
		cmocka_unit_test(test_stack_key__a_name_stays_a_name),
		cmocka_unit_test(test_stack_key__wrappers_of_calls_are_skipped),
		cmocka_unit_test(test_stack_key__the_label_is_the_reason_up_to_the_colon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
