/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "diagnosis.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "array.h"

#define HAS_CAP(caps, name) ((caps) & UINT64_C(1) << CAP_##name)

/* Of a hook: what it shows, what is lost without it, what it costs where it is attached so. */
struct hook_text {
	const char *name;
	bool essential;
	const char *about, *impact;
	const char *how, *cost;		/* the way that was measured, its cost */
	const char *fix;		/* where it is not attached */
};

static const struct hook_text hook_texts[] = {
	{ "state", true, "every change of a TCP socket's state", "nothing can be told",
	  "tp_btf", "3010 ns per connection over loopback, both ends (10 changes), and 658 ns to miss none",
	  NULL },
	{ "destroy", true, "the end of a socket that is held", "nothing can be told",
	  "tp_btf", "133 ns per connection, and 126 ns to miss none", NULL },
	{ "reset_sent", false, "RSTs that this host sends, and why",
	  "they are told where the socket's own fields show them",
	  "tp_btf", "107 ns per RST, and 59 ns to miss none",
	  "a kernel with the tracepoint tcp_send_reset; from 6.10 on it gives reasons" },
	{ "reset_late", false, "RSTs of sockets that are gone",
	  "a RST after close() is not told, and where a minisock may not have been made the connection "
	  "stays open", NULL, NULL, "Linux 6.10 or newer, or fentry" },
	{ "reset_received", false, "RSTs that peers send", "they are told where the socket's error shows them",
	  NULL, NULL, "a kernel with the tracepoint tcp_receive_reset" },
	{ "fin_resent", false, "FINs that were sent again", "blame is never lost-fin, and fin_retransmits null",
	  NULL, NULL, "a kernel with the tracepoint tcp_retransmit_skb" },
	{ "late", false, "what arrives after close()",
	  "a peer's FIN that a minisock takes is not seen: such a close is told as open, at once",
	  "tp_btf", "65 ns per packet that the host drops, and 58 ns to miss none",
	  "Linux 6.11 or newer, or fentry, or CAP_SYSLOG for the addresses in /proc/kallsyms" },
	{ "calls", false, "close() and shutdown(), entry to return",
	  "(inline) calls that ended nothing, what they returned and how long they took are not told",
	  NULL, NULL, "fentry, kprobes or tracepoints, as below" },
	{ "walk", false, "sockets that are closing already",
	  "they are told without their beginning, and the view stuck cannot work",
	  NULL, NULL, "a kernel with BPF iterators over TCP sockets and open files" },
};

struct cap_text {
	const char *name, *about, *impact, *fix;
	unsigned cap;
	enum diagnosis_level level;	/* where it is missing */
};

#define SETCAP "sudo tcpclose; or sudo setcap cap_bpf,cap_perfmon+ep FILE; systemd: AmbientCapabilities="
#define ADD "sudo, or one more for setcap or AmbientCapabilities="

static const struct cap_text cap_texts[] = {
	{ "CAP_BPF", "to load BPF programs", "nothing works", SETCAP "CAP_BPF", CAP_BPF, DIAGNOSIS_MISSING },
	{ "CAP_PERFMON", "to attach them to the kernel, and read it", "nothing works", SETCAP "CAP_PERFMON",
	  CAP_PERFMON, DIAGNOSIS_MISSING },
	{ "CAP_SYS_ADMIN", "to enter other network namespaces",
	  "what hangs there, or began to close, is not found; nor are syscall tracepoints where tracefs is not "
	  "mounted", ADD, CAP_SYS_ADMIN, DIAGNOSIS_LIMITED },
	{ "CAP_SYS_PTRACE", "to look up whose namespace is which",
	  "those that only other users' processes are in are not found", ADD, CAP_SYS_PTRACE, DIAGNOSIS_LIMITED },
	{ "CAP_DAC_READ_SEARCH", "to read tracefs, and cgroups by number",
	  "syscall tracepoints cannot be used, nor the cgroups of processes that are gone be named", ADD,
	  CAP_DAC_READ_SEARCH, DIAGNOSIS_LIMITED },
};

/* Adds to a text that has room for so many bytes; cut where it does not fit. */
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

/* Adds one; what is too much is left out, which the sizes of the tables rule out. */
static struct finding *add_finding(struct diagnosis *h, enum diagnosis_group group, const char *name,
			   enum diagnosis_level level, const char *value)
{
	struct finding *f = &h->finding[h->nr];

	if (h->nr < DIAGNOSIS_MAX - 1)
		h->nr++;
	*f = (struct finding){ .group = group, .name = name, .level = level };
	if (value)
		append_text(f->value, sizeof(f->value), value);
	return f;
}

static struct finding *explain_finding(struct finding *f, const char *about, const char *impact, const char *fix)
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
	if (!facts->getppid_ns[0] || !facts->getppid_ns[1] || !facts->close_ns[0] || !facts->close_ns[1])
		return;
	append_cost(f, "getppid() ", facts->getppid_ns);
	append_cost(f, ", open and close of a file ", facts->close_ns);
	f->cost_source = COST_MEASURED;
}

/* Why the calls are watched as they are: nobody but the tracepoints' users pays on every system call. */
static void check_calls(struct finding *f, const struct diagnosis_facts *facts)
{
	append_cost_of_calls(f, facts);
	if (!strcmp(f->value, "inline"))
		f->level = DIAGNOSIS_LIMITED;
	if (!strcmp(f->value, "tracepoint"))
		f->fix = "syscall tracepoints make every system call of the host slower: a kernel with fentry or "
			  "kprobes does without, and so does --calls inline";
	else if (f->level == DIAGNOSIS_OK)
		f->fix = NULL;
}

static void check_hook(struct diagnosis *h, const struct diagnosis_facts *facts, const struct hook_text *w)
{
	const char *how = run_info_hook(facts->meta, w->name);
	bool attached = strcmp(how, "none") != 0, tried = facts->attach_err != -EPERM;
	enum diagnosis_level level = attached ? DIAGNOSIS_OK : !tried ? DIAGNOSIS_UNKNOWN :
				  w->essential ? DIAGNOSIS_MISSING : DIAGNOSIS_LIMITED;
	struct finding *f = add_finding(h, DIAGNOSIS_HOOK, w->name, level, tried ? how : NULL);

	explain_finding(f, w->about, w->impact, level == DIAGNOSIS_UNKNOWN || (attached && strcmp(w->name, "calls")) ? NULL : w->fix);
	if (w->how && !strcmp(how, w->how)) {
		append_text(f->cost, sizeof(f->cost), w->cost);
		f->cost_source = COST_BENCHMARK;
	}
	if (attached && !strcmp(w->name, "calls"))
		check_calls(f, facts);
}

static const char *ability_word(enum ability a)
{
	return a == ABILITY_YES ? "yes" : a == ABILITY_NO ? "no" : NULL;
}

/* Something that is good to have; needed: and now worth a word if it is not there. */
static void check_ability(struct diagnosis *h, const char *name, enum ability a, bool needed, const char *about,
			  const char *impact, const char *fix)
{
	enum diagnosis_level level = a == ABILITY_UNKNOWN ? DIAGNOSIS_UNKNOWN :
				  a == ABILITY_YES || !needed ? DIAGNOSIS_OK : DIAGNOSIS_LIMITED;

	explain_finding(add_finding(h, DIAGNOSIS_KERNEL, name, level, ability_word(a)), about, impact,
		level == DIAGNOSIS_LIMITED ? fix : NULL);
}

/* The kernel takes a tp_btf, fentry or iterator program by a number of its own types alone. */
static void check_btf(struct diagnosis *h, const struct diagnosis_facts *f)
{
	bool shown = f->kernel.btf == ABILITY_YES;

	explain_finding(add_finding(h, DIAGNOSIS_KERNEL, "btf", shown ? DIAGNOSIS_OK : DIAGNOSIS_MISSING,
		    !shown ? "no" : f->btf_given ? "--btf" : "yes"),
		"its own types, /sys/kernel/btf/vmlinux",
		"no tp_btf, fentry or iterator can be attached, and nothing works; --btf FILE has types to fit "
		"programs to, but cannot stand in for the kernel's there",
		shown ? NULL : "mount /sys, or take a kernel with CONFIG_DEBUG_INFO_BTF: those of Debian 11, "
		"Ubuntu 20.10, RHEL 8.2 have it, and newer ones");
}

/*
 * To detach from a function, ftrace waits with its mutexes held until all tasks that exit have done so
 * (synchronize_rcu_tasks(), which waits for tasks_rcu_exit_srcu). The init of a PID namespace exits in there
 * as it waits for the others of its namespace; if one of these waits for such a mutex, nobody gets on. Linux
 * 1612160b9127 (6.9, and stable branches) took the wait away. Kprobes are in the same case (kprobe_mutex,
 * kprobe_optimizer()), so that to fall back on them would gain nothing.
 */
static void check_detach(struct diagnosis *h, enum ability may_block)
{
	struct finding *f = add_finding(h, DIAGNOSIS_KERNEL, "detach",
				may_block == ABILITY_YES ? DIAGNOSIS_LIMITED : may_block == ABILITY_NO ? DIAGNOSIS_OK :
				DIAGNOSIS_UNKNOWN,
				may_block == ABILITY_YES ? "may hang" : may_block == ABILITY_NO ? "safe" : NULL);

	explain_finding(f, "to let go of functions at the end",
		"(before 6.9: symbol tasks_rcu_exit_srcu) it waits for ever if just then a container ends while a "
		"tracer in it attaches or lets go. Kprobes are no safer, tracepoints are",
		may_block == ABILITY_YES ? "where containers come and go with tracers in them: --calls inline "
		"--no-fentry, or a newer kernel" : NULL);
}

static void check_kernel(struct diagnosis *h, const struct diagnosis_facts *f)
{
	const struct diagnosis_kernel *k = &f->kernel;
	bool fentry = k->fentry == ABILITY_YES, kprobe = k->kprobe == ABILITY_YES;

	check_btf(h, f);
	check_ability(h, "fentry", k->fentry, true, "calls are watched so: only they pay",
		      "kprobes do, and before 6.11 the hooks late and reset_late show less",
		      "CONFIG_FUNCTION_TRACER, CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS; arm64: 6.4 or newer");
	check_ability(h, "kprobes", k->kprobe, !fentry, "or so: only they pay, a little more",
		      "tracepoints do", "CONFIG_KPROBE_EVENTS");
	check_ability(h, "tracepoints", k->tracepoint, !fentry && !kprobe, "or so: every system call pays",
		      "calls are told inline", "CONFIG_FTRACE_SYSCALLS");
	check_ability(h, "cookies", k->cookie, true, "a socket's name for ever (5.12)",
		      "a socket has one only if somebody asked; its address and birth must do", NULL);
	check_ability(h, "registers", k->pt_regs, false, "a helper for a task's system call (5.15)",
		      "they are looked for on its stack", NULL);
	check_detach(h, k->detach_may_block);
}

static void check_caps(struct diagnosis *h, const struct diagnosis_facts *f)
{
	for (unsigned i = 0; i < COUNT(cap_texts); i++) {
		const struct cap_text *w = &cap_texts[i];
		bool admin = HAS_CAP(f->caps, SYS_ADMIN) && (w->cap == CAP_BPF || w->cap == CAP_PERFMON);
		bool has = f->caps & UINT64_C(1) << w->cap;

		explain_finding(add_finding(h, DIAGNOSIS_PRIVILEGE, w->name, has || admin ? DIAGNOSIS_OK : w->level,
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
	explain_finding(found, counts == ABILITY_NO ? "no matter: maps do not count (tried)" :
		counts == ABILITY_YES ? "maps count against it here (tried)" :
		"before 5.11 maps count against it",
		"the ring buffer may not fit, where CAP_SYS_RESOURCE is not there to raise it",
		level == DIAGNOSIS_OK ? NULL :
		"ulimit -l unlimited; systemd: LimitMEMLOCK=infinity; or a smaller --buffer");
}

static void check_policy(struct diagnosis *h, const struct diagnosis_host *host)
{
	static const char *const words[] = { "0", "1", "2" };
	bool confidential = !strcmp(host->lockdown, "confidentiality");
	int v = host->unprivileged_bpf;

	explain_finding(add_finding(h, DIAGNOSIS_PRIVILEGE, "lockdown", confidential ? DIAGNOSIS_MISSING : DIAGNOSIS_OK,
		    host->lockdown[0] ? host->lockdown : "not seen"),
		"confidentiality forbids to read kernel memory", confidential ? "nothing works" : NULL,
		confidential ? "boot with lockdown=integrity" : NULL);
	explain_finding(add_finding(h, DIAGNOSIS_PRIVILEGE, "unprivileged_bpf", DIAGNOSIS_OK,
		    v >= 0 && v < (int)COUNT(words) ? words[v] : NULL),
		"no matter: the tool needs CAP_BPF anyway", NULL, NULL);
}

static void check_host(struct diagnosis *h, const struct diagnosis_host *host)
{
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "pid namespace", host->own_pid_ns ? DIAGNOSIS_LIMITED : DIAGNOSIS_OK,
		    host->own_pid_ns ? "own" : "the host's"),
		"processes go by the host's numbers",
		"which /proc does not show in a container: -p needs the host's, cgroups may not be found",
		host->own_pid_ns ? "run it on the host, or with docker run --pid=host" : NULL);
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "user namespace", host->own_user_ns ? DIAGNOSIS_MISSING : DIAGNOSIS_OK,
		    host->own_user_ns ? "own" : "the host's"),
		"capabilities count in the host's alone", "in one of its own CAP_BPF allows nothing",
		host->own_user_ns ? "run it on the host, or in a container without a user namespace" : NULL);
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "hidepid", host->hidepid ? DIAGNOSIS_LIMITED : DIAGNOSIS_OK,
		    host->hidepid ? "on" : "off"),
		"/proc may hide other users' processes", "their namespaces and cgroups are not found, but with "
		"CAP_SYS_PTRACE", host->hidepid ? "mount -o remount,hidepid=0 /proc, or CAP_SYS_PTRACE" : NULL);
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "cgroups", host->cgroup2 ? DIAGNOSIS_OK : DIAGNOSIS_LIMITED,
		    host->cgroup2 && host->cgroup1 ? "v1 and v2" : host->cgroup2 ? "v2" :
		    host->cgroup1 ? "v1" : "none"),
		"named by the v2 tree", "they are named by /proc/PID/cgroup, while the process lives",
		host->cgroup2 ? NULL : "mkdir /run/cgroup2 && mount -t cgroup2 none /run/cgroup2");
	explain_finding(add_finding(h, DIAGNOSIS_HOST, "tracefs", DIAGNOSIS_OK, host->tracefs ? "mounted" : "not mounted"),
		host->tracefs ? "for syscall tracepoints" : "opened for a moment: CAP_SYS_ADMIN", NULL, NULL);
}

void diagnosis_make(struct diagnosis *h, const struct diagnosis_facts *f)
{
	*h = (struct diagnosis){ .can_trace = !f->attach_err, .why_not = f->attach_err ? f->attach_why : NULL };
	for (unsigned i = 0; i < COUNT(hook_texts); i++)
		check_hook(h, f, &hook_texts[i]);
	check_kernel(h, f);
	check_caps(h, f);
	check_memlock(h, f);
	check_policy(h, &f->host);
	check_host(h, &f->host);
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
	static const char *const names[] = { [DIAGNOSIS_OK] = "ok", [DIAGNOSIS_LIMITED] = "limited",
					     [DIAGNOSIS_MISSING] = "missing", [DIAGNOSIS_UNKNOWN] = "unknown" };

	return level < COUNT(names) ? names[level] : "unknown";
}

const char *diagnosis_group_name(enum diagnosis_group group)
{
	static const char *const names[] = { [DIAGNOSIS_HOOK] = "hook", [DIAGNOSIS_KERNEL] = "kernel",
					     [DIAGNOSIS_PRIVILEGE] = "privilege", [DIAGNOSIS_HOST] = "host" };

	return group < COUNT(names) ? names[group] : "host";
}
