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

enum member { MEMBER_READ, MEMBER_NONE, MEMBER_STOP, MEMBER_BAD };

struct record_reader {
	record_read_fn *read;
	void *arg;
	z_stream z;
	bool end_of_file;
	bool stopped;			/* by the source */
	bool complete;			/* the last mark says that nothing is missing */
	bool follows;			/* ... but that another file follows */
	uint64_t in_end;		/* offset in the file of what was read last */
	uint64_t member_at;		/* where the member begins */
	const uint8_t *at, *end;	/* in the member: records to come */
	struct record_head head;
	char why[RECORD_WHY];
	struct record over;		/* the last that there was to say, once said */
	struct pack pack;
	struct record_string text;	/* as far as it has come */
	uint8_t in[IN_BYTES];
	uint8_t member[RECORD_MEMBER + 1];	/* one more shows that it is too long */
};

static __attribute__((format(printf, 2, 3))) bool complain(struct record_reader *r,
							   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof(r->why), format, args);
	va_end(args);
	return false;
}

/* More bytes. False at the end of the file, when reading failed, or when it is to stop. */
static bool refill(struct record_reader *r)
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
			complain(r, "reading failed at offset %llu: %s",
				 (unsigned long long)r->in_end, strerror(errno));
		r->stopped = n == RECORD_READ_STOP;
		return false;
	}
	r->in_end += (uint64_t)n;
	r->z.next_in = r->in;
	r->z.avail_in = (uInt)n;
	return true;
}

static enum member no_more(struct record_reader *r)
{
	if (r->stopped)
		return MEMBER_STOP;
	if (!r->why[0])
		complain(r, "it is cut short at offset %llu", (unsigned long long)r->in_end);
	return MEMBER_BAD;
}

static enum member damaged(struct record_reader *r, const char *how)
{
	complain(r, "it is damaged at offset %llu: %s", (unsigned long long)r->member_at, how);
	return MEMBER_BAD;
}

/* The next member, whole, its checksum right. */
static enum member read_member(struct record_reader *r)
{
	int err = Z_OK;

	if (!r->z.avail_in && !refill(r))
		return r->stopped ? MEMBER_STOP : r->why[0] ? MEMBER_BAD : MEMBER_NONE;
	r->member_at = r->in_end - r->z.avail_in;
	inflateReset(&r->z);
	r->z.next_out = r->member;
	r->z.avail_out = sizeof(r->member);
	while (err != Z_STREAM_END) {
		if (!r->z.avail_in && !refill(r))
			return no_more(r);
		err = inflate(&r->z, Z_NO_FLUSH);
		if (err != Z_OK && err != Z_STREAM_END)
			return damaged(r, r->z.msg ? r->z.msg : "it cannot be unpacked");
		if (!r->z.avail_out)
			return damaged(r, "a member that is larger than any of a recording");
	}
	r->at = r->member;
	r->end = r->z.next_out;
	return MEMBER_READ;
}

/* A head in the middle: the next of files that follow each other, put behind the one before. */
static bool is_next_head(struct record_reader *r)
{
	size_t len = (size_t)(r->end - r->at);
	struct record_head *next = malloc(sizeof(*next));
	bool good;

	if (!next)
		return complain(r, "out of memory");
	good = record_head_parse(next, (const char *)r->at, len, r->why);
	if (good && (!r->follows || strcmp(next->meta.boot_id, r->head.meta.boot_id) != 0))
		good = complain(r, "another recording begins at offset %llu",
				(unsigned long long)r->member_at);
	free(next);
	r->at = r->end;
	return good;
}

/* Goes to the next member that has records. */
static enum member next_body(struct record_reader *r)
{
	enum member m;

	for (;;) {
		m = read_member(r);
		if (m != MEMBER_READ)
			return m;
		if (r->at == r->end)
			continue;
		if (*r->at == RECORD_BODY) {
			r->at++;
			pack_begin(&r->pack);
			if (r->at < r->end)
				return MEMBER_READ;
		} else if (*r->at == RECORD_MAGIC[0]) {
			if (!is_next_head(r))
				return MEMBER_BAD;
		} else {
			return damaged(r, "a member of another kind");
		}
	}
}

/* The recorder's number of a system call becomes this machine's. */
static void translate(const struct record_reader *r, struct event *e)
{
	const int16_t *call = r->head.call[!!(e->task & EVENT_TASK_COMPAT)];

	if (r->head.calls_differ && e->task & EVENT_TASK_NR)
		e->nr = e->nr >= 0 && e->nr < RECORD_CALLS ? call[e->nr] : -1;
}

/* There is no more, now and from now on. */
static struct record no_record(struct record_reader *r, enum member m)
{
	if (m == MEMBER_NONE && !r->complete)
		complain(r, "its end is missing at offset %llu: the recorder was cut off, "
			 "or has not ended", (unsigned long long)r->in_end);
	if (m == MEMBER_STOP)
		r->over.got = RECORD_GOT_STOP;
	else if (m == MEMBER_NONE && r->complete)
		r->over.got = RECORD_GOT_END;
	else
		r->over.got = RECORD_GOT_NONSENSE;
	return r->over;
}

static struct record take_mark(struct record_reader *r, const struct record_mark *m)
{
	r->follows = m->what == RECORD_NEXT;
	r->complete = r->follows || m->what == RECORD_END;
	return (struct record){ .got = RECORD_GOT_MARK, .mark = m };
}

/* Another piece of a text. False: of one that is too long. */
static bool take_text(struct record_reader *r, const struct record_text *t)
{
	struct record_string *s = &r->text;

	if (t->len > sizeof(t->bytes) || s->len + t->len > sizeof(s->bytes))
		return false;
	s->what = t->what;
	s->key = t->key;
	s->at_ns = t->at_ns;
	memcpy(s->bytes + s->len, t->bytes, t->len);
	s->len += t->len;
	return true;
}

/* The next record, in its own struct; NULL: no more, which *no says more of. */
static struct event *unpack(struct record_reader *r, struct record *no)
{
	enum member m = MEMBER_READ;
	struct event *e;

	if (r->at == r->end)
		m = next_body(r);
	e = m == MEMBER_READ ? pack_get(&r->pack, &r->at, r->end) : NULL;
	if (!e && m == MEMBER_READ)
		m = damaged(r, "a record that does not end");
	if (!e)
		*no = no_record(r, m);
	return e;
}

struct record record_next(struct record_reader *r)
{
	struct record no;
	struct event *e;
	bool more;

	if (r->over.got >= RECORD_GOT_END)
		return r->over;
	r->text.len = 0;
	do {
		e = unpack(r, &no);
		if (!e)
			return no;
		more = false;
		if (e->kind == RECORD_KIND_MARK)
			return take_mark(r, (const struct record_mark *)e);
		r->complete = r->follows = false;
		if (e->kind == RECORD_KIND_TEXT) {
			const struct record_text *t = (const struct record_text *)e;

			if (!take_text(r, t))
				return no_record(r, damaged(r, "a text that is too long"));
			more = t->more;
		}
	} while (more);
	if (e->kind == RECORD_KIND_TEXT)
		return (struct record){ .got = RECORD_GOT_TEXT, .text = &r->text };
	translate(r, e);
	return (struct record){ .got = RECORD_GOT_EVENT, .event = e };
}

struct record_reader *record_open(record_read_fn *read, void *arg, char why[RECORD_WHY])
{
	struct record_reader *r = calloc(1, sizeof(*r));
	enum member m;

	why[0] = '\0';
	if (!r || inflateInit2(&r->z, GZIP_WINDOW)) {
		snprintf(why, RECORD_WHY, "out of memory");
		free(r);
		return NULL;
	}
	r->read = read;
	r->arg = arg;
	m = read_member(r);
	if (m == MEMBER_READ && record_head_parse(&r->head, (const char *)r->member,
						  (size_t)(r->end - r->member), r->why)) {
		r->at = r->end;
		return r;
	}
	if (m == MEMBER_NONE)
		complain(r, "it is empty");
	if (m == MEMBER_BAD && !r->member_at && !r->z.total_out && !r->end_of_file)
		complain(r, "it is no recording of tcpclose");
	snprintf(why, RECORD_WHY, "%s", m == MEMBER_STOP ? "" : r->why);
	record_close(r);
	return NULL;
}

void record_close(struct record_reader *r)
{
	if (!r)
		return;
	inflateEnd(&r->z);
	free(r);
}

const struct meta *record_meta(const struct record_reader *r)
{
	return &r->head.meta;
}

const char *record_why(const struct record_reader *r)
{
	return r->why;
}
