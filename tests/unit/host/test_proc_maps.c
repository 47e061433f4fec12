/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "caps.h"
#include "own_memory.h"
#include "unit.h"

#define NOBODY 65534

/* A child that waits; with `hidden` set nobody but root may examine it. */
static pid_t start_child(bool hidden)
{
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (hidden)
			prctl(PR_SET_DUMPABLE, 0);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	/* The child has closed its end when it is as it shall be, and the pipe has no writer. */
	assert_int_equal(read(ready[0], &c, 1), 0);
	close(ready[0]);
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static enum proc_maps_result read_maps_of(pid_t pid, pid_t tid, const struct memory_id *id)
{
	struct proc_maps maps = { 0 };
	enum proc_maps_result got = proc_maps_read(&maps, (uint32_t)pid, (uint32_t)tid, id);

	assert_int_equal(maps.nr > 0, got == PROC_MAPS_OK);
	proc_maps_release(&maps);
	return got;
}

static void test_proc_maps__reads_a_living_process(void **state)
{
	struct memory_id id = own_id();
	struct proc_maps maps = { 0 };
	pid_t child = start_child(false);
	uint64_t here = (uintptr_t)test_proc_maps__reads_a_living_process;
	uint8_t code[16];
	struct mapping *m;

	(void)state;
	assert_int_equal(proc_maps_read(&maps, (uint32_t)child, (uint32_t)child, &id),
			 PROC_MAPS_OK);
	m = proc_maps_find(&maps, here);
	assert_non_null(m);
	assert_true(m->executable && m->inode);
	assert_false(proc_maps_have_ended(&maps));
	assert_true(proc_maps_read_memory(&maps, here, code, sizeof(code)));
	assert_memory_equal(code, (const void *)(uintptr_t)here, sizeof(code));
	end_child(child);
	assert_true(proc_maps_have_ended(&maps));
	assert_false(proc_maps_read_memory(&maps, here, code, sizeof(code)));
	proc_maps_release(&maps);
}

static void test_proc_maps__an_ended_process_is_gone(void **state)
{
	struct memory_id id = own_id();
	pid_t child = start_child(false);
	siginfo_t info;

	(void)state;
	kill(child, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(read_maps_of(child, child, &id), PROC_MAPS_GONE);	/* a zombie */
	end_child(child);
	assert_int_equal(read_maps_of(child, child, &id), PROC_MAPS_GONE);
}

static void test_proc_maps__another_thread_of_the_process_does(void **state)
{
	struct memory_id id = own_id();
	pid_t ended = start_child(false);

	(void)state;
	end_child(ended);
	assert_int_equal(read_maps_of(getpid(), ended, &id), PROC_MAPS_OK);
}

static void test_proc_maps__another_program_is_replaced(void **state)
{
	struct memory_id id = own_id();

	(void)state;
	id.start_stack -= 16;
	assert_int_equal(read_maps_of(getpid(), getpid(), &id), PROC_MAPS_REPLACED);
}

/* Of another user, or not dumpable: the kernel says EACCES. */
static void test_proc_maps__a_process_that_may_not_be_examined_is_denied(void **state)
{
	struct memory_id id = own_id();
	pid_t target = start_child(true), reader = fork();
	int status;

	(void)state;
	if (!reader) {
		struct proc_maps maps = { 0 };

		/* the root of a user namespace may know no other user */
		if (!geteuid() && (setgid(NOBODY) || setuid(NOBODY)) && caps_drop(0))
			_exit(99);
		_exit(proc_maps_read(&maps, (uint32_t)target, (uint32_t)target, &id));
	}
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), PROC_MAPS_DENIED);
	end_child(target);
}

static void test_proc_maps__no_descriptor_left_is_no_end(void **state)
{
	struct memory_id id = own_id();
	struct rlimit old, none;
	enum proc_maps_result got;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	got = read_maps_of(getpid(), getpid(), &id);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(got, PROC_MAPS_FAILED);
}

static void test_proc_maps__explains_what_the_kernel_said(void **state)
{
	pid_t ended = start_child(false);
	uint32_t pid = (uint32_t)ended;

	(void)state;
	end_child(ended);
	assert_int_equal(proc_maps_explain(-EACCES, pid), PROC_MAPS_DENIED);
	assert_int_equal(proc_maps_explain(-EPERM, pid), PROC_MAPS_DENIED);
	assert_int_equal(proc_maps_explain(-ENOENT, pid), PROC_MAPS_GONE);
	assert_int_equal(proc_maps_explain(-ESRCH, pid), PROC_MAPS_GONE);
	assert_int_equal(proc_maps_explain(-EMFILE, pid), PROC_MAPS_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proc_maps__reads_a_living_process),
		cmocka_unit_test(test_proc_maps__an_ended_process_is_gone),
		cmocka_unit_test(test_proc_maps__another_thread_of_the_process_does),
		cmocka_unit_test(test_proc_maps__another_program_is_replaced),
		cmocka_unit_test(test_proc_maps__a_process_that_may_not_be_examined_is_denied),
		cmocka_unit_test(test_proc_maps__no_descriptor_left_is_no_end),
		cmocka_unit_test(test_proc_maps__explains_what_the_kernel_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
