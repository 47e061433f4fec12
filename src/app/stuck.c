/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view stuck: a walk over the sockets that are there, and what it found; once, or every so
 * often. Nothing is traced.
 */
#include "trace.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "caps.h"
#include "cgroup_path.h"
#include "command.h"
#include "live.h"
#include "log.h"
#include "scan.h"
#include "session.h"
#include "stuck_table.h"

#define NS_PER_MS 1000000ULL
#define HOUR_MS 3600000
#define CLEAR "\033[H\033[2J\033[3J"

struct look {
	const struct options *o;
	const struct view *view;
	struct meta meta;
	struct view_context context;
	struct out out;
	struct walk *walk;
	struct child child;
	struct cgroups cgroups;
	struct select select;		/* the options', which sees the cgroups */
	int signals;
	bool interrupted;
	uint64_t stop_ns;		/* -d, 0 none */
	unsigned long long rounds;	/* done */
	bool found, lost;		/* in some round */
};

static void take(void *arg, const void *bytes, unsigned long len)
{
	hangs_take(arg, bytes, len);
}

static const char *cgroup_path(void *arg, uint64_t id, uint32_t pid)
{
	return cgroups_path(arg, id, pid);
}

static void relieve(void *arg)
{
	out_flush_if_full(arg);
}

static void take_signals(struct look *l)
{
	struct signalfd_siginfo info;

	while (read(l->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			child_has_exited(&l->child);
			continue;
		}
		/* with a command running the first interrupt is for the command to act on */
		l->interrupted |= !child_is_running(&l->child);
		if (info.ssi_code <= 0)
			child_signal(&l->child, (int)info.ssi_signo);
	}
}

/* Waits for a signal until then, 0 for ever. */
static void wait_until(struct look *l, uint64_t then_ns)
{
	struct pollfd p = { .fd = l->signals, .events = POLLIN };
	uint64_t now_ns = live_now_ns(), ms = 0;

	if (then_ns > now_ns)
		ms = (then_ns - now_ns) / NS_PER_MS + 1;
	poll(&p, 1, !then_ns ? -1 : ms > HOUR_MS ? HOUR_MS : (int)ms);
	take_signals(l);
}

static void warn_of_gaps(const struct walk_stats *s, bool verbose)
{
	if (s->left_out)
		log_warn("network namespaces that are left out: %u, the last since %s", s->left_out,
			 s->left_out_why == ESRCH ? "nobody is in it and it has no name" :
						    strerror(s->left_out_why));
	if (s->hidden && (verbose || geteuid()))	/* root knows what it has hidden */
		log_warn("processes whose network namespace may not be looked up: %u (%s)",
			 s->hidden, strerror(s->left_out_why));
	if (s->cut_short)
		log_warn("the walk took too long and was given up: some sockets are missing");
}

static int show(struct look *l, struct hangs *h)
{
	if (!hangs_finish(h)) {
		log_error("cannot sort what was found: %s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	if (l->o->watch_ns && l->context.columns)
		buf_str(&l->out.buf, CLEAR);
	l->view->stuck(&l->context, h, live_now_ns());
	out_flush(&l->out);
	l->found |= h->nr > 0;
	l->lost |= h->table_full || h->holders_full || h->malformed;
	return EXIT_FINE;
}

static int look(struct look *l)
{
	struct hangs_config config = { .filter = &l->o->filter, .select = &l->select,
				       .older_than_ns = l->o->older_than_ns,
				       .max = l->o->max_open };
	struct walk_stats stats;
	struct hangs h;
	int err, status;

	hangs_init(&h, &config);
	err = walk_run(l->walk, take, NULL, &h, &stats);
	if (err) {
		log_error("the walk over the sockets failed: %s", strerror(-err));
		hangs_release(&h);
		return EXIT_FAILED;
	}
	if (!l->rounds)
		warn_of_gaps(&stats, l->o->verbose);
	h.namespaces = stats.namespaces;
	h.left_out = stats.left_out;
	h.hidden = stats.hidden;
	h.cut_short = stats.cut_short;
	status = show(l, &h);
	hangs_release(&h);
	l->rounds++;
	return status;
}

static bool is_over(const struct look *l)
{
	return !l->o->watch_ns || l->interrupted || l->out.error ||
	       (l->o->count && l->rounds >= l->o->count) ||
	       (l->stop_ns && live_now_ns() >= l->stop_ns);
}

static int rounds(struct look *l)
{
	int status = look(l);

	while (!status && !is_over(l)) {
		uint64_t next_ns = live_now_ns() + l->o->watch_ns;

		while (!is_over(l) && live_now_ns() < next_ns)
			wait_until(l, l->stop_ns && l->stop_ns < next_ns ? l->stop_ns : next_ns);
		if (!is_over(l))
			status = look(l);
	}
	return status;
}

static int run_command(struct look *l)
{
	int err = child_start(&l->child);

	if (err) {
		log_error("cannot run '%s': %s", l->o->command[0], strerror(-err));
		return err == -ENOENT ? 127 : 126;
	}
	while (!l->child.exited)
		wait_until(l, 0);
	return EXIT_FINE;
}

static int set_up(struct look *l)
{
	struct walk_config config = { .filter = &l->o->filter, .btf = l->o->btf,
				      .verbose = l->o->verbose > 0 };
	int err = out_open(&l->out, l->o->output);
	char why[LIVE_WHY];

	if (err) {
		log_error("cannot write '%s': %s", l->o->output, strerror(-err));
		return EXIT_FAILED;
	}
	l->signals = run_catch_signals();
	err = l->signals < 0 ? l->signals : 0;
	if (!err && l->o->command)
		err = child_prepare(&l->child, l->o->command);
	if (err) {
		log_error("cannot start: %s", strerror(-err));
		return EXIT_FAILED;
	}
	err = walk_open(&l->walk, &config, why);
	if (err) {
		log_error("%s", why);
		return run_status_of(err);
	}
	live_describe_host(&l->meta);
	meta_add_hook(&l->meta, "walk", "iter");
	l->context = (struct view_context){ .meta = &l->meta, .cgroup_path = cgroup_path,
				 .cgroup_arg = &l->cgroups, .flush = relieve,
				 .flush_arg = &l->out };
	l->select = l->o->select;
	l->select.cgroup_path = cgroup_path;
	l->select.cgroup_arg = &l->cgroups;
	session_set_view(&l->context, l->o, &l->out);
	return EXIT_FINE;
}

/*
 * Each walk makes iterators anew (CAP_BPF), looks up the namespaces of processes (CAP_SYS_PTRACE) and
 * enters them (CAP_SYS_ADMIN), and opens cgroups by their number (CAP_DAC_READ_SEARCH).
 */
static void drop_privileges(const struct look *l)
{
	uint64_t keep = CAPS(BPF) | CAPS(SYS_PTRACE) | CAPS(SYS_ADMIN) | CAPS(DAC_READ_SEARCH);

	if (l->o->command)
		keep |= CAPS(KILL);
	run_drop_privileges(keep);
}

static int go(struct look *l)
{
	int status = EXIT_FINE;

	drop_privileges(l);
	if (l->view->start)
		l->view->start(&l->context);
	if (l->o->ready_fd >= 0 && write(l->o->ready_fd, "", 1) != 1)
		log_warn("cannot write to --ready-fd %d: %s", l->o->ready_fd, strerror(errno));
	if (l->o->command)
		status = run_command(l);
	if (l->o->duration_ns)
		l->stop_ns = live_now_ns() + l->o->duration_ns;
	return status ? status : rounds(l);
}

static int verdict_status(struct look *l, int status)
{
	if (!session_close_out(&l->out, l->o->output))
		return EXIT_FAILED;
	if (status)
		return status;
	if (l->o->strict && l->lost) {
		log_error("not all fitted into the table, and --strict was given");
		return EXIT_LOST;
	}
	if (l->o->fail && l->found)
		return EXIT_FAILED;
	return l->child.exited ? l->child.status : EXIT_FINE;
}

int run_stuck(const struct options *o)
{
	struct look l = { .o = o, .view = view_find(o->view), .signals = -1 };
	int status;

	cgroups_init(&l.cgroups);
	status = set_up(&l);
	if (!status) {
		status = go(&l);
		status = verdict_status(&l, status);
	}
	child_release(&l.child);
	walk_close(l.walk);
	cgroups_release(&l.cgroups);
	if (l.signals >= 0)
		close(l.signals);
	out_close(&l.out);
	return status;
}
