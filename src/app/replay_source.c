/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"
#include "log.h"
#include "read_clock.h"
#include "time_units.h"

#define FOLLOW_LAG_NS (2 * NS_PER_S)

uint64_t replay_source_follow_ns(void)
{
	return read_clock_ns(CLOCK_REALTIME) - FOLLOW_LAG_NS;
}

int replay_source_log_unusable(const struct replay_source *s, const char *why)
{
	log_error("cannot replay '%s': %s", s->path, why);
	return EXIT_INPUT;
}

int replay_source_log_no_end(const struct replay_source *s)
{
	return replay_source_log_unusable(s, "a time before its end needs a file that can be read "
					  "twice, and that has an end");
}

/* Reads a recording to its end. */
static ssize_t read_once(struct replay_source *s, void *bytes, size_t len)
{
	struct pollfd p[] = { { .fd = s->file, .events = POLLIN },
			      { .fd = s->process->signals, .events = POLLIN },
			      { .fd = s->act ? s->watched : -1, .events = POLLIN } };

	while (poll(p, 3, -1) > 0) {
		if (p[1].revents)
			process_handle_signals(s->process);
		if (s->process->interrupted || (p[2].revents && s->act && !s->act(s->act_arg)))
			return RECORD_READ_STOP;
		if (p[0].revents)
			return read(s->file, bytes, len);
	}
	return -1;
}

bool replay_source_is_interrupted(struct process *process, int wait_ms)
{
	struct pollfd p = { .fd = process->signals, .events = POLLIN };

	if (poll(&p, 1, wait_ms) > 0)
		process_handle_signals(process);
	return process->interrupted;
}

static bool has_duration_passed(const struct replay_source *s)
{
	return s->stop_ns && read_clock_ns(CLOCK_MONOTONIC) >= s->stop_ns;
}

static ssize_t follow_once(struct replay_source *s, void *bytes, size_t len)
{
	unsigned removed = s->follow.removed;
	ssize_t n = follow_read(&s->follow, bytes, len);

	s->file = s->follow.fd;
	if (s->follow.removed != removed)
		log_warn("'%s': at least one file was removed before it was read", s->path);
	return n;
}

static ssize_t read_following(struct replay_source *s, void *bytes, size_t len)
{
	int wait_ms = 0;
	ssize_t n;

	while (!replay_source_is_interrupted(s->process, wait_ms) && !has_duration_passed(s)) {
		n = follow_once(s, bytes, len);
		if (n)
			return n;
		if (s->idle && !s->idle(s->idle_arg))
			break;
		wait_ms = REPLAY_FOLLOW_POLL_MS;
	}
	return RECORD_READ_STOP;
}

/* Like read(2), but an interrupt stops the reader. */
static ssize_t read_recording(void *arg, void *bytes, size_t len)
{
	struct replay_source *s = arg;

	return s->follows ? read_following(s, bytes, len) : read_once(s, bytes, len);
}

static bool is_same_file(int fd, const char *path)
{
	struct stat a, b;

	return path && !fstat(fd, &a) && !stat(path, &b) && S_ISREG(a.st_mode) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Is it a file in which a recorder has not written anything yet? */
static bool is_empty(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_size;
}

/* A pipe needs no waiting: it ends when its writer closes it. */
static void start_following(struct replay_source *s)
{
	struct stat st;

	s->follows = s->o->record.follow && !fstat(s->file, &st) && S_ISREG(st.st_mode);
	if (!s->follows)
		return;
	follow_init(&s->follow, strcmp(s->path, "-") ? s->path : NULL, s->file);
	if (s->o->run.duration_ns)
		s->stop_ns = read_clock_ns(CLOCK_MONOTONIC) + s->o->run.duration_ns;
}

static int open_file(struct replay_source *s)
{
	const struct options *o = s->o;

	s->file = STDIN_FILENO;
	if (strcmp(s->path, "-") != 0)
		s->file = open(s->path, O_RDONLY | O_CLOEXEC);
	if (s->file < 0)
		return replay_source_log_unusable(s, strerror(errno));
	if (is_same_file(s->file, o->output.path) || is_same_file(s->file, o->record.path))
		return replay_source_log_unusable(s, "it would be overwritten by the output");
	s->is_written = record_is_locked(s->file);
	start_following(s);
	return EXIT_FINE;
}

static int report_early_end(const struct replay_source *s, bool damaged, const char *why)
{
	if (damaged || !(s->is_written || record_is_locked(s->file)))
		return replay_source_log_unusable(s, why);
	log_note("'%s' is still being written: this is the recording so far", s->path);
	return EXIT_FINE;
}

int replay_source_check_end(const struct replay_source *s, enum record_got got)
{
	if (got != RECORD_GOT_CORRUPT)
		return EXIT_FINE;
	return report_early_end(s, record_reader_break(s->reader) == RECORD_BREAK_DAMAGE,
				record_reader_why(s->reader));
}

bool replay_source_is_dry(struct replay_source *s)
{
	return s->follows && record_reader_needs_input(s->reader) && !follow_may_read(&s->follow);
}

int replay_source_open(struct replay_source *s, const struct options *o, const char *path,
		       struct process *process)
{
	char why[RECORD_WHY];
	int status;

	s->o = o;
	s->path = path;
	s->process = process;
	s->file = -1;
	status = open_file(s);
	if (status)
		return status;
	s->reader = record_reader_open(read_recording, s, why);
	if (!s->reader && why[0])
		return report_early_end(s, !is_empty(s->file), why);
	return EXIT_FINE;
}

void replay_source_close(struct replay_source *s)
{
	record_reader_close(s->reader);
	s->reader = NULL;
	if (s->file > STDIN_FILENO)
		close(s->file);
	s->file = -1;
}
