/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "delta.h"

#define GZIP_WINDOW (15 + 16)	/* zlib: the largest window, gzip's wrapping */
#define IN_BYTES (256u << 10)

enum member_status { MEMBER_READ, MEMBER_NONE, MEMBER_STOP, MEMBER_BAD };

struct record_reader {
	record_read_fn *read;
	void *arg;
	z_stream z;
	bool end_of_file;
	bool stopped;			/* by the source */
	bool complete;			/* the last mark says that nothing is missing */
	bool follows;			/* ... but that another file follows */
	uint64_t in_end;		/* offset in the file of what was read last */
	uint64_t member_offset;		/* where the member begins */
	const uint8_t *pos, *end;	/* in the member: records to come */
	struct record_header header;
	char why[RECORD_WHY];
	struct record last;		/* the last that there was to say, once said */
	struct delta delta;
	struct record_annotation annotation;	/* as far as it has come */
	uint8_t in[IN_BYTES];
	uint8_t member[RECORD_MEMBER_MAX + 1];	/* one more shows that it is too long */
};

static __attribute__((format(printf, 2, 3))) bool set_why(struct record_reader *r,
							   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof(r->why), format, args);
	va_end(args);
	return false;
}

/* More bytes. False at the end of the file, when reading failed, or when it is to stop. */
static bool refill_input(struct record_reader *r)
{
	ssize_t n;

	if (r->end_of_file)
		return false;
	do
		n = r->read(r->arg, r->in, sizeof(r->in));
	while (n == -1 && errno == EINTR);
	if (n <= 0) {
		r->end_of_file = true;
		if (n == -1)
			set_why(r, "reading failed at offset %llu: %s",
				 (unsigned long long)r->in_end, strerror(errno));
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
	if (r->stopped)
		return MEMBER_STOP;
	if (!r->why[0])
		set_why(r, "it is cut short at offset %llu", (unsigned long long)r->in_end);
	return MEMBER_BAD;
}

static enum member_status fail_damaged(struct record_reader *r, const char *how)
{
	set_why(r, "it is damaged at offset %llu: %s", (unsigned long long)r->member_offset, how);
	return MEMBER_BAD;
}

/* The next member, whole, its checksum right. */
static enum member_status read_member(struct record_reader *r)
{
	int err = Z_OK;

	if (!r->z.avail_in && !refill_input(r))
		return r->stopped ? MEMBER_STOP : r->why[0] ? MEMBER_BAD : MEMBER_NONE;
	r->member_offset = r->in_end - r->z.avail_in;
	inflateReset(&r->z);
	r->z.next_out = r->member;
	r->z.avail_out = sizeof(r->member);
	while (err != Z_STREAM_END) {
		if (!r->z.avail_in && !refill_input(r))
			return end_inside_member(r);
		err = inflate(&r->z, Z_NO_FLUSH);
		if (err != Z_OK && err != Z_STREAM_END)
			return fail_damaged(r, r->z.msg ? r->z.msg : "it cannot be unpacked");
		if (!r->z.avail_out)
			return fail_damaged(r, "a member that is larger than any of a recording");
	}
	r->pos = r->member;
	r->end = r->z.next_out;
	return MEMBER_READ;
}

/* A header in the middle: the next of files that follow each other, put behind the one before. */
static bool skip_next_header(struct record_reader *r)
{
	size_t len = (size_t)(r->end - r->pos);
	struct record_header *next = malloc(sizeof(*next));
	bool good;

	if (!next)
		return set_why(r, "out of memory");
	good = record_header_parse(next, (const char *)r->pos, len, r->why);
	if (good && (!r->follows || strcmp(next->meta.boot_id, r->header.meta.boot_id) != 0))
		good = set_why(r, "another recording begins at offset %llu",
				(unsigned long long)r->member_offset);
	free(next);
	r->pos = r->end;
	return good;
}

/* Goes to the next member that has records. */
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
			if (!skip_next_header(r))
				return MEMBER_BAD;
		} else {
			return fail_damaged(r, "a member of another kind");
		}
	}
}

/* The recorder's number of a system call becomes this machine's. */
static void translate_syscall(const struct record_reader *r, struct event *e)
{
	const int16_t *call = r->header.syscall[!!(e->task_flags & TASKF_COMPAT)];

	if (r->header.syscalls_differ && e->task_flags & TASKF_SYSCALL)
		e->syscall_nr = e->syscall_nr >= 0 && e->syscall_nr < RECORD_SYSCALLS ? call[e->syscall_nr] : -1;
}

/* There is no more, now and from now on. */
static struct record make_last_record(struct record_reader *r, enum member_status m)
{
	if (m == MEMBER_NONE && !r->complete)
		set_why(r, "its end is missing at offset %llu: the recorder was cut off, "
			 "or has not ended", (unsigned long long)r->in_end);
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
	r->follows = m->type == RECORD_MARK_NEXT_FILE;
	r->complete = r->follows || m->type == RECORD_MARK_END;
	return (struct record){ .got = RECORD_GOT_MARK, .mark = m };
}

/* Another piece of a text. False: of one that is too long. */
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

/* The next record, in its own struct; NULL: no more, which *no says more of. */
static struct event *decode_record(struct record_reader *r, struct record *no)
{
	enum member_status m = MEMBER_READ;
	struct event *e;

	if (r->pos == r->end)
		m = read_body(r);
	e = m == MEMBER_READ ? delta_decode(&r->delta, &r->pos, r->end) : NULL;
	if (!e && m == MEMBER_READ)
		m = fail_damaged(r, "a record that does not end");
	if (!e)
		*no = make_last_record(r, m);
	return e;
}

struct record record_reader_next(struct record_reader *r)
{
	struct record no;
	struct event *e;
	bool more;

	if (r->last.got >= RECORD_GOT_END)
		return r->last;
	r->annotation.len = 0;
	do {
		e = decode_record(r, &no);
		if (!e)
			return no;
		more = false;
		if (e->kind == RECORD_KIND_MARK)
			return make_mark_record(r, (const struct record_mark *)e);
		r->complete = r->follows = false;
		if (e->kind == RECORD_KIND_ANNOTATION) {
			const struct record_annotation_part *t = (const struct record_annotation_part *)e;

			if (!append_annotation(r, t))
				return make_last_record(r, fail_damaged(r, "a text that is too long"));
			more = t->more;
		}
	} while (more);
	if (e->kind == RECORD_KIND_ANNOTATION)
		return (struct record){ .got = RECORD_GOT_ANNOTATION, .annotation = &r->annotation };
	translate_syscall(r, e);
	return (struct record){ .got = RECORD_GOT_EVENT, .event = e };
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
	r->read = read;
	r->arg = arg;
	m = read_member(r);
	if (m == MEMBER_READ && record_header_parse(&r->header, (const char *)r->member,
						  (size_t)(r->end - r->member), r->why)) {
		r->pos = r->end;
		return r;
	}
	if (m == MEMBER_NONE)
		set_why(r, "it is empty");
	if (m == MEMBER_BAD && !r->member_offset && !r->z.total_out && !r->end_of_file)
		set_why(r, "it is no recording of tcpclose");
	snprintf(why, RECORD_WHY, "%s", m == MEMBER_STOP ? "" : r->why);
	record_reader_close(r);
	return NULL;
}

void record_reader_close(struct record_reader *r)
{
	if (!r)
		return;
	inflateEnd(&r->z);
	free(r);
}

const struct run_info *record_reader_run_info(const struct record_reader *r)
{
	return &r->header.meta;
}

const char *record_reader_why(const struct record_reader *r)
{
	return r->why;
}
