/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "process.h"

static int set_up(void **state)
{
	struct process *p = malloc(sizeof(*p));

	*state = p;
	if (p)
		process_init(p, NULL);
	return !p;
}

static int tear_down(void **state)
{
	struct process *p = *state;

	while (p->signals >= 0 && command_is_running(&p->command) &&
	       poll(&(struct pollfd){ .fd = p->signals, .events = POLLIN }, 1, 5000) > 0)
		process_handle_signals(p);
	process_release(p);
	free(p);
	return 0;
}

static void open_with(struct process *p, char **argv)
{
	process_init(p, argv);
	assert_int_equal(process_open(p), EXIT_FINE);
}

static void wait_for_signal(const struct process *p)
{
	struct pollfd readable = { .fd = p->signals, .events = POLLIN };

	assert_int_equal(poll(&readable, 1, 5000), 1);
}

static void wait_for_exit(struct process *p)
{
	while (command_is_running(&p->command)) {
		wait_for_signal(p);
		process_handle_signals(p);
	}
}

static void test_process__an_interrupt_without_a_command_is_noted(void **state)
{
	struct process *p = *state;

	open_with(p, NULL);
	assert_false(process_handle_signals(p));
	assert_false(p->interrupted);
	raise(SIGINT);
	assert_false(process_handle_signals(p));
	assert_true(p->interrupted);
	assert_int_equal(p->interrupts, 1);
}

static void test_process__every_signal_that_ends_a_run_counts(void **state)
{
	struct process *p = *state;

	open_with(p, NULL);
	raise(SIGTERM);
	raise(SIGHUP);
	raise(SIGCHLD);
	process_handle_signals(p);
	assert_int_equal(p->interrupts, 2);
}

static void test_process__an_interrupt_is_passed_on_to_the_command(void **state)
{
	char *argv[] = { "sleep", "60", NULL };
	struct process *p = *state;

	open_with(p, argv);
	assert_int_equal(process_start_command(p), EXIT_FINE);
	raise(SIGTERM);
	process_handle_signals(p);
	assert_int_equal(p->interrupts, 1);
	assert_false(p->interrupted);
	wait_for_exit(p);
	assert_int_equal(p->command.status, 128 + SIGTERM);
}

static void test_process__the_exit_of_the_command_is_reported_once(void **state)
{
	char *argv[] = { "sh", "-c", "exit 7", NULL };
	struct process *p = *state;

	open_with(p, argv);
	assert_int_equal(process_start_command(p), EXIT_FINE);
	wait_for_signal(p);
	assert_true(process_handle_signals(p));
	assert_int_equal(p->command.status, 7);
	raise(SIGCHLD);
	assert_false(process_handle_signals(p));
}

static void test_process__no_command_starts_and_exits_with_zero(void **state)
{
	struct process *p = *state;

	open_with(p, NULL);
	assert_int_equal(process_start_command(p), EXIT_FINE);
	assert_false(command_is_running(&p->command));
	assert_int_equal(p->command.status, 0);
}

static void test_process__a_missing_command_is_127(void **state)
{
	char *argv[] = { "/nonexistent/command", NULL };
	struct process *p = *state;

	open_with(p, argv);
	assert_int_equal(process_start_command(p), 127);
}

static void test_process__a_command_that_is_not_executable_is_126(void **state)
{
	char *argv[] = { "/", NULL };
	struct process *p = *state;

	open_with(p, argv);
	assert_int_equal(process_start_command(p), 126);
}

static void test_process__ready_is_one_byte(void **state)
{
	char bytes[2];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	process_signal_ready(-1);
	process_signal_ready(fd[1]);
	assert_int_equal(read(fd[0], bytes, sizeof(bytes)), 1);
	assert_int_equal(bytes[0], 0);
	close(fd[0]);
	close(fd[1]);
}

static void test_process__an_errno_has_its_exit_status(void **state)
{
	(void)state;
	assert_int_equal(process_exit_status(-EPERM), EXIT_PERMISSION);
	assert_int_equal(process_exit_status(-EACCES), EXIT_PERMISSION);
	assert_int_equal(process_exit_status(-EOPNOTSUPP), EXIT_KERNEL);
	assert_int_equal(process_exit_status(-ENOMEM), EXIT_FAILED);
}

static void test_process__output_that_cannot_be_opened_fails(void **state)
{
	struct output out;

	(void)state;
	assert_int_equal(process_open_output(&out, "/nonexistent/file"), EXIT_FAILED);
}

static void test_process__a_full_disk_fails(void **state)
{
	struct output out;

	(void)state;
	assert_int_equal(process_open_output(&out, "/dev/full"), EXIT_FINE);
	buf_str(&out.buf, "line\n");
	assert_int_equal(process_close_output(&out, "/dev/full"), EXIT_FAILED);
}

static void test_process__a_reader_that_left_is_not_a_failure(void **state)
{
	struct process *p = *state;
	struct output out = { 0 };
	int fd[2];

	open_with(p, NULL);	/* ignores SIGPIPE */
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	out.fd = fd[1];
	buf_str(&out.buf, "line\n");
	assert_int_equal(process_close_output(&out, "pipe"), EXIT_FINE);
}

#define PROCESS_TEST(name) cmocka_unit_test_setup_teardown(test_process__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROCESS_TEST(an_interrupt_without_a_command_is_noted),
		PROCESS_TEST(every_signal_that_ends_a_run_counts),
		PROCESS_TEST(an_interrupt_is_passed_on_to_the_command),
		PROCESS_TEST(the_exit_of_the_command_is_reported_once),
		PROCESS_TEST(no_command_starts_and_exits_with_zero),
		PROCESS_TEST(a_missing_command_is_127),
		PROCESS_TEST(a_command_that_is_not_executable_is_126),
		PROCESS_TEST(ready_is_one_byte),
		PROCESS_TEST(an_errno_has_its_exit_status),
		PROCESS_TEST(output_that_cannot_be_opened_fails),
		PROCESS_TEST(a_full_disk_fails),
		PROCESS_TEST(a_reader_that_left_is_not_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
