/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "json_keys.h"

#include <string.h>

#include "view.h"

#define BIT(view) (1u << VIEW_##view)
#define SUMS (BIT(WHO) | BIT(HIST))
#define EVERY (BIT(JSON) | BIT(CONNECTIONS) | SUMS | BIT(STUCK) | BIT(DOCTOR))

#define X_PHASE_KEY(id, word) ("phase_ns." word),
#define X_CLIENT_PHASE_KEY(id, word) ("client.phase_ns." word),
#define X_SERVER_PHASE_KEY(id, word) ("server.phase_ns." word),
#define X_ENDING_KEY(id, word, class) ("endings." word),

/* The process and the call that connections names. */
#define ACTOR_KEYS(P) \
	P "side", P "host", P "pid", P "comm", P "process", P "call", P "fd",

/* The object meta. kind is always printed. */
static const char *const meta_keys[] = {
	"kind", "schema", "host", "version", "hostname", "kernel", "machine", "boot_id",
	"hooks", "hooks.calls", "hooks.late", "hooks.reset_sent", "hooks.reset_late",
	"hooks.reset_received", "hooks.fin_resent", "hooks.state", "hooks.destroy",
	"hooks.tree", "hooks.walk", "hooks.stack",
	NULL
};

/* P: what is before each path. PHASE: an X() of PHASES(). */
#define CLOSE_KEYS(P, PHASE)								\
	P "start", P "time", P "host", P "boot_id", P "family", P "netns",		\
	P "cookie", P "local_addr", P "local_port", P "peer_addr", P "peer_port",	\
	P "iss", P "irs", P "v4_mapped", P "opened", P "age_ns", P "idle_ns",		\
	P "idle_ns.sent", P "idle_ns.received", P "age_at_least_ns", P "holders",	\
	P "holders.pid", P "holders.comm", P "holders.process", P "holders.fd",		\
	P "initiator", P "ending", P "class", P "reason", P "trigger",			\
	P "trigger.call", P "trigger.how", P "trigger.fd", P "trigger.pid",		\
	P "trigger.tid", P "trigger.comm", P "trigger.process", P "trigger.ret",	\
	P "trigger.uid", P "trigger.call_ns", P "trigger.signal",			\
	P "trigger.exit_code", P "trigger.cgroup", P "trigger.unit",			\
	P "trigger.container", P "trigger.pod", P "trigger.k8s_namespace",		\
	P "trigger.k8s_pod", P "trigger.k8s_container", P "trigger.deferred",		\
	P "trigger.stack", P "trigger.stack.symbol", P "trigger.stack.offset",		\
	P "trigger.stack.module", P "trigger.stack.module_offset",			\
	P "trigger.stack.address", P "trigger.stack.raw_symbol", P "trigger.stack.file",	\
	P "trigger.stack.line", P "trigger.stack.inlined", P "reset_by", P "reset_by.call", \
	P "reset_by.how", P "reset_by.fd", P "reset_by.pid", P "reset_by.tid",		\
	P "reset_by.comm", P "reset_by.process", P "reset_by.ret",			\
	P "reset_by.stack", P "reset_by.stack.symbol", P "reset_by.stack.offset",	\
	P "reset_by.stack.module", P "reset_by.stack.module_offset",			\
	P "reset_by.stack.address", P "reset_by.stack.raw_symbol", P "reset_by.stack.file", \
	P "reset_by.stack.line", P "reset_by.stack.inlined",				\
	P "calls", P "calls.call", P "calls.how",					\
	P "calls.fd", P "calls.pid", P "calls.tid", P "calls.comm",			\
	P "calls.process", P "calls.ret", P "calls.at_ns", P "calls.effect",		\
	P "calls_omitted", P "waves", P "waves.wave", P "waves.flag", P "waves.dir",	\
	P "waves.at_ns", P "waves.seq", P "waves.ack", P "waves.exact", P "states",	\
	P "phase_ns", PHASES(PHASE) P "cut", P "cut.phase", P "cut.ns",			\
	P "cut.at_least", P "blame", P "bytes", P "bytes.sent", P "bytes.received",	\
	P "bytes.unread", P "bytes.unacked", P "bytes.unsent", P "data_lost",		\
	P "data_lost.unread", P "data_lost.unsent", P "data_lost.unacked",		\
	P "fin_retransmits", P "peer_fin_retransmits", P "srtt_us", P "twin",		\
	P "twin.pid", P "twin.comm", P "twin.process", P "twin.cookie",			\
	P "twin.host", P "self", P "middlebox", P "partial", P "missing",

static const char *const close_keys[] = { CLOSE_KEYS("", X_PHASE_KEY) NULL };

/* client and server are objects of kind close. */
static const char *const connection_keys[] = {
	"time", "one_sided", "roles_known",
	"initiator", ACTOR_KEYS("initiator.")
	"blame", "blame.cause", "blame.ns", "blame.at_least", ACTOR_KEYS("blame.")
	"clock_offset_ns",
	"one_way_ns", "one_way_ns.client_fin", "one_way_ns.server_fin",
	"clock_stepped", "middlebox", "disagreement",
	"joined", "alone", "evicted", "clock_steps",
	"client", "client.kind", CLOSE_KEYS("client.", X_CLIENT_PHASE_KEY)
	"server", "server.kind", CLOSE_KEYS("server.", X_SERVER_PHASE_KEY)
	NULL
};

/* The objects lost and summary of the views that trace. */
static const char *const count_keys[] = {
	"time",
	"events", "events.ring_full", "events.calls_full", "events.malformed",
	"events.spool_full",
	"endpoints", "endpoints.table_full", "endpoints.end_missed", "endpoints.vanished",
	"maybe_missed", "seen", "told", "filtered", "open", "unchecked",
	"lost", "lost.table_full", "lost.end_missed", "lost.vanished",
	"events_lost", "events_lost.ring_full", "events_lost.calls_full",
	"events_lost.malformed", "events_lost.spool_full", "sampled_out",
	"stream", "stream.segments", "stream.lost", "stream.late", "stream.repeated",
	"stream.refused",
#define X(id, word) ("stream.refused." word),
	STREAM_REFUSALS(X)
#undef X
	NULL
};

/* What who and hist have in common. */
static const char *const group_keys[] = {
	"start", "time", "total", "by", "other", "comm", "thread", "pid", "exe", "cgroup",
	"unit", "container", "port", "peer", "peer_addr", "peer_port", "host",
	"stack", "stack_missing",
	NULL
};

static const char *const who_keys[] = {
	"groups", "closes", "open", "time_wait", "closes_per_1000s", "time_wait_per_1000s",
	"calls", "calls.close", "calls.shutdown_wr", "calls.shutdown_rdwr", "calls.exit",
	"calls.signal", "calls.other_call", "calls.no_call",
	"classes", "classes.clean", "classes.reset", "classes.timeout",
	"classes.other_end", "classes.open",
	"resets", "resets.sent", "resets.received",
	"initiators", "initiators.local", "initiators.peer", "initiators.both",
	"initiators.nobody", "initiators.unknown",
	"endings", ENDINGS(X_ENDING_KEY)
	"reasons", "reasons.ending", "reasons.reason", "reasons.count",
	"reasons.data_lost",
	"data_lost",
	"app_hold_ns", "app_hold_ns.count", "app_hold_ns.p50", "app_hold_ns.p99",
	"app_hold_ns.max", "app_hold_ns.cut",
	"peer_hold_ns", "peer_hold_ns.count", "peer_hold_ns.p50", "peer_hold_ns.p99",
	"peer_hold_ns.max", "peer_hold_ns.cut",
	NULL
};

static const char *const hist_keys[] = {
	"phase", "count", "p50_ns", "p90_ns", "p99_ns", "max_ns", "cut",
	"bins", "bins.from_ns", "bins.to_ns", "bins.count", "bins.cut",
	NULL
};

/* The objects stuck and summary of the view stuck. */
static const char *const stuck_keys[] = {
	"time", "host", "family", "netns", "cookie", "local_addr", "local_port", "peer_addr",
	"peer_port", "state", "substate", "age_ns", "age_at_least_ns", "age_source",
	"eof_read", "unread", "unacked", "unsent", "retransmits", "uid",
	"idle_ns", "idle_ns.sent", "idle_ns.received",
	"expires_in_ns", "orphan",
	"holders", "holders.pid", "holders.comm", "holders.process", "holders.fd",
	"holders.uid", "holders.cgroup", "holders.unit", "holders.container",
	"holders.pod", "holders.k8s_namespace", "holders.k8s_pod", "holders.k8s_container",
	"holders.cmdline",
	"advice", "seen", "told", "filtered", "open",
	"lost", "lost.table_full", "lost.end_missed",
	"holders_lost", "age_unknown",
	"walk", "walk.source", "walk.namespaces", "walk.left_out", "walk.hidden",
	"walk.own_netns_only", "walk.hidden_fds", "walk.cut_short", "walk.orphans_counted",
	"walk.orphans_elsewhere",
	"ports", "ports.omitted", "ports.lost", "ports.left_out", "ports.destinations",
	"ports.destinations.family", "ports.destinations.netns",
	"ports.destinations.local_addr", "ports.destinations.peer_addr",
	"ports.destinations.peer_port", "ports.destinations.range_low",
	"ports.destinations.range_high", "ports.destinations.usable",
	"ports.destinations.used", "ports.destinations.time_wait",
	"ports.destinations.closes_last_5s", "ports.destinations.reusable",
	"ports.destinations.exhausted_in_ns",
	NULL
};

/* The objects doctor and summary of the view doctor. */
static const char *const doctor_keys[] = {
	"group", "name", "status", "value", "about", "without", "cost", "cost_source",
	"mend", "can_trace", "why", "ok", "limited", "missing", "unknown",
	NULL
};

/* The objects stream and host of stream info. */
static const char *const stream_keys[] = {
	"kind", "schema", "name", "messages", "bytes", "oldest", "newest", "max_age_ns",
	"max_bytes", "partitions", "replicas", "leader", "peers", "peers.name", "peers.current",
	"peers.offline", "peers.lag", "host", "heard", "heard_age_ns", "silent", "ended", "run",
	"version", "kernel", "seen", "told", "events_lost", "spool_dropped", "spool_waiting",
	"lag_segments",
	NULL
};

static const struct {
	const char *const *paths;
	uint32_t views;		/* those that print such objects */
} objects[] = {
	{ meta_keys, EVERY },
	{ close_keys, BIT(JSON) },
	{ connection_keys, BIT(CONNECTIONS) },
	{ count_keys, BIT(JSON) | BIT(CONNECTIONS) | SUMS },
	{ group_keys, SUMS },
	{ who_keys, BIT(WHO) },
	{ hist_keys, BIT(HIST) },
	{ stuck_keys, BIT(STUCK) },
	{ doctor_keys, BIT(DOCTOR) },
	{ stream_keys, BIT(STREAM) },
};

#define OBJECTS (sizeof(objects) / sizeof(*objects))

const char *json_key_path(unsigned i)
{
	for (unsigned k = 0; k < OBJECTS; k++)
		for (unsigned n = 0; objects[k].paths[n]; n++)
			if (!i--)
				return objects[k].paths[n];
	return NULL;
}

/* Is the i-th path the first one that is the same? */
static bool is_first(unsigned i)
{
	unsigned first = 0;

	while (strcmp(json_key_path(first), json_key_path(i)))
		first++;
	return first == i;
}

const char *json_key_word(unsigned i)
{
	for (unsigned n = 0; json_key_path(n); n++)
		if (!strchr(json_key_path(n), '.') && is_first(n) && !i--)
			return json_key_path(n);
	return NULL;
}

const char *json_key_find(const char *path, uint32_t *views)
{
	const char *found = NULL;

	*views = 0;
	for (unsigned k = 0; k < OBJECTS; k++)
		for (unsigned n = 0; objects[k].paths[n]; n++)
			if (!strcmp(objects[k].paths[n], path)) {
				found = objects[k].paths[n];
				*views |= objects[k].views;
			}
	return found;
}
