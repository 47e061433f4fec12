/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The loop: one thread, one epoll. Asleep until the first event; then the ring is looked at every
 * POLL_MS until it stays empty, so that under load events come in batches and nothing wakes anybody
 * per event. With --flush each event wakes it, and its line is written at once.
 */
#include "trace.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "caps.h"
#include "cgroup_path.h"
#include "command.h"
#include "live.h"
#include "log.h"
#include "proc_exe.h"
#include "scan.h"
#include "session.h"
#include "symbols.h"

#define POLL_MS 20
#define NS_PER_MS 1000000ULL

struct trace_run {
	const struct options *o;
	struct session session;
	struct live *live;
	struct scan *scan;	/* until it is done */
	struct command command;
	struct cgroup_paths cgroups;
	struct proc_exe exe;
	int epoll, signals, clock;	/* clock: -1 nobody tells when it is set */
	uint64_t stop_ns;	/* -d, or the end of the drain; 0 none */
	unsigned interrupts;
};

static int report_failure(int status, const char *what, int err)
{
	log_error("%s: %s", what, strerror(err < 0 ? -err : err));
	return status;
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

void process_drop_privileges(uint64_t keep)
{
	int err = caps_drop(keep);

	if (err)
		log_warn("cannot drop privileges that are needed no longer: %s", strerror(-err));
}

/* Signals come through a descriptor, so that an interrupt is one more event of the loop. */
int process_catch_signals(void)
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

static int watch_fd(struct trace_run *r, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

/* A hook that could not be attached is no secret. RSTs of minisocks need more than old kernels have: doctor. */
static void note_missing_hooks(const struct run_info *m)
{
	for (unsigned i = 0; i < m->nr_hooks; i++)
		if (!strcmp(m->hook[i].how, "none") && strcmp(m->hook[i].name, "reset_late") != 0)
			log_note("the hook %s could not be attached: what it shows is missing "
				 "(tcpclose doctor says what, and why)", m->hook[i].name);
}

/* What was there before us is told as far as the kernel shows it, and nothing is lost without. */
static void open_scan(struct trace_run *r)
{
	struct scan_config config = { .filter = &r->o->filter, .sk_xor = live_sk_xor(r->live),
				      .btf = r->o->capture.btf,
				      .verbose = r->o->output.verbose > 0 };
	char why[LIVE_WHY_BYTES];

	if (scan_open(&r->scan, &config, why))
		log_warn("sockets that are closing already are not looked for: %s", why);
	run_info_add_hook(&r->session.meta, "walk", r->scan ? "iter" : "none");
}

static int open_live(struct trace_run *r)
{
	struct live_config config = { .filter = &r->o->filter,
				      .buffer_bytes = r->o->capture.buffer_bytes,
				      .calls = r->o->capture.calls,
				      .btf = r->o->capture.btf,
				      .no_trampolines = r->o->capture.no_fentry,
				      .stacks = r->o->capture.stack,
				      .verbose = r->o->output.verbose > 0 };
	char why[LIVE_WHY_BYTES];
	int err = live_open(&r->live, &config, &r->session.meta, why);

	if (err) {
		log_error("%s", why);
		return process_exit_status(err);
	}
	if (r->o->capture.calls == CALLS_AUTO && !run_info_watches_calls(&r->session.meta))
		log_note("calls are not watched from entry to return: those that end nothing, and what "
			 "a call returned, are not told (tcpclose doctor says why)");
	note_missing_hooks(&r->session.meta);
	open_scan(r);
	if (r->o->capture.stack)
		run_info_add_hook(&r->session.meta, "stack", "bpf_get_stack");
	return EXIT_FINE;
}

static void feed_session(void *arg, const void *bytes, unsigned long len)
{
	struct trace_run *r = arg;

	session_feed(&r->session, bytes, len);
}

static void drain_ring(void *arg)
{
	struct trace_run *r = arg;

	while (live_consume(r->live, feed_session, r) >= LIVE_BATCH)
		;
}

/*
 * Attached first, then the walk: what closes while it lasts is in the ring. That is emptied after
 * each portion, so a socket's end never comes before the walk's word of it.
 */
static void scan_sockets(struct trace_run *r)
{
	struct scan_stats stats;
	int err;

	if (!r->scan)
		return;
	err = scan_run(r->scan, feed_session, drain_ring, r, &stats);
	if (err)
		log_warn("the walk over the sockets that are there failed: %s", strerror(-err));
	if (stats.left_out)
		log_note("%u network namespaces could not be entered (%s): what closes there since "
			 "before is told without its beginning", stats.left_out,
			 strerror(stats.left_out_why));
	if (stats.hidden && !(caps_effective() & CAPS_BIT(SYS_PTRACE)))
		log_note("the network namespaces of %u processes may not be looked up: that takes "
			 "CAP_SYS_PTRACE", stats.hidden);
	if (stats.cut_short)
		log_warn("the walk over the sockets that are there took too long: some are left out");
	scan_close(r->scan);
	r->scan = NULL;
}

static void trace_handle_signals(struct trace_run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD) {
			r->interrupts++;
			if (info.ssi_code <= 0)		/* the terminal tells it itself */
				command_signal(&r->command, (int)info.ssi_signo);
		} else if (command_has_exited(&r->command)) {
			r->stop_ns = live_now_ns() + r->o->run.drain_ns;
		}
	}
}

static void handle_clock_change(struct trace_run *r, uint64_t now_ns)
{
	struct kernel_counters counters;

	if (r->clock < 0 || !live_clock_was_set(r->clock))
		return;
	counters = live_counters(r->live);
	session_clock_changed(&r->session, live_boot_to_wall_ns(), now_ns, &counters);
}

static bool trace_is_over(const struct trace_run *r, uint64_t now_ns)
{
	/* with a command running the first interrupt is for the command to act on */
	unsigned enough = command_is_running(&r->command) ? 2 : 1;

	if (r->interrupts >= enough || session_is_done(&r->session))
		return true;
	if (r->stop_ns && now_ns >= r->stop_ns)
		return true;
	return r->command.exited && !pipeline_unsettled(r->session.pipeline) &&
	       !pipeline_next_ns(r->session.pipeline);
}

/* How long to wait for what comes next, in milliseconds, after that many events; -1 for ever. */
static int next_wait_ms(const struct trace_run *r, uint64_t now_ns, int taken)
{
	uint64_t next = session_next_ns(&r->session);

	if (taken >= LIVE_BATCH)
		return 0;
	if (r->stop_ns && (!next || r->stop_ns < next))
		next = r->stop_ns;
	if (taken && r->o->output.flush)
		return 0;
	if (taken && (!next || next > now_ns + POLL_MS * NS_PER_MS))
		return POLL_MS;
	if (!next)
		return -1;
	if (next <= now_ns)
		return 0;
	next = (next - now_ns) / NS_PER_MS + 1;
	return next > 60000 ? 60000 : (int)next;
}

/*
 * Until when everything has been handed over: the ring was empty at some time after now_ns, or else
 * what waits in it came after what was taken last.
 */
static uint64_t complete_until_ns(const struct trace_run *r, uint64_t now_ns, int taken)
{
	if (taken < LIVE_BATCH || r->session.latest_ns > now_ns)
		return now_ns;
	return r->session.latest_ns;
}

static int trace_loop(struct trace_run *r)
{
	struct epoll_event ready[4];

	for (;;) {
		uint64_t now_ns = live_now_ns();
		int n = live_consume(r->live, feed_session, r);
		struct kernel_counters counters = live_counters(r->live);

		if (n < 0)
			return report_failure(EXIT_FAILED, "cannot read the ring buffer", n);
		session_advance(&r->session, complete_until_ns(r, now_ns, n), &counters);
		if (trace_is_over(r, now_ns))
			return EXIT_FINE;
		if (!n || r->o->output.flush) {
			live_arm_wakeup(r->live);
			n = live_consume(r->live, feed_session, r);
		}
		n = epoll_wait(r->epoll, ready, 4, next_wait_ms(r, now_ns, n));
		if (n < 0 && errno != EINTR)
			return report_failure(EXIT_FAILED, "cannot wait for events", errno);
		trace_handle_signals(r);
		handle_clock_change(r, now_ns);
	}
}

static void trace_finish(struct trace_run *r)
{
	struct kernel_counters counters;
	uint64_t now_ns = live_now_ns();

	while (live_consume(r->live, feed_session, r) > 0)
		;
	counters = live_counters(r->live);
	session_end(&r->session, now_ns, &counters);
}

/*
 * From here on it takes nothing but room for new files, a command that may be another user's, and what is
 * asked of the processes and their cgroups as stories are told.
 */
static void trace_drop_privileges(const struct trace_run *r)
{
	enum group_by by = r->o->view_options.by;
	uint64_t keep = 0;

	if (by == GROUP_BY_EXE)
		keep |= CAPS_BIT(SYS_PTRACE);
	if (r->o->capture.stack)	/* /proc/PID/maps, root and map_files, and the programs' files */
		keep |= CAPS_BIT(SYS_PTRACE) | CAPS_BIT(CHECKPOINT_RESTORE) | CAPS_BIT(DAC_READ_SEARCH);
	if (by == GROUP_BY_CGROUP || by == GROUP_BY_CONTAINER)
		keep |= CAPS_BIT(DAC_READ_SEARCH);
	if (r->o->record.rotate_bytes)
		keep |= CAPS_BIT(DAC_OVERRIDE) | CAPS_BIT(FOWNER);
	if (r->o->run.command)
		keep |= CAPS_BIT(KILL);
	process_drop_privileges(keep);
}

static int trace_start(struct trace_run *r)
{
	int err;

	scan_sockets(r);
	trace_drop_privileges(r);
	output_flush(&r->session.out);
	log_note("ready");
	if (r->o->run.ready_fd >= 0 && write(r->o->run.ready_fd, "", 1) != 1)
		log_warn("cannot write to --ready-fd %d: %s", r->o->run.ready_fd, strerror(errno));
	if (r->o->run.duration_ns)
		r->stop_ns = live_now_ns() + r->o->run.duration_ns;
	if (!r->o->run.command)
		return EXIT_FINE;
	err = command_start(&r->command);
	if (!err)
		return EXIT_FINE;
	log_error("cannot run '%s': %s", r->o->run.command[0], strerror(-err));
	return err == -ENOENT ? 127 : 126;
}

static char *look_up_cgroup_path(void *arg, uint64_t id)
{
	return cgroup_path_by_id(arg, id);
}

/* An exit status, the reason said. */
static int open_symbols(struct trace_run *r)
{
	if (!r->o->capture.stack)
		return EXIT_FINE;
	if (!symbols_are_built_in()) {
		log_error("--stack needs elfutils (libdw), which this tcpclose was built without");
		return EXIT_KERNEL;
	}
	r->session.symbolizer = symbolizer_new();
	return r->session.symbolizer ? EXIT_FINE : report_failure(EXIT_FAILED, "cannot read stacks", ENOMEM);
}

static const char *look_up_exe_path(void *arg, const struct socket_call *a)
{
	return proc_exe_path(arg, a);
}

static int trace_open(struct trace_run *r)
{
	struct kernel_counters none = { .filtered = 0 };
	int status = session_open(&r->session, r->o), err;

	if (!status)
		status = open_symbols(r);
	if (status)
		return status;
	r->session.cgroup_path = look_up_cgroup_path;
	r->session.cgroup_arg = &r->cgroups;
	r->session.context.lookup.exe_path = look_up_exe_path;
	r->session.context.lookup.exe_arg = &r->exe;
	r->signals = process_catch_signals();
	r->clock = live_watch_clock();	/* before the clock is read for the first time */
	err = r->signals < 0 ? r->signals : 0;
	if (!err && r->o->run.command)
		err = command_prepare(&r->command, r->o->run.command);
	if (err)
		return report_failure(EXIT_FAILED, "cannot start", err);
	status = open_live(r);
	if (!status)
		status = session_begin(&r->session, live_now_ns(), &none);
	if (status)
		return status;
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll < 0 || watch_fd(r, live_fd(r->live)) || watch_fd(r, r->signals) ||
	    (r->clock >= 0 && watch_fd(r, r->clock)))
		return report_failure(EXIT_FAILED, "cannot wait for events", errno);
	return EXIT_FINE;
}

static int trace_main(const struct options *o)
{
	struct trace_run r = { .o = o, .epoll = -1, .signals = -1, .clock = -1 };
	int status;

	cgroup_paths_init(&r.cgroups);
	cgroup_paths_scan(&r.cgroups);
	status = trace_open(&r);

	if (!status) {
		status = trace_start(&r);
		if (!status)
			status = trace_loop(&r);
		trace_finish(&r);
		if (!status && r.command.exited)
			status = session_close(&r.session, EXIT_FINE) ?: r.command.status;
		else
			status = session_close(&r.session, status);
	}
	command_release(&r.command);
	session_release(&r.session);
	cgroup_paths_release(&r.cgroups);
	scan_close(r.scan);
	live_close(r.live);
	if (r.epoll >= 0)
		close(r.epoll);
	if (r.signals >= 0)
		close(r.signals);
	if (r.clock >= 0)
		close(r.clock);
	return status;
}

int run_live(const struct options *o)
{
	char why[LIVE_WHY_BYTES];

	if (o->capture.btf && live_check_btf(o->capture.btf, why)) {
		log_error("%s", why);
		return EXIT_INPUT;
	}
	if (o->view->source == SOURCE_DOCTOR)
		return doctor_main(o);
	return o->view->source == SOURCE_SCAN ? stuck_main(o) : trace_main(o);
}
