/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "spool.h"

#define MIB (1u << 20)

static char dir[64];	/* of one test, not made yet */
static char why[SPOOL_WHY_BYTES];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_spool.XXXXXX");
	return mkdtemp(dir) && !rmdir(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static struct spool *open_spool(const char *path, uint64_t max)
{
	const struct spool_config config = { .dir = path, .max_bytes = max };

	*why = '\0';
	return spool_open(&config, why);
}

/* A shipment whose bytes are all n, and whose key is n in decimal. */
static bool put(struct spool *s, unsigned n, uint32_t size)
{
	struct shipment shipment = { .kind = SHIPMENT_SEGMENT, .partition = (uint16_t)n,
				     .units = n, .size = size, .host = "web" };
	char *bytes = malloc(size);
	bool kept;

	memset(bytes, (int)n, size);
	shipment.bytes = bytes;
	snprintf(shipment.key, sizeof(shipment.key), "%u", n);
	kept = spool_put(s, &shipment);
	free(bytes);
	return kept;
}

static void beat(struct spool *s, char letter)
{
	struct shipment shipment = { .kind = SHIPMENT_HEARTBEAT, .size = 1, .bytes = &letter };

	assert_true(spool_put(s, &shipment));
}

/* Take the next shipment, which must be n of put(). Returns its id. */
static uint64_t take(struct spool *s, unsigned n, uint32_t size)
{
	struct shipment shipment;
	char key[16];

	snprintf(key, sizeof(key), "%u", n);
	assert_true(spool_next(s, &shipment));
	assert_string_equal(shipment.key, key);
	assert_string_equal(shipment.host, "web");
	assert_int_equal(shipment.partition, n);
	assert_int_equal(shipment.units, n);
	assert_int_equal(shipment.size, size);
	for (uint32_t i = 0; i < size; i++)
		assert_int_equal(((const unsigned char *)shipment.bytes)[i], n & 255);
	return shipment.id;
}

static char take_beat(struct spool *s)
{
	struct shipment shipment;

	assert_true(spool_next(s, &shipment));
	assert_int_equal(shipment.kind, SHIPMENT_HEARTBEAT);
	return *(const char *)shipment.bytes;
}

/* The second witness: what the file system shows. */
static unsigned count_files(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;
	unsigned nr = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		if (*e->d_name == '.' || strcmp(e->d_name, "config") == 0)
			continue;
		assert_int_equal(fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		nr++;
	}
	closedir(d);
	return nr;
}

static void run_through(struct spool *s)
{
	struct shipment shipment;
	uint64_t first, second;

	for (unsigned n = 1; n <= 3; n++)
		assert_true(put(s, n, 1000 * n));
	assert_int_equal(spool_counts(s)->waiting, 3);
	assert_int_equal(spool_counts(s)->waiting_units, 6);
	assert_int_equal(spool_counts(s)->waiting_bytes, 6000);
	first = take(s, 1, 1000);
	second = take(s, 2, 2000);
	assert_int_equal(spool_counts(s)->handed_over, 2);
	assert_true(spool_remove(s, second));
	assert_false(spool_remove(s, second));
	spool_again(s, first);
	assert_int_equal(take(s, 1, 1000), first);
	take(s, 3, 3000);
	assert_false(spool_next(s, &shipment));
	spool_again_all(s);
	assert_int_equal(spool_counts(s)->handed_over, 0);
	assert_true(spool_remove(s, take(s, 1, 1000)));
	assert_true(spool_remove(s, take(s, 3, 3000)));
	assert_true(spool_is_empty(s));
	assert_int_equal(spool_counts(s)->put, 3);
	assert_int_equal(spool_counts(s)->dropped, 0);
}

static void test_spool__memory(void **state)
{
	struct spool *s = open_spool(NULL, 0);

	(void)state;
	run_through(s);
	spool_close(s);
}

static void test_spool__directory(void **state)
{
	struct spool *s = open_spool(dir, 0);
	struct stat st;

	(void)state;
	assert_non_null(s);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	run_through(s);
	assert_int_equal(count_files(), 0);
	spool_close(s);
}

static void check_that_the_oldest_is_dropped(void **state)
{
	const char *path = *state;
	struct spool *s = open_spool(path, 4 * MIB);

	take(s, 1, (put(s, 1, MIB), MIB));	/* handed over: it stays */
	for (unsigned n = 2; n <= 6; n++)
		assert_true(put(s, n, MIB));
	assert_int_equal(spool_counts(s)->dropped, 2);
	assert_int_equal(spool_counts(s)->dropped_units, 2 + 3);
	assert_int_equal(spool_counts(s)->dropped_bytes, 2 * MIB);
	if (path)
		assert_int_equal(count_files(), 4);
	for (unsigned n = 4; n <= 6; n++)
		take(s, n, MIB);
	/* all are handed over: the new one goes */
	assert_false(put(s, 7, MIB));
	assert_int_equal(spool_counts(s)->dropped_units, 2 + 3 + 7);
	spool_close(s);
}

static void test_spool__full_memory(void **state)
{
	(void)state;
	check_that_the_oldest_is_dropped(&(void *){ NULL });
}

static void test_spool__full_directory(void **state)
{
	(void)state;
	check_that_the_oldest_is_dropped(&(void *){ dir });
}

static void test_spool__only_the_newest_heartbeat_is_kept_and_it_goes_first(void **state)
{
	struct spool *s = open_spool(dir, 0);
	struct shipment shipment;

	(void)state;
	put(s, 1, 10);
	beat(s, 'a');
	beat(s, 'b');
	assert_int_equal(count_files(), 1);
	assert_int_equal(take_beat(s), 'b');
	beat(s, 'c');	/* waits: one at a time, so that they cannot overtake each other */
	assert_true(spool_next(s, &shipment));
	assert_string_equal(shipment.key, "1");
	assert_false(spool_next(s, &shipment));
	spool_again_all(s);	/* c makes b pointless */
	assert_int_equal(take_beat(s), 'c');
	spool_again_all(s);
	assert_int_equal(take_beat(s), 'c');
	spool_close(s);
}

static void test_spool__what_an_earlier_run_left_is_sent_first(void **state)
{
	struct spool *s = open_spool(dir, 0);
	uint64_t last;

	(void)state;
	for (unsigned n = 1; n <= 20; n++)
		put(s, n, 100);
	for (unsigned n = 1; n <= 5; n++)
		spool_remove(s, last = take(s, n, 100));
	take(s, 6, 100);	/* handed over, not acknowledged */
	spool_save_text(s, "tcpclose config\n", 16);
	spool_close(s);

	s = open_spool(dir, 0);
	assert_int_equal(spool_counts(s)->found, 15);
	put(s, 21, 100);
	for (unsigned n = 6; n <= 21; n++)
		assert_true(take(s, n, 100) > last);
	assert_int_equal(spool_load_text(s, why, sizeof(why)), 16);
	assert_memory_equal(why, "tcpclose config\n", 16);
	spool_close(s);
}

static void test_spool__one_process_at_a_time(void **state)
{
	struct spool *s = open_spool(dir, 0);

	(void)state;
	assert_null(open_spool(dir, 0));
	assert_non_null(strstr(why, "in use by another process"));
	spool_close(s);
	s = open_spool(dir, 0);
	assert_non_null(s);
	spool_close(s);
}

static void test_spool__refuses_links_modes_and_what_is_no_directory(void **state)
{
	char other[80], file[80];

	(void)state;
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(other, sizeof(other), "%s/link", dir);
	snprintf(file, sizeof(file), "%s/wide", dir);
	assert_int_equal(symlink("/tmp", other), 0);
	assert_null(open_spool(other, 0));
	assert_non_null(strstr(why, "symbolic link"));
	assert_int_equal(mkdir(file, 0700), 0);
	assert_int_equal(chmod(file, 0750), 0);
	assert_null(open_spool(file, 0));
	assert_non_null(strstr(why, "has mode 0750: want 0700"));
	assert_null(open_spool("/etc/passwd", 0));
	assert_non_null(strstr(why, "/etc/passwd"));
	assert_null(open_spool("/nonexistent/spool", 0));
	assert_non_null(strstr(why, "No such file"));
}

static void test_spool__refuses_the_directory_of_another_user(void **state)
{
	const char *foreign = geteuid() ? "/root" : dir;

	(void)state;
	if (!geteuid()) {
		assert_int_equal(mkdir(dir, 0700), 0);
		assert_int_equal(chown(dir, 12345, 12345), 0);
	}
	assert_null(open_spool(foreign, 0));
	assert_non_null(strstr(why, geteuid() ? "/root" : "belongs to user 12345, not to 0"));
}

static void test_spool__files_that_are_not_its_own_stay_and_are_counted(void **state)
{
	struct spool *s = open_spool(dir, 0);
	char from[96], to[96];
	struct stat st;

	(void)state;
	put(s, 1, 100);
	spool_close(s);
	snprintf(to, sizeof(to), "%s/00000000000000aa", dir);
	assert_int_equal(symlink("/etc/passwd", to), 0);
	snprintf(to, sizeof(to), "%s/notes", dir);
	close(open(to, O_CREAT | O_WRONLY, 0600));
	snprintf(from, sizeof(from), "%s/0000000000000001", dir);
	snprintf(to, sizeof(to), "%s/00000000000000ab", dir);
	assert_int_equal(link(from, to), 0);	/* a second name for a file: of somebody else? */

	s = open_spool(dir, 0);
	assert_int_equal(spool_counts(s)->found, 0);
	assert_int_equal(spool_counts(s)->ignored, 4);
	assert_int_equal(stat(to, &st), 0);
	spool_close(s);
}

/* Change byte `at` of the file of id 1, or cut the file there. */
static void spoil(off_t at, bool cut)
{
	char path[96], byte;
	int fd;

	snprintf(path, sizeof(path), "%s/0000000000000001", dir);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	if (cut) {
		assert_int_equal(ftruncate(fd, at), 0);
	} else {
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
}

static void test_spool__a_damaged_file_is_counted_and_not_sent(void **state)
{
	static const struct { off_t at; bool cut; } damages[] = {
		{ 0, false }, { 9, false }, { 16, false }, { 20, false }, { 24, false },
		{ 40, false }, { 110, false }, { 200, false }, { 0, true }, { 100, true },
		{ 168, true }, { 267, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		struct spool *s = open_spool(dir, 0);

		put(s, 1, 100);
		put(s, 2, 100);
		spool_close(s);
		spoil(damages[i].at, damages[i].cut);
		s = open_spool(dir, 0);
		spool_remove(s, take(s, 2, 100));
		assert_int_equal(spool_counts(s)->damaged, 1);
		assert_int_equal(count_files(), 0);
		assert_true(spool_is_empty(s));
		spool_close(s);
		remove_dir(NULL);
	}
}

/* What the child put is there up to the moment of its death, each shipment complete or absent. */
static void test_spool__kill_in_the_middle_of_a_put(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 10; round++) {
		unsigned first, found = 0;
		int fds[2];
		uint64_t done = 0, n;
		struct shipment shipment;
		struct spool *s;
		pid_t child;

		assert_int_equal(pipe(fds), 0);
		child = fork();
		if (child == 0) {
			s = open_spool(dir, 0);
			for (uint64_t i = 1; s; i++) {
				put(s, (unsigned)i, 200000);
				if (write(fds[1], &i, sizeof(i)) < 0)
					_exit(1);
			}
			_exit(1);
		}
		close(fds[1]);
		while (done < 3 + round && read(fds[0], &done, sizeof(done)) > 0)
			;
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		while (read(fds[0], &n, sizeof(n)) > 0)
			done = n;
		close(fds[0]);

		s = open_spool(dir, 0);
		assert_non_null(s);
		first = 1;
		while (spool_next(s, &shipment)) {
			spool_again(s, shipment.id);
			spool_remove(s, take(s, first + found, 200000));
			found++;
		}
		assert_true(found == done || found == done + 1);
		assert_int_equal(spool_counts(s)->damaged, 0);
		spool_close(s);
		assert_int_equal(count_files(), 0);
	}
}

#define IN_DIR(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spool__memory),
		IN_DIR(test_spool__directory),
		cmocka_unit_test(test_spool__full_memory),
		IN_DIR(test_spool__full_directory),
		IN_DIR(test_spool__only_the_newest_heartbeat_is_kept_and_it_goes_first),
		IN_DIR(test_spool__what_an_earlier_run_left_is_sent_first),
		IN_DIR(test_spool__one_process_at_a_time),
		IN_DIR(test_spool__refuses_links_modes_and_what_is_no_directory),
		IN_DIR(test_spool__refuses_the_directory_of_another_user),
		IN_DIR(test_spool__files_that_are_not_its_own_stay_and_are_counted),
		IN_DIR(test_spool__a_damaged_file_is_counted_and_not_sent),
		IN_DIR(test_spool__kill_in_the_middle_of_a_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
