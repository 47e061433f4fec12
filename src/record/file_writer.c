/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "header.h"
#include "member.h"
#include "record_file.h"
#include "rotate.h"
#include "time_units.h"
#include "writer_ops.h"

#define RETAIN_EVERY_NS (60 * NS_PER_S)	/* how often the age of the pieces is checked */

/* A host whose records are written. */
struct writer_host {
	const struct run_info *meta;	/* borrowed */
	int64_t shift_ns;		/* see record_writer_add_host() */
	struct record_mark latest;	/* the latest mark: a new file starts with its counters */
	bool begun;			/* it has a mark, and its run has not ended */
};

struct file_writer {
	struct record_writer writer;
	struct record_writer_config config;
	struct writer_host *hosts;
	unsigned nr_hosts, host;	/* the host of the next record */
	unsigned member_host;		/* the host of the record before */
	bool redacts;			/* --redact */
	struct redactor redactor;	/* valid with redacts */
	struct record_file file;
	int error;
	unsigned files;			/* begun so far, and runs in the same file */
	uint64_t latest_ns;		/* time of the previous record */
	uint64_t now_ns;		/* the latest time of any record */
	uint64_t rotate_at_ns;		/* the file is full then, 0: never, or not known yet */
	uint64_t retain_at_ns;		/* time of the next look at the age of the pieces */
	uint64_t begun_ns;		/* time of the pending member's first record, 0: none */
	struct gzip_encoder *gzip;
	struct record_member member;	/* pending */
	uint8_t out[RECORD_MEMBER_OUT];
};

static void write_all(struct file_writer *r, const uint8_t *p, size_t left)
{
	uint64_t whole = r->file.bytes + left;

	while (left && !r->error) {
		ssize_t n = write(r->file.fd, p, left);

		if (n >= 0) {
			p += n;
			left -= (size_t)n;
		} else if (errno == EAGAIN) {	/* another process made it non-blocking */
			poll(&(struct pollfd){ .fd = r->file.fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			r->error = errno;
		}
	}
	if (!r->error)
		r->file.bytes = whole;
	else if (r->file.is_regular && ftruncate(r->file.fd, (off_t)r->file.bytes))
		return;		/* the reader detects an incomplete member */
}

static void write_compressed(struct file_writer *r, size_t len)
{
	if (len)
		write_all(r, r->out, len);
	else
		r->error = EIO;
}

static void begin_member(struct file_writer *r)
{
	record_member_begin(&r->member);
	r->begun_ns = 0;
}

static struct writer_host *get_host(struct file_writer *r)
{
	return &r->hosts[r->host];
}

/* Write that the next records are those of another host. */
static void put_host_mark(struct file_writer *r)
{
	struct record_mark mark = get_host(r)->latest;

	if (r->member_host == r->host)
		return;
	mark.now_ns = r->latest_ns - (uint64_t)get_host(r)->shift_ns;
	mark.type = RECORD_MARK_HOST;
	mark.host = r->host;
	r->member_host = r->host;
	record_member_add(&r->member, &mark);
}

/* ts_ns is the time of the record, which has the clock of its host. */
static void put_record(struct file_writer *r, const void *record, uint64_t ts_ns)
{
	if (r->error)
		return;
	if (!r->begun_ns)
		r->begun_ns = ts_ns ? ts_ns : 1;
	r->latest_ns = ts_ns;
	if (ts_ns > r->now_ns)
		r->now_ns = ts_ns;
	put_host_mark(r);
	record_member_add(&r->member, record);
}

static void put_mark(struct file_writer *r, enum record_mark_type type)
{
	struct writer_host *h = get_host(r);

	h->latest.type = (uint8_t)type;
	put_record(r, &h->latest, h->latest.now_ns + (uint64_t)h->shift_ns);
}

static void flush_member(struct file_writer *r)
{
	if (!r->error && !record_member_is_empty(&r->member))
		write_compressed(r, record_member_compress(&r->member, r->gzip, r->out));
	begin_member(r);
}

/* Write the header of the present host's run. Returns 0 or -errno. */
static int write_header(struct file_writer *r)
{
	const struct writer_host *h = get_host(r);
	struct run_info meta = *h->meta;
	struct buf header = { 0 };

	meta.boot_to_wall_ns += h->shift_ns;
	meta.merged = r->config.merged;
	r->member_host = r->host;
	if (r->redacts)
		redact_run_info(&r->redactor, &meta);
	record_header_write(&header, &meta);
	if (!r->error && (header.failed || header.len > RECORD_MEMBER_MAX))
		r->error = ENOMEM;
	else if (!r->error)
		write_compressed(r, gzip_encode(r->gzip, header.data, header.len, r->out,
						sizeof(r->out)));
	buf_release(&header);
	return -r->error;
}

/* The age of a file counts from its first mark, and that of a continued file from its beginning. */
static void start_file_age(struct file_writer *r, uint64_t now_ns)
{
	uint64_t age_ns = r->file.age_ns;

	if (r->config.rotate_ns && r->file.is_regular && !r->rotate_at_ns)
		r->rotate_at_ns = now_ns + (age_ns < r->config.rotate_ns ?
					    r->config.rotate_ns - age_ns : 0);
}

/* The pieces that are due may be removed later, so a failure does not end the recording. */
static void remove_old_pieces(struct file_writer *r)
{
	r->retain_at_ns = r->now_ns + RETAIN_EVERY_NS;
	if (r->file.is_regular)
		record_retain(r->config.path, r->config.keep, r->config.keep_ns);
}

/* A mark about the file itself has the time of the latest record, not that of the latest mark. */
static void put_file_mark(struct file_writer *r, enum record_mark_type type)
{
	get_host(r)->latest.now_ns = r->now_ns - (uint64_t)get_host(r)->shift_ns;
	put_mark(r, type);
}

/* Replace the file by a new one. The caller writes its header. */
static void replace_file(struct file_writer *r)
{
	int err = r->error ? 0 : record_file_next(&r->file, r->config.path);

	if (err)
		r->error = -err;
	r->rotate_at_ns = 0;
	if (!r->error)
		remove_old_pieces(r);
}

static void begin_next_file(struct file_writer *r)
{
	unsigned host = r->host;

	put_file_mark(r, RECORD_MARK_NEXT_FILE);
	flush_member(r);
	replace_file(r);
	r->files++;
	for (r->host = 0; r->host < r->nr_hosts; r->host++)
		write_header(r);
	for (r->host = 0; r->host < r->nr_hosts; r->host++)
		if (get_host(r)->begun || !r->config.merged)
			put_file_mark(r, RECORD_MARK_START);
	r->host = host;
	start_file_age(r, r->now_ns);
}

static bool is_file_full(const struct file_writer *r)
{
	if (!r->file.is_regular || r->error)
		return false;
	return (r->config.rotate_bytes && r->file.bytes >= r->config.rotate_bytes) ||
	       (r->rotate_at_ns && r->now_ns >= r->rotate_at_ns);
}

static void flush_file(struct record_writer *writer)
{
	struct file_writer *r = (struct file_writer *)writer;

	flush_member(r);
	if (is_file_full(r))
		begin_next_file(r);
	else if (r->config.keep_ns && r->now_ns >= r->retain_at_ns)
		remove_old_pieces(r);
}

/*
 * Ensure room for this number of records, for the mark of their host and for the mark that ends a
 * file; may flush.
 */
static void reserve_records(struct file_writer *r, size_t records)
{
	if (!record_member_has_room(&r->member, records + 2))
		flush_file(&r->writer);
}

_Static_assert((RECORD_ANNOTATION_MAX / RECORD_ANNOTATION_PART_BYTES + 5) * DELTA_ENCODED_MAX <
	       RECORD_MEMBER_MAX, "a text and its event fit into one member");

static void put_annotation(struct file_writer *r, enum record_annotation_type type, uint64_t key,
			   uint64_t at_ns, const void *bytes, size_t len)
{
	uint64_t shift_ns = (uint64_t)get_host(r)->shift_ns;
	struct record_annotation_parts parts = {
		.type = type, .key = key, .at_ns = at_ns ? at_ns - shift_ns : 0, .bytes = bytes,
		.left = len < RECORD_ANNOTATION_MAX ? len : RECORD_ANNOTATION_MAX,
	};
	struct record_annotation_part part;
	bool more;

	reserve_records(r, RECORD_ANNOTATION_PARTS(parts.left) + 1);
	do {
		parts.near_ns = r->latest_ns - shift_ns;
		more = record_annotation_next(&parts, &part);
		put_record(r, &part, r->latest_ns);
	} while (more);
}

static void annotate_file(struct record_writer *writer, enum record_annotation_type type,
			  uint64_t key, uint64_t at_ns, const void *bytes, size_t len)
{
	struct file_writer *r = (struct file_writer *)writer;
	char text[RECORD_ANNOTATION_MAX];
	long n;

	if (!r->redacts) {
		put_annotation(r, type, key, at_ns, bytes, len);
		return;
	}
	n = redact_annotation(&r->redactor, type, bytes, len, text);
	if (n >= 0)
		put_annotation(r, type, key, at_ns, text, (size_t)n);
}

static unsigned count_files(struct record_writer *writer)
{
	struct file_writer *r = (struct file_writer *)writer;

	reserve_records(r, 1);
	return r->files;
}

static void add_event(struct record_writer *writer, const struct event *e)
{
	struct file_writer *r = (struct file_writer *)writer;
	int64_t shift_ns = get_host(r)->shift_ns;
	uint64_t ts_ns = e->ts_ns;
	struct event copy;

	reserve_records(r, 1);
	if (r->redacts || shift_ns) {
		copy = *e;
		copy.ts_ns -= (uint64_t)shift_ns;
		if (r->redacts)
			redact_event(&r->redactor, &copy);
		e = &copy;
	}
	put_record(r, e, ts_ns);
}

static void add_mark(struct record_writer *writer, enum record_mark_type type, uint64_t now_ns,
		     const struct kernel_counters *counters)
{
	struct file_writer *r = (struct file_writer *)writer;

	reserve_records(r, 1);
	get_host(r)->begun = type != RECORD_MARK_END;
	get_host(r)->latest.now_ns = now_ns - (uint64_t)get_host(r)->shift_ns;
	get_host(r)->latest.counters = *counters;
	put_mark(r, type);
	if (type == RECORD_MARK_START)
		start_file_age(r, now_ns);
}

static void begin_run(struct record_writer *writer)
{
	struct file_writer *r = (struct file_writer *)writer;

	flush_member(r);
	if (is_file_full(r) && !r->config.merged)	/* else it has the headers of all hosts */
		replace_file(r);
	r->files++;
	write_header(r);
}

static void add_clock(struct record_writer *writer, int64_t boot_to_wall_ns, uint64_t now_ns,
		      const struct kernel_counters *counters)
{
	struct file_writer *r = (struct file_writer *)writer;

	get_host(r)->latest.boot_to_wall_ns = boot_to_wall_ns + get_host(r)->shift_ns;
	add_mark(writer, RECORD_MARK_CLOCK_SET, now_ns, counters);
	get_host(r)->latest.boot_to_wall_ns = 0;
}

static uint64_t find_due_ns(const struct record_writer *writer)
{
	const struct file_writer *r = (const struct file_writer *)writer;
	uint64_t due_ns = r->begun_ns ? r->begun_ns + RECORD_MEMBER_NS : 0;

	if (r->rotate_at_ns && (!due_ns || r->rotate_at_ns < due_ns))
		due_ns = r->rotate_at_ns;
	return r->error ? 0 : due_ns;
}

static int get_error(const struct record_writer *writer)
{
	const struct file_writer *r = (const struct file_writer *)writer;

	return r->error;
}

/* Add a host to the table, as the present one. Returns 0 or -errno. */
static int add_host(struct file_writer *r, const struct run_info *meta, int64_t shift_ns)
{
	struct writer_host *grown = NULL;

	if (r->nr_hosts < RECORD_HOSTS_MAX)
		grown = realloc(r->hosts, (r->nr_hosts + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	r->hosts = grown;
	r->host = r->nr_hosts++;
	*get_host(r) = (struct writer_host){ .meta = meta, .shift_ns = shift_ns,
					     .latest.kind = RECORD_KIND_MARK };
	return 0;
}

static int add_next_host(struct record_writer *writer, const struct run_info *meta,
			 int64_t shift_ns)
{
	struct file_writer *r = (struct file_writer *)writer;
	int err = add_host(r, meta, shift_ns);

	if (err) {
		r->error = -err;
		return err;
	}
	flush_member(r);
	return write_header(r);
}

static void use_host(struct record_writer *writer, unsigned host)
{
	struct file_writer *r = (struct file_writer *)writer;

	r->host = host;
}

static void free_writer(struct file_writer *r)
{
	gzip_encoder_free(r->gzip);
	free(r->hosts);
	free(r);
}

static int close_file(struct record_writer *writer)
{
	struct file_writer *r = (struct file_writer *)writer;
	int err;

	flush_member(r);
	err = -record_file_close(&r->file);
	if (r->error)
		err = r->error;
	free_writer(r);
	return err;
}

static const struct record_writer_ops file_ops = {
	.close = close_file, .add_event = add_event, .add_mark = add_mark, .add_clock = add_clock,
	.add_host = add_next_host, .use_host = use_host, .begin_run = begin_run,
	.annotate = annotate_file, .file = count_files, .due_ns = find_due_ns,
	.flush = flush_file, .error = get_error,
};

int record_writer_open(struct record_writer **writer, const struct record_writer_config *config)
{
	struct file_writer *r = calloc(1, sizeof(*r));
	int err;

	*writer = NULL;
	if (!r)
		return -ENOMEM;
	r->writer.ops = &file_ops;
	r->config = *config;
	r->redacts = config->redactor;
	if (r->redacts)
		r->redactor = *config->redactor;
	begin_member(r);
	r->gzip = gzip_encoder_new();
	if (!r->gzip) {
		free(r);
		return -ENOMEM;
	}
	err = add_host(r, config->meta, config->shift_ns);
	if (!err)
		err = record_file_open(&r->file, config);
	else
		r->file.fd = -1;
	r->files = 1;
	if (!err) {
		remove_old_pieces(r);
		err = write_header(r);
	}
	if (err) {
		record_file_close(&r->file);
		free_writer(r);
		return err;
	}
	*writer = &r->writer;
	return 0;
}
