/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The values of the filter options.
 */
#include "options_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

static void expect_slice(const struct filter_text *t, const char *want)
{
	assert_int_equal(t->len, strlen(want));
	assert_memory_equal(t->bytes, want, t->len);
}

static void expect_same_texts(const struct filter_text *a, const struct filter_text *b)
{
	for (unsigned i = 0; i < STORY_FILTER_MAX; i++) {
		assert_int_equal(a[i].len, b[i].len);
		if (a[i].len)
			assert_memory_equal(a[i].bytes, b[i].bytes, a[i].len);
	}
}

static void expect_same_tasks(const struct task_filter *a, const struct task_filter *b)
{
	assert_int_equal(a->pids, b->pids);
	assert_int_equal(a->uids, b->uids);
	assert_memory_equal(a->pid, b->pid, sizeof(a->pid));
	assert_memory_equal(a->uid, b->uid, sizeof(a->uid));
	expect_same_texts(a->comm, b->comm);
	expect_same_texts(a->cgroup, b->cgroup);
	expect_same_texts(a->container, b->container);
}

static void expect_same_filter(const struct story_filter *a, const struct story_filter *b)
{
	expect_same_tasks(&a->wanted, &b->wanted);
	expect_same_tasks(&a->excluded, &b->excluded);
	assert_memory_equal(&a->words, &b->words, sizeof(a->words));
	assert_memory_equal(&a->excluded_words, &b->excluded_words, sizeof(a->words));
}

static void expect_range(const struct filter_range *range, __u16 first, __u16 last)
{
	assert_int_equal(range->first, first);
	assert_int_equal(range->last, last);
}

static void test_options_filter__ports_go_to_the_kernel_side(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-L", "80,443", "-D1", "-P", "65535", "-L", "8080,9000-9009");
	expect_fine(&r);
	assert_int_equal(r.o.filter.active, 1);
	assert_int_equal(r.o.filter.local_ports.nr, 4);
	expect_range(&r.o.filter.local_ports.range[1], 443, 443);
	expect_range(&r.o.filter.local_ports.range[2], 8080, 8080);
	expect_range(&r.o.filter.local_ports.range[3], 9000, 9009);
	expect_range(&r.o.filter.peer_ports.range[0], 1, 1);
	expect_range(&r.o.filter.either_ports.range[0], 65535, 65535);
}

static void test_options_filter__an_address_loses_its_host_bits(void **state)
{
	const __u8 net[16] = { 10, 0x80 }, mask[16] = { 255, 0x80 };
	struct result r;

	(void)state;
	PARSE(&r, "-a", "10.200.3.4/9");
	expect_fine(&r);
	assert_int_equal(r.o.filter.nr_addrs, 1);
	assert_int_equal(r.o.filter.addr[0].family, 4);
	assert_memory_equal(r.o.filter.addr[0].addr, net, 16);
	assert_memory_equal(r.o.filter.addr[0].mask, mask, 16);
}

static void test_options_filter__both_families_are_no_filter(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-6");
	assert_int_equal(r.o.filter.family, 6);
	assert_int_equal(r.o.filter.active, 1);
	PARSE(&r, "-46");
	expect_fine(&r);
	assert_int_equal(r.o.filter.family, 0);
	assert_int_equal(r.o.filter.active, 0);
}

static void test_options_filter__netns_by_number_and_by_process(void **state)
{
	struct result r;
	struct stat st;
	char pid[16];

	(void)state;
	snprintf(pid, sizeof(pid), "%d", getpid());
	PARSE(&r, "--netns", "4026531840", "--netns", pid);
	expect_fine(&r);
	assert_int_equal(r.o.filter.netns[0], 4026531840u);
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(r.o.filter.netns[1], st.st_ino);
}

static void test_options_filter__processes_and_users(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-p", "1,4194304", "-u", "root", "-u", "4294967294", "-c", "a,b", "-c", "c");
	expect_fine(&r);
	assert_int_equal(r.o.filter.active, 0);
	assert_int_equal(r.o.story_filter.wanted.pids, 2);
	assert_int_equal(r.o.story_filter.wanted.pid[1], 4194304);
	assert_int_equal(r.o.story_filter.wanted.uid[0], 0);
	assert_int_equal(r.o.story_filter.wanted.uid[1], 4294967294u);
	assert_int_equal(r.o.story_filter.wanted.comms, 3);
	expect_slice(&r.o.story_filter.wanted.comm[0], "a");
	expect_slice(&r.o.story_filter.wanted.comm[1], "b");
	expect_slice(&r.o.story_filter.wanted.comm[2], "c");
}

/* A path may contain a comma: only a comma before a slash separates two of them. */
static void test_options_filter__paths_of_cgroups_are_a_list(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--cgroup", "/a,b,/sys/fs/cgroup,/c,", "--cgroup", "/d");
	expect_fine(&r);
	assert_int_equal(r.o.story_filter.wanted.cgroups, 4);
	expect_slice(&r.o.story_filter.wanted.cgroup[0], "/a,b");
	expect_slice(&r.o.story_filter.wanted.cgroup[1], "/");
	expect_slice(&r.o.story_filter.wanted.cgroup[2], "/c,");
	expect_slice(&r.o.story_filter.wanted.cgroup[3], "/d");
}

/* A list is the same as its values one by one, in every view that has the option. */
static void test_options_filter__every_filter_takes_a_list(void **state)
{
	static const struct { const char *view, *words[6]; } rows[] = {
		{ "who", { "-p1,2", "-p1", "-p2" } },
		{ "trace", { "-cnginx,haproxy", "-cnginx", "-chaproxy" } },
		{ "json", { "-uroot,1", "-uroot", "-u1" } },
		{ "hist", { "-L1,2", "-L1", "-L2" } },
		{ "record", { "-D1,2", "-D1", "-D2" } },
		{ "events", { "-P1,2", "-P1", "-P2" } },
		{ "stuck", { "-a::1,10.0.0.0/8", "-a::1", "-a10.0.0.0/8" } },
		{ "timeline", { "--netns=4026531840,4026531841", "--netns=4026531840",
				"--netns=4026531841" } },
		{ "stuck", { "--cgroup=/a,/b", "--cgroup=/a", "--cgroup=/b" } },
		{ "who", { "--container=abcd,ef01", "--container=abcd", "--container=ef01" } },
		{ "who", { "--call=close,exit", "--call=close", "--call=exit" } },
		{ "trace", { "--ending=open,aborted", "--ending=open", "--ending=aborted" } },
		{ "trace", { "--class=clean,reset", "--class=clean", "--class=reset" } },
		{ "trace", { "--initiator=peer,both", "--initiator=peer", "--initiator=both" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *const *w = rows[i].words;
		struct result list, single;

		PARSE(&list, rows[i].view, "-o", "x", w[0]);
		PARSE(&single, rows[i].view, "-o", "x", w[1], w[2]);
		expect_fine(&list);
		expect_fine(&single);
		assert_memory_equal(&list.o.filter, &single.o.filter, sizeof(list.o.filter));
		expect_same_filter(&list.o.story_filter, &single.o.story_filter);
	}
}

static void test_options_filter__a_cgroup_is_a_path_from_the_root(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--cgroup", "/a,b", "--cgroup=/sys/fs/cgroup/x.slice", "--cgroup",
	      "/sys/fs/cgroup/unified/", "--cgroup", "/sys/fs/cgroup", "--cgroup",
	      "/sys/fs/cgroupx");
	expect_fine(&r);
	assert_int_equal(r.o.story_filter.wanted.cgroups, 5);
	expect_slice(&r.o.story_filter.wanted.cgroup[0], "/a,b");
	expect_slice(&r.o.story_filter.wanted.cgroup[1], "/x.slice");
	expect_slice(&r.o.story_filter.wanted.cgroup[2], "/");
	expect_slice(&r.o.story_filter.wanted.cgroup[3], "/");
	expect_slice(&r.o.story_filter.wanted.cgroup[4], "/sys/fs/cgroupx");
	PARSE(&r, "--cgroup", "nginx.service");
	expect_usage(&r, "tcpclose: bad cgroup 'nginx.service': want its path from the root, "
			 "as /system.slice/nginx.service\n");
}

static void test_options_filter__a_container_is_some_digits(void **state)
{
	static const char id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	static const char *const bad[] = { "", "abc", "abcg", "ABCD" };
	char longer[sizeof(id) + 1];
	struct result r;

	(void)state;
	PARSE(&r, "--container", "dead", "--container", id);
	expect_fine(&r);
	assert_int_equal(r.o.story_filter.wanted.containers, 2);
	expect_slice(&r.o.story_filter.wanted.container[1], id);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		PARSE(&r, "--container", bad[i]);
		assert_int_equal(r.status, EXIT_USAGE);
		assert_non_null(strstr(r.err, "bad container '"));
	}
	snprintf(longer, sizeof(longer), "%s0", id);
	PARSE(&r, "--container", longer);
	assert_int_equal(r.status, EXIT_USAGE);
}

/* The names of processes have 15 bytes: more are compared as far. */
static void test_options_filter__a_comm_is_cut_as_the_kernel_cuts_it(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "-q", "-c", "NetworkManager-dispatcher,!\\N\\etworkManager-dispatcher");
	expect_fine(&r);
	expect_slice(&r.o.story_filter.wanted.comm[0], "NetworkManager-");
	expect_slice(&r.o.story_filter.excluded.comm[0], "\\N\\etworkManager-");
}

/* Excluded values have lists of their own. The text keeps no !, and its backslashes. */
static void test_options_filter__an_exclamation_mark_excludes(void **state)
{
	const struct story_filter *f;
	struct result r;

	(void)state;
	PARSE(&r, "-c", "!curl,nginx*,a\\,b", "-p", "!1", "-u", "1,!root", "--cgroup", "/a,!/b",
	      "--container", "!abcd", "--ending", "!four-way", "--class=!reset,!timeout",
	      "--initiator", "!peer", "--call", "close,!exit");
	expect_fine(&r);
	f = &r.o.story_filter;
	assert_int_equal(f->wanted.comms, 2);
	expect_slice(&f->wanted.comm[0], "nginx*");
	expect_slice(&f->wanted.comm[1], "a\\,b");
	assert_int_equal(f->excluded.comms, 1);
	expect_slice(&f->excluded.comm[0], "curl");
	assert_int_equal(f->wanted.pids, 0);
	assert_int_equal(f->excluded.pid[0], 1);
	assert_int_equal(f->wanted.uid[0], 1);
	assert_int_equal(f->excluded.uids, 1);
	expect_slice(&f->wanted.cgroup[0], "/a");
	expect_slice(&f->excluded.cgroup[0], "/b");
	expect_slice(&f->excluded.container[0], "abcd");
	assert_int_equal(f->words.endings, 0);
	assert_int_equal(f->excluded_words.endings, 1 << ENDING_FOUR_WAY);
	assert_int_equal(f->excluded_words.classes, 1 << CLASS_RESET | 1 << CLASS_TIMEOUT);
	assert_int_equal(f->excluded_words.initiators, 1 << INITIATOR_PEER);
	assert_int_equal(f->words.calls, 1 << TRIGGER_CLOSE);
	assert_int_equal(f->excluded_words.calls, 1 << TRIGGER_EXIT);
}

static void test_options_filter__excluded_flows_go_to_the_kernel_side(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "record", "-o", "x", "-P", "!22,8000-8999", "-a", "!127.0.0.0/8", "--netns",
	      "!4026531840");
	expect_fine(&r);
	assert_int_equal(r.o.filter.active, 1);
	assert_int_equal(r.o.filter.either_ports.nr, 1);
	assert_int_equal(r.o.filter.either_ports.nr_excluded, 1);
	expect_range(&r.o.filter.either_ports.excluded[0], 22, 22);
	assert_int_equal(r.o.filter.nr_addrs, 0);
	assert_int_equal(r.o.filter.nr_excluded_addrs, 1);
	assert_int_equal(r.o.filter.excluded_addr[0].addr[0], 127);
	assert_int_equal(r.o.filter.nr_netns, 0);
	assert_int_equal(r.o.filter.excluded_netns[0], 4026531840u);
	PARSE(&r, "--ending", "!never-open");
	expect_fine(&r);
	assert_int_equal(r.o.filter.never_open, 0);
}

static void test_options_filter__words_become_sets(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--call", "close,shutdown", "--ending", "four-way", "--class=clean",
	      "--initiator", "peer", "--initiator", "both");
	expect_fine(&r);
	assert_int_equal(r.o.story_filter.words.calls, 1 << TRIGGER_CLOSE | 1 << TRIGGER_SHUTDOWN);
	assert_int_equal(r.o.story_filter.words.endings, 1 << ENDING_FOUR_WAY);
	assert_int_equal(r.o.story_filter.words.classes, 1 << CLASS_CLEAN);
	assert_int_equal(r.o.story_filter.words.initiators,
			 1 << INITIATOR_PEER | 1 << INITIATOR_BOTH);
}

static void test_options_filter__all_and_what_implies_it(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "--all");
	assert_true(r.o.capture.all);
	assert_int_equal(r.o.filter.never_open, 1);
	assert_int_equal(r.o.filter.active, 0);
	PARSE(&r, "--ending", "never-open");
	assert_int_equal(r.o.filter.never_open, 1);
	PARSE(&r, "--class", "failed");
	assert_int_equal(r.o.filter.never_open, 1);
	PARSE(&r, "--class", "clean");
	assert_int_equal(r.o.filter.never_open, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_filter__ports_go_to_the_kernel_side),
		cmocka_unit_test(test_options_filter__an_address_loses_its_host_bits),
		cmocka_unit_test(test_options_filter__both_families_are_no_filter),
		cmocka_unit_test(test_options_filter__netns_by_number_and_by_process),
		cmocka_unit_test(test_options_filter__processes_and_users),
		cmocka_unit_test(test_options_filter__paths_of_cgroups_are_a_list),
		cmocka_unit_test(test_options_filter__every_filter_takes_a_list),
		cmocka_unit_test(test_options_filter__a_cgroup_is_a_path_from_the_root),
		cmocka_unit_test(test_options_filter__a_container_is_some_digits),
		cmocka_unit_test(test_options_filter__a_comm_is_cut_as_the_kernel_cuts_it),
		cmocka_unit_test(test_options_filter__an_exclamation_mark_excludes),
		cmocka_unit_test(test_options_filter__excluded_flows_go_to_the_kernel_side),
		cmocka_unit_test(test_options_filter__words_become_sets),
		cmocka_unit_test(test_options_filter__all_and_what_implies_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
