/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A .story: events of some sockets as text, what must come of them, and what every view prints.
 *
 *	# comment
 *	options -P 80 --max-open 2		as on tcpclose's command line
 *	hooks calls=inline late=none		how a hook is attached, else all are
 *	cgroup 7001 /system.slice/web.service	its path, else it is not known
 *	stack 5ms 4021 "0x1f\x09-\x09-\x09-\x09-"	of the thread, at its change of state
 *	socket A 10.0.0.1:51544 10.0.0.9:80 cookie=0x11 netns=1 sk=A
 *	set A srtt_us=180			values that persist
 *	0ms   A state SYN_SENT ESTABLISHED owned file-live in curl[4021] connect(5)
 *	5ms   A state ESTABLISHED FIN_WAIT1 owned file-dead in curl[4021] close(5)
 *	5ms   A call ESTABLISHED took=20us ret=0 in curl[4021] close(5)
 *	6ms   A state FIN_WAIT1 FIN_WAIT2 segment sent=1 acked dead
 *	6ms   A state FIN_WAIT2 CLOSE dead
 *	9ms   A late FIN,ACK seq=5000 ack=1001 substate=TIME_WAIT
 *	0ms   B socket CLOSE_WAIT age=2s	a walk found it, and who holds it
 *	0ms   B holder CLOSE_WAIT fd=9 in java[812]
 *	0ms   C socket TIME_WAIT substate=FIN_WAIT2 left=30s
 *	9ms   junk 17				17 bytes that are no event
 *	kernel ring-full=3 filtered=1		the kernel side's own counters
 *	tick 300ms				the clock says so much, nothing happened
 *	end 5s					the run is over, else at the last event
 *	expect A ending=four-way fd=5		a key=value each, see facts.h
 *	untold A				no story is told of it
 *	expect-tally seen=1 told=1		see facts.h
 *	--- trace				from here on written by --update
 *
 * Events stand in the order of their arrival: a CALL bears the time of its entry, and arrives when
 * it returns. Flags are those that `tcpclose events` prints. Sequence numbers and counters persist
 * from one event of a socket to the next, nothing else does. Beside key=value and key=+value (by
 * how much it grew) there are: sent=N (we sent N more), queued=N (N more wait in the send queue),
 * acked (all that was sent is), came=N (N more were received in order), acks (all that came is
 * acknowledged), read (and was read), segment (one more came). A FIN counts 1. A task is comm[pid]
 * or comm[pid/tid], then the system call it is in, then uid=N, exiting status=N or exiting
 * signal=N, kthread, io-worker.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "run_info.h"
#include "options.h"
#include "cgroup_cache.h"
#include "stack_cache.h"

#define SCRIPT_BASE_NS 1000000000000ULL	/* ts_ns of the time 0 */
#define SCRIPT_SOCKETS 16
#define SCRIPT_STEPS 256
#define SCRIPT_EXPECTS 64
#define SCRIPT_SECTIONS 16
#define SCRIPT_WHY 512

struct script_socket {
	const char *name;
	struct event now;	/* who it is, and the values that persist */
};

enum step_kind { STEP_EVENT, STEP_TICK, STEP_JUNK };

struct step {
	enum step_kind kind;
	uint64_t ts_ns;
	uint64_t junk_bytes;
	struct event event;
};

struct expect {
	const struct script_socket *socket;	/* NULL: the tally */
	unsigned line;
	int nr_words;
	char **word;		/* key=value each; owned */
	bool untold;
	unsigned seen;		/* stories that it was held against; the runner's */
};

struct section {
	const char *name, *text;	/* up to the end of the line, up to the next section */
	size_t name_len, len;
};

struct script {
	const char *path;
	char *text;		/* the file as it is, NUL-terminated */
	char *cut;		/* its copy, cut into words */
	size_t head_len;	/* bytes before the first section */
	unsigned line;		/* that is being read */
	struct options options;
	struct run_info meta;
	struct kernel_counters kernel;
	struct cgroup_cache *cgroup_cache;
	struct stack_cache *stacks;
	struct script_socket socket[SCRIPT_SOCKETS];
	struct step step[SCRIPT_STEPS];
	struct expect expect[SCRIPT_EXPECTS];
	struct section section[SCRIPT_SECTIONS];
	unsigned sockets, steps, expects, sections;
	uint64_t end_ns;
	char why[SCRIPT_WHY];	/* what is wrong with it: "file:line: ..." */
	bool skip;		/* ... but not its fault: this machine cannot play it */
};

/* False: why says what is wrong. Release it either way. */
bool script_load(struct script *s, const char *path);
void script_release(struct script *s);

/* Writes why, with the line being read; returns false. Only the first complaint counts. */
bool script_bad(struct script *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct script_socket *script_find(struct script *s, const char *name);

/* An event line after its time: "A state ...". *e becomes what the kernel side would send. */
bool script_event(struct script *s, struct event *e, uint64_t ts_ns, char **word, int n);

/* key=value, sent=N, acked...: what persists. False: the word is none of them, or why is set. */
bool script_number(struct script *s, struct event *e, const char *word);
