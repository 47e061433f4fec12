/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "delta.h"
#include "gzip.h"

#define GZIP_WINDOW (15 + 16)	/* zlib: the largest window, in the gzip format */
#define IN_BYTES (256u << 10)

enum member_status { MEMBER_CUT, MEMBER_READ, MEMBER_NONE, MEMBER_STOP, MEMBER_BAD, MEMBER_RUN };

struct record_reader {
	record_read_fn *read;
	void *arg;
	struct gzip_decoder *gzip;	/* decompresses most members; NULL: none */
	z_stream z;			/* the others; its input is that of the reader */
	bool end_of_file;
	bool stopped;			/* read() returned RECORD_READ_STOP */
	bool next_file;			/* read() returned RECORD_READ_NEXT */
	bool complete;			/* the last record is a mark that ends a file */
	bool follows;			/* ... and announces another file */
	enum record_break broken;
	uint64_t in_end;		/* offset in the file of the end of `in` */
	uint64_t member_offset;		/* offset in the file of the member */
	const uint8_t *pos, *end;	/* unread records in the member */
	/* The one of the present records; in a merged recording, one of those of all hosts. */
	struct record_header *header;
	struct record_header **headers;	/* in the order of the file */
	unsigned nr_headers;
	char why[RECORD_WHY];
	struct record last;		/* END, STOP or CORRUPT once returned */
	struct delta delta;
	struct record_annotation annotation;	/* the parts read so far */
	uint8_t in[IN_BYTES];
	uint8_t member[RECORD_MEMBER_MAX + 1];	/* 1 byte more, to detect a member too long */
};

/* Set the reason for the failure. Returns false, for the caller to return. */
static __attribute__((format(printf, 2, 3))) bool set_why(struct record_reader *r,
							   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof(r->why), format, args);
	va_end(args);
	return false;
}

/* Read more bytes. Returns false at the end of the file, on an error, or to stop. */
static bool refill_input(struct record_reader *r)
{
	ssize_t n;

	if (r->end_of_file)
		return false;
	do
		n = r->read(r->arg, r->in, sizeof(r->in));
	while (n == -1 && errno == EINTR);
	if (n == RECORD_READ_NEXT) {
		r->next_file = true;
		r->in_end = 0;
		return false;
	}
	if (n <= 0) {
		r->end_of_file = true;
		if (n == -1) {
			set_why(r, "read failed at offset %llu: %s",
				 (unsigned long long)r->in_end, strerror(errno));
			r->broken = RECORD_BREAK_DAMAGE;
		}
		r->stopped = n == RECORD_READ_STOP;
		return false;
	}
	r->in_end += (uint64_t)n;
	r->z.next_in = r->in;
	r->z.avail_in = (uInt)n;
	return true;
}

static enum member_status end_inside_member(struct record_reader *r)
{
	if (r->next_file)
		return MEMBER_CUT;
	if (r->stopped)
		return MEMBER_STOP;
	r->broken = r->why[0] ? RECORD_BREAK_DAMAGE : RECORD_BREAK_CUT;
	if (!r->why[0])
		set_why(r, "it is cut short at offset %llu", (unsigned long long)r->in_end);
	return MEMBER_BAD;
}

static enum member_status fail_damaged(struct record_reader *r, const char *how)
{
	set_why(r, "it is damaged at offset %llu: %s", (unsigned long long)r->member_offset, how);
	r->broken = RECORD_BREAK_DAMAGE;
	return MEMBER_BAD;
}

/* Read the first bytes of another file. Returns as refill_input(). */
static bool refill_next_file(struct record_reader *r)
{
	do
		r->next_file = false;
	while (!refill_input(r) && r->next_file);
	return r->z.avail_in;
}

/* Decompress the next member if all of it is in memory, which most are. */
static bool decode_at_once(struct record_reader *r)
{
	size_t used, len = gzip_decode(r->gzip, r->z.next_in, r->z.avail_in, r->member,
				       RECORD_MEMBER_MAX, &used);

	if (!len)
		return false;
	r->z.next_in += used;
	r->z.avail_in -= (uInt)used;
	r->pos = r->member;
	r->end = r->member + len;
	return true;
}

/* Decompress the next member and verify its checksum. MEMBER_CUT: another file begins inside it. */
static enum member_status try_member(struct record_reader *r)
{
	int err = Z_OK;

	if (!r->z.avail_in && !refill_input(r) && !(r->next_file && refill_next_file(r)))
		return r->stopped ? MEMBER_STOP : r->why[0] ? MEMBER_BAD : MEMBER_NONE;
	r->member_offset = r->in_end - r->z.avail_in;
	if (decode_at_once(r))
		return MEMBER_READ;
	inflateReset(&r->z);
	r->z.next_out = r->member;
	r->z.avail_out = sizeof(r->member);
	while (err != Z_STREAM_END) {
		if (!r->z.avail_in && !refill_input(r))
			return end_inside_member(r);
		err = inflate(&r->z, Z_NO_FLUSH);
		if (err != Z_OK && err != Z_STREAM_END)
			return fail_damaged(r, r->z.msg ? r->z.msg : "it cannot be decompressed");
		if (!r->z.avail_out)
			return fail_damaged(r, "a member is larger than the format allows");
	}
	r->pos = r->member;
	r->end = r->z.next_out;
	return MEMBER_READ;
}

/* Decompress the next complete member. */
static enum member_status read_member(struct record_reader *r)
{
	enum member_status m;

	while ((m = try_member(r)) == MEMBER_CUT)
		r->complete = r->follows = r->next_file = false;
	return m;
}

static bool is_same_host(const struct run_info *a, const struct run_info *b)
{
	return !strcmp(run_info_host(a), run_info_host(b)) && !strcmp(a->boot_id, b->boot_id);
}

/* Find the header of that host in a merged recording. Other recordings have one header. */
static struct record_header *find_header(const struct record_reader *r,
					 const struct record_header *next)
{
	if (!r->headers[0]->meta.merged)
		return r->header;
	for (unsigned i = 0; i < r->nr_headers; i++)
		if (is_same_host(&r->headers[i]->meta, &next->meta))
			return r->headers[i];
	return NULL;
}

/* Add a header, which the reader then owns. False if out of memory, or there are too many. */
static bool add_header(struct record_reader *r, struct record_header *h)
{
	struct record_header **grown = NULL;

	if (r->nr_headers < RECORD_HOSTS_MAX)
		grown = realloc(r->headers, (r->nr_headers + 1) * sizeof(*grown));
	if (!grown)
		return false;
	r->headers = grown;
	r->headers[r->nr_headers++] = h;
	r->header = h;
	return true;
}

/*
 * Take a header that was found in the middle of the input. Either it belongs to the next file of a
 * rotated recording, concatenated to the previous file, and is skipped: MEMBER_READ. Or another run
 * begins, of this host or, in a merged recording, of any host: MEMBER_RUN, and r->header describes
 * it. Sets *next to NULL if the reader keeps it.
 */
static enum member_status take_header(struct record_reader *r, struct record_header **next,
				      const char *text, size_t len)
{
	struct record_header *known = find_header(r, *next);

	if (!known) {
		if (!add_header(r, *next)) {
			set_why(r, "out of memory, or it has too many hosts");
			return MEMBER_BAD;
		}
		*next = NULL;
		return MEMBER_RUN;
	}
	if (r->follows && is_same_host(&known->meta, &(*next)->meta)) {
		r->header = known;	/* of the file that the latest mark announced */
		return MEMBER_READ;
	}
	if (strcmp(run_info_host(&(*next)->meta), run_info_host(&known->meta)) != 0) {
		set_why(r, "the recording of another host begins at offset %llu",
			(unsigned long long)r->member_offset);
		return MEMBER_BAD;
	}
	record_header_parse(known, text, len, r->why);	/* it must not be copied */
	r->header = known;
	return MEMBER_RUN;
}

static enum member_status read_next_header(struct record_reader *r)
{
	const char *text = (const char *)r->pos;
	size_t len = (size_t)(r->end - r->pos);
	struct record_header *next = malloc(sizeof(*next));
	enum member_status m = MEMBER_BAD;

	r->broken = RECORD_BREAK_DAMAGE;
	if (!next) {
		set_why(r, "out of memory");
		return MEMBER_BAD;
	}
	if (record_header_parse(next, text, len, r->why))
		m = take_header(r, &next, text, len);
	free(next);
	if (m != MEMBER_BAD)
		r->broken = RECORD_BREAK_NONE;
	r->pos = r->end;
	return m;
}

/* Advance to the next member that has records. */
static enum member_status read_body(struct record_reader *r)
{
	enum member_status m;

	for (;;) {
		m = read_member(r);
		if (m != MEMBER_READ)
			return m;
		if (r->pos == r->end)
			continue;
		if (*r->pos == RECORD_BODY) {
			r->pos++;
			delta_begin(&r->delta);
			if (r->pos < r->end)
				return MEMBER_READ;
		} else if (*r->pos == RECORD_MAGIC[0]) {
			m = read_next_header(r);
			if (m != MEMBER_READ)
				return m;
		} else {
			return fail_damaged(r, "a member has an unknown type");
		}
	}
}

/* Replace the recorder's system call number by this machine's. */
static void translate_syscall(const struct record_reader *r, struct event *e)
{
	const int16_t *call = r->header->syscall[!!(e->task_flags & TASKF_COMPAT)];
	bool known = e->syscall_nr >= 0 && e->syscall_nr < RECORD_SYSCALLS;

	if (r->header->syscalls_differ && e->task_flags & TASKF_SYSCALL)
		e->syscall_nr = known ? call[e->syscall_nr] : -1;
}

static struct record make_run_record(struct record_reader *r)
{
	struct record run = { .got = RECORD_GOT_RUN, .offset = r->member_offset,
			      .ended = r->complete };

	r->complete = r->follows = false;
	return run;
}

/* Return the final record, and keep it for all later calls. Or that of a new run. */
static struct record make_last_record(struct record_reader *r, enum member_status m)
{
	if (m == MEMBER_RUN)
		return make_run_record(r);
	if (m == MEMBER_NONE && !r->complete) {
		set_why(r, "its end is missing at offset %llu: the recorder was killed, "
			 "or is still running", (unsigned long long)r->in_end);
		r->broken = RECORD_BREAK_NO_END;
	}
	if (m == MEMBER_STOP)
		r->last.got = RECORD_GOT_STOP;
	else if (m == MEMBER_NONE && r->complete)
		r->last.got = RECORD_GOT_END;
	else
		r->last.got = RECORD_GOT_CORRUPT;
	return r->last;
}

static struct record make_mark_record(struct record_reader *r, const struct record_mark *m)
{
	if (m->type == RECORD_MARK_HOST)
		r->header = r->headers[m->host];
	r->follows = m->type == RECORD_MARK_NEXT_FILE;
	r->complete = r->follows || m->type == RECORD_MARK_END;
	return (struct record){ .got = RECORD_GOT_MARK, .mark = m };
}

/* Test whether the host of a RECORD_MARK_HOST has a header. */
static bool is_host_known(const struct record_reader *r, const struct event *e)
{
	const struct record_mark *m = (const struct record_mark *)e;

	return m->type != RECORD_MARK_HOST || m->host < r->nr_headers;
}

/* Append a part of an annotation. Returns false if the part or the text is too long. */
static bool append_annotation(struct record_reader *r, const struct record_annotation_part *t)
{
	struct record_annotation *s = &r->annotation;

	if (t->len > sizeof(t->bytes) || s->len + t->len > sizeof(s->bytes))
		return false;
	s->type = t->type;
	s->key = t->key;
	s->at_ns = t->at_ns;
	memcpy(s->bytes + s->len, t->bytes, t->len);
	s->len += t->len;
	return true;
}

/* Decode the next record. Returns NULL if there is none, with the final record in *last. */
static struct event *decode_record(struct record_reader *r, struct record *last)
{
	enum member_status m = MEMBER_READ;
	struct event *e;

	if (r->pos == r->end)
		m = read_body(r);
	e = m == MEMBER_READ ? delta_decode(&r->delta, &r->pos, r->end) : NULL;
	if (!e && m == MEMBER_READ)
		m = fail_damaged(r, "a record is malformed or incomplete");
	if (!e)
		*last = make_last_record(r, m);
	return e;
}

struct record record_reader_next(struct record_reader *r)
{
	const struct record_annotation_part *part;
	struct record last;
	struct event *e;
	bool more;

	if (r->last.got >= RECORD_GOT_END)
		return r->last;
	r->annotation.len = 0;
	do {
		e = decode_record(r, &last);
		if (!e)
			return last;
		more = false;
		if (e->kind == RECORD_KIND_MARK && !is_host_known(r, e))
			return make_last_record(r, fail_damaged(r, "a host has no header"));
		if (e->kind == RECORD_KIND_MARK)
			return make_mark_record(r, (const struct record_mark *)e);
		r->complete = r->follows = false;
		if (e->kind == RECORD_KIND_ANNOTATION) {
			part = (const struct record_annotation_part *)e;
			if (!append_annotation(r, part))
				return make_last_record(r, fail_damaged(r, "a text is too long"));
			more = part->more;
		}
	} while (more);
	if (e->kind == RECORD_KIND_ANNOTATION)
		return (struct record){ .got = RECORD_GOT_ANNOTATION,
					.annotation = &r->annotation };
	translate_syscall(r, e);
	return (struct record){ .got = RECORD_GOT_EVENT, .event = e };
}

static bool read_first_header(struct record_reader *r)
{
	struct record_header *h = malloc(sizeof(*h));

	if (h && record_header_parse(h, (const char *)r->member, (size_t)(r->end - r->member),
				     r->why) && add_header(r, h))
		return true;
	if (!h)
		set_why(r, "out of memory");
	free(h);
	return false;
}

struct record_reader *record_reader_open(record_read_fn *read, void *arg, char why[RECORD_WHY])
{
	struct record_reader *r = calloc(1, sizeof(*r));
	enum member_status m;

	why[0] = '\0';
	if (!r || inflateInit2(&r->z, GZIP_WINDOW)) {
		snprintf(why, RECORD_WHY, "out of memory");
		free(r);
		return NULL;
	}
	r->gzip = gzip_decoder_new();
	r->read = read;
	r->arg = arg;
	m = read_member(r);
	if (m == MEMBER_READ && read_first_header(r)) {
		r->pos = r->end;
		return r;
	}
	if (m == MEMBER_NONE)
		set_why(r, "it is empty");
	if (m == MEMBER_BAD && !r->member_offset && !r->z.total_out && !r->end_of_file)
		set_why(r, "it is not a tcpclose recording");
	snprintf(why, RECORD_WHY, "%s", m == MEMBER_STOP ? "" : r->why);
	record_reader_close(r);
	return NULL;
}

void record_reader_close(struct record_reader *r)
{
	if (!r)
		return;
	inflateEnd(&r->z);
	gzip_decoder_free(r->gzip);
	for (unsigned i = 0; i < r->nr_headers; i++)
		free(r->headers[i]);
	free(r->headers);
	free(r);
}

const struct run_info *record_reader_run_info(const struct record_reader *r)
{
	return &r->header->meta;
}

bool record_reader_needs_input(const struct record_reader *r)
{
	return r->pos == r->end && !r->z.avail_in;
}

enum record_break record_reader_break(const struct record_reader *r)
{
	return r->broken;
}

const char *record_reader_why(const struct record_reader *r)
{
	return r->why;
}
