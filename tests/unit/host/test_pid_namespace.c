/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pid_namespace.h"
#include "unit.h"

#define KTHREADD "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n"
#define PROGRAM "2 (kthreadd) ) S 0 2 2 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n"

/* A procfs, as far as the module looks at it. */
struct proc {
	char root[32], self[64], ns[64], link[64], two[64], stat[64];
};

static void make_proc(struct proc *p, const char *own_namespace, const char *stat_of_two)
{
	FILE *f;

	strcpy(p->root, "/tmp/tcpclose-unit-XXXXXX");
	assert_non_null(mkdtemp(p->root));
	snprintf(p->self, sizeof(p->self), "%s/self", p->root);
	snprintf(p->ns, sizeof(p->ns), "%s/self/ns", p->root);
	snprintf(p->link, sizeof(p->link), "%s/self/ns/pid", p->root);
	snprintf(p->two, sizeof(p->two), "%s/2", p->root);
	snprintf(p->stat, sizeof(p->stat), "%s/2/stat", p->root);
	assert_int_equal(mkdir(p->self, 0700) | mkdir(p->ns, 0700) | mkdir(p->two, 0700), 0);
	assert_int_equal(symlink(own_namespace, p->link), 0);
	f = fopen(p->stat, "w");
	assert_non_null(f);
	assert_true(fputs(stat_of_two, f) >= 0);
	fclose(f);
}

static void remove_proc(const struct proc *p)
{
	assert_int_equal(unlink(p->stat) | rmdir(p->two) | unlink(p->link) | rmdir(p->ns) |
			 rmdir(p->self) | rmdir(p->root), 0);
}

static void expect_proc(const char *own_namespace, const char *stat_of_two, bool initial,
			bool initial_pids)
{
	struct proc p;

	make_proc(&p, own_namespace, stat_of_two);
	assert_int_equal(pid_namespace_is_initial(p.root), initial);
	assert_int_equal(proc_has_initial_pids(p.root), initial_pids);
	remove_proc(&p);
}

static void test_pid_namespace__the_initial_one_shows_the_hosts_ids(void **state)
{
	(void)state;
	expect_proc("pid:[4026531836]", KTHREADD, true, true);
	expect_proc("pid:[4026531836]", "", true, true);
}

/* `unshare -pf` leaves the host's /proc mounted. */
static void test_pid_namespace__another_one_may_see_the_hosts_proc(void **state)
{
	(void)state;
	expect_proc("pid:[4026532177]", KTHREADD, false, true);
}

static void test_pid_namespace__another_one_has_other_ids(void **state)
{
	(void)state;
	expect_proc("pid:[4026532177]", PROGRAM, false, false);
	expect_proc("pid:[4026532177]", "", false, false);
}

static void test_pid_namespace__without_proc_nothing_is_certain(void **state)
{
	(void)state;
	assert_false(pid_namespace_is_initial("/nonexistent"));
	assert_false(proc_has_initial_pids("/nonexistent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pid_namespace__the_initial_one_shows_the_hosts_ids),
		cmocka_unit_test(test_pid_namespace__another_one_may_see_the_hosts_proc),
		cmocka_unit_test(test_pid_namespace__another_one_has_other_ids),
		cmocka_unit_test(test_pid_namespace__without_proc_nothing_is_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
