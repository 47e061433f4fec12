/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "spool_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "siphash.h"

#define NAME_DIGITS 16
#define UNFINISHED ".put"	/* the file that is being written: one process uses the directory */
#define TEXT "config"
#define MAGIC "TCPSPL\1"	/* with its NUL, 8 bytes; the digit is the version */

/* The start of a file, in the byte order of the host: a spool does not travel. */
struct spool_head {
	char magic[8];
	uint64_t check;		/* of the file, with 0 here */
	uint32_t size;		/* of the bytes behind the head */
	uint32_t units;
	uint16_t kind, partition;
	uint32_t reserved;
	char key[SHIPMENT_KEY_BYTES];
	char host[SHIPMENT_HOST_BYTES];
};

_Static_assert(sizeof(struct spool_head) == 168, "no padding: the bytes are written as they are");

static void make_name(char name[NAME_DIGITS + 1], uint64_t id)
{
	snprintf(name, NAME_DIGITS + 1, "%0*" PRIx64, NAME_DIGITS, id);
}

/* Not a secret: the checksum detects torn files, not attackers. */
static uint64_t compute_check(const void *image, size_t size)
{
	static const struct siphash_key key = { 0x74637063, 0x6c6f7365 };

	return siphash(&key, image, size);
}

static bool is_name(const char *name, uint64_t *id)
{
	char again[NAME_DIGITS + 1];
	char *end;

	if (strlen(name) != NAME_DIGITS)
		return false;
	*id = strtoull(name, &end, 16);
	make_name(again, *id);
	return *id && strcmp(name, again) == 0;
}

/* A directory that others can write to, or read, is no place for a spool. */
static int check_dir(int fd, const char *path, char why[SPOOL_WHY_BYTES])
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_uid != geteuid()) {
		snprintf(why, SPOOL_WHY_BYTES, "'%s' belongs to user %u, not to %u", path,
			 st.st_uid, geteuid());
		return -EPERM;
	}
	if (st.st_mode & 077) {
		snprintf(why, SPOOL_WHY_BYTES, "'%s' has mode %04o: want 0700", path,
			 st.st_mode & 07777);
		return -EPERM;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		snprintf(why, SPOOL_WHY_BYTES, "'%s' is in use by another process", path);
		return -EBUSY;
	}
	return 0;
}

int spool_dir_open(struct spool_dir *d, const char *path, char why[SPOOL_WHY_BYTES])
{
	struct stat st;
	int err = 0;

	*d = (struct spool_dir){ .fd = -1 };
	if (mkdir(path, 0700) && errno != EEXIST)
		err = -errno;
	if (!err && !lstat(path, &st) && S_ISLNK(st.st_mode)) {
		snprintf(why, SPOOL_WHY_BYTES, "'%s' is a symbolic link: want a directory", path);
		return -ELOOP;
	}
	if (!err) {
		d->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		err = d->fd < 0 ? -errno : 0;
	}
	if (err) {
		snprintf(why, SPOOL_WHY_BYTES, "cannot use '%s': %s", path, strerror(-err));
		return err;
	}
	err = check_dir(d->fd, path, why);
	if (err)
		spool_dir_close(d);
	return err;
}

void spool_dir_close(struct spool_dir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	free(d->image);
	*d = (struct spool_dir){ .fd = -1 };
}

static bool grow_image(struct spool_dir *d, size_t size)
{
	char *grown;

	if (size <= d->image_size)
		return true;
	grown = realloc(d->image, size);
	if (!grown)
		return false;
	d->image = grown;
	d->image_size = size;
	return true;
}

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Under another name first: a file with its final name is complete. */
static int write_file(struct spool_dir *d, const char *name, const char *bytes, size_t size)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd, err;

	unlinkat(d->fd, UNFINISHED, 0);
	fd = openat(d->fd, UNFINISHED, flags, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, bytes, size);
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(d->fd, UNFINISHED, d->fd, name))
		err = -errno;
	if (err)
		unlinkat(d->fd, UNFINISHED, 0);
	return err;
}

int spool_dir_write(struct spool_dir *d, const struct shipment *shipment)
{
	struct spool_head head = { .magic = MAGIC, .size = shipment->size,
				   .units = shipment->units, .kind = (uint16_t)shipment->kind,
				   .partition = shipment->partition };
	char name[NAME_DIGITS + 1];
	size_t size = sizeof(head) + shipment->size;

	if (!grow_image(d, size))
		return -ENOMEM;
	memcpy(head.key, shipment->key, sizeof(head.key));
	memcpy(head.host, shipment->host, sizeof(head.host));
	memcpy(d->image, &head, sizeof(head));
	memcpy(d->image + sizeof(head), shipment->bytes, shipment->size);
	head.check = compute_check(d->image, size);
	memcpy(d->image, &head, sizeof(head));
	make_name(name, shipment->id);
	return write_file(d, name, d->image, size);
}

/* Only a file that this user made itself, and that has one name. */
static int open_file(const struct spool_dir *d, const char *name, off_t *size)
{
	int fd = openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1) {
		close(fd);
		return -EPERM;
	}
	*size = st.st_size;
	return fd;
}

static int read_all(int fd, char *bytes, size_t size)
{
	while (size) {
		ssize_t n = read(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EBADMSG;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

static bool is_valid_head(const struct spool_head *head, off_t file_size)
{
	return memcmp(head->magic, MAGIC, sizeof(head->magic)) == 0 && head->size > 0 &&
	       head->size <= SHIPMENT_BYTES_MAX &&
	       file_size == (off_t)(sizeof(*head) + head->size) &&
	       memchr(head->key, 0, sizeof(head->key)) &&
	       memchr(head->host, 0, sizeof(head->host)) &&
	       head->kind >= SHIPMENT_SEGMENT && head->kind <= SHIPMENT_LOGS;
}

static void take_head(struct shipment *shipment, const struct spool_head *head)
{
	shipment->kind = (enum shipment_kind)head->kind;
	shipment->partition = head->partition;
	shipment->units = head->units;
	shipment->size = head->size;
	memcpy(shipment->key, head->key, sizeof(shipment->key));
	memcpy(shipment->host, head->host, sizeof(shipment->host));
	shipment->bytes = NULL;
}

/* Read the head of an open file, and with `whole` all of it into the image. */
static int read_file(struct spool_dir *d, int fd, off_t size, bool whole, struct shipment *shipment)
{
	struct spool_head head;
	uint64_t check;
	int err = read_all(fd, (char *)&head, sizeof(head));

	if (!err && !is_valid_head(&head, size))
		err = -EBADMSG;
	if (err)
		return err;
	take_head(shipment, &head);
	if (!whole)
		return 0;
	if (!grow_image(d, (size_t)size))
		return -ENOMEM;
	check = head.check;
	head.check = 0;
	memcpy(d->image, &head, sizeof(head));
	err = read_all(fd, d->image + sizeof(head), head.size);
	if (!err && compute_check(d->image, (size_t)size) != check)
		err = -EBADMSG;
	shipment->bytes = d->image + sizeof(head);
	return err;
}

int spool_dir_read(struct spool_dir *d, struct shipment *shipment)
{
	char name[NAME_DIGITS + 1];
	off_t size;
	int fd, err;

	make_name(name, shipment->id);
	fd = open_file(d, name, &size);
	if (fd < 0)
		return fd;
	err = read_file(d, fd, size, true, shipment);
	close(fd);
	return err;
}

void spool_dir_unlink(struct spool_dir *d, uint64_t id)
{
	char name[NAME_DIGITS + 1];

	make_name(name, id);
	unlinkat(d->fd, name, 0);
}

/* Look at one entry of the directory. False: stop. */
static bool list_one(struct spool_dir *d, const char *name, uint64_t *ignored,
		     bool (*found)(void *arg, const struct spool_found *found), void *arg)
{
	struct spool_found f = { 0 };
	off_t size;
	int fd, err;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, TEXT) == 0)
		return true;
	if (!is_name(name, &f.shipment.id) || (fd = open_file(d, name, &size)) < 0) {
		++*ignored;
		return true;
	}
	err = read_file(d, fd, size, false, &f.shipment);
	close(fd);
	f.damaged = err;
	return found(arg, &f);
}

int spool_dir_list(struct spool_dir *d, uint64_t *ignored,
		   bool (*found)(void *arg, const struct spool_found *found), void *arg)
{
	/* of its own: fdopendir() takes over the descriptor that it is given */
	int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool more = true;

	if (!dir) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return err;
	}
	unlinkat(d->fd, UNFINISHED, 0);
	while (more && (entry = readdir(dir)))
		more = strcmp(entry->d_name, UNFINISHED) == 0 ||
		       list_one(d, entry->d_name, ignored, found, arg);
	closedir(dir);
	return more ? 0 : -ENOMEM;
}

int spool_dir_write_text(struct spool_dir *d, const void *text, size_t len)
{
	return write_file(d, TEXT, text, len);
}

size_t spool_dir_read_text(struct spool_dir *d, void *text, size_t max)
{
	off_t size;
	int fd = open_file(d, TEXT, &size);
	size_t len = fd < 0 || size < 0 || (size_t)size > max ? 0 : (size_t)size;

	if (len && read_all(fd, text, len))
		len = 0;
	if (fd >= 0)
		close(fd);
	return len;
}
