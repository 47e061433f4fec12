/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* What libc, threads, a resolver and a TLS library call, on any architecture. */
static const char *const allowed[] = {
	/* memory, threads, the end */
	"brk", "clone", "clone3", "exit", "exit_group", "futex", "get_robust_list", "madvise",
	"membarrier", "mlock", "mmap", "mprotect", "mremap", "munlock", "munmap", "rseq",
	"sched_getaffinity", "sched_yield", "set_robust_list", "set_tid_address", "sigaltstack",
	"restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait",
	"tgkill", "prctl", "arch_prctl",
	/* time and what the process is */
	"clock_getres", "clock_gettime", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
	"getcpu", "getegid", "geteuid", "getgid", "getpid", "getppid", "getrandom", "getrlimit",
	"getrusage", "gettid", "getuid", "prlimit64", "sysinfo", "times", "uname",
	/* files to read */
	"access", "faccessat", "faccessat2", "close", "dup", "dup3", "fadvise64", "fcntl", "fstat",
	"fstatfs", "getcwd", "getdents64", "lseek", "lstat", "newfstatat", "pread64", "read",
	"readlink", "readlinkat", "readv", "stat", "statfs", "statx", "write", "writev",
	/* waiting */
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2", "pipe2", "poll",
	"ppoll", "pselect6", "select", "timerfd_create", "timerfd_gettime", "timerfd_settime",
	/* the network */
	"bind", "connect", "getpeername", "getsockname", "getsockopt", "recvfrom", "recvmmsg",
	"recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
};

static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

static int allow(scmp_filter_ctx filter, const char *name)
{
	int call = seccomp_syscall_resolve_name(name);

	/* not on this architecture, or not known to this libseccomp */
	return call < 0 ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
}

/* open() and openat() only to read; an openat2() fails, and callers fall back to openat(). */
static int allow_reading(scmp_filter_ctx filter)
{
	const scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
	int err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				   SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));

	return err ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
}

static int allow_sockets(scmp_filter_ctx filter)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(families) / sizeof(*families) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1,
				       SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	return err;
}

static int allow_ioctls(scmp_filter_ctx filter)
{
	int err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				   SCMP_A1(SCMP_CMP_EQ, FIONBIO));

	return err ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_EQ, FIONREAD));
}

bool sandbox_has_filter(void)
{
	return true;
}

int sandbox_filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = filter ? 0 : -ENOMEM;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed) && !err; i++)
		err = allow(filter, allowed[i]);
	if (!err)
		err = allow_reading(filter) ?: allow_sockets(filter);
	if (!err)
		err = allow_ioctls(filter) ?: seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return err;
}
