/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array.h"

#define KPROBE_TYPE_PATH "/sys/bus/event_source/devices/kprobe/type"

/* Every kernel with TCP has this tracepoint. Its first argument is a socket. */
#define PROBED_TRACEPOINT "btf_trace_inet_sock_set_state"

/* One instruction each: include/uapi/linux/bpf.h. */
#define INSN_LOAD_FIRST_ARG                                                                        \
	{ .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_1 }
#define INSN_MOV(to, from)                                                                         \
	{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (to), .src_reg = (from) }
#define INSN_CALL(helper) { .code = BPF_JMP | BPF_CALL, .imm = (helper) }
#define INSN_SET(to, number)                                                                       \
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (to), .imm = (number) }
#define INSN_CALL_KFUNC(id)                                                                        \
	{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = (id) }
#define INSN_RETURN_0 { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 }
#define INSN_EXIT { .code = BPF_JMP | BPF_EXIT }

void probe_init(struct probe *p, bool no_trampolines)
{
	p->no_trampolines = no_trampolines;
	p->btf = btf__load_vmlinux_btf();
}

void probe_release(struct probe *p)
{
	btf__free(p->btf);
	p->btf = NULL;
}

/* /sys/kernel/realtime would say so too, but containers may hide /sys. */
bool probe_preempt_rt(void)
{
	struct utsname u;

	return !uname(&u) && strstr(u.version, "PREEMPT_RT");
}

bool probe_version_has_preemption(const char *version)
{
	return strstr(version, "PREEMPT");	/* also PREEMPT_DYNAMIC, PREEMPT_RT */
}

bool probe_preemption(void)
{
	struct utsname u;

	return uname(&u) || probe_version_has_preemption(u.version);
}

static int find_btf_id(const struct probe *p, const char *name, __u32 kind)
{
	return p->btf ? btf__find_by_name_kind(p->btf, name, kind) : -1;
}

static int count_args(const struct probe *p, int id)
{
	const struct btf_type *t = id > 0 ? btf__type_by_id(p->btf, (__u32)id) : NULL;

	while (t && !btf_is_func_proto(t))	/* typedef -> pointer -> prototype */
		t = t->type ? btf__type_by_id(p->btf, t->type) : NULL;
	return t ? btf_vlen(t) : -1;
}

int probe_tracepoint_args(const struct probe *p, const char *name)
{
	char type[128];
	int args;

	if (!p->btf)
		return -1;
	snprintf(type, sizeof(type), "btf_trace_%s", name);
	args = count_args(p, btf__find_by_name_kind(p->btf, type, BTF_KIND_TYPEDEF));
	return args > 0 ? args - 1 : -1;	/* the first is the tracepoint's context */
}

/* Load a tracing program. Returns its descriptor, or a negative value. */
static int load_tracing_program(enum bpf_attach_type type, int btf_id,
				const struct bpf_insn *insns, size_t n)
{
	const struct bpf_prog_load_opts opts = { .sz = sizeof(opts), .expected_attach_type = type,
						 .attach_btf_id = (__u32)btf_id };

	if (btf_id <= 0)
		return -1;
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", insns, n, &opts);
}

static bool verifier_accepts(const struct probe *p, const struct bpf_insn *insns, size_t n)
{
	int fd;

	if (!p->btf)
		return false;
	fd = load_tracing_program(BPF_TRACE_RAW_TP,
		  btf__find_by_name_kind(p->btf, PROBED_TRACEPOINT, BTF_KIND_TYPEDEF), insns, n);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

bool probe_cookie(const struct probe *p)
{
	const struct bpf_insn insns[] = { INSN_LOAD_FIRST_ARG,
					  INSN_CALL(BPF_FUNC_get_socket_cookie),
					  INSN_RETURN_0, INSN_EXIT };

	return verifier_accepts(p, insns, COUNT(insns));
}

bool probe_pt_regs(const struct probe *p)
{
	const struct bpf_insn insns[] = { INSN_CALL(BPF_FUNC_get_current_task_btf),
					  INSN_MOV(BPF_REG_1, BPF_REG_0),
					  INSN_CALL(BPF_FUNC_task_pt_regs),
					  INSN_RETURN_0, INSN_EXIT };

	return verifier_accepts(p, insns, COUNT(insns));
}

bool probe_cast(const struct probe *p)
{
	int function = find_btf_id(p, "bpf_rdonly_cast", BTF_KIND_FUNC);
	int type = find_btf_id(p, "file", BTF_KIND_STRUCT);
	const struct bpf_insn insns[] = { INSN_SET(BPF_REG_1, 0), INSN_SET(BPF_REG_2, type),
					  INSN_CALL_KFUNC(function), INSN_RETURN_0, INSN_EXIT };
	int fd;

	if (function <= 0 || type <= 0)
		return false;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, NULL, "GPL", insns, COUNT(insns), NULL);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Load an empty program and attach it briefly: some kernels load it but refuse to attach it. */
static bool can_attach(enum bpf_attach_type type, int btf_id)
{
	const struct bpf_insn insns[] = { INSN_RETURN_0, INSN_EXIT };
	int prog = load_tracing_program(type, btf_id, insns, COUNT(insns));
	int link;

	if (prog < 0)
		return false;
	link = bpf_raw_tracepoint_open(NULL, prog);
	close(prog);
	if (link < 0)
		return false;
	close(link);
	return true;
}

bool probe_trampoline(const struct probe *p, const char *function)
{
	int id = find_btf_id(p, function, BTF_KIND_FUNC);

	if (p->no_trampolines)
		return false;
	return can_attach(BPF_TRACE_FENTRY, id) && can_attach(BPF_TRACE_FEXIT, id);
}

bool probe_kprobe(const char *function)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	FILE *f = fopen(KPROBE_TYPE_PATH, "re");
	unsigned type;
	int fd, n;

	if (!f)
		return false;
	n = fscanf(f, "%u", &type);
	fclose(f);
	if (n != 1)
		return false;
	attr.type = type;
	attr.kprobe_func = (__u64)(uintptr_t)function;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Return the address of function or, if after is not 0, the lowest address above it. 0 if none. */
static uint64_t find_kernel_symbol(const char *function, uint64_t after)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], type, name[256];
	unsigned long long at;
	uint64_t found = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %c %255s", &at, &type, name) != 3)
			continue;
		if (!after && (type == 't' || type == 'T') && !strcmp(name, function)) {
			found = at;
			break;
		}
		if (after && at > after && (!found || at < found))
			found = at;
	}
	fclose(f);
	return found;
}

struct code_range probe_function_range(const char *function)
{
	struct code_range r = { .from = find_kernel_symbol(function, 0) };

	if (r.from)
		r.to = find_kernel_symbol(function, r.from);
	return r;
}

int probe_data_symbol(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], type, found[256];
	int shown = -1;

	while (f && shown < 1 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*x %c %255s", &type, found) != 2 || !strchr("bBdD", type))
			continue;
		shown = !strcmp(found, name);
	}
	if (f)
		fclose(f);
	return shown;
}

/* Try to create a map with a limit of 0. Not with libbpf, which would raise the limit first. */
bool probe_counts_memlock(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };
	struct rlimit before, none;
	int map;

	if (getrlimit(RLIMIT_MEMLOCK, &before))
		return false;
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	if (setrlimit(RLIMIT_MEMLOCK, &none))
		return false;
	map = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	setrlimit(RLIMIT_MEMLOCK, &before);
	if (map >= 0)
		close(map);
	return map < 0;
}
