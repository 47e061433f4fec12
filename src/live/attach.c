/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"
#include "tcpclose.skel.h"
#include "tracefs.h"

#define PROGRAM_NAME 64

static bool can_attach_function(const struct hook_way *w, const char *function,
				const struct probe *p)
{
	return w->mechanism == BY_KPROBE ? probe_kprobe(function) : probe_trampoline(p, function);
}

/* Probe each function once: a probe attaches and detaches, which takes the kernel milliseconds. */
static bool can_attach_functions(const struct hook_way *w, const struct probe *p)
{
	for (unsigned i = 0; i < HOOK_PROGRAMS && w->function[i]; i++) {
		if (i && !strcmp(w->function[i - 1], w->function[i]))
			continue;
		if (!can_attach_function(w, w->function[i], p))
			return false;
	}
	return true;
}

static bool find_tcp_rcv_code(struct attach *a)
{
	a->tcp_rcv_code[0] = probe_function_range("tcp_v4_rcv");
	a->tcp_rcv_code[1] = probe_function_range("tcp_v6_rcv");
	return a->tcp_rcv_code[0].to;
}

static bool way_is_possible(struct attach *a, const struct hook_way *w, const struct probe *p)
{
	if (w->tracepoint && probe_tracepoint_args(p, w->tracepoint) < w->min_args)
		return false;
	if (w->needs_tcp_rcv_code && !find_tcp_rcv_code(a))
		return false;
	return can_attach_functions(w, p);
}

static const struct hook_way *find_way(struct attach *a, const struct hook_row *h,
				       const struct probe *p)
{
	for (unsigned i = 0; i < HOOK_WAYS && h->way[i].how; i++)
		if (way_is_possible(a, &h->way[i], p))
			return &h->way[i];
	return NULL;
}

bool attach_can_trace_calls(const struct probe *p, enum calls_mode calls)
{
	return can_attach_functions(hook_calls_way(calls), p);
}

/*
 * Of two copies of a program at least one runs if one task preempts another in the middle of a
 * program. With PREEMPT_RT there may be three such tasks and more, so kprobes come first there:
 * preemption is off in them.
 */
static const struct hook_way *find_calls_way(struct attach *a, const struct probe *p,
					     enum calls_mode wanted)
{
	const struct hook_way *kprobe = hook_calls_way(CALLS_KPROBE);

	if (wanted == CALLS_AUTO && probe_preempt_rt() && way_is_possible(a, kprobe, p))
		return kprobe;
	if (wanted == CALLS_AUTO)
		return find_way(a, &hook_table[HOOK_CALLS], p);
	if (wanted == CALLS_INLINE || !way_is_possible(a, hook_calls_way(wanted), p))
		return NULL;
	return hook_calls_way(wanted);
}

void attach_plan(struct attach *a, const struct live_config *config)
{
	struct probe p;

	probe_init(&p, config->no_trampolines);
	*a = (struct attach){ .tree = config->tree.pid != 0, .preempts = probe_preemption(),
			      .features = { .cookie = probe_cookie(&p),
					    .pt_regs = probe_pt_regs(&p),
					    .cast = probe_cast(&p) } };
	a->way[HOOK_CALLS] = find_calls_way(a, &p, config->calls);
	for (unsigned i = HOOK_CALLS + 1; i < HOOK_COUNT; i++)
		if (i != HOOK_TREE || a->tree)
			a->way[i] = find_way(a, &hook_table[i], &p);
	probe_release(&p);
}

bool attach_downgrade(struct attach *a)
{
	int lowest = 0;

	for (unsigned i = 0; i < HOOK_COUNT; i++) {
		int rank = a->way[i] ? hook_table[i].drop_rank : 0;

		if (rank && (!lowest || rank < lowest))
			lowest = rank;
	}
	for (unsigned i = 0; lowest && i < HOOK_COUNT; i++)
		if (hook_table[i].drop_rank == lowest)
			a->way[i] = NULL;
	return lowest;
}

/* Program i of a way, or its second copy. NULL after the last. */
static struct bpf_program *find_way_program(const struct tcpclose_bpf *skel,
					    const struct hook_way *w, unsigned i, bool second)
{
	char name[PROGRAM_NAME];

	if (i >= HOOK_PROGRAMS || !w->program[i])
		return NULL;
	snprintf(name, sizeof(name), "%s%s", w->program[i], second ? HOOK_REENTRY_SUFFIX : "");
	return bpf_object__find_program_by_name(skel->obj, name);
}

static void set_way_autoload(const struct tcpclose_bpf *skel, const struct hook_way *w, bool second)
{
	struct bpf_program *prog;

	for (unsigned i = 0; (prog = find_way_program(skel, w, i, second)); i++) {
		bpf_program__set_autoload(prog, true);
		if (w->mechanism == BY_TRAMPOLINE)
			bpf_program__set_attach_target(prog, 0, w->function[i]);
	}
}

/*
 * Work around libbpf 1.1. If a weak kernel function is missing from vmlinux's BTF (bpf_rdonly_cast
 * before 6.2), libbpf also loads the BTF of the modules. If that is not permitted (from 5.11 on,
 * without CAP_SYS_ADMIN), it fails the whole load. But libbpf tries this only once per object: make
 * it try now, with a function that does not exist, where a failure does no harm.
 */
static void search_module_btf_now(const struct tcpclose_bpf *skel)
{
	bpf_program__set_attach_target(skel->progs.on_timewait_segment, 0,
				       "tcpclose_no_such_function");
}

static bool has_second_copies(const struct attach *a, const struct hook_way *w)
{
	return w->copies == TWO_COPIES || (w->copies == TWO_IF_PREEMPTED && a->preempts);
}

void attach_set_autoload(const struct attach *a, struct tcpclose_bpf *skel)
{
	struct bpf_program *prog = NULL;

	if (!a->features.cast)
		search_module_btf_now(skel);
	memcpy((void *)&skel->rodata->kernel_features, &a->features, sizeof(a->features));
	memcpy((void *)skel->rodata->tcp_rcv_code, a->tcp_rcv_code, sizeof(a->tcp_rcv_code));
	while ((prog = bpf_object__next_program(skel->obj, prog)))
		bpf_program__set_autoload(prog, false);
	for (unsigned i = 0; i < HOOK_COUNT; i++) {
		if (a->way[i])
			set_way_autoload(skel, a->way[i], false);
		if (a->way[i] && has_second_copies(a, a->way[i]))
			set_way_autoload(skel, a->way[i], true);
	}
	if (!a->way[HOOK_CALLS]) {
		bpf_map__set_autocreate(skel->maps.inflight, false);
		bpf_map__set_autocreate(skel->maps.call_slots, false);
	}
}

/*
 * Attach by the tracepoint's id, because libbpf's own function needs tracefs to be mounted. Returns
 * NULL and sets errno on failure.
 */
static struct bpf_link *attach_syscall_tracepoint(const struct bpf_program *prog)
{
	const char *event = strrchr(bpf_program__section_name(prog), '/') + 1;
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	int id = tracefs_event_id("syscalls", event);
	struct bpf_link *link;
	int fd, err;

	if (id < 0) {
		errno = -id;
		return NULL;
	}
	attr.config = (__u64)id;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(prog, fd);
	if (link)
		return link;
	err = errno;
	close(fd);
	errno = err;
	return NULL;
}

static struct bpf_link *attach_kprobe(const struct bpf_program *prog, const char *function)
{
	bool at_return = !strcmp(bpf_program__section_name(prog), "kretprobe");

	return bpf_program__attach_kprobe(prog, at_return, function);
}

static struct bpf_link *attach_program(const struct bpf_program *prog, const struct hook_way *w,
				       const char *function)
{
	switch (w->mechanism) {
	case BY_KPROBE:
		return attach_kprobe(prog, function);
	case BY_SYSCALL_TRACEPOINT:
		return attach_syscall_tracepoint(prog);
	case BY_TP_BTF:
	case BY_TRAMPOLINE:
		break;
	}
	return bpf_program__attach(prog);
}

/* Detach all but the first `keep` links. */
static void release_links(struct attach *a, unsigned keep)
{
	for (unsigned i = keep; i < a->nr_links; i++)
		bpf_link__destroy(a->link[i]);
	a->nr_links = keep;
}

void attach_release(struct attach *a)
{
	release_links(a, 0);
}

static bool is_attached(const struct attach *a, const struct bpf_program *prog)
{
	for (unsigned i = 0; i < a->nr_links; i++)
		if (a->program[i] == prog)
			return true;
	return false;
}

/* Attach the programs of a way, or their second copies, except those another hook attached. */
static int attach_programs(struct attach *a, const struct tcpclose_bpf *skel,
			   const struct hook_way *w, bool second)
{
	struct bpf_program *prog;

	for (unsigned i = 0; (prog = find_way_program(skel, w, i, second)); i++) {
		if (is_attached(a, prog))
			continue;
		if (a->nr_links == ATTACH_LINKS)
			return -ENOSPC;
		a->link[a->nr_links] = attach_program(prog, w, w->function[i]);
		if (!a->link[a->nr_links])
			return -errno;
		a->program[a->nr_links++] = prog;
	}
	return 0;
}

/* Attach a hook. Returns 0, or -errno with none of its programs attached. */
static int attach_hook(struct attach *a, const struct tcpclose_bpf *skel, unsigned hook)
{
	const struct hook_way *w = a->way[hook];
	unsigned before = a->nr_links;
	int err;

	if (!w)
		return -EOPNOTSUPP;
	err = attach_programs(a, skel, w, false);
	if (!err && has_second_copies(a, w))
		err = attach_programs(a, skel, w, true);
	if (!err)
		return 0;
	release_links(a, before);
	a->way[hook] = NULL;
	return err;
}

static int explain_calls_error(int err, enum calls_mode wanted, char why[LIVE_WHY_BYTES])
{
	const char *hint = err != -EPERM && err != -EACCES ? "" :
		" (tracefs needs CAP_DAC_READ_SEARCH, and CAP_SYS_ADMIN if it is not mounted)";

	snprintf(why, LIVE_WHY_BYTES,
		 "cannot trace calls by %s: %s%s; --calls inline works without it",
		 hook_calls_way(wanted)->how, strerror(-err), hint);
	return err == -ENOENT ? -EOPNOTSUPP : err;
}

/* Attach the optional hooks. A failure is an error only if the user chose the way (--calls). */
static int attach_optional_hooks(struct attach *a, const struct tcpclose_bpf *skel,
				 enum calls_mode wanted, char why[LIVE_WHY_BYTES])
{
	bool insists = wanted != CALLS_AUTO && wanted != CALLS_INLINE;
	int err;

	for (unsigned i = 0; i < HOOK_COUNT; i++) {
		if (!hook_table[i].drop_rank)
			continue;
		err = attach_hook(a, skel, i);
		if (err && i == HOOK_CALLS && insists)
			return explain_calls_error(err, wanted, why);
	}
	return 0;
}

/*
 * Attach the required hooks, in reverse order: "state" comes last, because it starts stories, which
 * the other hooks complete.
 */
static int attach_required_hooks(struct attach *a, const struct tcpclose_bpf *skel,
				 char why[LIVE_WHY_BYTES])
{
	int err;

	for (unsigned i = HOOK_COUNT; i-- > 0;) {
		if (hook_table[i].drop_rank)
			continue;
		err = attach_hook(a, skel, i);
		if (err) {
			snprintf(why, LIVE_WHY_BYTES, "cannot attach to the TCP tracepoints: %s",
				 strerror(-err));
			return err;
		}
	}
	return 0;
}

static int explain_tree_error(char why[LIVE_WHY_BYTES])
{
	snprintf(why, LIVE_WHY_BYTES, "cannot follow the processes of --tree: this kernel does "
		 "not let BPF programs attach to sched_process_fork");
	return -EOPNOTSUPP;
}

int attach_hooks(struct attach *a, const struct tcpclose_bpf *skel, enum calls_mode wanted,
		 struct run_info *meta, char why[LIVE_WHY_BYTES])
{
	int err = attach_optional_hooks(a, skel, wanted, why);

	if (!err && a->tree && !a->way[HOOK_TREE])
		err = explain_tree_error(why);
	if (!err)
		err = attach_required_hooks(a, skel, why);
	if (err)
		return err;
	for (unsigned i = 0; i < HOOK_COUNT; i++) {
		if (i == HOOK_TREE && !a->tree)
			continue;
		run_info_add_hook(meta, hook_table[i].name,
				  a->way[i] ? a->way[i]->how : hook_table[i].how_not);
	}
	return 0;
}

static bool read_misses(const struct bpf_program *prog, uint64_t *misses)
{
	struct bpf_prog_info info = { .type = 0 };
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
		return false;
	*misses = info.recursion_misses;
	return len >= offsetof(struct bpf_prog_info, recursion_misses) + sizeof(*misses);
}

/* The second copy of a program, if it is attached; else NULL. */
static const struct bpf_program *find_second_copy(const struct attach *a,
						  const struct bpf_program *prog)
{
	char name[PROGRAM_NAME];

	snprintf(name, sizeof(name), "%s%s", bpf_program__name(prog), HOOK_REENTRY_SUFFIX);
	for (unsigned i = 0; i < a->nr_links; i++)
		if (!strcmp(bpf_program__name(a->program[i]), name))
			return a->program[i];
	return NULL;
}

static bool is_second_copy(const struct bpf_program *prog)
{
	const char *name = bpf_program__name(prog);
	size_t len = strlen(name), suffix = strlen(HOOK_REENTRY_SUFFIX);

	return len > suffix && !strcmp(name + len - suffix, HOOK_REENTRY_SUFFIX);
}

bool attach_count_misses(const struct attach *a, uint64_t *misses)
{
	uint64_t first, second;

	*misses = 0;
	for (unsigned i = 0; i < a->nr_links; i++) {
		const struct bpf_program *copy = find_second_copy(a, a->program[i]);

		if (is_second_copy(a->program[i]))
			continue;
		if (!read_misses(a->program[i], &first) || (copy && !read_misses(copy, &second)))
			return false;
		*misses += copy && second < first ? second : first;
	}
	return true;
}
