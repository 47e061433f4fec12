/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Recordings in memory, for the tests of record_write.c and record_read.c.
 */
#pragma once

#include "event_fixture.h"

#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include "reader.h"
#include "writer.h"

#define FILE_MAX (4u << 20)

static const struct run_info host = {
	.hostname = "host\nile", .kernel = "6.1.0", .machine = "x86_64", .boot_id = "boot-1",
	.boot_to_wall_ns = -5, .hook = { { "calls", "tracepoint" }, { "late", "tp_btf" } },
	.nr_hooks = 2,
};

/* A file in memory. step is the number of bytes per read. */
struct memory_file {
	uint8_t data[FILE_MAX];
	size_t len, at, step;
};

static inline ssize_t read_bytes(void *arg, void *to, size_t len)
{
	struct memory_file *b = arg;

	if (len > b->len - b->at)
		len = b->len - b->at;
	if (b->step && len > b->step)
		len = b->step;
	memcpy(to, b->data + b->at, len);
	b->at += len;
	return (ssize_t)len;
}

static inline void load_file(struct memory_file *b, const char *path)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	b->len = fread(b->data, 1, sizeof(b->data), f);
	b->at = b->step = 0;
	fclose(f);
}

/* Appends one gzip member. */
static inline void add_member(struct memory_file *b, const void *bytes, size_t len)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)len,
		       .next_out = b->data + b->len, .avail_out = (uInt)(FILE_MAX - b->len) };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	b->len += z.total_out;
	deflateEnd(&z);
}

/* The result of reading a recording. */
struct read_result {
	unsigned events, marks, last_mark, texts, more_runs;
	uint64_t sum;		/* checksum of the events and texts */
	bool text_first;	/* a text came before any event */
	uint64_t first_mark_ns, last_mark_ns;
	int64_t clock_ns;	/* of the last RECORD_MARK_CLOCK_SET; 0: none */
	enum record_got end;
	char why[RECORD_WHY];
};

static inline struct read_result read_recording(struct memory_file *b)
{
	struct read_result h = { .end = RECORD_GOT_CORRUPT };
	struct record_reader *r;
	struct record record;

	b->at = 0;
	r = record_reader_open(read_bytes, b, h.why);
	if (!r)
		return h;
	while ((record = record_reader_next(r)).got < RECORD_GOT_END) {
		if (record.got == RECORD_GOT_EVENT) {
			h.events++;
			h.sum = h.sum * 31 + record.event->ts_ns + record.event->local_port;
		} else if (record.got == RECORD_GOT_ANNOTATION) {
			h.text_first |= !h.events;
			h.texts++;
			h.sum = h.sum * 31 + record.annotation->key + record.annotation->len;
		} else if (record.got == RECORD_GOT_MARK) {
			if (record.mark->type == RECORD_MARK_CLOCK_SET)
				h.clock_ns = record.mark->boot_to_wall_ns;
			h.marks++;
			h.last_mark = record.mark->type;
			h.last_mark_ns = record.mark->now_ns;
			h.first_mark_ns = h.first_mark_ns ? h.first_mark_ns : h.last_mark_ns;
		} else {
			h.more_runs++;
		}
	}
	h.end = record.got;
	assert_int_equal(record_reader_next(r).got, h.end);
	if (h.end == RECORD_GOT_CORRUPT)
		snprintf(h.why, sizeof(h.why), "%s", record_reader_why(r));
	record_reader_close(r);
	return h;
}
