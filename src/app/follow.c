/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "follow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

#define PIECES_MAX 9999		/* KEEP_MAX of option_values.c */
#define ATTEMPTS 100		/* to find the next piece while pieces are renamed */

void follow_init(struct follow *f, const char *path, int fd)
{
	*f = (struct follow){ .path = path, .fd = fd };
}

/* The name of piece n; piece 0 is the file that is written. False: it is too long. */
static bool name_piece(char name[PATH_MAX], const char *path, unsigned n)
{
	int len = n ? snprintf(name, PATH_MAX, "%s.%u", path, n) :
		      snprintf(name, PATH_MAX, "%s", path);

	return len > 0 && len < PATH_MAX;
}

static bool is_piece(const struct stat *file, const char *path, unsigned n)
{
	char name[PATH_MAX];
	struct stat st;

	return name_piece(name, path, n) && !stat(name, &st) && st.st_dev == file->st_dev &&
	       st.st_ino == file->st_ino;
}

/* The number of the piece that the file is now. Removed: one more than that of the oldest piece. */
static unsigned find_piece(const struct follow *f, const struct stat *file, bool *removed)
{
	char name[PATH_MAX];
	struct stat st;
	unsigned oldest = 0;

	*removed = false;
	for (unsigned n = 0; n <= PIECES_MAX; n++) {
		if (is_piece(file, f->path, n))
			return n;
		if (name_piece(name, f->path, n) && !stat(name, &st) && S_ISREG(st.st_mode))
			oldest = n;
	}
	*removed = true;
	return oldest + 1;
}

/* Open the oldest of the pieces that are newer than piece n. Returns -1 if there is none. */
static int open_after(const struct follow *f, unsigned n)
{
	char name[PATH_MAX];
	int fd = -1;

	while (fd < 0 && n-- > 0)
		if (name_piece(name, f->path, n))
			fd = open(name, O_RDONLY | O_CLOEXEC);
	return fd;
}

/*
 * Open the piece that follows the present one. While they are looked for, a rotation may rename all
 * pieces: then look again. False if there is none yet.
 */
static bool open_next(struct follow *f)
{
	bool removed, still_removed;
	struct stat file;
	unsigned n;
	int fd;

	if (fstat(f->fd, &file))
		return false;
	for (int i = 0; i < ATTEMPTS; i++) {
		n = find_piece(f, &file, &removed);
		fd = n ? open_after(f, n) : -1;
		if (fd < 0)
			return false;
		if (find_piece(f, &file, &still_removed) == n && removed == still_removed) {
			close(f->fd);
			f->removed += removed;
			*f = (struct follow){ .path = f->path, .fd = fd, .removed = f->removed };
			return true;
		}
		close(fd);
	}
	return false;
}

/* Does the name lead to another file by now? */
static bool is_replaced(const struct follow *f)
{
	struct stat file;

	return f->path && !fstat(f->fd, &file) && S_ISREG(file.st_mode) &&
	       !is_piece(&file, f->path, 0);
}

static bool is_truncated(const struct follow *f)
{
	struct stat file;

	return !fstat(f->fd, &file) && S_ISREG(file.st_mode) && (uint64_t)file.st_size < f->offset;
}

ssize_t follow_read(struct follow *f, void *bytes, size_t len)
{
	ssize_t n = read(f->fd, bytes, len);

	if (n > 0)
		f->offset += (uint64_t)n;
	if (n != 0)
		return n;
	if (is_truncated(f)) {
		errno = ESTALE;
		return -1;
	}
	if (f->replaced)	/* and it was at its end after that */
		return open_next(f) ? RECORD_READ_NEXT : 0;
	f->replaced = is_replaced(f);
	return f->replaced ? follow_read(f, bytes, len) : 0;
}

bool follow_may_read(const struct follow *f)
{
	struct stat file;

	if (fstat(f->fd, &file) || (uint64_t)file.st_size != f->offset)
		return true;
	return f->replaced || is_replaced(f);
}
