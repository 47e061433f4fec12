/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The loop: one thread, one epoll. It sleeps until the first event, then reads the ring every
 * POLL_MS until the ring stays empty. Under load it reads batches, without a wake-up per event.
 * The first event of a process also wakes it if it looks up processes, before the process ends.
 * With --flush every event wakes the loop, and its line is written at once.
 */
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "caps.h"
#include "exports.h"
#include "holders.h"
#include "live.h"
#include "log.h"
#include "pid_namespace.h"
#include "places.h"
#include "privileges.h"
#include "proc_cmdline.h"
#include "process.h"
#include "scan.h"
#include "session.h"
#include "start_notes.h"
#include "symbols.h"
#include "time_units.h"
#include "top_run.h"
#include "vanished.h"

#define POLL_MS 20

struct trace_run {
	const struct options *o;
	struct process process;
	struct session session;
	struct exports exports;
	struct top_run top;
	struct live *live;
	struct scan *scan;	/* NULL once it is done */
	struct vanished vanished;
	int holders;		/* of holders_open(), for the end of the run; -1: not available */
	struct places places;
	struct text_source texts;
	struct proc_cmdlines cmdlines;
	int epoll, clock;	/* clock: of live_watch_clock(); -1: not available */
	uint64_t from_ns;	/* earlier events are dropped: not all hooks were attached yet */
	uint64_t stop_ns;	/* end of -d or of --drain; 0: none */
};

static int report_failure(int status, const char *what, int err)
{
	log_error("%s: %s", what, strerror(err < 0 ? -err : err));
	return status;
}

static int watch_fd(struct trace_run *r, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

static int watch_exports(struct trace_run *r)
{
	int fds[EXPORTS_FDS], err = 0;

	exports_fds(&r->exports, fds);
	for (unsigned i = 0; i < EXPORTS_FDS && !err; i++)
		err = fds[i] >= 0 ? watch_fd(r, fds[i]) : 0;
	return err;
}

/* The scan is optional: without it, closes already in progress are reported without their start. */
static void open_scan(struct trace_run *r)
{
	struct scan_config config = { .filter = &r->o->filter, .sk_xor = live_sk_xor(r->live),
				      .btf = r->o->capture.btf,
				      .verbose = r->o->output.verbose > 0 };
	char why[LIVE_WHY_BYTES];

	if (scan_open(&r->scan, &config, why))
		log_warn("cannot look for sockets that are already closing: %s", why);
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
				      .processes = r->session.texts.source,
				      .verbose = r->o->output.verbose > 0 };
	char why[LIVE_WHY_BYTES];
	int err;

	if (r->o->run.tree)
		config.tree = (struct tree_root){ (__u32)r->process.command.pid,
						  pid_namespace_inode("/proc") };
	err = live_open(&r->live, &config, &r->session.meta, why);
	if (err) {
		log_error("%s", why);
		return process_exit_status(err);
	}
	if (r->o->capture.calls == CALLS_AUTO && !run_info_watches_calls(&r->session.meta))
		log_note("calls are not watched from entry to return: return values, and calls "
			 "that end nothing, will be missing (see tcpclose doctor)");
	if (r->o->record.host)
		snprintf(r->session.meta.host, sizeof(r->session.meta.host), "%s",
			 r->o->record.host);
	r->exports.serve.live = r->live;
	r->exports.stream.sk_xor = live_sk_xor(r->live);
	start_notes_hooks(&r->session.meta);
	open_scan(r);
	if (r->o->capture.stack)
		run_info_add_hook(&r->session.meta, "stack", "bpf_get_stack");
	return EXIT_FINE;
}

static void feed_session(void *arg, const void *bytes, unsigned long len)
{
	const struct event *e = bytes;
	struct trace_run *r = arg;
	struct event changed;

	if (len != sizeof(*e))
		session_feed(&r->session, bytes, len);
	else if (e->ts_ns >= r->from_ns)
		session_feed(&r->session, places_set_cgroup(&r->places, e, &changed), len);
}

static void drain_ring(void *arg)
{
	struct trace_run *r = arg;

	while (live_consume(r->live, feed_session, r) >= LIVE_BATCH)
		;
	exports_pump(&r->exports);
}

/*
 * All hooks are attached: the events before this moment are incomplete. A socket that ended before
 * it is neither seen nor lost. Names of processes and members of the tree remain valid.
 */
static void begin_counting(struct trace_run *r)
{
	r->from_ns = UINT64_MAX;
	drain_ring(r);
	live_begin_counting(r->live);
	r->from_ns = live_now_ns();
}

/*
 * The hooks are attached first, so a socket that closes during the scan is in the ring. The ring is
 * read after each portion of the scan: no socket's close comes before the scan has reported it.
 */
static void scan_sockets(struct trace_run *r)
{
	struct scan_stats stats;
	int err;

	if (!r->scan)
		return;
	err = scan_run(r->scan, feed_session, drain_ring, r, &stats);
	start_notes_scan(&stats, err);
	r->holders = holders_open(r->scan);
	scan_close(r->scan);
	r->scan = NULL;
}

/* After this, sockets can be looked for without privileges. */
static void open_vanished(struct trace_run *r)
{
	int fd;

	vanished_open(&r->vanished, &r->o->filter, live_now_ns());
	fd = diag_netns_fd(&r->vanished.netns);
	if (fd >= 0 && watch_fd(r, fd))
		log_warn("cannot watch for network namespaces that end: %s", strerror(errno));
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
	/* while a command is running, the first interrupt is left to the command */
	unsigned enough = command_is_running(&r->process.command) ? 2 : 1;

	if (r->process.interrupts >= enough || session_is_done(&r->session) ||
	    top_run_is_over(&r->top))
		return true;
	if (r->stop_ns && now_ns >= r->stop_ns)
		return true;
	return r->process.command.exited && session_is_settled(&r->session);
}

static uint64_t find_next_ns(const struct trace_run *r)
{
	uint64_t next = pick_earlier(session_next_ns(&r->session), vanished_next_ns(&r->vanished));

	next = pick_earlier(next, pick_earlier(exports_next_ns(&r->exports), r->stop_ns));
	return pick_earlier(next, process_beat_ns(&r->process));
}

/* How long to wait, in milliseconds, after `taken` events were read; -1: without limit. */
static int next_wait_ms(const struct trace_run *r, uint64_t now_ns, int taken)
{
	uint64_t next;

	if (taken >= LIVE_BATCH || (taken && r->o->output.flush))
		return 0;
	next = find_next_ns(r);
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
 * The time up to which every event has been fed. Either the ring was found empty after now_ns, or
 * what is still in it is later than the latest event that was read.
 */
static uint64_t find_complete_until_ns(const struct trace_run *r, uint64_t now_ns, int taken)
{
	if (taken < LIVE_BATCH || r->session.latest_ns > now_ns)
		return now_ns;
	return r->session.latest_ns;
}

static int trace_loop(struct trace_run *r)
{
	for (;;) {
		uint64_t now_ns = live_now_ns(), complete_ns;
		int n = live_consume(r->live, feed_session, r);
		struct kernel_counters counters = live_counters(r->live);

		if (n < 0)
			return report_failure(EXIT_FAILED, "cannot read the ring buffer", n);
		complete_ns = find_complete_until_ns(r, now_ns, n);
		session_advance(&r->session, complete_ns, &counters);
		vanished_advance(&r->vanished, now_ns, complete_ns);
		exports_advance(&r->exports, now_ns, &counters);
		top_run_advance(&r->top, now_ns);
		process_beat(&r->process, now_ns);
		if (trace_is_over(r, now_ns))
			return EXIT_FINE;
		if (!n || r->o->output.flush) {
			live_arm_wakeup(r->live);
			n = live_consume(r->live, feed_session, r);
		}
		n = exports_wait(&r->exports, r->epoll, next_wait_ms(r, now_ns, n));
		if (n < 0 && n != -EINTR)
			return report_failure(EXIT_FAILED, "cannot wait for events", n);
		if (process_handle_signals(&r->process))
			r->stop_ns = live_now_ns() + r->o->run.drain_ns;
		diag_netns_release_gone(&r->vanished.netns);
		handle_clock_change(r, now_ns);
	}
}

static void drain_ring_for(struct trace_run *r, uint64_t ns)
{
	uint64_t until_ns = live_now_ns() + ns, now_ns;
	struct epoll_event ready;

	for (drain_ring(r); (now_ns = live_now_ns()) < until_ns; drain_ring(r)) {
		live_arm_wakeup(r->live);
		drain_ring(r);
		epoll_wait(r->epoll, &ready, 1, (int)((until_ns - now_ns) / NS_PER_MS) + 1);
		process_handle_signals(&r->process);
		diag_netns_release_gone(&r->vanished.netns);
	}
}

/* Gives a holder to the story of its socket, if that story is reported as open. */
static void take_holder(void *arg, const void *bytes, unsigned long len)
{
	struct trace_run *r = arg;
	const struct event *e = bytes;
	const struct story *s =
		endpoint_table_find_open(r->session.endpoints, e->sk_key, e->cookie);

	if (!s)
		s = endpoint_table_find_open(r->session.endpoints, e->sk_key, 0);
	if (s && story_is_closing(s))
		session_feed(&r->session, bytes, len);
}

/*
 * At the end: which open endpoints are gone, and who holds those whose close has begun? Events that
 * are still in the ring come first.
 */
static void look_at_open_endpoints(struct trace_run *r)
{
	int err = 0;

	drain_ring(r);
	if (vanished_begin_last(&r->vanished))
		drain_ring_for(r, VANISHED_WAIT_NS);
	vanished_end_last(&r->vanished);
	if (r->holders >= 0 && endpoint_table_counts(r->session.endpoints).closing)
		err = holders_read(r->holders, take_holder, r);
	if (err)
		log_warn("cannot find all processes that hold the open sockets: %s",
			 strerror(-err));
}

/* Returns an exit status. */
static int trace_finish(struct trace_run *r)
{
	struct kernel_counters counters;
	uint64_t now_ns;

	process_notify("STOPPING=1");
	look_at_open_endpoints(r);
	now_ns = live_now_ns();
	while (live_consume(r->live, feed_session, r) > 0)
		;
	counters = live_counters(r->live);
	session_end(&r->session, now_ns, &counters);
	top_run_end(&r->top, r->process.command.exited && !r->process.interrupts);
	return exports_end(&r->exports, now_ns, &counters);
}

static int trace_start(struct trace_run *r)
{
	begin_counting(r);
	scan_sockets(r);
	open_vanished(r);
	process_drop_privileges(&r->process, privileges_needed(r->o) |
						    top_run_privileges(&r->top));
	output_flush(&r->session.out);
	serve_set_ready(&r->exports.serve);
	log_note("ready");
	process_notify("READY=1");
	process_signal_ready(r->o->run.ready_fd);
	if (r->o->run.duration_ns)
		r->stop_ns = live_now_ns() + r->o->run.duration_ns;
	return top_run_show(&r->top) ?: process_start_command(&r->process);
}

static int open_symbols(struct trace_run *r)
{
	if (!r->o->capture.stack)
		return EXIT_FINE;
	if (!symbols_are_built_in()) {
		log_error("%s needs libdw (elfutils), and this tcpclose was built without it",
			  group_list_has(&r->o->view_options.groups, GROUP_BY_STACK) ?
			  "--by stack" : "--stack");
		return EXIT_KERNEL;
	}
	r->session.symbolizer = symbolizer_new(r->o->capture.inlined);
	if (!r->session.symbolizer)
		return report_failure(EXIT_FAILED, "cannot read stacks", ENOMEM);
	return EXIT_FINE;
}

static bool count_misses(void *arg, uint64_t *misses)
{
	const struct trace_run *r = arg;

	return live_count_misses(r->live, misses);
}

/* The executables of processes are looked up only if a view or a recording needs them. */
static void open_texts(void *arg)
{
	struct trace_run *r = arg;
	bool by_exe = group_list_has(&r->o->view_options.groups, GROUP_BY_EXE);

	text_source_init(&r->texts, r->o->record.cmdline);
	r->session.texts.source = &r->texts;
	r->session.meta.exe = r->texts.exe.usable;
	if (by_exe && !r->texts.exe.usable)
		log_note("--by exe: executables are unknown, because /proc has the process ids of "
			 "another pid namespace");
	else if (by_exe && !(caps_effective() & CAPS_BIT(SYS_PTRACE)))
		log_note("--by exe: the executables of other users may not be looked up without "
			 "CAP_SYS_PTRACE");
}

static const char *look_up_cmdline(void *arg, const struct stuck_holder *o, size_t *len)
{
	return proc_cmdline_look_up(arg, o, len);
}

/* The view report looks the holders of stuck sockets up when the run ends. */
static void open_cmdlines(struct trace_run *r)
{
	struct lookup *lookup = &r->session.context.lookup;

	if (r->o->view->id != VIEW_REPORT)
		return;
	lookup->cmdline = look_up_cmdline;
	lookup->cmdline_arg = &r->cmdlines;
}

static int trace_open(struct trace_run *r)
{
	struct kernel_counters none = { .filtered = 0 };
	int status = exports_open(&r->exports) ?: top_run_open(&r->top);

	if (!status)
		status = session_open(&r->session, r->o) ?: open_symbols(r);
	if (status)
		return status;
	r->session.stream = stream_export_recording(&r->exports.stream);
	r->session.meta.tree = r->o->run.tree;
	places_serve_session(&r->places, &r->session);
	r->session.count_misses = count_misses;
	r->session.misses_arg = r;
	r->top.look_up_programs = open_texts;
	r->top.look_up_arg = r;
	open_cmdlines(r);
	if (r->o->record.wanted || group_list_has(&r->o->view_options.groups, GROUP_BY_EXE))
		open_texts(r);
	top_run_begin(&r->top, &r->session);
	status = top_run_open_process(&r->top);
	if (status)
		return status;
	r->clock = live_watch_clock();	/* before open_live() reads the clock */
	status = open_live(r);
	if (!status)
		status = session_begin(&r->session, live_now_ns(), &none) ?:
			 exports_begin(&r->exports, live_now_ns());
	if (status)
		return status;
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll < 0 || watch_fd(r, live_fd(r->live)) || watch_fd(r, r->process.signals) ||
	    (r->clock >= 0 && watch_fd(r, r->clock)) || watch_exports(r) ||
	    top_run_watch(&r->top, r->epoll))
		return report_failure(EXIT_FAILED, "cannot wait for events", errno);
	return EXIT_FINE;
}

int trace_main(const struct options *o)
{
	struct trace_run r = { .o = o, .epoll = -1, .clock = -1, .holders = -1 };
	int status, ended;

	vanished_init(&r.vanished, &r.session);
	exports_init(&r.exports, o, &r.session, &r.process);
	process_init(&r.process, o->run.command);
	top_run_init(&r.top, o, &r.process);
	places_init(&r.places);
	status = trace_open(&r);
	if (!status) {
		status = trace_start(&r);
		if (!status)
			status = trace_loop(&r);
		ended = trace_finish(&r);
		if (!status && r.process.command.exited)
			status = r.process.command.status;
		status = session_close(&r.session, status ?: ended);
	}
	exports_release(&r.exports);
	top_run_release(&r.top);
	process_release(&r.process);
	session_release(&r.session);
	places_release(&r.places);
	text_source_release(&r.texts);
	proc_cmdlines_release(&r.cmdlines);
	scan_close(r.scan);
	vanished_release(&r.vanished);
	live_close(r.live);
	if (r.holders >= 0)
		close(r.holders);
	if (r.epoll >= 0)
		close(r.epoll);
	if (r.clock >= 0)
		close(r.clock);
	return status;
}
