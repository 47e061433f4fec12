/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"
#include "tcpclose.skel.h"
#include "tracefs.h"

/* The kernel's name for the function of a system call; on other architectures it will not be found. */
#if defined(__x86_64__)
#define SYSCALL_PREFIX "__x64_sys_"
#elif defined(__aarch64__)
#define SYSCALL_PREFIX "__arm64_sys_"
#else
#define SYSCALL_PREFIX "sys_"
#endif

#define TIMEWAIT_FUNCTION "tcp_timewait_state_process"

/* Entry and return of each; then the same again (bpf/call.bpf.c). */
static const char *const syscall_function[ATTACH_CALL_PROGS] = {
	SYSCALL_PREFIX "close", SYSCALL_PREFIX "close", SYSCALL_PREFIX "shutdown", SYSCALL_PREFIX "shutdown",
	SYSCALL_PREFIX "close", SYSCALL_PREFIX "close", SYSCALL_PREFIX "shutdown", SYSCALL_PREFIX "shutdown"
};

/* The words of --calls, and of meta. */
static const char *const calls_mode_name[] = {
	[CALLS_FENTRY] = "fentry",
	[CALLS_KPROBE] = "kprobe",
	[CALLS_TRACEPOINT] = "tracepoint",
	[CALLS_INLINE] = "inline",
};

bool attach_can_trace_calls(const struct probe *p, enum calls_mode calls)
{
	for (unsigned i = 0; i < ATTACH_CALL_PROGS / 2; i += 2)
		if (calls == CALLS_FENTRY ? !probe_trampoline(p, syscall_function[i]) :
						 !probe_kprobe(syscall_function[i]))
			return false;
	return true;
}

static enum calls_mode plan_calls(const struct probe *p, enum calls_mode wanted)
{
	if (wanted == CALLS_FENTRY || wanted == CALLS_KPROBE)
		return attach_can_trace_calls(p, wanted) ? wanted : CALLS_INLINE;
	if (wanted != CALLS_AUTO)
		return wanted;
	if (attach_can_trace_calls(p, CALLS_FENTRY))
		return CALLS_FENTRY;
	return attach_can_trace_calls(p, CALLS_KPROBE) ? CALLS_KPROBE : CALLS_TRACEPOINT;
}

static enum attach_timewait plan_timewait(struct attach *a, const struct probe *p)
{
	int args = probe_tracepoint_args(p, "kfree_skb");

	if (probe_trampoline(p, TIMEWAIT_FUNCTION))
		return ATTACH_TIMEWAIT_FEXIT;
	if (args >= 4)
		return ATTACH_TIMEWAIT_KFREE;
	if (args < 2)
		return ATTACH_TIMEWAIT_NONE;
	a->tcp_rcv_code[0] = probe_function_range("tcp_v4_rcv");
	a->tcp_rcv_code[1] = probe_function_range("tcp_v6_rcv");
	return a->tcp_rcv_code[0].to ? ATTACH_TIMEWAIT_KFREE_LOCATION : ATTACH_TIMEWAIT_NONE;
}

static enum attach_form tracepoint_form(int args, int plain)
{
	if (args < plain)
		return ATTACH_FORM_NONE;
	return args == plain ? ATTACH_FORM_PLAIN : ATTACH_FORM_FULL;
}

void attach_plan(struct attach *a, const struct live_config *config)
{
	struct probe p;

	probe_init(&p, config->no_trampolines);
	*a = (struct attach){
		.cookie = probe_cookie(&p),
		.pt_regs = probe_pt_regs(&p),
		.cast = probe_cast(&p),
		.reset_sent = tracepoint_form(probe_tracepoint_args(&p, "tcp_send_reset"), 2),
		.fin_resent = tracepoint_form(probe_tracepoint_args(&p, "tcp_retransmit_skb"), 2),
		.reset_received = probe_tracepoint_args(&p, "tcp_receive_reset") >= 1,
		.calls = plan_calls(&p, config->calls),
	};
	a->timewait = plan_timewait(a, &p);
	if (a->reset_sent == ATTACH_FORM_PLAIN)
		a->send_reset = probe_trampoline(&p, "tcp_v4_send_reset") &&
				probe_trampoline(&p, "tcp_v6_send_reset");
	probe_release(&p);
}

bool attach_downgrade(struct attach *a)
{
	if (a->timewait) {
		a->timewait = ATTACH_TIMEWAIT_NONE;
	} else if (a->calls != CALLS_INLINE) {
		a->calls = CALLS_INLINE;
	} else if (a->reset_sent || a->fin_resent || a->reset_received) {
		a->reset_sent = a->fin_resent = ATTACH_FORM_NONE;
		a->reset_received = a->send_reset = false;
	} else {
		return false;
	}
	return true;
}

static void list_call_programs(const struct tcpclose_bpf *skel, enum calls_mode calls,
			  struct bpf_program *prog[ATTACH_CALL_PROGS])
{
	switch (calls) {
	case CALLS_FENTRY:
		prog[0] = skel->progs.close_fentry;
		prog[1] = skel->progs.close_fexit;
		prog[2] = skel->progs.shutdown_fentry;
		prog[3] = skel->progs.shutdown_fexit;
		prog[4] = skel->progs.close_fentry_reentry;
		prog[5] = skel->progs.close_fexit_reentry;
		prog[6] = skel->progs.shutdown_fentry_reentry;
		prog[7] = skel->progs.shutdown_fexit_reentry;
		break;
	case CALLS_KPROBE:
		prog[0] = skel->progs.close_kprobe;
		prog[1] = skel->progs.close_kretprobe;
		prog[2] = skel->progs.shutdown_kprobe;
		prog[3] = skel->progs.shutdown_kretprobe;
		memset(prog + 4, 0, 4 * sizeof(*prog));
		break;
	default:
		prog[0] = skel->progs.close_enter;
		prog[1] = skel->progs.close_exit;
		prog[2] = skel->progs.shutdown_enter;
		prog[3] = skel->progs.shutdown_exit;
		prog[4] = skel->progs.close_enter_reentry;
		prog[5] = skel->progs.close_exit_reentry;
		prog[6] = skel->progs.shutdown_enter_reentry;
		prog[7] = skel->progs.shutdown_exit_reentry;
		break;
	}
}

static void set_calls_autoload(const struct attach *a, const struct tcpclose_bpf *skel)
{
	struct bpf_program *prog[ATTACH_CALL_PROGS];

	for (enum calls_mode c = CALLS_FENTRY; c < CALLS_INLINE; c++) {
		list_call_programs(skel, c, prog);
		for (unsigned i = 0; i < ATTACH_CALL_PROGS && prog[i]; i++)
			bpf_program__set_autoload(prog[i], c == a->calls);
	}
	if (a->calls == CALLS_INLINE)
		bpf_map__set_autocreate(skel->maps.inflight, false);
	if (a->calls != CALLS_FENTRY)
		return;
	list_call_programs(skel, CALLS_FENTRY, prog);
	for (unsigned i = 0; i < ATTACH_CALL_PROGS; i++)
		bpf_program__set_attach_target(prog[i], 0, syscall_function[i]);
}

/* A hook and its second program (bpf/reentry.bpf.h). */
#define SET_AUTOLOAD_BOTH(skel, name, yes)                                                              \
	(bpf_program__set_autoload((skel)->progs.name, yes),                                       \
	 bpf_program__set_autoload((skel)->progs.name##_reentry, yes))

/*
 * A weak function that the kernel lacks (bpf_rdonly_cast before 6.2) libbpf 1.1 looks for in the modules' types
 * too. Where it may not list these (without CAP_SYS_ADMIN, from 5.11 on) it does not load the object; but it
 * tries only once per object. So that it has tried before it counts, it is asked for what nobody has.
 */
static void search_module_btf_now(struct tcpclose_bpf *skel)
{
	bpf_program__set_attach_target(skel->progs.on_timewait_segment, 0, "tcpclose_no_such_function");
}

void attach_set_autoload(const struct attach *a, struct tcpclose_bpf *skel)
{
	if (!a->cast)
		search_module_btf_now(skel);
	skel->rodata->kernel_features.cookie = a->cookie;
	skel->rodata->kernel_features.pt_regs = a->pt_regs;
	skel->rodata->kernel_features.cast = a->cast;
	memcpy((void *)skel->rodata->tcp_rcv_code, a->tcp_rcv_code, sizeof(a->tcp_rcv_code));
	SET_AUTOLOAD_BOTH(skel, on_kfree_skb, a->timewait == ATTACH_TIMEWAIT_KFREE);
	SET_AUTOLOAD_BOTH(skel, on_kfree_skb_location, a->timewait == ATTACH_TIMEWAIT_KFREE_LOCATION);
	bpf_program__set_autoload(skel->progs.on_timewait_segment, a->timewait == ATTACH_TIMEWAIT_FEXIT);
	bpf_program__set_autoload(skel->progs.on_send_reset_v4, a->send_reset);
	bpf_program__set_autoload(skel->progs.on_send_reset_v6, a->send_reset);
	SET_AUTOLOAD_BOTH(skel, reset_sent, a->reset_sent == ATTACH_FORM_FULL);
	SET_AUTOLOAD_BOTH(skel, reset_sent_noreason, a->reset_sent == ATTACH_FORM_PLAIN);
	SET_AUTOLOAD_BOTH(skel, reset_received, a->reset_received);
	SET_AUTOLOAD_BOTH(skel, fin_resent, a->fin_resent == ATTACH_FORM_FULL);
	SET_AUTOLOAD_BOTH(skel, fin_resent_noerr, a->fin_resent == ATTACH_FORM_PLAIN);
	set_calls_autoload(a, skel);
}

static int attach_by_btf(struct bpf_program *prog, struct bpf_link **link)
{
	*link = bpf_program__attach(prog);
	return *link ? 0 : -errno;
}

/* The second program must run after the first. 0 or -errno. */
#define ATTACH_BOTH(skel, name)                                                                   \
	(attach_by_btf((skel)->progs.name, &(skel)->links.name) ?:                                    \
	 attach_by_btf((skel)->progs.name##_reentry, &(skel)->links.name##_reentry))

/* A syscall tracepoint by its id: libbpf's own way would need tracefs to be mounted. */
static int attach_syscall_tracepoint(const struct bpf_program *prog, struct bpf_link **link)
{
	const char *event = strrchr(bpf_program__section_name(prog), '/') + 1;
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	int id = tracefs_event_id("syscalls", event);
	int fd, err;

	if (id < 0)
		return id;
	attr.config = (__u64)id;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	*link = bpf_program__attach_perf_event(prog, fd);
	if (*link)
		return 0;
	err = -errno;
	close(fd);
	return err;
}

static int attach_call(struct attach *a, unsigned i, struct bpf_program *prog)
{
	switch (a->calls) {
	case CALLS_FENTRY:
		return attach_by_btf(prog, &a->call_link[i]);
	case CALLS_KPROBE:
		a->call_link[i] = bpf_program__attach_kprobe(prog, i & 1, syscall_function[i]);
		return a->call_link[i] ? 0 : -errno;
	default:
		return attach_syscall_tracepoint(prog, &a->call_link[i]);
	}
}

void attach_release(struct attach *a)
{
	for (unsigned i = 0; i < ATTACH_CALL_PROGS; i++) {
		bpf_link__destroy(a->call_link[i]);
		a->call_link[i] = NULL;
	}
}

/* Falls back to inline, unless the user wants it so and no other way: then -errno with why. */
static int attach_calls(struct attach *a, const struct tcpclose_bpf *skel, enum calls_mode wanted,
			char why[LIVE_WHY_BYTES])
{
	struct bpf_program *prog[ATTACH_CALL_PROGS];
	int err = 0;

	if (a->calls != CALLS_INLINE) {
		list_call_programs(skel, a->calls, prog);
		for (unsigned i = 0; i < ATTACH_CALL_PROGS && prog[i] && !err; i++)
			err = attach_call(a, i, prog[i]);
	} else if (wanted != CALLS_INLINE) {
		err = -EOPNOTSUPP;	/* not even loaded */
	}
	if (!err)
		return 0;
	attach_release(a);
	a->calls = CALLS_INLINE;
	if (wanted == CALLS_AUTO)
		return 0;
	snprintf(why, LIVE_WHY_BYTES, "cannot watch calls by %s: %s%s; --calls inline does without",
		 calls_mode_name[wanted], strerror(-err), err != -EPERM && err != -EACCES ? "" :
		 " (tracefs takes CAP_DAC_READ_SEARCH, and CAP_SYS_ADMIN where it is not mounted)");
	return err == -ENOENT ? -EOPNOTSUPP : err;
}

static const char *attach_timewait_hook(const struct attach *a, struct tcpclose_bpf *skel)
{
	switch (a->timewait) {
	case ATTACH_TIMEWAIT_FEXIT:
		return attach_by_btf(skel->progs.on_timewait_segment, &skel->links.on_timewait_segment) ? "none" : "fexit";
	case ATTACH_TIMEWAIT_KFREE:
		return ATTACH_BOTH(skel, on_kfree_skb) ? "none" : "tp_btf";
	case ATTACH_TIMEWAIT_KFREE_LOCATION:
		return ATTACH_BOTH(skel, on_kfree_skb_location) ? "none" : "place";
	case ATTACH_TIMEWAIT_NONE:
		break;
	}
	return "none";
}

/* RSTs of minisocks, and of nobody: the tracepoint with a reason shows them. */
static const char *attach_send_reset(const struct attach *a, struct tcpclose_bpf *skel, bool sent)
{
	if (a->reset_sent == ATTACH_FORM_FULL)
		return sent ? "tp_btf" : "none";
	if (!a->send_reset || attach_by_btf(skel->progs.on_send_reset_v4, &skel->links.on_send_reset_v4))
		return "none";
	return attach_by_btf(skel->progs.on_send_reset_v6, &skel->links.on_send_reset_v6) ? "none" : "fentry";
}

#define TP_BTF_OR_NONE(yes) ((yes) ? "tp_btf" : "none")

int attach_hooks(struct attach *a, struct tcpclose_bpf *skel, enum calls_mode wanted,
		 struct run_info *meta, char why[LIVE_WHY_BYTES])
{
	bool sent = false, resent = false;
	int err = attach_calls(a, skel, wanted, why);

	if (err)
		return err;
	run_info_add_hook(meta, "calls", calls_mode_name[a->calls]);
	run_info_add_hook(meta, "late", attach_timewait_hook(a, skel));
	if (a->reset_sent == ATTACH_FORM_FULL)
		sent = !ATTACH_BOTH(skel, reset_sent);
	else if (a->reset_sent)
		sent = !ATTACH_BOTH(skel, reset_sent_noreason);
	run_info_add_hook(meta, "reset_sent", TP_BTF_OR_NONE(sent));
	run_info_add_hook(meta, "reset_late", attach_send_reset(a, skel, sent));
	run_info_add_hook(meta, "reset_received",
		      TP_BTF_OR_NONE(a->reset_received && !ATTACH_BOTH(skel, reset_received)));
	if (a->fin_resent == ATTACH_FORM_FULL)
		resent = !ATTACH_BOTH(skel, fin_resent);
	else if (a->fin_resent)
		resent = !ATTACH_BOTH(skel, fin_resent_noerr);
	run_info_add_hook(meta, "fin_resent", TP_BTF_OR_NONE(resent));
	err = ATTACH_BOTH(skel, on_destroy);
	if (!err)
		err = ATTACH_BOTH(skel, on_state);
	if (err) {
		snprintf(why, LIVE_WHY_BYTES, "cannot attach to the TCP tracepoints: %s", strerror(-err));
		return err;
	}
	run_info_add_hook(meta, "state", "tp_btf");
	run_info_add_hook(meta, "destroy", "tp_btf");
	return 0;
}
