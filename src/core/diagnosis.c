/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "diagnosis.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "array.h"

#define HAS_CAP(caps, name) ((caps) & UINT64_C(1) << CAP_##name)

/* The texts about one hook. */
struct hook_text {
	const char *name;
	bool essential;
	const char *about, *impact;	/* what it shows; what is lost without it */
	const char *how, *cost;		/* the cost, measured with this way of attaching */
	const char *fix;		/* what to do where it is not attached */
};

static const struct hook_text hook_texts[] = {
	{ "state", true, "every change of a TCP socket's state", "no close can be reported",
	  "tp_btf",
	  "3010 ns per connection over loopback, both ends (10 changes), plus 658 ns to miss no "
	  "event",
	  NULL },
	{ "destroy", true, "the release of a socket", "no close can be reported",
	  "tp_btf", "133 ns per connection, plus 126 ns to miss no event", NULL },
	{ "reset_sent", false, "RSTs that this host sends, and why",
	  "they are reported only where the socket's own fields show them",
	  "tp_btf", "107 ns per RST, plus 59 ns to miss no event",
	  "a kernel with the tracepoint tcp_send_reset; from 6.10 on it gives reasons" },
	{ "reset_late", false, "RSTs for sockets that no longer exist",
	  "a RST after close() is not reported; where the kernel may have made no minisock, the "
	  "connection is reported as open",
	  NULL, NULL, "Linux 6.10 or newer, or fentry" },
	{ "reset_received", false, "RSTs that peers send",
	  "they are reported only where the socket's error shows them",
	  NULL, NULL, "a kernel with the tracepoint tcp_receive_reset" },
	{ "fin_resent", false, "retransmitted FINs",
	  "blame is never lost-fin, and fin_retransmits is null",
	  NULL, NULL, "a kernel with the tracepoint tcp_retransmit_skb" },
	{ "late", false, "segments that arrive after close()",
	  "a peer's FIN that reaches a minisock is not seen: such a close is reported at once, as "
	  "open",
	  "tp_btf", "65 ns per packet that the host drops, plus 58 ns to miss no event",
	  "Linux 6.11 or newer, or fentry, or CAP_SYSLOG for the addresses in /proc/kallsyms" },
	{ "calls", false, "close() and shutdown(), entry to return",
	  "(inline) calls that ended nothing, return values and durations are not reported",
	  NULL, NULL, "fentry, kprobes or tracepoints, as below" },
	{ "tree", false, "the processes that COMMAND starts, and theirs", "--tree cannot work",
	  NULL, NULL, "a kernel that has BTF and tracing programs" },
	{ "walk", false, "sockets that are closing already",
	  "their closes are reported without the beginning, and stuck shows less",
	  NULL, NULL, "a kernel with BPF iterators over TCP sockets and open files" },
};

struct cap_text {
	const char *name, *about, *impact, *fix;
	unsigned cap;
	enum diagnosis_level level;	/* of the finding, where it is missing */
};

#define SETCAP                                                                                     \
	"sudo tcpclose; or sudo setcap cap_bpf,cap_perfmon+ep FILE; systemd: AmbientCapabilities="
#define ADD "sudo, or add it to those of setcap or AmbientCapabilities="

static const struct cap_text cap_texts[] = {
	{ "CAP_BPF", "to load BPF programs", "tracing is impossible", SETCAP "CAP_BPF", CAP_BPF,
	  DIAGNOSIS_MISSING },
	{ "CAP_PERFMON", "to attach them, and to read kernel memory", "tracing is impossible",
	  SETCAP "CAP_PERFMON", CAP_PERFMON, DIAGNOSIS_MISSING },
	{ "CAP_SYS_ADMIN", "to enter other network namespaces",
	  "sockets there that are stuck or closing already are not found; syscall tracepoints "
	  "cannot be used where tracefs is not mounted",
	  ADD, CAP_SYS_ADMIN, DIAGNOSIS_LIMITED },
	{ "CAP_SYS_PTRACE", "to find the network namespaces of all processes",
	  "namespaces with only other users' processes in them are not found", ADD, CAP_SYS_PTRACE,
	  DIAGNOSIS_LIMITED },
	{ "CAP_DAC_READ_SEARCH", "to read tracefs, and to open cgroups by number",
	  "syscall tracepoints cannot be used, and the cgroups of processes that have ended have "
	  "no name",
	  ADD, CAP_DAC_READ_SEARCH, DIAGNOSIS_LIMITED },
};

/* Append to a text in a buffer of size bytes; what does not fit is cut off. */
static void append_text(char *text, size_t size, const char *more)
{
	size_t at = strlen(text), len = strlen(more);

	if (len > size - 1 - at)
		len = size - 1 - at;
	memcpy(text + at, more, len);
	text[at + len] = '\0';
}

static void append_u64(char *text, size_t size, uint64_t v)
{
	char digits[21], *first = digits + sizeof(digits) - 1;

	*first = '\0';
	do {
		*--first = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	append_text(text, size, first);
}

/* Add a finding. DIAGNOSIS_MAX is enough for all; one more would overwrite the last. */
static struct finding *add_finding(struct diagnosis *h, enum diagnosis_group group,
				   const char *name, enum diagnosis_level level, const char *value)
{
	struct finding *f = &h->finding[h->nr];

	if (h->nr < DIAGNOSIS_MAX - 1)
		h->nr++;
	*f = (struct finding){ .group = group, .name = name, .level = level };
	if (value)
		append_text(f->value, sizeof(f->value), value);
	return f;
}

static struct finding *explain_finding(struct finding *f, const char *about, const char *impact,
				       const char *fix)
{
	f->about = about;
	f->impact = impact;
	f->fix = fix;
	return f;
}

/* "open and close of a file 600 -> 770 ns" */
static void append_cost(struct finding *f, const char *what, const uint64_t ns[2])
{
	append_text(f->cost, sizeof(f->cost), what);
	append_u64(f->cost, sizeof(f->cost), ns[0]);
	append_text(f->cost, sizeof(f->cost), " -> ");
	append_u64(f->cost, sizeof(f->cost), ns[1]);
	append_text(f->cost, sizeof(f->cost), " ns");
}

static void append_cost_of_calls(struct finding *f, const struct diagnosis_facts *facts)
{
	if (!facts->getppid_ns[0] || !facts->getppid_ns[1] || !facts->close_ns[0] ||
	    !facts->close_ns[1])
		return;
	append_cost(f, "getppid() ", facts->getppid_ns);
	append_cost(f, ", open and close of a file ", facts->close_ns);
	f->cost_source = COST_MEASURED;
}

/*
 * Judge the way in which calls are watched: only tracepoints cost something on every system call.
 */
static void check_calls(struct finding *f, const struct diagnosis_facts *facts)
{
	append_cost_of_calls(f, facts);
	if (!strcmp(f->value, "inline"))
		f->level = DIAGNOSIS_LIMITED;
	if (!strcmp(f->value, "tracepoint"))
		f->fix = "syscall tracepoints make every system call of the host slower; a kernel "
			 "with fentry or kprobes does not need them, nor does --calls inline";
	else if (f->level == DIAGNOSIS_OK)
		f->fix = NULL;
}

static enum diagnosis_level judge_hook(const struct hook_text *w, bool attached, bool tried)
{
	if (attached)
		return DIAGNOSIS_OK;
	if (!tried)
		return DIAGNOSIS_UNKNOWN;
	return w->essential ? DIAGNOSIS_MISSING : DIAGNOSIS_LIMITED;
}

static void check_hook(struct diagnosis *h, const struct diagnosis_facts *facts,
		       const struct hook_text *w)
{
	const char *how = run_info_hook(facts->meta, w->name);
	bool attached = strcmp(how, "none") != 0, tried = facts->attach_err != -EPERM;
	enum diagnosis_level level = judge_hook(w, attached, tried);
	struct finding *f = add_finding(h, DIAGNOSIS_HOOK, w->name, level, tried ? how : NULL);
	bool fixable = level != DIAGNOSIS_UNKNOWN && (!attached || !strcmp(w->name, "calls"));

	explain_finding(f, w->about, w->impact, fixable ? w->fix : NULL);
	if (w->how && !strcmp(how, w->how)) {
		append_text(f->cost, sizeof(f->cost), w->cost);
		f->cost_source = COST_BENCHMARK;
	}
	if (attached && !strcmp(w->name, "calls"))
		check_calls(f, facts);
}

static const char *get_ability_word(enum ability a)
{
	return a == ABILITY_YES ? "yes" : a == ABILITY_NO ? "no" : NULL;
}

/*
 * Add a finding about an optional ability of the kernel. `needed`: no other ability replaces it, so
 * without it the kernel is limited.
 */
static void check_ability(struct diagnosis *h, const char *name, enum ability a, bool needed,
			  const char *about, const char *impact, const char *fix)
{
	enum diagnosis_level level = a == ABILITY_UNKNOWN ? DIAGNOSIS_UNKNOWN :
				     a == ABILITY_YES || !needed ? DIAGNOSIS_OK :
								   DIAGNOSIS_LIMITED;

	explain_finding(add_finding(h, DIAGNOSIS_KERNEL, name, level, get_ability_word(a)), about,
			impact, level == DIAGNOSIS_LIMITED ? fix : NULL);
}

/* The kernel loads a tp_btf, fentry or iterator program only by an id of its own BTF types. */
static void check_btf(struct diagnosis *h, const struct diagnosis_facts *f)
{
	bool shown = f->kernel.btf == ABILITY_YES;
	enum diagnosis_level level = shown ? DIAGNOSIS_OK : DIAGNOSIS_MISSING;
	const char *value = !shown ? "no" : f->btf_given ? "--btf" : "yes";

	explain_finding(add_finding(h, DIAGNOSIS_KERNEL, "btf", level, value),
			"the kernel's type information, /sys/kernel/btf/vmlinux",
			"no tp_btf, fentry or iterator program can be attached, and tracing is "
			"impossible; --btf FILE gives the layout of structs, but cannot stand in "
			"for it when attaching",
			shown ? NULL : "mount /sys, or use a kernel with CONFIG_DEBUG_INFO_BTF: "
				       "Debian 11, Ubuntu 20.10, RHEL 8.2 and newer have it");
}

/* A kernel may lack fields that only others have: a field that must be there is "wrong". */
static void check_fields(struct diagnosis *h, const struct diagnosis_fields *fields)
{
	bool bad = fields->known && *fields->wrong;
	struct finding *f = add_finding(h, DIAGNOSIS_KERNEL, "fields",
					!fields->known ? DIAGNOSIS_UNKNOWN :
					bad ? DIAGNOSIS_MISSING : DIAGNOSIS_OK, NULL);

	if (fields->known) {
		append_u64(f->value, sizeof(f->value), fields->present);
		append_text(f->value, sizeof(f->value), " of ");
		append_u64(f->value, sizeof(f->value), fields->read);
	}
	explain_finding(f, fields->of_another_kernel ?
			"fields of structs that the programs read, in the types of --btf, which "
			"describe another kernel than this one" :
			"fields of structs that the programs read; those that are not there belong "
			"to other kernels",
			bad ? fields->wrong : "the kernel rejects the programs",
			bad ? "report it as a bug of tcpclose, with the version of that kernel" :
			      NULL);
}

/*
 * To detach from a function, ftrace waits with its mutexes held until every exiting task has exited
 * (synchronize_rcu_tasks(), which waits for tasks_rcu_exit_srcu). The init of a PID namespace is
 * exiting in that sense while it waits for the other tasks of its namespace. If one of these waits
 * for such a mutex, there is a deadlock. Linux 1612160b9127 (6.9, and stable branches) removed the
 * wait. Kprobes have the same problem (kprobe_mutex, kprobe_optimizer()), so falling back on them
 * would gain nothing.
 */
static void check_detach(struct diagnosis *h, enum ability may_block)
{
	bool blocks = may_block == ABILITY_YES, safe = may_block == ABILITY_NO;
	enum diagnosis_level level = blocks ? DIAGNOSIS_LIMITED :
				     safe ? DIAGNOSIS_OK : DIAGNOSIS_UNKNOWN;
	const char *value = blocks ? "may hang" : safe ? "safe" : NULL;

	explain_finding(add_finding(h, DIAGNOSIS_KERNEL, "detach", level, value),
			"to detach from functions at the end",
			"before 6.9 (symbol tasks_rcu_exit_srcu) it never returns if at that "
			"moment a container ends while a tracer in it attaches or detaches; "
			"kprobes have the same problem, tracepoints do not",
			blocks ? "where containers with tracers in them come and go: --calls "
				 "inline --no-fentry, or a newer kernel" : NULL);
}

static void check_kernel(struct diagnosis *h, const struct diagnosis_facts *f)
{
	const struct diagnosis_kernel *k = &f->kernel;
	bool fentry = k->fentry == ABILITY_YES, kprobe = k->kprobe == ABILITY_YES;

	check_btf(h, f);
	check_fields(h, &f->fields);
	check_ability(h, "fentry", k->fentry, true,
		      "the first choice for watching calls: slows down only close() and shutdown()",
		      "kprobes are used, and before 6.11 the hooks late and reset_late show less",
		      "CONFIG_FUNCTION_TRACER, CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS; arm64: 6.4 "
		      "or newer");
	check_ability(h, "kprobes", k->kprobe, !fentry,
		      "the second choice: slows down these calls a little more",
		      "tracepoints are used", "CONFIG_KPROBE_EVENTS");
	check_ability(h, "tracepoints", k->tracepoint, !fentry && !kprobe,
		      "the third choice: slows down every system call",
		      "calls are known only from state changes (inline)", "CONFIG_FTRACE_SYSCALLS");
	check_ability(h, "cookies", k->cookie, true,
		      "an id for each socket that is never reused (5.12)",
		      "only sockets whose cookie a program has requested have one; the others are "
		      "identified by their address in memory and the time they were opened", NULL);
	check_ability(h, "registers", k->pt_regs, false,
		      "a helper that finds the arguments of a task's system call (5.15)",
		      "they are looked for on the task's stack", NULL);
	check_detach(h, k->detach_may_block);
}

static void check_caps(struct diagnosis *h, const struct diagnosis_facts *f)
{
	for (unsigned i = 0; i < COUNT(cap_texts); i++) {
		const struct cap_text *w = &cap_texts[i];
		bool by_admin = w->cap == CAP_BPF || w->cap == CAP_PERFMON;
		bool admin = HAS_CAP(f->caps, SYS_ADMIN) && by_admin;
		bool has = f->caps & UINT64_C(1) << w->cap;

		explain_finding(add_finding(h, DIAGNOSIS_PRIVILEGE, w->name,
					    has || admin ? DIAGNOSIS_OK : w->level,
					    has ? "yes" : admin ? "SYS_ADMIN" : "no"),
				w->about, w->impact, has || admin ? NULL : w->fix);
	}
}

static void check_memlock(struct diagnosis *h, const struct diagnosis_facts *f)
{
	enum ability counts = f->kernel.counts_memlock;
	bool enough = f->host.memlock_bytes >= f->memlock_needed || HAS_CAP(f->caps, SYS_RESOURCE);
	enum diagnosis_level level = counts == ABILITY_NO || enough ? DIAGNOSIS_OK :
				     counts == ABILITY_YES ? DIAGNOSIS_MISSING : DIAGNOSIS_UNKNOWN;
	struct finding *found = add_finding(h, DIAGNOSIS_PRIVILEGE, "RLIMIT_MEMLOCK", level, NULL);

	if (f->host.memlock_bytes == UINT64_MAX) {
		append_text(found->value, sizeof(found->value), "no limit");
	} else {
		append_u64(found->value, sizeof(found->value), f->host.memlock_bytes >> 10);
		append_text(found->value, sizeof(found->value), " KiB");
	}
	explain_finding(found,
			counts == ABILITY_NO ? "not relevant: maps do not count (tried)" :
			counts == ABILITY_YES ? "maps count against it here (tried)" :
						"before 5.11 maps count against it",
			"the ring buffer may not fit, without CAP_SYS_RESOURCE to raise the limit",
			level == DIAGNOSIS_OK ? NULL :
			"ulimit -l unlimited; systemd: LimitMEMLOCK=infinity; or a smaller "
			"--buffer");
}

static void check_policy(struct diagnosis *h, const struct diagnosis_host *host)
{
	static const char *const words[] = { "0", "1", "2" };
	bool confidential = !strcmp(host->lockdown, "confidentiality");
	int v = host->unprivileged_bpf;

	explain_finding(add_finding(h, DIAGNOSIS_PRIVILEGE, "lockdown",
				    confidential ? DIAGNOSIS_MISSING : DIAGNOSIS_OK,
				    host->lockdown[0] ? host->lockdown : "not seen"),
			"confidentiality forbids reading kernel memory",
			confidential ? "tracing is impossible" : NULL,
			confidential ? "boot with lockdown=integrity" : NULL);
	explain_finding(add_finding(h, DIAGNOSIS_PRIVILEGE, "unprivileged_bpf", DIAGNOSIS_OK,
				    v >= 0 && v < (int)COUNT(words) ? words[v] : NULL),
			"not relevant: the tool needs CAP_BPF anyway", NULL, NULL);
}

static void check_namespaces(struct diagnosis *h, const struct diagnosis_host *host)
{
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "pid namespace",
				    host->own_pid_ns ? DIAGNOSIS_LIMITED : DIAGNOSIS_OK,
				    host->own_pid_ns ? "own" : "the host's"),
			"processes are shown by their pid on the host",
			"/proc in a container does not show those pids: -p needs them, and cgroups "
			"may not be found",
			host->own_pid_ns ? "run it on the host, or with docker run --pid=host" :
					   NULL);
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "user namespace",
				    host->own_user_ns ? DIAGNOSIS_MISSING : DIAGNOSIS_OK,
				    host->own_user_ns ? "own" : "the host's"),
			"capabilities count only in the host's",
			"in another user namespace CAP_BPF allows nothing",
			host->own_user_ns ? "run it on the host, or in a container without a user "
					    "namespace" : NULL);
}

static void check_filesystems(struct diagnosis *h, const struct diagnosis_host *host)
{
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "hidepid",
				    host->hidepid ? DIAGNOSIS_LIMITED : DIAGNOSIS_OK,
				    host->hidepid ? "on" : "off"),
			"/proc may hide other users' processes",
			"their namespaces and cgroups are not found without CAP_SYS_PTRACE",
			host->hidepid ? "mount -o remount,hidepid=0 /proc, or CAP_SYS_PTRACE" :
					NULL);
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "cgroups",
				    host->cgroup2 ? DIAGNOSIS_OK : DIAGNOSIS_LIMITED,
				    host->cgroup2 && host->cgroup1 ? "v1 and v2" :
				    host->cgroup2 ? "v2" : host->cgroup1 ? "v1" : "none"),
			"their names come from the v2 tree",
			"their names come from /proc/PID/cgroup, only while the process exists",
			host->cgroup2 ? NULL :
			"mkdir /run/cgroup2 && mount -t cgroup2 none /run/cgroup2");
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "tracefs", DIAGNOSIS_OK,
				    host->tracefs ? "mounted" : "not mounted"),
			host->tracefs ? "for syscall tracepoints" :
					"opened without a mount when needed: takes CAP_SYS_ADMIN",
			NULL, NULL);
}

void diagnosis_make(struct diagnosis *h, const struct diagnosis_facts *f)
{
	*h = (struct diagnosis){ .can_trace = !f->attach_err,
				 .why_not = f->attach_err ? f->attach_why : NULL };
	for (unsigned i = 0; i < COUNT(hook_texts); i++)
		check_hook(h, f, &hook_texts[i]);
	check_kernel(h, f);
	check_caps(h, f);
	check_memlock(h, f);
	check_policy(h, &f->host);
	check_namespaces(h, &f->host);
	check_filesystems(h, &f->host);
}

unsigned diagnosis_count(const struct diagnosis *h, enum diagnosis_level level)
{
	unsigned n = 0;

	for (unsigned i = 0; i < h->nr; i++)
		n += h->finding[i].level == level;
	return n;
}

const char *diagnosis_level_name(enum diagnosis_level level)
{
	static const char *const names[] = { [DIAGNOSIS_OK] = "ok",
					     [DIAGNOSIS_LIMITED] = "limited",
					     [DIAGNOSIS_MISSING] = "missing",
					     [DIAGNOSIS_UNKNOWN] = "unknown" };

	return level < COUNT(names) ? names[level] : "unknown";
}

const char *diagnosis_group_name(enum diagnosis_group group)
{
	static const char *const names[] = { [DIAGNOSIS_HOOK] = "hook",
					     [DIAGNOSIS_KERNEL] = "kernel",
					     [DIAGNOSIS_PRIVILEGE] = "privilege",
					     [DIAGNOSIS_HOST] = "host" };

	return group < COUNT(names) ? names[group] : "host";
}
