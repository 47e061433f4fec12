/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_maps.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define READ_BYTES (64u << 10)
#define MAPPINGS_MAX 65536
#define STAT_START_CODE 26	/* field of /proc/PID/stat, from 1; end_code, start_stack follow */

/* Read /proc/TID/NAME and append a NUL. Returns false if it is empty or cannot be read. */
static bool read_proc_file(struct buf *b, uint32_t tid, const char *name)
{
	char path[64];
	ssize_t n = -1;
	int fd;

	buf_reset(b);
	snprintf(path, sizeof(path), "/proc/%u/%s", tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	for (;;) {
		char *room = buf_room(b, READ_BYTES);

		n = room ? read(fd, room, READ_BYTES) : -1;
		if (n <= 0)
			break;
		b->len += (size_t)n;
	}
	close(fd);
	buf_char(b, '\0');
	return n == 0 && b->len > 1 && !b->failed;
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

static bool read_maps(struct proc_maps *m, uint32_t tid)
{
	char *line, *end;

	m->nr = 0;
	m->tid = tid;
	if (!read_proc_file(&m->text, tid, "maps"))
		return false;
	for (line = m->text.data; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		*end = '\0';
		parse_maps_line(m, line);
	}
	return m->nr;
}

/*
 * Test whether the thread has the memory `id`. Call this after reading its map: if the memory is
 * still `id`, the map belongs to it.
 */
static bool is_same_memory(uint32_t tid, const struct memory_id *id)
{
	struct memory_id now = { 0 };
	struct buf b = { 0 };
	char *p = NULL;

	if (read_proc_file(&b, tid, "stat"))
		p = strrchr(b.data, ')');	/* the comm may contain any character */
	for (int field = 2; p && field < STAT_START_CODE; field++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	if (p)
		sscanf(p, "%" SCNu64 " %" SCNu64 " %" SCNu64, &now.start_code, &now.end_code,
		       &now.start_stack);
	buf_release(&b);
	return now.start_code == id->start_code && now.end_code == id->end_code &&
	       now.start_stack == id->start_stack;
}

enum proc_maps_result proc_maps_read(struct proc_maps *m, uint32_t pid, uint32_t tid,
				     const struct memory_id *id)
{
	uint32_t through = tid;

	if (!read_maps(m, tid)) {
		if (tid == pid || !read_maps(m, pid))
			return PROC_MAPS_GONE;
		through = pid;
	}
	if (is_same_memory(through, id))
		return PROC_MAPS_OK;
	m->nr = 0;
	return PROC_MAPS_REPLACED;
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
