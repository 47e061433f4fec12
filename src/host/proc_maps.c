/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_maps.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "pid_namespace.h"

#define READ_BYTES (64u << 10)
#define MAPPINGS_MAX 65536
#define STAT_VSIZE 23		/* field of /proc/PID/stat, from 1; see struct memory_stat */

/* Read /proc/TID/NAME and append a NUL. Returns 0 or -errno, -ESRCH if it is empty. */
static int read_proc_file(struct buf *b, uint32_t tid, const char *name)
{
	char path[64];
	ssize_t n;
	int fd, err = 0;

	buf_reset(b);
	snprintf(path, sizeof(path), "/proc/%u/%s", tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		char *room = buf_room(b, READ_BYTES);

		n = room ? read(fd, room, READ_BYTES) : -1;
		err = room ? -errno : -ENOMEM;
		b->len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	close(fd);
	buf_char(b, '\0');
	if (n < 0)
		return err;
	if (b->failed)
		return -ENOMEM;
	return b->len > 1 ? 0 : -ESRCH;		/* the memory of a process that ends is gone */
}

static struct mapping *add_mapping(struct proc_maps *m)
{
	size_t cap = m->cap ? 2 * m->cap : 128;
	struct mapping *mapping;

	if (m->nr == MAPPINGS_MAX)
		return NULL;
	if (m->nr == m->cap) {
		mapping = realloc(m->items, cap * sizeof(*mapping));
		if (!mapping)
			return NULL;
		m->items = mapping;
		m->cap = cap;
	}
	return &m->items[m->nr++];
}

/* Parse "7f00-7f20 r-xp 00001000 08:01 4711    /usr/lib/libc.so.6". The path is not copied. */
static void parse_maps_line(struct proc_maps *m, char *line)
{
	uint64_t start, end, offset, inode;
	unsigned major_nr, minor_nr;
	struct mapping *mapping;
	char rights[8];
	int path = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %x:%x %" SCNu64 " %n", &start,
		   &end, rights, &offset, &major_nr, &minor_nr, &inode, &path) < 7 || !path)
		return;
	mapping = add_mapping(m);
	if (mapping)
		*mapping = (struct mapping){ .start = start, .end = end, .offset = offset,
					     .device = makedev(major_nr, minor_nr), .inode = inode,
					     .executable = rights[2] == 'x', .path = line + path };
}

/* Returns 0 or -errno. */
static int read_maps(struct proc_maps *m, uint32_t tid)
{
	char *line, *end;
	int err;

	m->nr = 0;
	m->tid = tid;
	err = read_proc_file(&m->text, tid, "maps");
	if (err)
		return err;
	for (line = m->text.data; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		*end = '\0';
		parse_maps_line(m, line);
	}
	return m->nr ? 0 : -ENOMEM;
}

enum proc_maps_result proc_maps_explain(int err, uint32_t pid)
{
	if (err == -EACCES || err == -EPERM)
		return PROC_MAPS_DENIED;
	if (err != -ENOENT && err != -ESRCH)
		return PROC_MAPS_FAILED;
	/* The option hidepid of procfs hides a process that exists. */
	if (err == -ENOENT && pid_namespace_is_initial("/proc") &&
	    (!kill((pid_t)pid, 0) || errno == EPERM))
		return PROC_MAPS_DENIED;
	return PROC_MAPS_GONE;
}

/* What /proc/PID/stat shows of the memory: proc_pid_stat(5). */
struct memory_stat {
	uint64_t vsize;			/* 0: the process has released its memory */
	struct memory_id id;		/* 1, 1, 0: hidden, though CAP_PERFMON may read maps */
};

/* Returns 0 or -errno. */
static int read_memory_stat(struct memory_stat *s, uint32_t tid)
{
	struct buf b = { 0 };
	char *p = NULL;
	int err = read_proc_file(&b, tid, "stat"), fields = 0;

	if (!err)
		p = strrchr(b.data, ')');	/* the comm may contain any character */
	for (int field = 2; p && field < STAT_VSIZE; field++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	if (p)
		fields = sscanf(p, "%" SCNu64 " %*d %*u %" SCNu64 " %" SCNu64 " %" SCNu64,
				&s->vsize, &s->id.start_code, &s->id.end_code, &s->id.start_stack);
	buf_release(&b);
	return err ? err : fields == 4 ? 0 : -EINVAL;
}

/*
 * Test whether the thread has the memory `id`. Call this after reading its map: if the memory is
 * still `id`, the map belongs to it.
 */
static enum proc_maps_result compare_memory(uint32_t tid, const struct memory_id *id)
{
	static const struct memory_id hidden = { 1, 1, 0 };
	struct memory_stat now;
	int err = read_memory_stat(&now, tid);

	if (err)
		return proc_maps_explain(err, tid);
	if (!memcmp(&now.id, id, sizeof(*id)))
		return PROC_MAPS_OK;
	if (!memcmp(&now.id, &hidden, sizeof(hidden)))
		return PROC_MAPS_DENIED;
	return now.vsize ? PROC_MAPS_REPLACED : PROC_MAPS_GONE;
}

enum proc_maps_result proc_maps_read(struct proc_maps *m, uint32_t pid, uint32_t tid,
				     const struct memory_id *id)
{
	enum proc_maps_result result;
	uint32_t through = tid;
	int err = read_maps(m, tid);

	if (err && tid != pid && proc_maps_explain(err, tid) == PROC_MAPS_GONE) {
		through = pid;
		err = read_maps(m, pid);
	}
	result = err ? proc_maps_explain(err, through) : compare_memory(through, id);
	if (result != PROC_MAPS_OK)
		m->nr = 0;
	return result;
}

bool proc_maps_have_ended(const struct proc_maps *m)
{
	struct memory_stat now;
	int err = read_memory_stat(&now, m->tid);

	return err ? proc_maps_explain(err, m->tid) == PROC_MAPS_GONE : !now.vsize;
}

/* Not with process_vm_readv(): the process ids of /proc may not be those of our system calls. */
bool proc_maps_read_memory(const struct proc_maps *m, uint64_t address, void *to, size_t len)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/mem", m->tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = pread(fd, to, len, (off_t)address);
	close(fd);
	return n == (ssize_t)len;
}

void proc_maps_release(struct proc_maps *m)
{
	free(m->items);
	buf_release(&m->text);
}

struct mapping *proc_maps_find(const struct proc_maps *m, uint64_t address)
{
	size_t from = 0, to = m->nr;

	while (from < to) {
		size_t middle = (from + to) / 2;
		struct mapping *mapping = &m->items[middle];

		if (address >= mapping->start && address < mapping->end)
			return mapping;
		if (address < mapping->start)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}
