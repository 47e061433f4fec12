/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "caps.h"
#include "log.h"
#include "notify.h"

/* A shell uses the same statuses. */
#define EXIT_CANNOT_EXECUTE 126
#define EXIT_NOT_FOUND 127

void process_init(struct process *p, char **argv)
{
	*p = (struct process){ .argv = argv, .signals = -1,
			       .watchdog_ns = notify_watchdog_ns() };
}

void process_release(struct process *p)
{
	command_release(&p->command);
	if (p->signals >= 0)
		close(p->signals);
	p->signals = -1;
}

/* Open a descriptor for signals, so that the main loop can poll it. Returns it, or -errno. */
static int catch_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int process_open(struct process *p)
{
	int err = 0;

	p->signals = catch_signals();
	if (p->signals < 0)
		err = p->signals;
	else if (p->argv)
		err = command_prepare(&p->command, p->argv);
	if (!err)
		return EXIT_FINE;
	log_error("cannot start: %s", strerror(-err));
	return EXIT_FAILED;
}

static void handle_interrupt(struct process *p, const struct signalfd_siginfo *info)
{
	p->interrupts++;
	/* while a command is running, the first interrupt is left to the command */
	p->interrupted |= !command_is_running(&p->command);
	if (info->ssi_code <= 0)	/* sent by a process, not by the terminal */
		command_signal(&p->command, (int)info->ssi_signo);
}

bool process_handle_signals(struct process *p)
{
	bool was_running = command_is_running(&p->command);
	struct signalfd_siginfo info;

	while (read(p->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			command_has_exited(&p->command);
		else
			handle_interrupt(p, &info);
	}
	return was_running && p->command.exited;
}

void process_drop_privileges(const struct process *p, uint64_t keep)
{
	int err;

	if (p->argv)
		keep |= CAPS_BIT(KILL);
	err = caps_drop(keep);
	if (err)
		log_warn("cannot drop the privileges that are no longer needed: %s",
			 strerror(-err));
}

void process_signal_ready(int fd)
{
	if (fd >= 0 && write(fd, "", 1) != 1)
		log_warn("cannot write to --ready-fd %d: %s", fd, strerror(errno));
}

void process_notify(const char *state)
{
	int err = notify_send(state);

	if (err)
		log_warn("cannot report %s to the service manager: %s", state, strerror(-err));
}

void process_beat(struct process *p, uint64_t now_ns)
{
	if (!p->watchdog_ns || now_ns < p->beat_ns)
		return;
	process_notify("WATCHDOG=1");
	p->beat_ns = now_ns + p->watchdog_ns;
}

uint64_t process_beat_ns(const struct process *p)
{
	return p->watchdog_ns ? p->beat_ns : 0;
}

int process_start_command(struct process *p)
{
	int err = p->argv ? command_start(&p->command) : 0;

	if (!err)
		return EXIT_FINE;
	log_error("cannot run '%s': %s", p->argv[0], strerror(-err));
	return err == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
}

int process_exit_status(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return EXIT_PERMISSION;
	case -EOPNOTSUPP:
		return EXIT_KERNEL;
	default:
		return EXIT_FAILED;
	}
}

void process_log_write_error(const char *path, int err)
{
	if (path)
		log_error("cannot write '%s': %s", path, strerror(err));
	else
		log_error("cannot write standard output: %s", strerror(err));
}

int process_open_output(struct output *out, const char *path)
{
	int err = output_open(out, path);

	if (!err)
		return EXIT_FINE;
	process_log_write_error(path, -err);
	return EXIT_FAILED;
}

int process_close_output(struct output *out, const char *path)
{
	if (output_close(out) || out->error == EPIPE)
		return EXIT_FINE;
	process_log_write_error(path, out->error);
	return EXIT_FAILED;
}
