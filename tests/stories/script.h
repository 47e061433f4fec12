/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A .story file: events of some sockets as text, the expected results, and the output of every
 * view.
 *
 *	# comment
 *	options -P 80 --max-open 2		as on tcpclose's command line
 *	hooks calls=inline late=none		how hooks are attached; default: all are attached
 *	cgroup 7001 /system.slice/web.service	the path of a cgroup; default: unknown
 *	stack 5ms 4021 "0x1f\x09-\x09-\x09-\x09-"	stack of a thread at a change of state
 *	socket A 10.0.0.1:51544 10.0.0.9:80 cookie=0x11 netns=1 sk=A
 *	set A srtt_us=180			values that persist
 *	0ms   A state SYN_SENT ESTABLISHED owned file-live in curl[4021] connect(5)
 *	5ms   A state ESTABLISHED FIN_WAIT1 owned file-dead in curl[4021] close(5)
 *	5ms   A call ESTABLISHED took=20us ret=0 in curl[4021] close(5)
 *	6ms   A state FIN_WAIT1 FIN_WAIT2 segment sent=1 acked dead
 *	6ms   A state FIN_WAIT2 CLOSE dead
 *	9ms   A late FIN,ACK seq=5000 ack=1001 substate=TIME_WAIT
 *	0ms   B socket CLOSE_WAIT age=2s	found by the iterator; the next line: a holder
 *	0ms   B holder CLOSE_WAIT fd=9 in java[812]
 *	0ms   C socket TIME_WAIT substate=FIN_WAIT2 left=30s
 *	9ms   D gone			its socket is gone, and its end was not seen
 *	9ms   junk 17				17 bytes that are not an event
 *	kernel ring-full=3 filtered=1		the counters of the BPF side
 *	tick 300ms				this time has passed without an event
 *	end 5s					end of the run; default: the last event
 *	expect A ending=four-way fd=5		key=value pairs, see facts.h
 *	untold A				no story of A may be reported
 *	expect-tally seen=1 told=1		see facts.h
 *	--- trace				from here on written by --update
 *
 * Events are in the order of their arrival: a CALL has the time of its entry, and arrives when it
 * returns. The flags are those that `tcpclose events` prints. Sequence numbers and counters persist
 * from one event of a socket to the next; all other values do not. Besides key=value and key=+value
 * (an increment) there are: sent=N (we sent N more bytes), queued=N (N more bytes wait in the send
 * queue), acked (all sent bytes are acknowledged), came=N (N more bytes were received in order),
 * acks (we acknowledged all received bytes), read (the program read all received bytes), segment
 * (one more segment was received). A FIN counts as 1 byte. A task is comm[pid] or comm[pid/tid],
 * then its current system call, then uid=N, exiting status=N or exiting signal=N, kthread,
 * io-worker, process=NAME (its process has another name than the thread), process-unknown (neither
 * flag, as in old recordings). Names of processes do not persist.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "run_info.h"
#include "options.h"
#include "text_cache.h"

#define SCRIPT_BASE_NS 1000000000000ULL	/* ts_ns of the time 0 */
#define SCRIPT_SOCKETS 16
#define SCRIPT_STEPS 256
#define SCRIPT_EXPECTS 64
#define SCRIPT_SECTIONS 16
#define SCRIPT_WHY 512

struct script_socket {
	const char *name;
	struct event now;	/* its identity, and the values that persist */
};

enum step_kind { STEP_EVENT, STEP_TICK, STEP_JUNK, STEP_GONE };

struct step {
	enum step_kind kind;
	uint64_t ts_ns;
	uint64_t junk_bytes;
	struct event event;	/* STEP_GONE: only its key and its cookie */
	char process[EVENT_COMM_LEN];	/* the name that comes before the event; "" none */
};

struct expect {
	const struct script_socket *socket;	/* NULL: the tally */
	unsigned line;
	int nr_words;
	char **word;		/* key=value pairs; owned */
	bool untold;
	unsigned seen;		/* number of stories compared with it; set by the runner */
};

struct section {
	/* name: to the end of the line; text: to the next section */
	const char *name, *text;
	size_t name_len, len;
};

struct script {
	const char *path;
	char *text;		/* the unchanged file, NUL-terminated */
	char *cut;		/* a copy, split into words */
	size_t head_len;	/* bytes before the first section */
	unsigned line;		/* the current line */
	struct options options;
	struct run_info meta;
	struct kernel_counters kernel;
	struct text_cache *cgroups;
	struct text_cache *stacks;
	struct script_socket socket[SCRIPT_SOCKETS];
	struct step step[SCRIPT_STEPS];
	struct expect expect[SCRIPT_EXPECTS];
	struct section section[SCRIPT_SECTIONS];
	unsigned sockets, steps, expects, sections;
	uint64_t end_ns;
	char why[SCRIPT_WHY];	/* the error: "file:line: ..." */
	bool skip;		/* the script is valid, but this machine cannot play it */
};

/* Loads a script. Returns false with the error in why. The caller releases it in both cases. */
bool script_load(struct script *s, const char *path);
void script_release(struct script *s);

/* Writes the error and the current line to why, unless there is an error already. Returns false. */
bool script_bad(struct script *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct script_socket *script_find(struct script *s, const char *name);

/* Parses an event line after its time: "A state ...". Fills the step as the BPF side would. */
bool script_event(struct script *s, struct step *t, char **word, int n);

/*
 * Parses a word for a value that persists: key=value, sent=N, acked... Returns false if the word is
 * none of these, or on an error, with why set.
 */
bool script_number(struct script *s, struct event *e, const char *word);
