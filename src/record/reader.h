/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a recording (format.h) from a callback, in a fixed amount of memory for any input; in a
 * merged recording, some more for each host.
 *
 * A member is decompressed completely, and its checksum verified, before any record of it is
 * returned. The contents of events are not checked: decode.h does that.
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
 * Read up to len bytes, as read(2) does: 0 at the end, -1 with errno on an error (EINTR is
 * retried). RECORD_READ_STOP ends reading without an error. RECORD_READ_NEXT: another file of the
 * recording begins, and what follows is at its start; a member that is cut short is dropped.
 */
typedef ssize_t record_read_fn(void *arg, void *bytes, size_t len);

#define RECORD_READ_STOP (-2)
#define RECORD_READ_NEXT (-3)

enum record_got {
	RECORD_GOT_EVENT,	/* unchecked; its kind may be unknown */
	RECORD_GOT_MARK,
	RECORD_GOT_ANNOTATION,	/* complete, joined from all its parts */
	RECORD_GOT_RUN,		/* another run or host begins: record_reader_run_info() */
	RECORD_GOT_END,		/* the recording is complete and has ended */
	RECORD_GOT_STOP,	/* the callback returned RECORD_READ_STOP */
	RECORD_GOT_CORRUPT,	/* the rest cannot be read: record_reader_why() */
};

/* Where the readable part of a recording ends. */
enum record_break {
	RECORD_BREAK_NONE,	/* not at the end yet, or complete */
	RECORD_BREAK_NO_END,	/* all members are intact, but the mark of the end is missing */
	RECORD_BREAK_CUT,	/* within a member */
	RECORD_BREAK_DAMAGE,	/* what follows is not readable */
};

/* A text that explains the number `key` in the event that follows. */
struct record_annotation {
	enum record_annotation_type type;
	uint64_t key, at_ns;	/* as in struct record_annotation_part */
	size_t len;		/* bytes in use */
	char bytes[RECORD_ANNOTATION_MAX];
};

/* Only the pointer that `got` names is set. It is valid until the next call. */
struct record {
	enum record_got got;
	const struct event *event;
	const struct record_mark *mark;
	const struct record_annotation *annotation;
	uint64_t offset;	/* RUN: of its header in the file */
	bool ended;		/* RUN: the run before has its end */
};

struct record_reader;

/*
 * Open a recording and read its header. `arg` is passed to read(). Returns NULL on failure with the
 * reason in `why`, as one clause to print; `why` is empty if read() returned RECORD_READ_STOP.
 */
struct record_reader *record_reader_open(record_read_fn *read, void *arg, char why[RECORD_WHY]);

/* Close a reader and free its memory. NULL is allowed. */
void record_reader_close(struct record_reader *r);

/*
 * Return the header's description of the run that the latest record belongs to; valid as long as
 * the reader. RECORD_GOT_RUN changes it; in a merged recording a RECORD_MARK_HOST selects that of
 * another host.
 */
const struct run_info *record_reader_run_info(const struct record_reader *r);

/* Read the next record. After END, STOP or CORRUPT, returns the same again. */
struct record record_reader_next(struct record_reader *r);

/* Does the next record need bytes that the callback has not returned yet? */
bool record_reader_needs_input(const struct record_reader *r);

/* Return why the records end where they do, after RECORD_GOT_END or RECORD_GOT_CORRUPT. */
enum record_break record_reader_break(const struct record_reader *r);

/*
 * Return the reason for RECORD_GOT_CORRUPT, as one clause to print, with the offset in the file;
 * valid as long as the reader.
 */
const char *record_reader_why(const struct record_reader *r);
