/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The perf map of this process, /tmp/perf-PID.map, in every state that it may have. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jit_symbols.h"
#include "perf_map.h"
#include "read_clock.h"
#include "time_units.h"
#include "unit.h"

#define CODE 0x7f0000001000ULL
#define NOW (1000 * NS_PER_S)

static const struct mapping code = { .start = CODE, .end = CODE + 0x10000, .executable = true,
				     .path = "" };

static const char *map_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	return path;
}

static void add_text(const char *text, int flags)
{
	int fd = open(map_path(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void write_map(const char *text)
{
	unlink(map_path());
	add_text(text, O_EXCL);
}

static int remove_map(void **state)
{
	(void)state;
	unlink(map_path());
	rmdir(map_path());
	return 0;
}

/* A stack of this process, as if at a time, of a program that execve() laid out at `program`. */
static struct stack make_stack(uint64_t ts_ns, uint64_t program)
{
	return (struct stack){ .ts_ns = ts_ns, .pid = (uint32_t)getpid(),
			       .tid = (uint32_t)getpid(), .start_stack = program };
}

/* Checks the name of an address or, if it has none, the reason, which follows the map's name. */
static void expect_at(struct jit_symbols *j, const struct stack *k, uint64_t address,
		      const char *name, const char *why)
{
	struct jit_stack s = { .symbols = j, .stack = k };
	struct buf b = { 0 };
	char want[128];
	uint64_t offset;
	const char *found = jit_name(&s, &code, true, address, &offset);

	assert_int_equal(s.unnamed, !name);
	if (name) {
		assert_non_null(found);
		assert_string_equal(found, name);
	} else {
		assert_null(found);
		jit_explain(&s, &b);
		snprintf(want, sizeof(want), "%s %s", map_path(), why);
		expect_text(&b, want);
	}
	buf_release(&b);
}

/* Checks why the file, as it is now, gives no name. */
static void expect_refused(const char *why)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);

	assert_non_null(j);
	expect_at(j, &k, CODE, NULL, why);
	jit_symbols_free(j);
	remove_map(NULL);
}

static void test_jit_symbols__names_an_address(void **state)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);
	struct jit_stack s = { .symbols = j, .stack = &k };
	uint64_t offset = 0;

	(void)state;
	write_map("7f0000001000 20 JS:~release /srv/app.js\n");
	assert_string_equal(jit_name(&s, &code, true, CODE + 0x1f, &offset),
			    "JS:~release /srv/app.js");
	assert_int_equal(offset, 0x1f);
	assert_false(s.unnamed);
	assert_null(jit_name(&s, &code, true, CODE + 0x20, &offset));
	assert_true(s.unnamed);
	jit_symbols_free(j);
}

static void test_jit_symbols__what_is_no_regular_file_is_refused(void **state)
{
	static const char why[] = "is not a regular file";

	(void)state;
	expect_refused("does not exist");
	assert_int_equal(mkdir(map_path(), 0755), 0);
	expect_refused(why);
	assert_int_equal(mkfifo(map_path(), 0644), 0);
	alarm(10);	/* a reader of a FIFO would wait for a writer */
	expect_refused(why);
	alarm(0);
	assert_int_equal(symlink("/proc/self/maps", map_path()), 0);
	expect_refused("is a symbolic link");
	assert_int_equal(symlink("nowhere", map_path()), 0);
	expect_refused("is a symbolic link");
}

static void test_jit_symbols__a_file_that_others_may_write_is_refused(void **state)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);

	(void)state;
	write_map("7f0000001000 20 f\n");
	assert_int_equal(chmod(map_path(), 0664), 0);
	expect_at(j, &k, CODE, "f", NULL);
	jit_symbols_free(j);
	assert_int_equal(chmod(map_path(), 0646), 0);
	expect_refused("can be written by other users");
}

static void test_jit_symbols__a_file_of_an_earlier_process_is_refused(void **state)
{
	struct timespec times[2] = { 0 };

	(void)state;
	write_map("7f0000001000 20 f\n");
	clock_gettime(CLOCK_REALTIME, &times[1]);
	times[1].tv_sec -= 60;		/* this test has not run for a minute */
	assert_int_equal(utimensat(AT_FDCWD, map_path(), times, 0), 0);
	expect_refused("is older than the process");
}

static void test_jit_symbols__a_file_that_is_too_large_is_refused(void **state)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);

	(void)state;
	write_map("7f0000001000 20 f\n");
	assert_int_equal(truncate(map_path(), PERF_MAP_FILE_MAX), 0);
	expect_at(j, &k, CODE, "f", NULL);
	jit_symbols_free(j);
	assert_int_equal(truncate(map_path(), PERF_MAP_FILE_MAX + 1), 0);
	expect_refused("is too large");
}

static void test_jit_symbols__what_is_appended_is_seen_at_once(void **state)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);

	(void)state;
	write_map("7f0000001000 20 f\n");
	expect_at(j, &k, CODE, "f", NULL);
	expect_at(j, &k, CODE + 0x20, NULL, "does not list it");
	add_text("7f0000001020 20 g", O_APPEND);
	expect_at(j, &k, CODE + 0x20, NULL, "does not list it");
	add_text("et\n7f0000001000 8 new", O_APPEND);
	expect_at(j, &k, CODE + 0x20, "get", NULL);
	add_text("er\n", O_APPEND);
	expect_at(j, &k, CODE + 7, "newer", NULL);
	expect_at(j, &k, CODE + 8, "f", NULL);
	jit_symbols_free(j);
}

/* Within a second the old names may be wrong, and the new ones are not read. */
static void test_jit_symbols__what_is_rewritten_is_read_again_after_a_second(void **state)
{
	static const char *const rewritten[] = {
		"7f0000001000 20 get\n",
		"7f0000001000 20 put\n7f0000001020 20 later\n",
		"7f0000001000 20 f\n",
		"",
	};
	static const char *const names[] = { "get", "put", "f", NULL };
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);

	(void)state;
	write_map("7f0000001000 20 f\n");
	expect_at(j, &k, CODE, "f", NULL);
	for (unsigned i = 0; i < 4; i++) {
		if (i % 2)
			add_text(rewritten[i], O_TRUNC);
		else
			write_map(rewritten[i]);
		k.ts_ns += NS_PER_S - 1;
		expect_at(j, &k, CODE, NULL, "has changed and is soon read again");
		k.ts_ns += 1;
		expect_at(j, &k, CODE, names[i], "does not list it");
	}
	jit_symbols_free(j);
}

static void test_jit_symbols__a_map_that_goes_away_gives_no_names(void **state)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);

	(void)state;
	write_map("7f0000001000 20 f\n");
	expect_at(j, &k, CODE, "f", NULL);
	unlink(map_path());
	expect_at(j, &k, CODE, NULL, "does not exist");
	jit_symbols_free(j);
}

static void test_jit_symbols__another_program_has_other_names(void **state)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack first = make_stack(NOW, 1), second = make_stack(NOW, 2);

	(void)state;
	write_map("7f0000001000 20 f\n");
	expect_at(j, &first, CODE, "f", NULL);
	write_map("7f0000001000 20 g\n");
	expect_at(j, &second, CODE, "g", NULL);
	jit_symbols_free(j);
}

static void test_jit_symbols__a_process_that_has_ended_has_no_map(void **state)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);
	struct jit_stack s = { .symbols = j, .stack = &k };
	uint64_t offset;
	pid_t child = fork();

	(void)state;
	if (!child)
		for (;;)
			pause();
	k.pid = k.tid = (uint32_t)child;
	assert_null(jit_name(&s, &code, true, CODE, &offset));
	assert_int_equal(s.problem, PERF_MAP_ABSENT);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	s = (struct jit_stack){ .symbols = j, .stack = &k };
	assert_null(jit_name(&s, &code, true, CODE, &offset));
	assert_int_equal(s.problem, PERF_MAP_ENDED);
	jit_symbols_free(j);
}

/* Which mappings are looked up at all. */
static void test_jit_symbols__generated_code_is_in_no_file(void **state)
{
	static const struct {
		const char *path;
		bool file, is_elf, looked;
	} cases[] = {
		{ "", false, true, true },
		{ "[anon:v8]", false, true, true },
		{ "[heap]", false, true, true },
		{ "[vdso]", false, true, false },
		{ "[vsyscall]", false, true, false },
		{ "/memfd:doublemapper (deleted)", true, true, true },
		{ "/dev/zero (deleted)", true, true, true },
		{ "/SYSV00000000 (deleted)", true, true, true },
		{ "/tmp/ffi4711 (deleted)", true, false, true },
		{ "/usr/lib/libc.so.6 (deleted)", true, true, false },
		{ "/usr/lib/libc.so.6", true, false, false },
		{ " (deleted)", true, false, false },
	};
	struct jit_symbols *j = jit_symbols_new();
	struct stack k = make_stack(NOW, 1);

	(void)state;
	write_map("7f0000001000 20 f\n");
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mapping m = { .path = cases[i].path, .inode = cases[i].file };
		struct jit_stack s = { .symbols = j, .stack = &k };
		uint64_t offset;

		assert_int_equal(jit_name(&s, &m, cases[i].is_elf, CODE, &offset) != NULL,
				 cases[i].looked);
		assert_int_equal(s.looked, cases[i].looked);
	}
	jit_symbols_free(j);
}

static unsigned count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void test_jit_symbols__many_programs_share_few_descriptors(void **state)
{
	unsigned before = count_descriptors();
	struct jit_symbols *j = jit_symbols_new();

	(void)state;
	write_map("7f0000001000 20 f\n");
	for (unsigned i = 0; i < 200; i++) {
		struct stack k = make_stack(NOW, i + 1);

		expect_at(j, &k, CODE, "f", NULL);
	}
	assert_true(count_descriptors() <= before + 64);
	jit_symbols_free(j);
	assert_int_equal(count_descriptors(), before);
}

/* Of maps that are too large together, the oldest is forgotten, and not read again at once. */
static void test_jit_symbols__large_maps_share_the_memory(void **state)
{
	struct jit_symbols *j = jit_symbols_new();
	struct stack first = make_stack(NOW, 1);
	FILE *f = fopen(map_path(), "we");

	(void)state;
	assert_non_null(f);
	fputs("7f0000001000 20 f\n", f);
	for (unsigned i = 0; i < 100000; i++)
		fprintf(f, "%x 10 %0*u\n", i * 16, PERF_MAP_NAME_MAX, i);
	assert_int_equal(fclose(f), 0);
	for (unsigned i = 0; i < 5; i++) {
		struct stack k = make_stack(NOW, i + 1);

		expect_at(j, &k, CODE, "f", NULL);
	}
	expect_at(j, &first, CODE, NULL, "has changed and is soon read again");
	first.ts_ns += 30 * NS_PER_S;
	expect_at(j, &first, CODE, "f", NULL);
	jit_symbols_free(j);
}

#define TEST(function) cmocka_unit_test_teardown(function, remove_map)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_jit_symbols__names_an_address),
		TEST(test_jit_symbols__what_is_no_regular_file_is_refused),
		TEST(test_jit_symbols__a_file_that_others_may_write_is_refused),
		TEST(test_jit_symbols__a_file_of_an_earlier_process_is_refused),
		TEST(test_jit_symbols__a_file_that_is_too_large_is_refused),
		TEST(test_jit_symbols__what_is_appended_is_seen_at_once),
		TEST(test_jit_symbols__what_is_rewritten_is_read_again_after_a_second),
		TEST(test_jit_symbols__a_map_that_goes_away_gives_no_names),
		TEST(test_jit_symbols__another_program_has_other_names),
		TEST(test_jit_symbols__a_process_that_has_ended_has_no_map),
		TEST(test_jit_symbols__generated_code_is_in_no_file),
		TEST(test_jit_symbols__many_programs_share_few_descriptors),
		TEST(test_jit_symbols__large_maps_share_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
