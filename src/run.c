/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The loop: one thread, one epoll. Asleep until the first event; then the ring is looked at every
 * POLL_MS until it stays empty, so that under load events come in batches and nothing wakes anybody
 * per event.
 */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "child.h"
#include "live.h"
#include "live_walk.h"
#include "log.h"
#include "out.h"
#include "sink.h"
#include "teller.h"

#define POLL_MS 20
#define NS_PER_MS 1000000ULL
#define LOSS_EVERY_NS (1000 * NS_PER_MS)

struct run {
	const struct options *o;
	const struct sink *sink;
	struct meta meta;
	struct view view;
	struct out out;
	struct live *live;
	struct walk *walk;	/* until it is done */
	struct teller *teller;
	struct child child;
	int epoll, signals;
	uint64_t stop_ns;	/* -d, or the end of the drain; 0 none */
	uint64_t lost_told;	/* losses already reported */
	uint64_t loss_ns;	/* when they were */
	unsigned interrupts;
};

static int fail(int status, const char *what, int err)
{
	log_error("%s: %s", what, strerror(err < 0 ? -err : err));
	return status;
}

int run_status_of(int err)
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

/* Signals come through a descriptor, so that an interrupt is one more event of the loop. */
int run_catch_signals(void)
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

static int watch(struct run *r, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

void run_set_view(struct view *v, const struct options *o, struct out *out)
{
	bool terminal = isatty(out->fd);
	struct winsize size;

	v->out = &out->buf;
	v->wide = o->wide;
	v->times = o->times;
	v->color = o->color == COLOR_ALWAYS || (o->color == COLOR_AUTO && terminal);
	if (terminal && !ioctl(out->fd, TIOCGWINSZ, &size))
		v->columns = size.ws_col;
}

/* What was there before us is told as far as the kernel shows it, and nothing is lost without. */
static void open_walk(struct run *r)
{
	struct walk_config config = { .filter = &r->o->filter, .disguise = live_disguise(r->live),
				      .verbose = r->o->verbose > 0 };
	char why[LIVE_WHY];

	if (walk_open(&r->walk, &config, why))
		log_warn("sockets that are closing already are not looked for: %s", why);
	meta_add_hook(&r->meta, "walk", r->walk ? "iter" : "none");
}

static int open_live(struct run *r)
{
	struct live_config config = { .filter = &r->o->filter,
				      .buffer_bytes = r->o->buffer_bytes,
				      .calls = r->o->calls,
				      .no_trampolines = r->o->no_fentry,
				      .verbose = r->o->verbose > 0 };
	char why[LIVE_WHY];
	int err = live_open(&r->live, &config, &r->meta, why);

	if (err) {
		log_error("%s", why);
		return run_status_of(err);
	}
	open_walk(r);
	return EXIT_FINE;
}

/* Any number of stories may be told at once, when their time has come or the run is over. */
static void make_room(void *arg)
{
	struct run *r = arg;

	out_flush_if_full(&r->out);
}

static int open_teller(struct run *r)
{
	struct teller_config config = {
		.sink = r->sink,
		.view = &r->view,
		.filter = &r->o->filter,
		.select = &r->o->select,
		.max_stories = r->o->count,
		.never_open = r->o->all,
		.shown = make_room,
		.arg = r,
		.conns = { .max_open = r->o->max_open,
			   .calls = meta_watches_calls(&r->meta),
			   .late = meta_has_hook(&r->meta, "late") },
	};

	if (getrandom(&config.conns.seed, sizeof(config.conns.seed), 0) < 0)
		config.conns.seed = live_now_ns();
	r->teller = teller_new(&config);
	return r->teller ? EXIT_FINE : fail(EXIT_FAILED, "cannot make the table", ENOMEM);
}

static void take(void *arg, const void *bytes, unsigned long len)
{
	struct run *r = arg;

	teller_take(r->teller, bytes, len);
	out_flush_if_full(&r->out);
}

static void take_meanwhile(void *arg)
{
	struct run *r = arg;

	while (live_consume(r->live, take, r) >= LIVE_BATCH)
		;
}

/*
 * Attached first, then the walk: what closes while it lasts is in the ring. That is emptied after
 * each portion, so a socket's end never comes before the walk's word of it.
 */
static void walk(struct run *r)
{
	struct walk_stats stats;
	int err;

	if (!r->walk)
		return;
	err = walk_run(r->walk, take, take_meanwhile, r, &stats);
	if (err)
		log_warn("the walk over the sockets that are there failed: %s", strerror(-err));
	if (stats.left_out)
		log_note("%u network namespaces could not be entered (%s): what closes there since "
			 "before is told without its beginning", stats.left_out,
			 strerror(stats.left_out_why));
	if (stats.cut_short)
		log_warn("the walk over the sockets that are there took too long: some are left out");
	walk_close(r->walk);
	r->walk = NULL;
}

static struct tally tally_now(const struct run *r)
{
	struct kernel_counters kernel = live_counters(r->live);

	return teller_tally(r->teller, &kernel);
}

/* Says so when the count of losses has grown, at most once a second. */
static void report_loss(struct run *r, uint64_t now_ns, bool at_end)
{
	struct tally t = tally_now(r);

	if (tally_lost_events(&t))
		teller_note_loss(r->teller);
	if (tally_lost(&t) == r->lost_told || (!at_end && now_ns - r->loss_ns < LOSS_EVERY_NS))
		return;
	r->lost_told = tally_lost(&t);
	r->loss_ns = now_ns;
	if (r->sink->lost)
		r->sink->lost(&r->view, &t, now_ns);
	if (!r->sink->reports_itself || r->o->verbose)
		log_warn("lost %llu events (ring full %llu, calls table full %llu, malformed %llu) "
			 "and %llu endpoints: a larger --buffer or --max-open may help",
			 (unsigned long long)tally_lost_events(&t),
			 (unsigned long long)t.events_ring_full,
			 (unsigned long long)t.events_calls_full,
			 (unsigned long long)t.events_malformed,
			 (unsigned long long)(t.lost_table_full + t.lost_end_missed));
}

static void take_signals(struct run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD) {
			r->interrupts++;
			if (info.ssi_code <= 0)		/* the terminal tells it itself */
				child_signal(&r->child, (int)info.ssi_signo);
		} else if (child_has_exited(&r->child)) {
			r->stop_ns = live_now_ns() + r->o->drain_ns;
		}
	}
}

static bool is_over(const struct run *r, uint64_t now_ns)
{
	/* with a command running the first interrupt is for the command to act on */
	unsigned enough = child_is_running(&r->child) ? 2 : 1;

	if (r->interrupts >= enough || r->out.error || teller_is_done(r->teller))
		return true;
	if (r->stop_ns && now_ns >= r->stop_ns)
		return true;
	return r->child.exited && !teller_unsettled(r->teller) && !teller_next_ns(r->teller);
}

/* How long to wait for what comes next, in milliseconds, after that many events; -1 for ever. */
static int wait_ms(const struct run *r, uint64_t now_ns, int taken)
{
	uint64_t next = teller_next_ns(r->teller);

	if (taken >= LIVE_BATCH)
		return 0;
	if (r->stop_ns && (!next || r->stop_ns < next))
		next = r->stop_ns;
	if (taken && (!next || next > now_ns + POLL_MS * NS_PER_MS))
		return POLL_MS;
	if (!next)
		return -1;
	if (next <= now_ns)
		return 0;
	next = (next - now_ns) / NS_PER_MS + 1;
	return next > 60000 ? 60000 : (int)next;
}

static int loop(struct run *r)
{
	struct epoll_event ready[4];

	for (;;) {
		int n = live_consume(r->live, take, r);
		uint64_t now_ns = live_now_ns();

		if (n < 0)
			return fail(EXIT_FAILED, "cannot read the ring buffer", n);
		report_loss(r, now_ns, false);
		teller_tick(r->teller, now_ns);
		out_flush(&r->out);
		if (is_over(r, now_ns))
			return EXIT_FINE;
		if (!n) {
			live_sleep(r->live);
			n = live_consume(r->live, take, r);
		}
		n = epoll_wait(r->epoll, ready, 4, wait_ms(r, now_ns, n));
		if (n < 0 && errno != EINTR)
			return fail(EXIT_FAILED, "cannot wait for events", errno);
		take_signals(r);
	}
}

static void summarize(struct run *r)
{
	uint64_t now_ns = live_now_ns();
	struct tally t;

	while (live_consume(r->live, take, r) > 0)
		out_flush_if_full(&r->out);
	teller_end(r->teller, now_ns);
	report_loss(r, now_ns, true);
	t = tally_now(r);
	if (r->sink->end)
		r->sink->end(&r->view, &t, now_ns);
	out_flush(&r->out);	/* the summary comes after what it sums up */
	if (!r->sink->reports_itself)
		log_note("%llu told, %llu filtered, %llu still open; "
			 "lost %llu endpoints, %llu events",
			 (unsigned long long)t.told, (unsigned long long)t.filtered,
			 (unsigned long long)t.open,
			 (unsigned long long)(t.lost_table_full + t.lost_end_missed),
			 (unsigned long long)tally_lost_events(&t));
}

static int announce(struct run *r)
{
	int err;

	if (r->sink->start)
		r->sink->start(&r->view);
	walk(r);
	out_flush(&r->out);
	log_note("ready");
	if (r->o->ready_fd >= 0 && write(r->o->ready_fd, "", 1) != 1)
		log_warn("cannot write to --ready-fd %d: %s", r->o->ready_fd, strerror(errno));
	if (r->o->duration_ns)
		r->stop_ns = live_now_ns() + r->o->duration_ns;
	if (!r->o->command)
		return EXIT_FINE;
	err = child_start(&r->child);
	if (!err)
		return EXIT_FINE;
	log_error("cannot run '%s': %s", r->o->command[0], strerror(-err));
	return err == -ENOENT ? 127 : 126;
}

static int set_up(struct run *r)
{
	int err = out_open(&r->out, r->o->output), status;

	if (err) {
		log_error("cannot write '%s': %s", r->o->output, strerror(-err));
		return EXIT_FAILED;
	}
	r->view.meta = &r->meta;
	run_set_view(&r->view, r->o, &r->out);
	r->signals = run_catch_signals();
	err = r->signals < 0 ? r->signals : 0;
	if (!err && r->o->command)
		err = child_prepare(&r->child, r->o->command);
	if (err)
		return fail(EXIT_FAILED, "cannot start", err);
	status = open_live(r);
	if (!status)
		status = open_teller(r);
	if (status)
		return status;
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll < 0 || watch(r, live_fd(r->live)) || watch(r, r->signals))
		return fail(EXIT_FAILED, "cannot wait for events", errno);
	return EXIT_FINE;
}

bool run_close_out(struct out *out, const char *path)
{
	if (out_close(out) || out->error == EPIPE)
		return true;
	log_error("cannot write %s%s%s: %s", path ? "'" : "", path ? path : "standard output",
		  path ? "'" : "", strerror(out->error));
	return false;
}

/* The status of a run that went to its end. */
static int verdict_status(struct run *r, int status)
{
	struct tally t = tally_now(r);

	if (!run_close_out(&r->out, r->o->output))
		return EXIT_FAILED;
	if (status)
		return status;
	if (r->o->strict && tally_lost(&t)) {
		log_error("events were lost, and --strict was given");
		return EXIT_LOST;
	}
	return r->child.exited ? r->child.status : EXIT_FINE;
}

static int trace(const struct options *o)
{
	struct run r = { .o = o, .sink = sink_find(o->view), .epoll = -1, .signals = -1 };
	int status = set_up(&r);

	if (!status) {
		status = announce(&r);
		if (!status)
			status = loop(&r);
		summarize(&r);
		status = verdict_status(&r, status);
	}
	child_release(&r.child);
	teller_free(r.teller);
	walk_close(r.walk);
	live_close(r.live);
	if (r.epoll >= 0)
		close(r.epoll);
	if (r.signals >= 0)
		close(r.signals);
	out_close(&r.out);
	return status;
}

int run(const struct options *o)
{
	return o->stuck ? run_stuck(o) : trace(o);
}
