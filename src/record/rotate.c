/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "rotate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "inspect.h"
#include "lock.h"
#include "parse.h"
#include "time_units.h"

#define NUMBER_MAX 999999999	/* of a piece */
#define RENAME_NO_REPLACE 1	/* RENAME_NOREPLACE of linux/fs.h */

/* The numbers N for which a file PATH.N exists, in ascending order. */
struct number_list {
	unsigned *number;
	size_t nr, cap;
};

static int compare_numbers(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static bool append_number(struct number_list *l, unsigned number)
{
	if (l->nr == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 16;
		unsigned *grown = realloc(l->number, cap * sizeof(*grown));

		if (!grown)
			return false;
		l->number = grown;
		l->cap = cap;
	}
	l->number[l->nr++] = number;
	return true;
}

/* Return N if the name is BASE.N as a rotation writes it, else 0. */
static unsigned parse_number(const char *name, const char *base)
{
	size_t len = strlen(base);
	uint64_t n = 0;

	if (strncmp(name, base, len) || name[len] != '.' || name[len + 1] == '0' ||
	    !parse_u64(name + len + 1, 1, NUMBER_MAX, &n))
		return 0;
	return (unsigned)n;
}

static DIR *open_folder(const char *path, const char **base)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";

	*base = slash ? slash + 1 : path;
	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + 1), path);
	return opendir(folder);
}

/* List the numbers of the files. Returns 0 or -errno; the caller frees l->number either way. */
static int list_numbers(struct number_list *l, const char *path)
{
	const char *base;
	DIR *folder = open_folder(path, &base);
	struct dirent *entry;
	int err = 0;

	*l = (struct number_list){ 0 };
	if (!folder)
		return -errno;
	while (!err && (entry = readdir(folder))) {
		unsigned number = parse_number(entry->d_name, base);

		if (number && !append_number(l, number))
			err = -ENOMEM;
	}
	closedir(folder);
	if (l->nr)
		qsort(l->number, l->nr, sizeof(*l->number), compare_numbers);
	return err;
}

/* Write the path of a piece, of PATH itself for number 0. Returns 0 or -ENAMETOOLONG. */
static int format_piece(char to[PATH_MAX], const char *path, unsigned number)
{
	int n = number ? snprintf(to, PATH_MAX, "%s.%u", path, number) :
			 snprintf(to, PATH_MAX, "%s", path);

	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Test whether the file is a recording that nobody writes. *written_s: when it was last written. */
static bool is_piece(const char *file, time_t *written_s)
{
	int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool is;

	if (fd < 0)
		return false;
	is = !fstat(fd, &st) && S_ISREG(st.st_mode) && record_has_magic(fd) &&
	     !record_is_locked(fd);
	*written_s = is ? st.st_mtime : 0;
	close(fd);
	return is;
}

/* Rename without replacing a file that has appeared at `to`. Returns 0 or -errno. */
static int rename_to_free_name(const char *from, const char *to)
{
	if (!syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NO_REPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* a file system without that flag */
	if (!faccessat(AT_FDCWD, to, F_OK, AT_SYMLINK_NOFOLLOW))
		return -EEXIST;
	return rename(from, to) ? -errno : 0;
}

static int move_piece(const char *path, unsigned from, unsigned to)
{
	char old[PATH_MAX], new[PATH_MAX];
	int err = format_piece(old, path, from);

	if (!err)
		err = format_piece(new, path, to);
	return err ? err : rename_to_free_name(old, new);
}

/*
 * Reduce the list to the pieces before the first number that is free, and return that number. Only
 * these pieces have to move.
 */
static unsigned find_free_number(struct number_list *l, const char *path)
{
	unsigned free_number = 1;
	size_t pieces = 0;

	for (size_t i = 0; i < l->nr && l->number[i] == free_number; i++, free_number++) {
		char file[PATH_MAX];
		time_t written_s;

		if (!format_piece(file, path, free_number) && is_piece(file, &written_s))
			l->number[pieces++] = free_number;
	}
	l->nr = pieces;
	return free_number;
}

int record_rotate(const char *path)
{
	struct number_list l;
	int err = list_numbers(&l, path);
	unsigned to = err ? 0 : find_free_number(&l, path);

	while (!err && l.nr) {
		err = move_piece(path, l.number[--l.nr], to);
		to = l.number[l.nr];
	}
	if (!err)
		err = move_piece(path, 0, to);
	free(l.number);
	return err;
}

int record_retain(const char *path, unsigned keep, uint64_t keep_ns)
{
	time_t oldest_s = time(NULL) - (time_t)(keep_ns / NS_PER_S), written_s;
	struct number_list l = { 0 };
	unsigned pieces = 0;
	int err = keep || keep_ns ? list_numbers(&l, path) : 0;

	for (size_t i = 0; !err && i < l.nr; i++) {
		char file[PATH_MAX];

		if (format_piece(file, path, l.number[i]) || !is_piece(file, &written_s))
			continue;
		pieces++;
		if (((keep && pieces > keep) || (keep_ns && written_s < oldest_s)) &&
		    unlink(file) && errno != ENOENT)
			err = -errno;
	}
	free(l.number);
	return err;
}
