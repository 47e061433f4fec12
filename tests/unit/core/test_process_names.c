/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "process_names.h"

#define IS_NAME(names, e, want)                                                                    \
	do {                                                                                       \
		uint8_t got_[EVENT_COMM_LEN + 1] = { 0 };                                          \
		struct event e_ = (e);                                                             \
												   \
		process_names_read(names, &e_, got_);                                              \
		assert_string_equal((char *)got_, want);                                           \
	} while (0)

/* Thread 815 of process 812. */
static struct event a_thread(const char *comm, uint8_t flags)
{
	struct event e = an_event(T0, EVENT_CALL);

	e.pid = 812;
	e.tid = 815;
	e.task_flags = TASKF_VALID | flags;
	memcpy(e.comm, comm, strlen(comm));
	return e;
}

static void test_process_names__a_thread_with_the_name_of_its_process(void **state)
{
	(void)state;
	IS_NAME(NULL, a_thread("worker", TASKF_PROCESS_SAME), "worker");
}

static void test_process_names__the_latest_name_counts(void **state)
{
	struct text_cache *names = text_cache_new(PROCESS_NAMES_MAX);

	(void)state;
	assert_non_null(names);
	IS_NAME(names, a_thread("worker", TASKF_PROCESS_NAMED), "");
	process_names_set(names, 812, "java\0junk", 9);
	process_names_set(names, 813, "other", 5);
	IS_NAME(names, a_thread("worker", TASKF_PROCESS_NAMED), "java");
	process_names_set(names, 812, "reborn", 6);
	IS_NAME(names, a_thread("worker", TASKF_PROCESS_NAMED), "reborn");
	text_cache_free(names);
}

static void test_process_names__sixteen_bytes_fit(void **state)
{
	struct text_cache *names = text_cache_new(PROCESS_NAMES_MAX);

	(void)state;
	process_names_set(names, 812, "0123456789abcdefXYZ", 19);
	IS_NAME(names, a_thread("worker", TASKF_PROCESS_NAMED), "0123456789abcdef");
	text_cache_free(names);
}

/* An old recording: even a name that another event brought is not taken. */
static void test_process_names__without_a_flag_only_the_first_thread_is_known(void **state)
{
	struct text_cache *names = text_cache_new(PROCESS_NAMES_MAX);
	struct event e = a_thread("worker", 0);

	(void)state;
	process_names_set(names, 812, "java", 4);
	IS_NAME(names, e, "");
	e.tid = e.pid;
	IS_NAME(names, e, "worker");
	text_cache_free(names);
}

static void test_process_names__a_holder_has_the_name_itself(void **state)
{
	struct event e = a_thread("worker", TASKF_PROCESS_NAMED);

	(void)state;
	e.kind = EVENT_HOLDER;
	memcpy(e.process, "java", 4);
	IS_NAME(NULL, e, "java");
	e.bytes_sent = 0;
	e.task_flags = TASKF_VALID | TASKF_PROCESS_SAME;
	IS_NAME(NULL, e, "worker");
}

/* A repeated name is in the file of the recording already, a new one is not. */
static void test_process_names__the_same_name_keeps_its_file(void **state)
{
	struct text_cache *names = text_cache_new(PROCESS_NAMES_MAX);

	(void)state;
	process_names_set(names, 812, "java", 4);
	text_cache_find(names, 812, 0)->file = 3;
	process_names_set(names, 812, "java", 4);
	assert_int_equal(text_cache_find(names, 812, 0)->file, 3);
	process_names_set(names, 812, "jav", 3);
	assert_int_equal(text_cache_find(names, 812, 0)->file, 0);
	text_cache_free(names);
}

/* A process that is busy for weeks is repeated once a minute, so it stays when others go. */
static void test_process_names__a_repeated_name_is_not_the_oldest(void **state)
{
	struct text_cache *names = text_cache_new(2);

	(void)state;
	process_names_set(names, 812, "java", 4);
	process_names_set(names, 813, "a", 1);
	process_names_set(names, 812, "java", 4);
	process_names_set(names, 814, "b", 1);
	IS_NAME(names, a_thread("worker", TASKF_PROCESS_NAMED), "java");
	assert_null(text_cache_find(names, 813, 0));
	text_cache_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process_names__a_thread_with_the_name_of_its_process),
		cmocka_unit_test(test_process_names__the_latest_name_counts),
		cmocka_unit_test(test_process_names__sixteen_bytes_fit),
		cmocka_unit_test(
			test_process_names__without_a_flag_only_the_first_thread_is_known),
		cmocka_unit_test(test_process_names__a_holder_has_the_name_itself),
		cmocka_unit_test(test_process_names__the_same_name_keeps_its_file),
		cmocka_unit_test(test_process_names__a_repeated_name_is_not_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
