/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A view: callbacks that turn facts and stories into lines of output. One file each, listed in
 * view.c.
 *
 * A view appends to context->out and writes nothing itself. What it is handed is const and valid
 * during the call. Words come from names.h, numbers from fmt.h, strangers' bytes go through escape.h
 * or json_writer.h.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "diagnosis.h"
#include "run_info.h"
#include "stack_cache.h"
#include "stuck_table.h"
#include "verdict.h"

/* By what stories are summed up, and its word. */
#define GROUP_BY_WORDS(X) \
	X(COMM, "comm")           /* name of the task that did it */                               \
	X(PID, "pid")                                                                              \
	X(EXE, "exe")             /* the program's file */                                         \
	X(CGROUP, "cgroup")                                                                        \
	X(CONTAINER, "container")                                                                  \
	X(PORT, "port")           /* the service's: ours if we accepted, else the peer's */        \
	X(PEER, "peer")           /* the peer's address */

enum group_by {
	GROUP_BY_DEFAULT,	/* who: COMM; hist: all in one */
#define X(id, word) GROUP_BY_##id,
	GROUP_BY_WORDS(X)
#undef X
	GROUP_BY_COUNT,
};

/* How a view prints; FORMAT_TEXT is the default of those that have it. */
enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_COUNT };

/* The options of single views. All zero: the view's defaults. */
struct view_options {
	enum group_by by;
	unsigned sort;		/* column of who, see who.h; 0 closes */
	unsigned phases;	/* set of enum phase; 0 all */
	uint64_t interval_ns;	/* 0: at the end alone */
	enum format format;
	bool ascii;
};

/* "comm"; "" of GROUP_BY_DEFAULT */
const char *group_by_name(enum group_by by);

/* What the output is read on. */
struct terminal {
	unsigned columns;	/* 0: not a terminal */
	bool color;
	bool utf8;		/* it shows more than ASCII */
	bool wide;		/* -w: lines are not cut */
};

/* Where a view finds what events do not hold. A part that is NULL knows nothing. */
struct lookup {
	/* The path of a task's cgroup; pid is 0 where the task may have exited. */
	const char *(*cgroup_path)(void *arg, uint64_t id, uint32_t pid);
	void *cgroup_arg;
	/* The path of the program, valid until the next call. */
	const char *(*exe_path)(void *arg, const struct socket_call *a);
	void *exe_arg;
	const struct stack_cache *stacks;	/* the user stacks of closes */
};

struct view_context {
	struct buf *out;
	const struct run_info *meta;
	struct terminal terminal;
	struct lookup lookup;
	bool times;		/* -T */
	bool shows_stacks;	/* --stack: in text too */
	struct view_options options;
	uint64_t seed;		/* keys the hashes of what strangers choose */
	void *state;		/* the view's own, from start() to release(); NULL: none */
	uint64_t due_ns;	/* the view's: when it wants its tick(); 0 never */
	void (*flush)(void *arg);	/* writes and empties out, if it is full; or NULL */
	void *flush_arg;
};

enum view_id {
	VIEW_TRACE,
	VIEW_JSON,
	VIEW_EVENTS,
	VIEW_TIMELINE,
	VIEW_WHO,
	VIEW_HIST,
	VIEW_RECORD,
	VIEW_STUCK,
	VIEW_DOCTOR,
	VIEW_COUNT,
};

/* Where a view gets what it shows. */
enum view_source {
	SOURCE_TRACE,		/* events: live, around a command, or of a recording */
	SOURCE_SCAN,		/* one walk over the sockets, or several */
	SOURCE_DOCTOR,		/* what this kernel and this user can do */
};

struct view {
	enum view_id id;
	const char *name;
	const char *help;	/* one line */
	const char *manual;	/* for --help: what is to be seen, and examples */
	bool reports_itself;	/* loss and summary are part of its output */
	enum view_source source;
	bool has_intervals;	/* SECONDS may follow its name: who 5 */
	uint8_t formats;	/* set of 1 << enum format */
	const struct view *json;	/* prints it as JSON; NULL: the view does so itself */
	/* Each may be NULL. */
	void (*start)(struct view_context *v);
	void (*event)(struct view_context *v, const struct event *e);
	void (*story)(struct view_context *v, const struct story *s, const struct verdict *verdict);
	void (*lost)(struct view_context *v, const struct run_counts *t, uint64_t now_ns);
	void (*end)(struct view_context *v, const struct run_counts *t, uint64_t now_ns);
	void (*stuck)(struct view_context *v, const struct stuck_table *h, uint64_t now_ns);
	void (*doctor)(struct view_context *v, const struct diagnosis *h);
	/*
	 * Time has come to now_ns, which is not before due_ns: what happened before has been told,
	 * and nothing that happened later. It sets due_ns anew.
	 */
	void (*tick)(struct view_context *v, uint64_t now_ns);
	void (*release)(struct view_context *v);	/* of state */
};

/* The view of that name, or NULL. */
const struct view *view_find(const char *name);

/* The view with that id (enum view_id), NULL past the last; the first is the default. */
const struct view *view_at(unsigned i);

/* The view whose callbacks print v in that format, which is one of its formats. */
const struct view *view_printer(const struct view *v, enum format format);

/* An instant of an event as nanoseconds since 1970. */
static inline uint64_t view_wall_ns(const struct view_context *v, uint64_t ts_ns)
{
	return ts_ns + (uint64_t)v->meta->boot_to_wall_ns;
}

/* The path of a task's cgroup, NULL not known; pid: of a task that still is, 0 maybe not. */
static inline const char *view_cgroup_path(const struct view_context *v, uint64_t cgroup, uint32_t pid)
{
	const struct lookup *l = &v->lookup;

	return l->cgroup_path ? l->cgroup_path(l->cgroup_arg, cgroup, pid) : NULL;
}

/* How the act came to what it did, as stacks.h has it; NULL not known. */
static inline const char *view_stack(const struct view_context *v, const struct socket_call *a)
{
	const struct stack_cache *stacks = v->lookup.stacks;

	return stacks && a->effect_ns ? stack_cache_find(stacks, a->tid, a->effect_ns) : NULL;
}

static inline void view_flush(const struct view_context *v)
{
	if (v->flush)
		v->flush(v->flush_arg);
}

/* The part of view_json that tells what hangs. */
void json_print_stuck(struct view_context *v, const struct stuck_table *h, uint64_t now_ns);

/* The part that tells what the kernel and the user can do. */
void json_print_doctor(struct view_context *v, const struct diagnosis *h);

extern const struct view view_stuck, view_trace, view_json, view_events, view_doctor;
extern const struct view view_timeline, view_who, view_hist;
