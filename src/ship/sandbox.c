/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

static int close_others(const int *keep, unsigned nr_keep)
{
	unsigned first = STDERR_FILENO + 1;

	for (unsigned i = 0; i <= nr_keep; i++) {
		unsigned last = i < nr_keep ? (unsigned)keep[i] - 1 : ~0u;

		if (first <= last && syscall(SYS_close_range, first, last, 0))
			return -errno;
		first = last + 2;
	}
	return 0;
}

static int redirect_standard_files(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
		err = -errno;
	if (fd > STDERR_FILENO)
		close(fd);
	return err;
}

/*
 * Root becomes nobody. Where root may not change its user, as in a container without CAP_SETUID, it
 * goes on without capabilities.
 */
static int leave_root(void)
{
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return errno == EPERM ? 0 : -errno;
	return 0;
}

/* The bounding set goes only where that is permitted; no_new_privs has the same effect here. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	for (unsigned long cap = 0; !prctl(PR_CAPBSET_READ, cap, 0, 0, 0) ||
	     prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &head, none))
		return -errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

int sandbox_enter(pid_t parent, const int *keep, unsigned nr_keep)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	const struct rlimit no_core = { 0, 0 };
	sigset_t none;
	int err;

	/* the parent ends this process: a service manager that stops the service signals all */
	for (unsigned i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	err = close_others(keep, nr_keep) ?: redirect_standard_files();
	if (!err)
		err = leave_root() ?: drop_capabilities();
	if (err)
		return err;
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* last: a change of the user takes it back */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(0);
	return 0;
}
