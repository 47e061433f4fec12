/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a recording (record.h) from anywhere, in a fixed amount of memory whatever the bytes are.
 *
 * Nothing of a member is handed out before all of it is there and its checksum is right. What a
 * record says is not looked at: decode.h is the gate for that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "format.h"
#include "header.h"
#include "run_info.h"

/*
 * As read(2), 0 at the end: -1 is an error in errno. -2: stop, which is none.
 */
typedef ssize_t record_read_fn(void *arg, void *bytes, size_t len);

#define RECORD_READ_STOP (-2)

enum record_got {
	RECORD_GOT_EVENT,	/* or what has the size of one */
	RECORD_GOT_MARK,
	RECORD_GOT_ANNOTATION,	/* whole, however many records it took */
	RECORD_GOT_END,		/* no more, and the file ended as it should */
	RECORD_GOT_STOP,	/* the source said so */
	RECORD_GOT_CORRUPT,	/* no more: record_reader_why() */
};

/* What a text says, of what. */
struct record_annotation {
	enum record_annotation_type type;
	uint64_t key, at_ns;
	size_t len;
	char bytes[RECORD_ANNOTATION_MAX];
};

struct record {
	enum record_got got;
	const struct event *event;	/* valid until the next */
	const struct record_mark *mark;
	const struct record_annotation *annotation;
};

struct record_reader;

/*
 * Reads the header. NULL: why says what is wrong, as one clause for people; empty if the source said
 * to stop.
 */
struct record_reader *record_reader_open(record_read_fn *read, void *arg, char why[RECORD_WHY]);
void record_reader_close(struct record_reader *r);

/* What the run was about; valid as long as the reader. */
const struct run_info *record_reader_run_info(const struct record_reader *r);

/* After END, STOP or CORRUPT it says the same again. */
struct record record_reader_next(struct record_reader *r);

/* Why there is no more, as one clause for people, with the offset in the file. */
const char *record_reader_why(const struct record_reader *r);
