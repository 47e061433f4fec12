/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The format of a recording.
 *
 * A file of gzip members (RFC 1952), each of RECORD_MEMBER bytes at most before compression and
 * whole in itself: what is cut off or damaged costs its own member. `zcat` opens it. The first
 * byte of a member says what it is.
 *
 *	't'	the head: text, a "key value" per line, "tcpclose recording" being the first.
 *		schema, byte_order, event_size, tool, then what a view tells of the host and the
 *		hooks, and the names of the system calls, whose numbers differ between machines.
 *		A reader leaves out the keys that it does not know.
 *	'R'	records, packed (pack.h): struct event as the kernel side sent it, struct record_mark
 *
 * The records are all that the run was told, in order, so that a replay takes the same turns: each
 * event, and by marks when time had come to something, and what the kernel side counted.
 */
#pragma once

#include <stddef.h>

#include "../bpf/event.h"

#define RECORD_MEMBER (64u << 10)
#define RECORD_MEMBER_NS 1000000000ULL	/* a member holds no more than that */
#define RECORD_MAGIC "tcpclose recording\n"
#define RECORD_BODY 'R'
#define RECORD_KIND_MARK 200		/* in the place of an event's kind */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define RECORD_BYTE_ORDER "little"
#else
#define RECORD_BYTE_ORDER "big"
#endif

enum record_what {
	RECORD_START = 1,	/* the file begins: the counters so far are not its own */
	RECORD_NOW = 2,		/* time has come to now_ns */
	RECORD_END = 3,		/* the run is over */
	RECORD_NEXT = 4,	/* the file is full, the next goes on */
	RECORD_CLOCK = 5,	/* the wall clock was set: boot_to_wall_ns is another from here on */
};

/* As large as an event, with its kind in the same place. */
struct record_mark {
	__u64 now_ns;
	__u64 zero;		/* where an event has its socket's key */
	struct kernel_counters counters;
	__s64 boot_to_wall_ns;	/* RECORD_CLOCK */
	__u8 unused[offsetof(struct event, kind) - 3 * sizeof(__u64) -
		    sizeof(struct kernel_counters)];
	__u8 kind;		/* RECORD_KIND_MARK */
	__u8 what;		/* enum record_what */
	__u8 unused2[sizeof(struct event) - offsetof(struct event, kind) - 2];
};

_Static_assert(sizeof(struct record_mark) == sizeof(struct event), "a mark is as long as an event");
_Static_assert(offsetof(struct record_mark, kind) == offsetof(struct event, kind),
	       "a mark has its kind where an event has it");
