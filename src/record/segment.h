/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Decodes segments: small recordings that are complete in memory (format.h), thousands of them at
 * a time. One reader has the buffers that all share; a cursor has what one segment needs while it
 * is read, about 50 KiB and its present member.
 *
 * A segment comes from the network. Whatever its bytes are, reading it takes bounded memory and
 * ends after SEGMENT_RECORDS_MAX records.
 */
#pragma once

#include "delta.h"
#include "reader.h"

#define SEGMENT_BYTES_MAX (256u << 10)	/* as sent */
#define SEGMENT_RECORDS_MAX (1u << 17)	/* far more than an honest one has */

struct segment_reader;

/* NULL if out of memory. */
struct segment_reader *segment_reader_new(void);
void segment_reader_free(struct segment_reader *r);

/*
 * Decode the header of a segment into *h, and set *body to the offset of what follows. False if it
 * has none that this program reads, with the reason in `why`.
 */
bool segment_read_header(struct segment_reader *r, const uint8_t *bytes, size_t size,
			 struct record_header *h, size_t *body, char why[RECORD_WHY]);

/* Starts as { 0 }. */
struct segment_cursor {
	const uint8_t *bytes;	/* the segment; the caller's */
	size_t size, at;	/* at: of the next member */
	uint8_t *member;	/* the records of the present member; owned */
	size_t room;
	const uint8_t *pos, *end;	/* in it: those that are not read yet */
	unsigned records;	/* read so far */
	/* Maps the numbers of system calls to this machine's; NULL: the same. The caller's. */
	const int16_t (*syscall)[RECORD_SYSCALLS];
	struct delta delta;
};

/* Begin to read the records of a segment, from the offset of its body on. */
void segment_cursor_begin(struct segment_cursor *c, const uint8_t *bytes, size_t size, size_t body);
void segment_cursor_release(struct segment_cursor *c);

/*
 * Read the next record: an event, a mark or an annotation; RECORD_GOT_END; or RECORD_GOT_CORRUPT.
 * It is valid until the next call for this cursor; an annotation until that for any cursor.
 */
struct record segment_read(struct segment_reader *r, struct segment_cursor *c);
