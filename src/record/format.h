/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The format of a recording.
 *
 * A recording is a series of gzip members (RFC 1952), so `zcat` opens it. Each member is at most
 * RECORD_MEMBER_MAX bytes before compression and is complete in itself: truncation or damage costs
 * only the member concerned. The first byte of a member is its type.
 *
 *	't'	the header: text, one "key value" per line, of which the first is
 *		"tcpclose recording". It has the schema, byte_order, event_size and tool version;
 *		what a view prints about the host and the hooks; and the names of the system
 *		calls, whose numbers differ between machines. Readers ignore unknown keys.
 *	'R'	records, delta-encoded (delta.h): struct event as the kernel side sent it,
 *		struct record_mark, struct record_annotation_part
 *
 * A recorder that continues a file writes another header. Records after it belong to another run of
 * the same host, perhaps after a reboot. A header after RECORD_MARK_NEXT_FILE does not begin a run:
 * it is that of the next file, which was joined to the one before.
 *
 * A recording that was merged from those of several hosts (record --replay A --replay B) has the
 * headers of all of them, each with the line "merged". Its records are in the order of time, and
 * RECORD_MARK_HOST precedes those of another host. Times remain those of each host's own clock.
 *
 * The records are the complete input of the run, in order, so that a replay makes the same
 * decisions. They are the events, and marks for the times at which timers expired and for the
 * counters of the kernel side. If an event refers to something by a number of this host, an
 * annotation with its meaning precedes the event; it is written once per file. The name of a
 * process is written again when it changes.
 */
#pragma once

#include <stddef.h>

#include "event.h"

#define RECORD_MEMBER_MAX (64u << 10)	/* bytes before compression */
#define RECORD_MEMBER_NS 1000000000ULL	/* a member spans at most this time */
#define RECORD_MAGIC "tcpclose recording\n"
#define RECORD_BODY 'R'
#define RECORD_KIND_MARK 200		/* these two are not kinds of events */
#define RECORD_KIND_ANNOTATION 201
#define RECORD_HOSTS_MAX 4096	/* in a merged recording */
/* The schema of a merged recording. Readers that know only one host in a file refuse it. */
#define RECORD_SCHEMA_MERGED (EVENT_SCHEMA + 100)
#define RECORD_ANNOTATION_MAX 16384	/* bytes of one text */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define RECORD_BYTE_ORDER "little"
#else
#define RECORD_BYTE_ORDER "big"
#endif

enum record_mark_type {
	RECORD_MARK_START = 1,	/* a file begins; its counts are relative to these counters */
	RECORD_MARK_TIME = 2,		/* the time is now_ns; timers up to then expire */
	RECORD_MARK_END = 3,		/* the run has ended */
	RECORD_MARK_NEXT_FILE = 4,	/* the file is full and continues in the next */
	RECORD_MARK_CLOCK_SET = 5,	/* the wall clock was set: boot_to_wall_ns is new */
	/* Until the next one, records are of another host; after a header, they are of its host. */
	RECORD_MARK_HOST = 6,
};

/* A mark has the size of an event, and its kind at the same offset. */
struct record_mark {
	__u64 now_ns;		/* CLOCK_BOOTTIME */
	__u64 zero;		/* at the offset of an event's socket key */
	struct kernel_counters counters;
	__s64 boot_to_wall_ns;	/* only in RECORD_MARK_CLOCK_SET */
	__u32 host;		/* only in RECORD_MARK_HOST: the number of its header, from 0 */
	__u8 unused[offsetof(struct event, kind) - 3 * sizeof(__u64) - sizeof(__u32) -
		    sizeof(struct kernel_counters)];
	__u8 kind;		/* RECORD_KIND_MARK */
	__u8 type;		/* enum record_mark_type */
	__u8 unused2[sizeof(struct event) - offsetof(struct event, kind) - 2];
};

_Static_assert(sizeof(struct record_mark) == sizeof(struct event),
	       "a mark is as long as an event");
_Static_assert(offsetof(struct record_mark, kind) == offsetof(struct event, kind),
	       "a mark has its kind at the offset of an event's kind");

enum record_annotation_type {
	RECORD_ANNOTATION_CGROUP = 1,	/* the path of the cgroup whose id is key */
	RECORD_ANNOTATION_STACK = 2,	/* the stack of thread key at at_ns (stack_text.h) */
	RECORD_ANNOTATION_PROCESS = 3,	/* the name of process key from here on */
	/*
	 * Findings of the recorder about the run; a reader that does not know them skips them. The
	 * socket with sk_key key and the cookie in the text (8 bytes) did not exist at at_ns, and
	 * its end was not seen.
	 */
	RECORD_ANNOTATION_VANISHED = 4,
	RECORD_ANNOTATION_UNCHECKED = 5,	/* run_counts.unchecked is key */
	RECORD_ANNOTATION_MAYBE_MISSED = 6,	/* run_counts.maybe_missed is key */
	/* From at_ns on. A text without bytes: unknown. */
	RECORD_ANNOTATION_EXE = 7,	/* the path of the executable of process key */
	RECORD_ANNOTATION_CMDLINE = 8,	/* its arguments, each with a NUL at its end */
	RECORD_ANNOTATION_NETNS = 9,	/* the name of the network namespace whose inode is key */
	/* At at_ns process key joined ("+") or left ("-") the tree of --tree. */
	RECORD_ANNOTATION_TREE = 10,
	/* The names of the Kubernetes pod of cgroup key: a text of core/pod_names.h. */
	RECORD_ANNOTATION_POD = 11,
	/* Of a stream: run_counts.sampled_out and events_spool_full are key so far. */
	RECORD_ANNOTATION_SAMPLED_OUT = 20,
	RECORD_ANNOTATION_SPOOL_FULL = 21,
	/*
	 * At at_ns a walk over the sockets is repeated: it begins (key 1, "again"), or has ended
	 * (key 0, "complete" or "incomplete"). Between them are its SOCKET and HOLDER events. They
	 * show which sockets are stuck at that time, and nothing new about the connections.
	 */
	RECORD_ANNOTATION_WALK = 22,
};

#define RECORD_ANNOTATION_PART_BYTES (offsetof(struct event, kind) - 4 * sizeof(__u64))

/*
 * A part of an annotation's text. Like a mark, it has the size of an event, and its kind at the
 * same offset. A long text is split into several consecutive parts.
 */
struct record_annotation_part {
	__u64 near_ns;		/* time of the previous record, because a small delta is short */
	__u64 zero;
	__u64 key;
	__u64 at_ns;		/* CLOCK_BOOTTIME; 0: unused */
	__u8 bytes[RECORD_ANNOTATION_PART_BYTES];
	__u8 kind;		/* RECORD_KIND_ANNOTATION */
	__u8 type;		/* enum record_annotation_type */
	__u8 len;		/* bytes in use */
	__u8 more;		/* the text continues in the next record */
	__u8 unused[sizeof(struct event) - offsetof(struct event, kind) - 4];
};

_Static_assert(sizeof(struct record_annotation_part) == sizeof(struct event),
	       "an annotation part is as long as an event");
_Static_assert(offsetof(struct record_annotation_part, kind) == offsetof(struct event, kind),
	       "an annotation part has its kind at the offset of an event's kind");
_Static_assert(RECORD_ANNOTATION_PART_BYTES < 256, "the length of a part fits into a byte");
