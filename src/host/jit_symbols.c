/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "jit_symbols.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "perf_map.h"
#include "time_units.h"

#define MAPS_MAX 64
#define BYTES_MAX (128u << 20)	/* of all maps */
#define READ_BYTES (64u << 10)
#define TAIL 64			/* bytes that must be the same for more to have been appended */

struct jit_map {
	uint32_t pid;			/* 0: an empty slot */
	struct memory_id id;
	struct perf_map_process process;
	uint64_t used;			/* number of the lookup */
	struct perf_map map;
	/* The file as it was read. */
	dev_t device;
	ino_t inode;			/* 0: not read */
	struct timespec changed;	/* its ctime: also that of its owner and mode */
	off_t size;			/* bytes, all of which were read */
	char tail[TAIL];		/* the last bytes of them */
	uint64_t again_ns;		/* not read from the start before this time */
};

struct jit_symbols {
	uint64_t lookups;
	struct jit_map maps[MAPS_MAX];
};

struct jit_symbols *jit_symbols_new(void)
{
	return calloc(1, sizeof(struct jit_symbols));
}

static void forget_content(struct jit_map *m)
{
	perf_map_release(&m->map);
	m->inode = 0;
	m->size = 0;
}

static void release_map(struct jit_map *m)
{
	if (m->pid)
		perf_map_process_close(&m->process);
	perf_map_release(&m->map);
	*m = (struct jit_map){ 0 };
}

void jit_symbols_free(struct jit_symbols *j)
{
	for (unsigned i = 0; j && i < MAPS_MAX; i++)
		release_map(&j->maps[i]);
	free(j);
}

/* Return the map of a process, or an empty one. */
static struct jit_map *find_map(struct jit_symbols *j, uint32_t pid, const struct memory_id *id)
{
	struct jit_map *oldest = j->maps;

	for (struct jit_map *m = j->maps; m < j->maps + MAPS_MAX; m++) {
		if (m->pid == pid && !memcmp(&m->id, id, sizeof(*id)))
			return m;
		if (m->used < oldest->used)
			oldest = m;
	}
	release_map(oldest);
	return oldest;
}

/*
 * Forget the maps that were used least recently, except `current`, until the others fit. They keep
 * the time before which they are not read again.
 */
static void limit_memory(struct jit_symbols *j, const struct jit_map *current)
{
	for (;;) {
		struct jit_map *oldest = NULL;
		size_t bytes = 0;

		for (struct jit_map *m = j->maps; m < j->maps + MAPS_MAX; m++) {
			bytes += perf_map_bytes(&m->map);
			if (m != current && m->map.cap && (!oldest || m->used < oldest->used))
				oldest = m;
		}
		if (bytes <= BYTES_MAX || !oldest)
			return;
		forget_content(oldest);
	}
}

static bool is_unchanged(const struct jit_map *m, const struct stat *st)
{
	return m->inode == st->st_ino && m->device == st->st_dev && m->size == st->st_size &&
	       m->changed.tv_sec == st->st_ctim.tv_sec &&
	       m->changed.tv_nsec == st->st_ctim.tv_nsec;
}

/* Test whether the file still has, before its new bytes, those that were read last. */
static bool was_appended(const struct jit_map *m, const struct stat *st, int fd)
{
	size_t len = m->size < TAIL ? (size_t)m->size : TAIL;
	char tail[TAIL];

	return m->inode == st->st_ino && m->device == st->st_dev && m->size < st->st_size &&
	       pread(fd, tail, len, m->size - (off_t)len) == (ssize_t)len &&
	       !memcmp(tail, m->tail, len);
}

/* Remember the end of what was read: `len` bytes at the end of `bytes`. */
static void keep_tail(struct jit_map *m, const char *bytes, size_t len)
{
	size_t kept = len < TAIL ? TAIL - len : 0, had = m->size < TAIL ? (size_t)m->size : TAIL;

	if (kept > had)
		kept = had;
	memmove(m->tail, m->tail + had - kept, kept);
	if (len > TAIL)
		bytes += len - TAIL;
	memcpy(m->tail + kept, bytes, len < TAIL ? len : TAIL);
}

/* Read on, up to the size that the file had. Returns false if that fails. */
static bool read_on(struct jit_map *m, const struct stat *st, int fd)
{
	static const size_t most = READ_BYTES;
	char *bytes = malloc(most);
	ssize_t n = bytes ? 1 : -1;

	while (n > 0 && m->size < st->st_size) {
		size_t left = (size_t)(st->st_size - m->size);

		n = pread(fd, bytes, left < most ? left : most, m->size);
		if (n <= 0)
			break;
		perf_map_add(&m->map, bytes, (size_t)n);
		keep_tail(m, bytes, (size_t)n);
		m->size += n;
	}
	free(bytes);
	return n >= 0;
}

/* Read what is new in a file that has changed. Returns what is wrong with it. */
static enum perf_map_problem read_changes(struct jit_map *m, const struct stat *st, int fd,
					  uint64_t now_ns)
{
	bool again = now_ns >= m->again_ns, appended = was_appended(m, st, fd);

	if (!again && !appended) {
		forget_content(m);
		return PERF_MAP_REWRITTEN;
	}
	if (again) {
		forget_content(m);
		m->again_ns = now_ns + NS_PER_S + (uint64_t)st->st_size / (1u << 20) * NS_PER_S;
	}
	if (!read_on(m, st, fd)) {
		forget_content(m);
		return PERF_MAP_FAILED;
	}
	m->device = st->st_dev;
	m->inode = st->st_ino;
	m->changed = st->st_ctim;
	return PERF_MAP_OK;
}

/* Bring a map up to date. Returns why it cannot be used. */
static enum perf_map_problem update_map(struct jit_map *m, struct jit_stack *s)
{
	enum perf_map_problem problem;
	struct stat st;
	int found, fd;

	found = perf_map_file_find(&m->process, s->stack->tid, &st, &s->map_pid, &problem);
	if (found < 0)
		return problem;
	if (!is_unchanged(m, &st)) {
		problem = perf_map_file_check(&m->process, &st);
		fd = problem == PERF_MAP_OK ? perf_map_file_open(found, &problem) : -1;
		if (fd >= 0) {
			problem = read_changes(m, &st, fd, s->stack->ts_ns);
			close(fd);
		}
	}
	close(found);
	return problem == PERF_MAP_OK && m->map.failed ? PERF_MAP_LARGE : problem;
}

static void look_up_map(struct jit_stack *s)
{
	struct jit_symbols *j = s->symbols;
	const struct stack *k = s->stack;
	struct memory_id id = { k->start_code, k->end_code, k->start_stack };
	struct jit_map *m = find_map(j, k->pid, &id);

	s->looked = true;
	s->map_pid = k->pid;
	if (m->pid)
		s->problem = update_map(m, s);
	if (m->pid && s->problem == PERF_MAP_ENDED)
		release_map(m);		/* the id may be that of another process now */
	if (!m->pid) {
		s->problem = PERF_MAP_ENDED;
		if (!perf_map_process_open(&m->process, k->pid))
			return;
		m->pid = k->pid;
		m->id = id;
		s->problem = update_map(m, s);
	}
	m->used = ++j->lookups;
	limit_memory(j, m);
	if (s->problem == PERF_MAP_OK)
		s->map = m;
}

/* Test for generated code: in no file, in memory with a name, or in a removed file, not ELF. */
static bool is_for_code(const struct mapping *m, bool is_elf)
{
	static const char *const memory[] = { "/memfd:", "/dev/zero", "/dev/shm/", "/SYSV",
					      "/anon_hugepage" };
	static const char deleted[] = " (deleted)";
	size_t len = strlen(m->path), cut = strlen(deleted);

	if (!m->inode)
		return strncmp(m->path, "[v", 2) != 0;	/* [vdso], [vsyscall] */
	for (unsigned i = 0; i < COUNT(memory); i++)
		if (!strncmp(m->path, memory[i], strlen(memory[i])))
			return true;
	return !is_elf && len > cut && !strcmp(m->path + len - cut, deleted);
}

void jit_look_early(struct jit_stack *s, const struct proc_maps *maps)
{
	for (uint32_t i = 0; i < s->stack->frames && !s->looked; i++) {
		const struct mapping *m = proc_maps_find(maps, s->stack->frame[i]);

		if (m && m->executable && is_for_code(m, true))
			look_up_map(s);
	}
}

const char *jit_name(struct jit_stack *s, const struct mapping *m, bool is_elf, uint64_t address,
		     uint64_t *offset)
{
	const char *name;

	if (!is_for_code(m, is_elf))
		return NULL;
	if (!s->looked)
		look_up_map(s);
	name = s->map ? perf_map_find(&s->map->map, address, offset) : NULL;
	s->unnamed |= !name;
	return name;
}

void jit_explain(const struct jit_stack *s, struct buf *b)
{
	buf_str(b, "/tmp/perf-");
	buf_u64(b, s->map_pid);
	buf_str(b, ".map ");
	buf_str(b, perf_map_problem_text(s->problem));
}
