/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The names of attributes: semantic conventions 1.44.0, and ours with the prefix "tcpclose.". An
 * attribute whose value is unknown is left out. No attribute has a raw sequence number.
 */
#include "otlp.h"

#include <string.h>
#include <sys/socket.h>

#include "cgroup_names.h"
#include "close_facts.h"
#include "fmt.h"
#include "pod_names.h"
#include "syscall_names.h"
#include "time_units.h"

static void begin_attribute(struct json *j, const char *name, const char *type)
{
	json_begin_object(j);
	json_kv_str(j, "key", name);
	if (!json_kv_object(j, "value") || !json_key(j, type))
		j->buf->failed = true;	/* it selects no keys */
}

static void end_attribute(struct json *j)
{
	json_end_object(j);
	json_end_object(j);
}

static void add_bytes(struct json *j, const char *name, const void *bytes, size_t len)
{
	begin_attribute(j, name, "stringValue");
	json_bytes(j, bytes, len);
	end_attribute(j);
}

/* NULL and "": unknown. */
static void add_text(struct json *j, const char *name, const char *text)
{
	if (text && *text)
		add_bytes(j, name, text, strlen(text));
}

static void add_comm(struct json *j, const char *name, const uint8_t *comm)
{
	if (comm[0])
		add_bytes(j, name, comm, strnlen((const char *)comm, EVENT_COMM_LEN));
}

static void add_int(struct json *j, const char *name, int64_t value)
{
	begin_attribute(j, name, "intValue");
	json_begin_str(j);
	buf_i64(j->buf, value);
	json_end_str(j);
	end_attribute(j);
}

static void add_bool(struct json *j, const char *name, bool value)
{
	begin_attribute(j, name, "boolValue");
	json_bool(j, value);
	end_attribute(j);
}

static void add_seconds(struct json *j, const char *name, uint64_t ns)
{
	begin_attribute(j, name, "doubleValue");
	json_seconds(j, ns);
	end_attribute(j);
}

static void add_addr(struct json *j, const char *name, uint8_t family, const uint8_t *addr)
{
	begin_attribute(j, name, "stringValue");
	json_begin_str(j);
	fmt_addr(j->buf, family, addr);
	json_end_str(j);
	end_attribute(j);
}

/* The names that OpenTelemetry has for the machines of uname -m; another one is as it is. */
static const char *find_arch(const char *machine)
{
	static const char *const names[][2] = {
		{ "x86_64", "amd64" }, { "aarch64", "arm64" }, { "i686", "x86" },
		{ "armv7l", "arm32" }, { "ppc64le", "ppc64" },
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(machine, names[i][0]))
			return names[i][1];
	return machine;
}

/* One tracer of a host at a time: its name and its boot. */
static void add_instance(struct json *j, const struct run_info *m)
{
	struct buf text = { 0 };

	buf_str(&text, run_info_host(m));
	buf_char(&text, '/');
	buf_str(&text, m->boot_id);
	add_bytes(j, "service.instance.id", text.data, text.len);
	j->buf->failed |= text.failed;
	buf_release(&text);
}

static void add_name(struct json *j, const char *name, const struct pod_name *n)
{
	if (n->len)
		add_bytes(j, name, n->text, n->len);
}

/* What the path of a cgroup names, and what the kubelet calls that. */
static void add_container(const struct view_context *v, struct json *j,
			  const struct otlp_resource *r, const struct socket_call *a)
{
	struct pod_names n = pod_names_split(a ? view_pod(v, a->cgroup, a->pid) : NULL);

	if (r->container[0])
		add_bytes(j, "container.id", r->container, sizeof(r->container));
	if (r->pod[0])
		add_bytes(j, "k8s.pod.uid", r->pod, strnlen(r->pod, sizeof(r->pod)));
	add_name(j, "k8s.namespace.name", &n.namespace);
	add_name(j, "k8s.pod.name", &n.pod);
	add_name(j, "k8s.container.name", &n.container);
}

void otlp_print_resource(const struct view_context *v, struct json *j,
			 const struct otlp_resource *r, const struct socket_call *a)
{
	const struct run_info *m = v->meta;

	json_begin_object(j);
	if (json_kv_array(j, "attributes")) {
		add_text(j, "service.name", "tcpclose");
		add_text(j, "service.version", TCPCLOSE_VERSION);
		add_instance(j, m);
		add_text(j, "host.name", run_info_host(m));
		add_text(j, "host.arch", find_arch(m->machine));
		add_text(j, "os.type", "linux");
		add_text(j, "os.version", m->kernel);
		add_text(j, "tcpclose.boot.id", m->boot_id);
		add_container(v, j, r, a);
		json_end_array(j);
	}
	json_end_object(j);
}

struct otlp_resource otlp_find_resource(const struct view_context *v, const struct story *s,
					const struct verdict *verdict)
{
	const struct socket_call *a = close_actor(s, verdict);
	const char *path = a ? view_cgroup_path(v, a->cgroup, a->pid) : NULL;
	const char *id = path ? cgroup_names_container(path) : NULL;
	struct otlp_resource r = { .host = s->host };

	_Static_assert(sizeof(r.container) == CONTAINER_ID_LEN, "a container id fits");
	_Static_assert(sizeof(r.pod) == POD_UID_LEN, "the uid of a pod fits");
	if (id)
		memcpy(r.container, id, sizeof(r.container));
	if (path)
		cgroup_names_pod(path, r.pod);
	return r;
}

static void add_addresses(struct json *j, const struct story *s)
{
	const struct flow *w = &s->flow;
	bool known = s->opened != OPENED_UNKNOWN && !s->syns_crossed;
	bool client = s->opened == OPENED_CONNECT;

	add_text(j, "network.transport", "tcp");
	add_text(j, "network.type", w->family == 6 ? "ipv6" : "ipv4");
	add_addr(j, "network.local.address", w->family, w->local_addr);
	add_int(j, "network.local.port", w->local_port);
	add_addr(j, "network.peer.address", w->family, w->peer_addr);
	add_int(j, "network.peer.port", w->peer_port);
	if (!known)
		return;
	add_addr(j, "client.address", w->family, client ? w->local_addr : w->peer_addr);
	add_int(j, "client.port", client ? w->local_port : w->peer_port);
	add_addr(j, "server.address", w->family, client ? w->peer_addr : w->local_addr);
	add_int(j, "server.port", client ? w->peer_port : w->local_port);
}

static void add_executable(const struct view_context *v, struct json *j,
			   const struct socket_call *a)
{
	const struct lookup *l = &v->lookup;
	const char *path = l->exe_path ? l->exe_path(l->exe_arg, a) : NULL;
	const char *slash = path ? strrchr(path, '/') : NULL;

	add_text(j, "process.executable.name", slash ? slash + 1 : path);
	add_text(j, "process.executable.path", path);
}

/* "0::/system.slice/web.service", as /proc/PID/cgroup has it */
static void add_cgroup(const struct view_context *v, struct json *j, const struct socket_call *a)
{
	const char *path = view_cgroup_path(v, a->cgroup, a->pid), *unit;
	struct buf text = { 0 };
	size_t len;

	if (!path)
		return;
	buf_str(&text, "0::");
	buf_str(&text, path);
	add_bytes(j, "process.linux.cgroup", text.data, text.len);
	j->buf->failed |= text.failed;
	buf_release(&text);
	unit = cgroup_names_unit(path, &len);
	if (unit)
		add_bytes(j, "tcpclose.unit", unit, len);
}

/* The process that ended this end; if none did, the last one that used it, or one that holds it. */
static void add_process(const struct view_context *v, struct json *j, const struct story *s,
			const struct verdict *verdict)
{
	const struct socket_call *a = close_actor(s, verdict);
	const struct holder *o = s->scan.nr_holders ? s->scan.holders : NULL;

	if (!a && !o)
		return;
	add_int(j, "process.pid", a ? a->pid : o->pid);
	add_comm(j, "tcpclose.process.name", a ? a->process : o->process);
	add_comm(j, "thread.name", a ? a->comm : o->comm);
	if (!a)
		return;
	add_int(j, "thread.id", a->tid);
	add_int(j, "process.user.id", a->uid);
	if (a->exit_code >= 0)
		add_int(j, "process.exit.code", a->exit_code);
	add_executable(v, j, a);
	add_cgroup(v, j, a);
}

static const char *find_call_name(const struct socket_call *a)
{
	const char *name = a->trigger == TRIGGER_SYSCALL ?
			   syscall_name(a->syscall_nr, a->compat) : NULL;

	return name ? name : trigger_name(a->trigger);
}

static void add_calls(struct json *j, const struct verdict *verdict)
{
	const struct socket_call *a = verdict->trigger, *r = verdict->reset_by;

	if (a) {
		add_text(j, "tcpclose.trigger.call", find_call_name(a));
		if (a->how >= SHUT_RD && a->how <= SHUT_RDWR)
			add_text(j, "tcpclose.trigger.how", shut_how_name(a->how));
		if (a->fd >= 0)
			add_int(j, "tcpclose.trigger.fd", a->fd);
		if (a->signal >= 0)
			add_int(j, "tcpclose.trigger.signal", a->signal);
		if (a->deferred)
			add_bool(j, "tcpclose.trigger.deferred", true);
	}
	if (!r)
		return;
	add_text(j, "tcpclose.reset_by.call", find_call_name(r));
	if (r->fd >= 0)
		add_int(j, "tcpclose.reset_by.fd", r->fd);
	if (!a)
		return;
	add_int(j, "tcpclose.trigger.pid", a->pid);	/* process.pid is that of the RST */
	add_comm(j, "tcpclose.trigger.thread", a->comm);
}

static void add_ending(struct json *j, const struct story *s, const struct verdict *verdict)
{
	static const char *const opened[] = { [OPENED_UNKNOWN] = NULL, [OPENED_CONNECT] = "connect",
					      [OPENED_ACCEPT] = "accept" };
	enum class class = ending_class(verdict->ending);
	const char *reason = reason_name(verdict->reason);

	add_text(j, "tcpclose.opened", opened[s->opened]);
	add_text(j, "tcpclose.initiator", initiator_name(verdict->initiator));
	add_text(j, "tcpclose.ending", ending_name(verdict->ending));
	add_text(j, "tcpclose.class", class_name(class));
	add_text(j, "tcpclose.reason", reason);
	if (class != CLASS_CLEAN && class != CLASS_OPEN)
		add_text(j, "error.type", *reason ? reason : ending_name(verdict->ending));
	if (verdict->blame_known)
		add_text(j, "tcpclose.blame", blame_name(verdict->blame));
	if (story_is_self(s))
		add_bool(j, "tcpclose.self", true);
	if (verdict->middlebox != MIDDLEBOX_UNKNOWN)
		add_bool(j, "tcpclose.middlebox", verdict->middlebox == MIDDLEBOX_YES);
}

void otlp_print_phase_attributes(struct json *j, const struct phase_cut *cut)
{
	json_begin_array(j);
	if (cut) {
		add_bool(j, "tcpclose.phase.cut", true);
		if (cut->at_least)
			add_bool(j, "tcpclose.phase.at_least", true);
	}
	json_end_array(j);
}

static void add_phases(struct json *j, const struct verdict *verdict)
{
	static const char *const names[] = {
#define X(id, word) [PHASE_##id] = "tcpclose.phase." word,
		PHASES(X)
#undef X
	};
	const struct phase_cut *cut = &verdict->cut;

	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (verdict->phase[i].known)
			add_seconds(j, names[i], verdict->phase[i].ns);
	if (!cut->known)
		return;
	add_text(j, "tcpclose.cut.phase", phase_name(cut->phase));
	add_seconds(j, "tcpclose.cut.time", cut->ns);
	if (cut->at_least)
		add_bool(j, "tcpclose.cut.at_least", true);
}

static void add_ages(struct json *j, const struct story *s, const struct verdict *verdict)
{
	uint64_t ns;

	if (close_age(s, verdict, &ns))
		add_seconds(j, "tcpclose.age", ns);
	if (s->idle.sent_known)
		add_seconds(j, "tcpclose.idle.sent", s->idle.sent_ns);
	if (s->idle.received_known)
		add_seconds(j, "tcpclose.idle.received", s->idle.received_ns);
	if (s->srtt_us)
		add_seconds(j, "tcpclose.srtt", s->srtt_us * NS_PER_US);
}

static void add_counts(const struct view_context *v, struct json *j, const struct story *s)
{
	add_int(j, "tcpclose.bytes.sent", (int64_t)s->bytes_sent);
	add_int(j, "tcpclose.bytes.received", (int64_t)s->bytes_received);
	if (s->queues.known) {
		add_int(j, "tcpclose.bytes.unread", s->queues.unread);
		add_int(j, "tcpclose.bytes.unacked", s->queues.unacked);
		add_int(j, "tcpclose.bytes.unsent", s->queues.unsent);
	}
	if (close_lost_data(s)) {
		add_int(j, "tcpclose.data_lost.unread", s->data_lost.unread);
		add_int(j, "tcpclose.data_lost.unsent", s->data_lost.unsent);
		add_int(j, "tcpclose.data_lost.unacked", s->data_lost.unacked);
	}
	if (run_info_has_hook(v->meta, "fin_resent"))
		add_int(j, "tcpclose.fin.retransmits", s->fins.retransmits);
}

static void add_missing(struct json *j, const struct verdict *verdict)
{
	add_bool(j, "tcpclose.partial", verdict->partial);
	if (!verdict->nr_missing)
		return;
	begin_attribute(j, "tcpclose.missing", "arrayValue");
	json_begin_object(j);
	if (json_kv_array(j, "values")) {
		for (unsigned i = 0; i < verdict->nr_missing; i++) {
			json_begin_object(j);
			json_kv_str(j, "stringValue", verdict->missing[i]);
			json_end_object(j);
		}
		json_end_array(j);
	}
	json_end_object(j);
	end_attribute(j);
}

void otlp_print_attributes(const struct view_context *v, struct buf *b, const struct story *s,
			   const struct verdict *verdict)
{
	struct json j;

	json_init(&j, b);
	json_begin_array(&j);
	add_addresses(&j, s);
	add_int(&j, "tcpclose.netns", s->flow.netns);
	add_ending(&j, s, verdict);
	add_process(v, &j, s, verdict);
	add_calls(&j, verdict);
	add_phases(&j, verdict);
	add_ages(&j, s, verdict);
	add_counts(v, &j, s);
	add_missing(&j, verdict);
	json_end_array(&j);
}
