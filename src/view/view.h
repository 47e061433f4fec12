/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A view: callbacks that turn events and stories into lines of output. Each has its own file and is
 * listed in view.c.
 *
 * A view appends to context->out and writes nothing itself. Its arguments are const and valid
 * during the call. Words come from names.h and numbers from fmt.h; untrusted bytes go through
 * escape.h or json_writer.h.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "diagnosis.h"
#include "host_table.h"
#include "json_select.h"
#include "members.h"
#include "otlp_sink.h"
#include "run_info.h"
#include "siphash.h"
#include "stuck_table.h"
#include "text_cache.h"
#include "verdict.h"

/* What stories are grouped by, with the words of --by. */
#define GROUP_BY_WORDS(X) \
	X(COMM, "comm")           /* name of the acting process */                                 \
	X(THREAD, "thread")       /* name of the acting thread */                                  \
	X(PID, "pid")                                                                              \
	X(EXE, "exe")             /* path of the program */                                        \
	X(CGROUP, "cgroup")                                                                        \
	X(UNIT, "unit")           /* innermost systemd unit, from the cgroup */                    \
	X(CONTAINER, "container")                                                                  \
	X(PORT, "port")           /* of the service: ours if we accepted, else the peer's */       \
	X(PEER, "peer")           /* the peer's address */                                         \
	X(PEER_PORT, "peer:port") /* the peer's address and port */                                \
	X(HOST, "host")           /* this host: --host of its recording, or its name */            \
	X(STACK, "stack")         /* of the call that ended the connection */

enum group_by {
	GROUP_BY_NONE,
#define X(id, word) GROUP_BY_##id,
	GROUP_BY_WORDS(X)
#undef X
	GROUP_BY_COUNT,
};

/* The keys that together make a group, in the order of --by. */
struct group_list {
	uint8_t nr;		/* 0, the default: who: COMM; hist: one group */
	uint8_t by[GROUP_BY_COUNT];	/* enum group_by, each at most once */
};

static inline bool group_list_has(const struct group_list *g, enum group_by by)
{
	for (unsigned i = 0; i < g->nr; i++)
		if (g->by[i] == by)
			return true;
	return false;
}

/* The output format; FORMAT_TEXT is the default of the views that have it. */
enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_FOLDED, FORMAT_COUNT };

/* The tables of the view top, with the words of --tab. */
#define TOP_TAB_WORDS(X)                                                                           \
	X(PROCESSES, "processes") X(SLOWEST, "slowest") X(OPEN, "open") X(STUCK, "stuck")

enum top_tab {
#define X(id, word) TOP_##id,
	TOP_TAB_WORDS(X)
#undef X
	TOP_TABS,
};

/* The word of --tab, NULL past the last. */
const char *top_tab_name(unsigned i);

/* Options that only some views have. All zero: the defaults. */
struct view_options {
	struct group_list groups;
	unsigned sort;		/* column of who, see who.h; 0 closes */
	unsigned top;		/* rows of who; 0 all */
	unsigned phases;	/* set of enum hist_time; 0 all */
	uint64_t interval_ns;	/* 0: print only at the end */
	enum top_tab tab;
	bool batch;		/* top: print text, even to a terminal */
	enum format format;
	bool ascii;
	bool by_comm;		/* serve: count closes by process name too */
	bool no_page;		/* serve: the page will not be asked for */
	bool only_slow;		/* otlp: --slow was given */
	bool at_once;		/* otlp: a request for each story (--flush) */
};

/* The word of --by, as "comm"; "" for GROUP_BY_NONE. */
const char *group_by_name(enum group_by by);

/* The terminal that the output goes to. */
struct terminal {
	unsigned columns;	/* 0: not a terminal */
	bool color;
	bool utf8;		/* the locale is UTF-8 */
	bool wide;		/* -w: lines are not cut */
};

/* Lookups of facts that events do not hold. NULL: that lookup is not available. */
struct lookup {
	/* The path of a task's cgroup, NULL unknown; pid is 0 if the task may have exited. */
	const char *(*cgroup_path)(void *arg, uint64_t id, uint32_t pid);
	void *cgroup_arg;
	/* The names of its Kubernetes pod, a text of pod_names.h; NULL or "" none. */
	const char *(*pod)(void *arg, uint64_t id, uint32_t pid);
	void *pod_arg;
	/* The path of the program, NULL unknown; valid until the next call. */
	const char *(*exe_path)(void *arg, const struct socket_call *a);
	void *exe_arg;
	/*
	 * The command line of a holder's process and its length in bytes; NULL unknown. Valid until
	 * the next call.
	 */
	const char *(*cmdline)(void *arg, const struct stuck_holder *o, size_t *len);
	void *cmdline_arg;
	const struct text_cache *stacks;	/* the user stacks of closes */
};

/*
 * The view top on a full screen shows the first refresh that has come as far as both of these; on a
 * live host, the next one.
 */
struct top_goal {
	uint64_t step;		/* number of the refresh, from 1 on; UINT64_MAX: that at the end */
	uint64_t wall_ns;
};

struct view_context {
	struct buf *out;
	const struct run_info *meta;	/* of the host whose event or story this is */
	/* Of several recordings, in no order; NULL: the run has one host, and no line names it. */
	const struct host_table *hosts;
	/* Sets meta and lookup to those of another host, for a story that was kept; see below. */
	void (*use_host)(void *arg, unsigned host);
	void *use_host_arg;
	/*
	 * Calls visit for each close in progress that the filters include, as of now_ns. NULL: the
	 * endpoints are not known.
	 */
	void (*visit_closing)(void *arg, uint64_t now_ns,
			      void (*visit)(void *visit_arg, const struct story *s,
					    const struct verdict *verdict), void *visit_arg);
	void *visit_closing_arg;
	const struct top_goal *goal;	/* top: the output is a full screen; NULL: text */
	struct terminal terminal;
	struct lookup lookup;
	const struct json_select *fields;	/* --fields: the keys of JSON; NULL all */
	struct members *members;	/* of a fleet, from its heartbeats; NULL: it is none */
	uint64_t now_ns;	/* of several hosts: the time up to which the input was read */
	bool times;		/* -T */
	bool follows;		/* --follow: the input may go on */
	bool live;		/* stories come when they happen: live, or with --follow */
	bool shows_stacks;	/* --stack: in text too */
	struct view_options options;
	uint64_t seed;		/* secret of the hash tables, because remote hosts choose keys */
	const struct siphash_key *fleet_key;	/* --fleet-key; NULL: not given */
	const struct otlp_sink *otlp_sink;	/* NULL: the requests of otlp become lines */
	void *state;		/* owned by the view, from start() to release(); NULL none */
	uint64_t counted, count_max;	/* of a view that counts itself: -n, 0 unlimited */
	uint64_t due_ns;	/* set by the view: the time of its next tick(); 0 never */
	void (*flush)(void *arg);	/* write and empty `out` if it is full; may be NULL */
	void *flush_arg;
};

enum view_id {
	VIEW_TRACE,
	VIEW_JSON,
	VIEW_EVENTS,
	VIEW_TIMELINE,
	VIEW_CONNECTIONS,
	VIEW_WHO,
	VIEW_HIST,
	VIEW_TOP,
	VIEW_REPORT,
	VIEW_OTLP,
	VIEW_SERVE,
	VIEW_RECORD,
	VIEW_STUCK,
	VIEW_DOCTOR,
	VIEW_STREAM,
	VIEW_COUNT,
};

/* The source of the data that a view shows. */
enum view_source {
	SOURCE_TRACE,		/* events: live, around a command, or from a recording */
	SOURCE_SCAN,		/* one or more walks over the sockets */
	SOURCE_DOCTOR,		/* an examination of this kernel and this user */
	SOURCE_STREAM,		/* the streams of a fleet */
};

struct view {
	enum view_id id;
	const char *name;
	const char *help;	/* one line */
	const char *manual;	/* for VIEW --help: the columns, and two examples */
	bool reports_itself;	/* its output includes the losses and the summary */
	enum view_source source;
	bool counts_itself;	/* -n limits context->counted, which the view sets */
	bool has_intervals;	/* TIME may follow its name: who 5, who 1m */
	const char *words;	/* that must follow its name, for VIEW --help; NULL none */
	uint8_t formats;	/* set of 1 << enum format */
	const struct view *json;	/* the view that prints its JSON; NULL: itself */
	/* Each may be NULL. */
	void (*start)(struct view_context *v);
	/* With several hosts: one of them is known from now on. Often right after start(). */
	void (*begin_host)(struct view_context *v, const struct host *host);
	void (*event)(struct view_context *v, const struct event *e);
	void (*story)(struct view_context *v, const struct story *s, const struct verdict *verdict);
	/*
	 * Called in place of story() for a story that the filters exclude and whose twin is known,
	 * or may be on another host: the twin may be a story that they include.
	 */
	void (*other_end)(struct view_context *v, const struct story *s,
			  const struct verdict *verdict);
	/* Called for each socket and holder that a walk found, before the stories of that host. */
	void (*walk)(struct view_context *v, const struct event *e, unsigned host);
	/* Called for an endpoint whose end was missed: its story does not come. */
	void (*lost_end)(struct view_context *v, const struct story *s);
	void (*lost)(struct view_context *v, const struct run_counts *t, uint64_t now_ns);
	void (*end)(struct view_context *v, const struct run_counts *t, uint64_t now_ns);
	void (*stuck)(struct view_context *v, const struct stuck_table *h, uint64_t now_ns);
	void (*doctor)(struct view_context *v, const struct diagnosis *h);
	/*
	 * Called at now_ns, which is due_ns or later: the view has seen everything before now_ns,
	 * and nothing after it. Sets the next due_ns.
	 */
	void (*tick)(struct view_context *v, uint64_t now_ns);
	void (*release)(struct view_context *v);	/* frees state */
};

/* The view with that name, or NULL. */
const struct view *view_find(const char *name);

/* The view with that id (enum view_id), NULL past the last; the first is the default. */
const struct view *view_at(unsigned i);

/* The view whose callbacks print v in that format, which must be one of v->formats. */
const struct view *view_printer(const struct view *v, enum format format);

/* The time of an event in nanoseconds since 1970. */
static inline uint64_t view_wall_ns(const struct view_context *v, uint64_t ts_ns)
{
	return ts_ns + (uint64_t)v->meta->boot_to_wall_ns;
}

/*
 * Make meta and lookup those of the host of a story that the view has kept. In a callback they are
 * already those of its event or story.
 */
static inline void view_use_host(const struct view_context *v, const struct story *s)
{
	if (v->use_host)
		v->use_host(v->use_host_arg, s->host);
}

/* The host of a story; NULL if the run has only one. */
static inline const struct host *view_host(const struct view_context *v, const struct story *s)
{
	return v->hosts ? v->hosts->host[s->host] : NULL;
}

/* The path of a task's cgroup, NULL unknown; pid is 0 if the task may have exited. */
static inline const char *view_cgroup_path(const struct view_context *v, uint64_t cgroup,
					   uint32_t pid)
{
	const struct lookup *l = &v->lookup;

	return l->cgroup_path ? l->cgroup_path(l->cgroup_arg, cgroup, pid) : NULL;
}

/* The names of the Kubernetes pod of a task's cgroup (pod_names.h); NULL or "" none. */
static inline const char *view_pod(const struct view_context *v, uint64_t cgroup, uint32_t pid)
{
	const struct lookup *l = &v->lookup;

	return l->pod ? l->pod(l->pod_arg, cgroup, pid) : NULL;
}

/* The command line of a holder's process and its length in bytes; NULL unknown. */
static inline const char *view_cmdline(const struct view_context *v, const struct stuck_holder *o,
				       size_t *len)
{
	const struct lookup *l = &v->lookup;

	return l->cmdline ? l->cmdline(l->cmdline_arg, o, len) : NULL;
}

/* The user stack of a call, in the format of stack_cache.h; NULL unknown. */
static inline const char *view_stack(const struct view_context *v, const struct socket_call *a)
{
	const struct text_cache *stacks = v->lookup.stacks;

	return stacks && a->effect_ns ? text_cache_text(stacks, a->tid, a->effect_ns) : NULL;
}

static inline void view_flush(const struct view_context *v)
{
	if (v->flush)
		v->flush(v->flush_arg);
}

/* The callback of view_json for a story: one line. */
void json_print_close(struct view_context *v, const struct story *s, const struct verdict *verdict);

/* The keys of a close, without kind and schema, of the host that meta and lookup are of. */
struct json;
void json_print_close_keys(struct view_context *v, struct json *j, const struct story *s,
			   const struct verdict *verdict);

/* The callback of view_json for the view stuck: a line per socket, then the summary. */
void json_print_stuck(struct view_context *v, const struct stuck_table *h, uint64_t now_ns);

/* The callback of view_json for the view doctor: a line per finding, then the summary. */
void json_print_doctor(struct view_context *v, const struct diagnosis *h);

extern const struct view view_stuck, view_trace, view_json, view_events, view_doctor;
extern const struct view view_timeline, view_who, view_hist, view_top, view_serve;
extern const struct view view_connections, view_connections_json, view_report, view_otlp;
