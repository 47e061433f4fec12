/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "delta.h"
#include "header.h"

#define GZIP_WINDOW (15 + 16)	/* zlib: the largest window, in the gzip format */
#define GZIP_BOUND (RECORD_MEMBER_MAX + RECORD_MEMBER_MAX / 8 + 128)	/* bytes */

_Static_assert(sizeof(struct event) == DELTA_RECORD_BYTES,
	       "delta.h encodes records of an event's size");

struct record_writer {
	struct record_writer_config config;
	int fd;
	int error;
	uint64_t file_bytes;		/* bytes of complete members in the file */
	unsigned files;			/* begun so far */
	uint64_t latest_ns;		/* time of the previous record */
	uint64_t begun_ns;		/* time of the pending member's first record, 0: none */
	struct record_mark latest;	/* the latest mark: a new file starts with its counters */
	z_stream z;
	struct delta delta;
	size_t len;
	uint8_t member[RECORD_MEMBER_MAX];
	uint8_t out[GZIP_BOUND];
};

static void write_all(struct record_writer *r, const uint8_t *p, size_t left)
{
	uint64_t whole = r->file_bytes + left;

	while (left && !r->error) {
		ssize_t n = write(r->fd, p, left);

		if (n >= 0) {
			p += n;
			left -= (size_t)n;
		} else if (errno == EAGAIN) {	/* another process made it non-blocking */
			poll(&(struct pollfd){ .fd = r->fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			r->error = errno;
		}
	}
	if (!r->error)
		r->file_bytes = whole;
	else if (r->config.path && ftruncate(r->fd, (off_t)r->file_bytes))
		return;		/* the reader detects an incomplete member */
}

static void write_member(struct record_writer *r, const void *bytes, size_t len)
{
	if (r->error)
		return;
	deflateReset(&r->z);
	r->z.next_in = (Bytef *)(uintptr_t)bytes;
	r->z.avail_in = (uInt)len;
	r->z.next_out = r->out;
	r->z.avail_out = sizeof(r->out);
	if (deflate(&r->z, Z_FINISH) == Z_STREAM_END)
		write_all(r, r->out, sizeof(r->out) - r->z.avail_out);
	else
		r->error = EIO;
}

static void begin_member(struct record_writer *r)
{
	delta_begin(&r->delta);
	r->member[0] = RECORD_BODY;
	r->len = 1;
	r->begun_ns = 0;
}

static void put_record(struct record_writer *r, const void *record, uint64_t ts_ns)
{
	if (r->error)
		return;
	if (!r->begun_ns)
		r->begun_ns = ts_ns ? ts_ns : 1;
	r->latest_ns = ts_ns;
	r->len += delta_encode(&r->delta, record, r->member + r->len);
}

static void put_mark(struct record_writer *r, enum record_mark_type type)
{
	r->latest.type = (uint8_t)type;
	put_record(r, &r->latest, r->latest.now_ns);
}

static void flush_member(struct record_writer *r)
{
	if (r->len > 1)
		write_member(r, r->member, r->len);
	begin_member(r);
}

/* Create a file and write its header. Returns 0 or -errno. */
static int begin_file(struct record_writer *r)
{
	struct buf header = { 0 };

	r->file_bytes = 0;
	r->files++;
	r->fd = STDOUT_FILENO;
	if (r->config.path)
		r->fd = open(r->config.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (r->fd < 0)
		return -errno;
	record_header_write(&header, r->config.meta);
	if (header.failed || header.len > RECORD_MEMBER_MAX)
		r->error = ENOMEM;
	else
		write_member(r, header.data, header.len);
	buf_release(&header);
	return -r->error;
}

/* Rename PATH to PATH.1, PATH.1 to PATH.2 and so on. The last one is overwritten. */
static void rotate_files(struct record_writer *r)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (unsigned i = r->config.keep; i > 0 && !r->error; i--) {
		if (snprintf(to, sizeof(to), "%s.%u", r->config.path, i) >= (int)sizeof(to))
			r->error = ENAMETOOLONG;
		else if (i == 1)
			snprintf(from, sizeof(from), "%s", r->config.path);
		else
			snprintf(from, sizeof(from), "%s.%u", r->config.path, i - 1);
		if (!r->error && rename(from, to) && errno != ENOENT)
			r->error = errno;
	}
}

static void begin_next_file(struct record_writer *r)
{
	int err;

	put_mark(r, RECORD_MARK_NEXT_FILE);
	flush_member(r);
	if (r->error)
		return;
	if (close(r->fd)) {
		r->error = errno;
		return;
	}
	rotate_files(r);
	err = r->error ? 0 : begin_file(r);
	if (err)
		r->error = -err;
	put_mark(r, RECORD_MARK_START);
}

static bool is_file_full(const struct record_writer *r)
{
	return r->config.path && r->config.rotate_bytes &&
	       r->file_bytes >= r->config.rotate_bytes;
}

void record_writer_flush(struct record_writer *r)
{
	flush_member(r);
	if (is_file_full(r))
		begin_next_file(r);
}

/* Ensure room for this number of records and for the mark that ends a file; may flush. */
static void reserve_records(struct record_writer *r, size_t records)
{
	if (r->len + (records + 1) * DELTA_ENCODED_MAX > sizeof(r->member))
		record_writer_flush(r);
}

_Static_assert((RECORD_ANNOTATION_MAX / RECORD_ANNOTATION_PART_BYTES + 4) * DELTA_ENCODED_MAX <
	       RECORD_MEMBER_MAX, "a text and its event fit into one member");

void record_writer_annotate(struct record_writer *r, enum record_annotation_type type, uint64_t key,
			    uint64_t at_ns, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	size_t left = len < RECORD_ANNOTATION_MAX ? len : RECORD_ANNOTATION_MAX;

	reserve_records(r, left / RECORD_ANNOTATION_PART_BYTES + 2);
	do {
		struct record_annotation_part part = {
			.near_ns = r->latest_ns, .key = key, .at_ns = at_ns,
			.kind = RECORD_KIND_ANNOTATION, .type = (uint8_t)type,
		};
		size_t n = left < sizeof(part.bytes) ? left : sizeof(part.bytes);

		part.len = (uint8_t)n;
		part.more = left > n;
		memcpy(part.bytes, from, n);
		put_record(r, &part, r->latest_ns);
		from += n;
		left -= n;
	} while (left);
}

unsigned record_writer_file(struct record_writer *r)
{
	reserve_records(r, 1);
	return r->files;
}

void record_writer_add_event(struct record_writer *r, const struct event *e)
{
	reserve_records(r, 1);
	put_record(r, e, e->ts_ns);
}

void record_writer_add_mark(struct record_writer *r, enum record_mark_type type, uint64_t now_ns,
			    const struct kernel_counters *counters)
{
	reserve_records(r, 1);
	r->latest.now_ns = now_ns;
	r->latest.counters = *counters;
	put_mark(r, type);
}

void record_writer_add_clock(struct record_writer *r, int64_t boot_to_wall_ns, uint64_t now_ns,
			     const struct kernel_counters *counters)
{
	r->latest.boot_to_wall_ns = boot_to_wall_ns;
	record_writer_add_mark(r, RECORD_MARK_CLOCK_SET, now_ns, counters);
	r->latest.boot_to_wall_ns = 0;
}

uint64_t record_writer_due_ns(const struct record_writer *r)
{
	return r->begun_ns && !r->error ? r->begun_ns + RECORD_MEMBER_NS : 0;
}

int record_writer_error(const struct record_writer *r)
{
	return r->error;
}

int record_writer_open(struct record_writer **writer, const struct record_writer_config *config)
{
	struct record_writer *r = calloc(1, sizeof(*r));
	int err;

	*writer = NULL;
	if (!r)
		return -ENOMEM;
	r->config = *config;
	r->latest.kind = RECORD_KIND_MARK;
	begin_member(r);
	if (deflateInit2(&r->z, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY)) {
		free(r);
		return -ENOMEM;
	}
	err = begin_file(r);
	if (err) {
		if (config->path && r->fd >= 0)
			close(r->fd);
		deflateEnd(&r->z);
		free(r);
		return err;
	}
	*writer = r;
	return 0;
}

int record_writer_close(struct record_writer *r)
{
	int err;

	if (!r)
		return 0;
	flush_member(r);
	if (r->config.path && r->fd >= 0 && close(r->fd) && !r->error)
		r->error = errno;
	err = r->error;
	deflateEnd(&r->z);
	free(r);
	return err;
}
