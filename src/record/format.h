/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The format of a recording.
 *
 * A file of gzip members (RFC 1952), each of RECORD_MEMBER_MAX bytes at most before compression and
 * whole in itself: what is cut off or damaged costs its own member. `zcat` opens it. The first
 * byte of a member says what it is.
 *
 *	't'	the header: text, a "key value" per line, "tcpclose recording" being the first.
 *		schema, byte_order, event_size, tool, then what a view tells of the host and the
 *		hooks, and the names of the system calls, whose numbers differ between machines.
 *		A reader leaves out the keys that it does not know.
 *	'R'	records, packed (delta.h): struct event as the kernel side sent it, struct record_mark,
 *		struct record_annotation_part
 *
 * The records are all that the run was told, in order, so that a replay takes the same turns: each
 * event, and by marks when time had come to something, and what the kernel side counted. Before an
 * event that names something by a number of this host comes, once in a file, a text that says what.
 */
#pragma once

#include <stddef.h>

#include "event.h"

#define RECORD_MEMBER_MAX (64u << 10)
#define RECORD_MEMBER_NS 1000000000ULL	/* a member holds no more than that */
#define RECORD_MAGIC "tcpclose recording\n"
#define RECORD_BODY 'R'
#define RECORD_KIND_MARK 200		/* in the place of an event's kind */
#define RECORD_KIND_ANNOTATION 201
#define RECORD_ANNOTATION_MAX 16384		/* bytes of one text */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define RECORD_BYTE_ORDER "little"
#else
#define RECORD_BYTE_ORDER "big"
#endif

enum record_mark_type {
	RECORD_MARK_START = 1,	/* the file begins: the counters so far are not its own */
	RECORD_MARK_TIME = 2,		/* time has come to now_ns */
	RECORD_MARK_END = 3,		/* the run is over */
	RECORD_MARK_NEXT_FILE = 4,	/* the file is full, the next goes on */
	RECORD_MARK_CLOCK_SET = 5,	/* the wall clock was set: boot_to_wall_ns is another from here on */
};

/* As large as an event, with its kind in the same place. */
struct record_mark {
	__u64 now_ns;
	__u64 zero;		/* where an event has its socket's key */
	struct kernel_counters counters;
	__s64 boot_to_wall_ns;	/* RECORD_MARK_CLOCK_SET */
	__u8 unused[offsetof(struct event, kind) - 3 * sizeof(__u64) -
		    sizeof(struct kernel_counters)];
	__u8 kind;		/* RECORD_KIND_MARK */
	__u8 type;		/* enum record_mark_type */
	__u8 unused2[sizeof(struct event) - offsetof(struct event, kind) - 2];
};

_Static_assert(sizeof(struct record_mark) == sizeof(struct event), "a mark is as long as an event");
_Static_assert(offsetof(struct record_mark, kind) == offsetof(struct event, kind),
	       "a mark has its kind where an event has it");

enum record_annotation_type {
	RECORD_ANNOTATION_CGROUP = 1,	/* the path of the cgroup whose id is key */
	RECORD_ANNOTATION_STACK = 2,	/* the user stack of the thread key at at_ns (stacks.h) */
};

#define RECORD_ANNOTATION_PART_BYTES (offsetof(struct event, kind) - 4 * sizeof(__u64))

/* Likewise; a text that needs more than one is the bytes of all of them. */
struct record_annotation_part {
	__u64 near_ns;		/* of the record before: so it packs well */
	__u64 zero;
	__u64 key;
	__u64 at_ns;		/* 0 without meaning */
	__u8 bytes[RECORD_ANNOTATION_PART_BYTES];
	__u8 kind;		/* RECORD_KIND_ANNOTATION */
	__u8 type;		/* enum record_annotation_type */
	__u8 len;		/* of bytes, those in use */
	__u8 more;		/* the text goes on in the next record */
	__u8 unused[sizeof(struct event) - offsetof(struct event, kind) - 4];
};

_Static_assert(sizeof(struct record_annotation_part) == sizeof(struct event), "a text is as long as an event");
_Static_assert(offsetof(struct record_annotation_part, kind) == offsetof(struct event, kind),
	       "a text has its kind where an event has it");
_Static_assert(RECORD_ANNOTATION_PART_BYTES < 256, "its length fits into a byte");
