/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "live.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "attach.h"
#include "caps.h"
#include "program_runs.h"
#include "read_clock.h"
#include "tcpclose.skel.h"
#include "time_units.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"
#define WALL_NEVER_S (1LL << 33)	/* 2242, in seconds since 1970 */

struct live {
	struct tcpclose_bpf *skel;
	struct ring_buffer *ring;
	struct attach attach;
	live_event_fn *fn;		/* during live_consume */
	void *fn_arg;
	int taken;
	uint64_t misses_before;		/* live_begin_counting() */
};

struct syscall_number {
	__s32 nr;
	enum syscall_id call;
};

static const struct syscall_number syscall_numbers[] = {
	{ SYS_close, SYSCALL_CLOSE },
	{ SYS_shutdown, SYSCALL_SHUTDOWN },
	{ 436, SYSCALL_CLOSE_RANGE },	/* since 5.9, on all architectures */
#ifdef SYS_dup2
	{ SYS_dup2, SYSCALL_DUP2 },
#endif
	{ SYS_dup3, SYSCALL_DUP3 },
	{ SYS_execve, SYSCALL_EXECVE },
	{ SYS_execveat, SYSCALL_EXECVE },
	{ SYS_exit, SYSCALL_EXIT },
	{ SYS_exit_group, SYSCALL_EXIT },
	{ SYS_connect, SYSCALL_CONNECT },
	{ SYS_munmap, SYSCALL_MUNMAP },
	{ 426, SYSCALL_IO_URING_ENTER },	/* since 5.1, on all architectures */
};

/*
 * System call numbers of 32-bit programs: i386 on x86 (arch/x86/entry/syscalls/syscall_32.tbl), arm
 * on arm64 (arch/arm/tools/syscall.tbl).
 */
static const struct syscall_number syscall_numbers_32[] = {
#ifdef __x86_64__
	{ 6, SYSCALL_CLOSE },	{ 373, SYSCALL_SHUTDOWN },
	{ 436, SYSCALL_CLOSE_RANGE },{ 63, SYSCALL_DUP2 },
	{ 330, SYSCALL_DUP3 },	{ 11, SYSCALL_EXECVE },
	{ 358, SYSCALL_EXECVE },	{ 1, SYSCALL_EXIT },
	{ 252, SYSCALL_EXIT },	{ 362, SYSCALL_CONNECT },
	{ 91, SYSCALL_MUNMAP },	{ 426, SYSCALL_IO_URING_ENTER },
#elif defined(__aarch64__)
	{ 6, SYSCALL_CLOSE },	{ 293, SYSCALL_SHUTDOWN },
	{ 436, SYSCALL_CLOSE_RANGE },{ 63, SYSCALL_DUP2 },
	{ 358, SYSCALL_DUP3 },	{ 11, SYSCALL_EXECVE },
	{ 387, SYSCALL_EXECVE },	{ 1, SYSCALL_EXIT },
	{ 248, SYSCALL_EXIT },	{ 283, SYSCALL_CONNECT },
	{ 91, SYSCALL_MUNMAP },	{ 426, SYSCALL_IO_URING_ENTER },
#endif
};

static int discard_message(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

void live_silence_libbpf(void)
{
	libbpf_set_print(discard_message);
}

static int set_why(char why[LIVE_WHY_BYTES], int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, LIVE_WHY_BYTES, format, args);
	va_end(args);
	return err;
}

uint64_t live_now_ns(void)
{
	return read_clock_ns(CLOCK_BOOTTIME);
}

/* The resolution of the kernel's coarse clock is one tick. */
uint64_t live_tick_ns(void)
{
	struct timespec ts;

	clock_getres(CLOCK_MONOTONIC_COARSE, &ts);
	return (uint64_t)ts.tv_nsec;
}

static void fill_syscall_table(__u8 *table, size_t size, const struct syscall_number *numbers,
			       size_t n)
{
	memset(table, SYSCALL_OTHER, size);
	for (size_t i = 0; i < n; i++)
		table[numbers[i].nr] = numbers[i].call;
}

static void set_rodata(struct tcpclose_bpf *skel, const struct live_config *config)
{
	memcpy((void *)&skel->rodata->filter, config->filter, sizeof(*config->filter));
	skel->rodata->tick_ns = live_tick_ns();
	skel->rodata->want_stacks = config->stacks;
	skel->rodata->want_processes = config->processes;
	memcpy((void *)&skel->rodata->tree_root, &config->tree, sizeof(config->tree));
	if (getrandom((void *)&skel->rodata->sk_xor, sizeof(skel->rodata->sk_xor), 0) < 0)
		skel->rodata->sk_xor = read_clock_ns(CLOCK_REALTIME) * 0x9e3779b97f4a7c15ULL;
	fill_syscall_table((__u8 *)skel->rodata->syscall_table,
			   sizeof(skel->rodata->syscall_table), syscall_numbers,
			   sizeof(syscall_numbers) / sizeof(*syscall_numbers));
	fill_syscall_table((__u8 *)skel->rodata->syscall_table_32,
			   sizeof(skel->rodata->syscall_table_32), syscall_numbers_32,
			   sizeof(syscall_numbers_32) / sizeof(*syscall_numbers_32));
}

static int load_skeleton(struct live *l, const struct live_config *config)
{
	const struct bpf_object_open_opts opts = { .sz = sizeof(opts),
						   .btf_custom_path = config->btf };
	int err;

	l->skel = tcpclose_bpf__open_opts(&opts);
	if (!l->skel)
		return -errno;
	bpf_map__set_max_entries(l->skel->maps.events, (__u32)config->buffer_bytes);
	if (!config->processes)
		bpf_map__set_max_entries(l->skel->maps.woken_processes, 1);
	set_rodata(l->skel, config);
	attach_set_autoload(&l->attach, l->skel);
	err = tcpclose_bpf__load(l->skel);
	if (err) {
		tcpclose_bpf__destroy(l->skel);
		l->skel = NULL;
	}
	return err;
}

/* Load the plan. If the kernel refuses it, drop optional hooks until it is accepted. */
static int load_best_plan(struct live *l, const struct live_config *config)
{
	int err;

	do {
		err = load_skeleton(l, config);
	} while (err && err != -EPERM && err != -ENOMEM && attach_downgrade(&l->attach));
	return err;
}

static void read_boot_id(struct run_info *meta)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!f)
		return;
	if (fgets(meta->boot_id, sizeof(meta->boot_id), f))
		meta->boot_id[strcspn(meta->boot_id, "\n")] = '\0';
	fclose(f);
}

/* Read the wall clock between two readings of the events' clock, and compare it with their mean. */
int64_t live_boot_to_wall_ns(void)
{
	uint64_t before = live_now_ns();
	uint64_t wall = read_clock_ns(CLOCK_REALTIME);
	uint64_t after = live_now_ns();

	return (int64_t)(wall - (before + (after - before) / 2));
}

int live_watch_clock(void)
{
	const struct itimerspec never = { .it_value.tv_sec = WALL_NEVER_S };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK), err;

	if (fd < 0)
		return -errno;
	if (!timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

bool live_clock_was_set(int fd)
{
	uint64_t n;

	return read(fd, &n, sizeof(n)) < 0 && errno == ECANCELED;
}

void live_fill_run_info(struct run_info *meta)
{
	struct utsname u;

	if (!uname(&u)) {
		snprintf(meta->hostname, sizeof(meta->hostname), "%s", u.nodename);
		snprintf(meta->kernel, sizeof(meta->kernel), "%s", u.release);
		snprintf(meta->machine, sizeof(meta->machine), "%s", u.machine);
	}
	read_boot_id(meta);
	meta->boot_to_wall_ns = live_boot_to_wall_ns();
}

static int on_ring_record(void *arg, void *bytes, size_t len)
{
	struct live *l = arg;

	l->fn(l->fn_arg, bytes, len);
	return ++l->taken < LIVE_BATCH ? 0 : -EAGAIN;
}

bool live_explain_eperm(int err, char why[LIVE_WHY_BYTES])
{
	uint64_t effective = caps_effective();
	bool may_bpf = caps_may_bpf(effective), may_trace = caps_may_trace(effective);

	if (err != -EPERM && !(err == -EACCES && geteuid()))
		return false;
	if (may_bpf && may_trace)
		set_why(why, err, "not permitted to load BPF programs despite CAP_BPF and "
			"CAP_PERFMON: tcpclose doctor shows the cause (RLIMIT_MEMLOCK before 5.11, "
			"lockdown, a user namespace), or run as root (sudo tcpclose)");
	else
		set_why(why, err, "not permitted to load BPF programs%s: run as root "
			"(sudo tcpclose), or with CAP_BPF and CAP_PERFMON; --replay FILE needs "
			"neither (make tour shows a sample)",
			may_bpf ? ", CAP_PERFMON is missing" :
			may_trace ? ", CAP_BPF is missing" : "");
	return true;
}

static int explain_load_error(int err, char why[LIVE_WHY_BYTES])
{
	if (live_explain_eperm(err, why))
		return -EPERM;
	if (err == -ENOMEM)
		return set_why(why, err, "not enough memory for the ring buffer: "
			   "try a smaller --buffer");
	return set_why(why, -EOPNOTSUPP, "this kernel rejects the BPF programs: %s "
		   "(-v shows why)", strerror(-err));
}

int live_open(struct live **live, const struct live_config *config, struct run_info *meta,
	      char why[LIVE_WHY_BYTES])
{
	struct live *l;
	int err;

	*live = NULL;
	if (!config->verbose)
		live_silence_libbpf();
	if (access(BTF_PATH, R_OK))
		return set_why(why, -EOPNOTSUPP, "this kernel shows no type information at "
			       BTF_PATH ": it must be built with CONFIG_DEBUG_INFO_BTF, and /sys "
			       "mounted%s", config->btf ? "; --btf cannot stand in for it" : "");
	l = calloc(1, sizeof(*l));
	if (!l)
		return set_why(why, -ENOMEM, "out of memory");
	attach_plan(&l->attach, config);
	err = load_best_plan(l, config);
	if (err) {
		err = explain_load_error(err, why);
		goto fail;
	}
	l->ring = ring_buffer__new(bpf_map__fd(l->skel->maps.events), on_ring_record, l, NULL);
	if (!l->ring) {
		err = set_why(why, -errno, "cannot map the ring buffer: %s", strerror(errno));
		goto fail;
	}
	live_fill_run_info(meta);
	err = attach_hooks(&l->attach, l->skel, config->calls, meta, why);
	if (err)
		goto fail;
	*live = l;
	return 0;
fail:
	live_close(l);
	return err;
}

void live_close(struct live *l)
{
	if (!l)
		return;
	attach_release(&l->attach);
	ring_buffer__free(l->ring);
	tcpclose_bpf__destroy(l->skel);
	free(l);
}

int live_fd(const struct live *l)
{
	return ring_buffer__epoll_fd(l->ring);
}

int live_consume(struct live *l, live_event_fn *fn, void *arg)
{
	int n;

	l->fn = fn;
	l->fn_arg = arg;
	l->taken = 0;
	n = ring_buffer__consume(l->ring);
	return n < 0 && n != -EAGAIN ? n : l->taken;
}

void live_arm_wakeup(struct live *l)
{
	__atomic_store_n(&l->skel->bss->reader_asleep, 1, __ATOMIC_SEQ_CST);
}

uint64_t live_sk_xor(const struct live *l)
{
	return l->skel->rodata->sk_xor;
}

void live_begin_counting(struct live *l)
{
	memset(&l->skel->bss->counters, 0, sizeof(l->skel->bss->counters));
	if (!attach_count_misses(&l->attach, &l->misses_before))
		l->misses_before = 0;
}

struct kernel_counters live_counters(const struct live *l)
{
	return l->skel->bss->counters;
}

unsigned live_count_runs(const struct live *l, struct program_run *list, unsigned max)
{
	return program_runs_count(l->attach.program, l->attach.nr_links, list, max);
}

bool live_count_misses(const struct live *l, uint64_t *misses)
{
	if (!attach_count_misses(&l->attach, misses))
		return false;
	*misses -= l->misses_before < *misses ? l->misses_before : *misses;
	return true;
}

const void *live_object(size_t *bytes)
{
	return tcpclose_bpf__elf_bytes(bytes);
}
