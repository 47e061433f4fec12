/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "inspect.h"
#include "lock.h"
#include "read_clock.h"
#include "rotate.h"
#include "time_units.h"
#include "writer.h"

#define ATTEMPTS 100		/* to open a file while others rotate and remove it */
/* A larger recording is not continued, because it would have to be read to its end first. */
#define CONTINUE_MAX (64ull << 20)

/* Test whether the file is still the one that the path names. */
static bool is_at_path(int fd, const char *path)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(path, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int64_t read_wall_ns(void)
{
	return (int64_t)read_clock_ns(CLOCK_REALTIME);
}

/* Test whether another run fits into the file; sets f->age_ns. */
static bool has_room(struct record_file *f, const struct record_writer_config *config,
		     int64_t begun_wall_ns)
{
	int64_t age_ns = begun_wall_ns ? read_wall_ns() - begun_wall_ns : 0;

	f->age_ns = age_ns > 0 ? (uint64_t)age_ns : 0;
	return !config->rotate_ns || f->age_ns < config->rotate_ns;
}

/*
 * Decide what becomes of the recording that was found: continue it (returns 0), or move it away
 * (returns -EAGAIN: open the path again). Other errors are final.
 */
static int take_over(struct record_file *f, const struct record_writer_config *config)
{
	uint64_t max = config->rotate_bytes ? config->rotate_bytes : CONTINUE_MAX;
	enum record_found found = RECORD_FOUND_PIECE;
	int64_t begun_wall_ns = 0;
	int err;

	if (!record_has_magic(f->fd))
		return -EEXIST;
	if (!config->separate && f->bytes < max)
		found = record_inspect(f->fd, config->meta, &begun_wall_ns);
	if (found == RECORD_FOUND_WHOLE && has_room(f, config, begun_wall_ns))
		return lseek(f->fd, 0, SEEK_END) < 0 ? -errno : 0;
	err = record_rotate(config->path);
	return err ? err : -EAGAIN;
}

static int try_to_open(struct record_file *f, const struct record_writer_config *config)
{
	struct stat st;
	int err;

	f->fd = open(config->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (f->fd < 0)
		return -errno;
	if (fstat(f->fd, &st))
		return -errno;
	err = record_lock(f->fd);
	if (err)
		return err;
	if (!is_at_path(f->fd, config->path) || fstat(f->fd, &st))
		return -EAGAIN;
	f->is_regular = true;
	f->bytes = (uint64_t)st.st_size;
	return f->bytes ? take_over(f, config) : 0;
}

/* Test whether the path names a pipe or a device, which is written as it is. */
static bool is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode);
}

int record_file_open(struct record_file *f, const struct record_writer_config *config)
{
	int err = -EAGAIN;

	*f = (struct record_file){ .fd = STDOUT_FILENO };
	if (!config->path)
		return 0;
	if (is_special(config->path)) {
		f->fd = open(config->path, O_WRONLY | O_CLOEXEC);
		return f->fd < 0 ? -errno : 0;
	}
	for (unsigned i = 0; i < ATTEMPTS && err == -EAGAIN; i++) {
		*f = (struct record_file){ .fd = -1 };
		err = try_to_open(f, config);
		if (err)
			record_file_close(f);
	}
	return err;
}

int record_file_next(struct record_file *f, const char *path)
{
	struct record_file next = { .is_regular = true };
	int err = 0;

	/* the path may be free by now, if somebody else moved the file away */
	if (is_at_path(f->fd, path))
		err = record_rotate(path);
	if (err)
		return err;
	next.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (next.fd < 0)
		return -errno;
	err = record_lock(next.fd);
	if (!err)
		err = record_file_close(f);
	if (err)
		close(next.fd);
	else
		*f = next;
	return err;
}

int record_file_close(struct record_file *f)
{
	int fd = f->fd;

	f->fd = -1;
	return fd > STDOUT_FILENO && close(fd) ? -errno : 0;
}
