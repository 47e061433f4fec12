/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "delta.h"
#include "gzip.h"
#include "header.h"
#include "record_file.h"
#include "rotate.h"
#include "time_units.h"

#define RETAIN_EVERY_NS (60 * NS_PER_S)	/* how often the age of the pieces is checked */
#define TRY_BASE_EVERY 16	/* full members: how often the other base of the records is tried */
#define GZIP_BOUND (RECORD_MEMBER_MAX + RECORD_MEMBER_MAX / 8 + 128)	/* bytes */

_Static_assert(sizeof(struct event) == DELTA_RECORD_BYTES,
	       "delta.h encodes records of an event's size");

/* A host whose records are written. */
struct writer_host {
	const struct run_info *meta;	/* borrowed */
	int64_t shift_ns;		/* see record_writer_add_host() */
	struct record_mark latest;	/* the latest mark: a new file starts with its counters */
	bool begun;			/* it has a mark, and its run has not ended */
};

struct record_writer {
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
	struct delta delta;
	struct base_choice {
		size_t cost[DELTA_BASES];	/* latest: bytes per 1000 records */
		enum delta_base best;
		unsigned members;		/* full ones so far */
	} choice;
	size_t records;			/* in the pending member */
	size_t len;
	uint8_t member[RECORD_MEMBER_MAX];
	uint8_t out[GZIP_BOUND];
};

static void write_all(struct record_writer *r, const uint8_t *p, size_t left)
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

/* Returns the number of bytes after compression, 0 after an error. */
static size_t write_member(struct record_writer *r, const void *bytes, size_t len)
{
	size_t n;

	if (r->error)
		return 0;
	n = gzip_encode(r->gzip, bytes, len, r->out, sizeof(r->out));
	if (n)
		write_all(r, r->out, n);
	else
		r->error = EIO;
	return n;
}

/* Use the base that made the smaller members of late, and the other one now and then. */
static enum delta_base choose_base(struct base_choice *c)
{
	enum delta_base other = c->best == DELTA_BASE_SOCKET ? DELTA_BASE_CHANGE :
							       DELTA_BASE_SOCKET;

	if (c->cost[other] && c->cost[other] < c->cost[c->best]) {
		c->best = other;
		return other;
	}
	return c->members % TRY_BASE_EVERY == 1 ? other : c->best;
}

/* Note the size of a member. Those that time fills are too different to be compared. */
static void note_base_cost(struct record_writer *r, size_t compressed)
{
	if (r->len < sizeof(r->member) / 2 || !r->records)
		return;
	r->choice.cost[r->delta.base] = compressed * 1000 / r->records;
	r->choice.members++;
}

static void begin_member(struct record_writer *r)
{
	delta_begin(&r->delta);
	r->delta.base = choose_base(&r->choice);
	r->records = 0;
	r->member[0] = RECORD_BODY;
	r->len = 1;
	r->begun_ns = 0;
}

static struct writer_host *get_host(struct record_writer *r)
{
	return &r->hosts[r->host];
}

static void encode_record(struct record_writer *r, const void *record)
{
	r->len += delta_encode(&r->delta, record, r->member + r->len);
	r->records++;
}

/* Write that the next records are those of another host. */
static void put_host_mark(struct record_writer *r)
{
	struct record_mark mark = get_host(r)->latest;

	if (r->member_host == r->host)
		return;
	mark.now_ns = r->latest_ns - (uint64_t)get_host(r)->shift_ns;
	mark.type = RECORD_MARK_HOST;
	mark.host = r->host;
	r->member_host = r->host;
	encode_record(r, &mark);
}

/* ts_ns is the time of the record, which has the clock of its host. */
static void put_record(struct record_writer *r, const void *record, uint64_t ts_ns)
{
	if (r->error)
		return;
	if (!r->begun_ns)
		r->begun_ns = ts_ns ? ts_ns : 1;
	r->latest_ns = ts_ns;
	if (ts_ns > r->now_ns)
		r->now_ns = ts_ns;
	put_host_mark(r);
	encode_record(r, record);
}

static void put_mark(struct record_writer *r, enum record_mark_type type)
{
	struct writer_host *h = get_host(r);

	h->latest.type = (uint8_t)type;
	put_record(r, &h->latest, h->latest.now_ns + (uint64_t)h->shift_ns);
}

static void flush_member(struct record_writer *r)
{
	if (r->len > 1)
		note_base_cost(r, write_member(r, r->member, r->len));
	begin_member(r);
}

/* Write the header of the present host's run. Returns 0 or -errno. */
static int write_header(struct record_writer *r)
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
	else
		write_member(r, header.data, header.len);
	buf_release(&header);
	return -r->error;
}

/* The age of a file counts from its first mark, and that of a continued file from its beginning. */
static void start_file_age(struct record_writer *r, uint64_t now_ns)
{
	uint64_t age_ns = r->file.age_ns;

	if (r->config.rotate_ns && r->file.is_regular && !r->rotate_at_ns)
		r->rotate_at_ns = now_ns + (age_ns < r->config.rotate_ns ?
					    r->config.rotate_ns - age_ns : 0);
}

/* The pieces that are due may be removed later, so a failure does not end the recording. */
static void remove_old_pieces(struct record_writer *r)
{
	r->retain_at_ns = r->now_ns + RETAIN_EVERY_NS;
	if (r->file.is_regular)
		record_retain(r->config.path, r->config.keep, r->config.keep_ns);
}

/* A mark about the file itself has the time of the latest record, not that of the latest mark. */
static void put_file_mark(struct record_writer *r, enum record_mark_type type)
{
	get_host(r)->latest.now_ns = r->now_ns - (uint64_t)get_host(r)->shift_ns;
	put_mark(r, type);
}

/* Replace the file by a new one. The caller writes its header. */
static void replace_file(struct record_writer *r)
{
	int err = r->error ? 0 : record_file_next(&r->file, r->config.path);

	if (err)
		r->error = -err;
	r->rotate_at_ns = 0;
	if (!r->error)
		remove_old_pieces(r);
}

static void begin_next_file(struct record_writer *r)
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

static bool is_file_full(const struct record_writer *r)
{
	if (!r->file.is_regular || r->error)
		return false;
	return (r->config.rotate_bytes && r->file.bytes >= r->config.rotate_bytes) ||
	       (r->rotate_at_ns && r->now_ns >= r->rotate_at_ns);
}

void record_writer_flush(struct record_writer *r)
{
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
static void reserve_records(struct record_writer *r, size_t records)
{
	if (r->len + (records + 2) * DELTA_ENCODED_MAX > sizeof(r->member))
		record_writer_flush(r);
}

_Static_assert((RECORD_ANNOTATION_MAX / RECORD_ANNOTATION_PART_BYTES + 5) * DELTA_ENCODED_MAX <
	       RECORD_MEMBER_MAX, "a text and its event fit into one member");

static void put_annotation(struct record_writer *r, enum record_annotation_type type, uint64_t key,
			   uint64_t at_ns, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	size_t left = len < RECORD_ANNOTATION_MAX ? len : RECORD_ANNOTATION_MAX;

	reserve_records(r, left / RECORD_ANNOTATION_PART_BYTES + 2);
	do {
		struct record_annotation_part part = {
			.near_ns = r->latest_ns - (uint64_t)get_host(r)->shift_ns, .key = key,
			.at_ns = at_ns ? at_ns - (uint64_t)get_host(r)->shift_ns : 0,
			.kind = RECORD_KIND_ANNOTATION, .type = (uint8_t)type,
		};
		size_t n = left < sizeof(part.bytes) ? left : sizeof(part.bytes);

		part.len = (uint8_t)n;
		part.more = left > n;
		if (n)		/* bytes may be NULL without a length */
			memcpy(part.bytes, from, n);
		put_record(r, &part, r->latest_ns);
		from = n ? from + n : from;
		left -= n;
	} while (left);
}

void record_writer_annotate(struct record_writer *r, enum record_annotation_type type, uint64_t key,
			    uint64_t at_ns, const void *bytes, size_t len)
{
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

unsigned record_writer_file(struct record_writer *r)
{
	reserve_records(r, 1);
	return r->files;
}

void record_writer_add_event(struct record_writer *r, const struct event *e)
{
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

void record_writer_add_mark(struct record_writer *r, enum record_mark_type type, uint64_t now_ns,
			    const struct kernel_counters *counters)
{
	reserve_records(r, 1);
	get_host(r)->begun = type != RECORD_MARK_END;
	get_host(r)->latest.now_ns = now_ns - (uint64_t)get_host(r)->shift_ns;
	get_host(r)->latest.counters = *counters;
	put_mark(r, type);
	if (type == RECORD_MARK_START)
		start_file_age(r, now_ns);
}

void record_writer_begin_run(struct record_writer *r)
{
	flush_member(r);
	if (is_file_full(r) && !r->config.merged)	/* else it has the headers of all hosts */
		replace_file(r);
	r->files++;
	write_header(r);
}

void record_writer_add_clock(struct record_writer *r, int64_t boot_to_wall_ns, uint64_t now_ns,
			     const struct kernel_counters *counters)
{
	get_host(r)->latest.boot_to_wall_ns = boot_to_wall_ns + get_host(r)->shift_ns;
	record_writer_add_mark(r, RECORD_MARK_CLOCK_SET, now_ns, counters);
	get_host(r)->latest.boot_to_wall_ns = 0;
}

uint64_t record_writer_due_ns(const struct record_writer *r)
{
	uint64_t due_ns = r->begun_ns ? r->begun_ns + RECORD_MEMBER_NS : 0;

	if (r->rotate_at_ns && (!due_ns || r->rotate_at_ns < due_ns))
		due_ns = r->rotate_at_ns;
	return r->error ? 0 : due_ns;
}

int record_writer_error(const struct record_writer *r)
{
	return r->error;
}

/* Add a host to the table, as the present one. Returns 0 or -errno. */
static int add_host(struct record_writer *r, const struct run_info *meta, int64_t shift_ns)
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

int record_writer_add_host(struct record_writer *r, const struct run_info *meta, int64_t shift_ns)
{
	int err = add_host(r, meta, shift_ns);

	if (err) {
		r->error = -err;
		return err;
	}
	flush_member(r);
	return write_header(r);
}

void record_writer_use_host(struct record_writer *r, unsigned host)
{
	r->host = host;
}

static void free_writer(struct record_writer *r)
{
	gzip_encoder_free(r->gzip);
	free(r->hosts);
	free(r);
}

int record_writer_open(struct record_writer **writer, const struct record_writer_config *config)
{
	struct record_writer *r = calloc(1, sizeof(*r));
	int err;

	*writer = NULL;
	if (!r)
		return -ENOMEM;
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
	*writer = r;
	return 0;
}

int record_writer_close(struct record_writer *r)
{
	int err;

	if (!r)
		return 0;
	flush_member(r);
	err = -record_file_close(&r->file);
	if (r->error)
		err = r->error;
	free_writer(r);
	return err;
}
