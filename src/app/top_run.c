/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "top_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "caps.h"
#include "log.h"
#include "read_clock.h"
#include "top_run_private.h"

void top_run_init(struct top_run *r, const struct options *o, struct process *process)
{
	*r = (struct top_run){ .o = o->view->id == VIEW_TOP ? o : NULL, .process = process,
			       .keys = -1, .signals = -1 };
	held_output_init(&r->held);
	walker_init(&r->walker);
}

static int refuse_terminal(const char *why)
{
	const char *term = getenv("TERM");

	log_error("the terminal '%s' %s: want -b, which prints text, or tcpclose who 2",
		  term ? term : "", why);
	return EXIT_USAGE;
}

/* Returns an exit status. */
static int check_terminal(void)
{
	const char *why;

	if (!top_screen_is_built_in()) {
		log_error("top on a terminal needs ncursesw, and this tcpclose was built without "
			  "it: want -b, which prints text");
		return EXIT_KERNEL;
	}
	why = top_screen_check();
	return why ? refuse_terminal(why) : EXIT_FINE;
}

/* Keys come from standard input, or from the terminal itself if that is something else. */
static int open_keys(struct top_run *r)
{
	r->keys = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) :
					 open("/dev/tty", O_RDWR | O_CLOEXEC);
	return r->keys < 0 ? refuse_terminal("has no keys here") : EXIT_FINE;
}

static void fill_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGWINCH);
	sigaddset(set, SIGTSTP);
	sigaddset(set, SIGQUIT);
}

/* Returns 0 or -errno. */
static int catch_signals(struct top_run *r)
{
	sigset_t set;

	fill_set(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return r->signals < 0 ? -errno : 0;
}

static int open_full_screen(struct top_run *r)
{
	int status = check_terminal() ?: open_keys(r), err;

	if (status)
		return status;
	err = catch_signals(r) ?: held_output_begin(&r->held);
	if (!err)
		return EXIT_FINE;
	log_error("cannot show a full screen: %s", strerror(-err));
	return EXIT_FAILED;
}

static void start_walker(struct top_run *r)
{
	int err;

	if (r->o->record.replay || !(r->full || r->o->view_options.tab == TOP_STUCK))
		return;
	r->walker.rows = &r->rows;
	err = walker_start(&r->walker, r->o);
	if (!err)
		return;
	log_warn("there will be no stuck sockets: %s", strerror(-err));
	r->rows.failed = true;
}

int top_run_open(struct top_run *r)
{
	int status = EXIT_FINE;

	if (!r->o)
		return EXIT_FINE;
	r->streams = r->o->record.replay && top_run_streams(r->o);
	r->goal.step = r->o->record.replay && !r->streams ? UINT64_MAX : 0;
	r->full = !r->o->view_options.batch && !r->o->output.path && isatty(STDOUT_FILENO);
	if (r->full)
		status = open_full_screen(r);
	if (!status)
		start_walker(r);
	return status;
}

int top_run_open_process(struct top_run *r)
{
	int status;

	if (r->full)
		held_output_lend(&r->held);
	status = process_open(r->process);
	held_output_take_back(&r->held);
	return status;
}

void top_run_begin(struct top_run *r, struct session *session)
{
	struct view_context *v = &session->context;

	r->session = session;
	if (!r->o)
		return;
	top_run_begin_scan(r);
	if (!r->full)
		return;
	v->goal = &r->goal;
	r->read_from_ns = read_clock_ns(CLOCK_MONOTONIC);
	if (!v->options.interval_ns)
		v->options.interval_ns = OPTIONS_REFRESH_NS;
	if (r->ui.interval_ns)	/* read again: what was chosen remains */
		v->options.interval_ns = r->ui.interval_ns;
	else
		top_ui_init(&r->ui, &v->options);
	if (r->groups.nr)
		v->options.groups = r->groups;
	r->ui.replays = r->o->record.replay && !r->streams;
}

static void set_size(struct top_run *r)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		top_screen_resize(r->screen, size.ws_col, size.ws_row);
	r->dirty = r->redraw = true;
}

uint64_t top_run_privileges(const struct top_run *r)
{
	return r->full ? CAPS_BIT(SYS_PTRACE) | CAPS_BIT(DAC_READ_SEARCH) : 0;
}

int top_run_show(struct top_run *r)
{
	struct top_screen_config config = { .keys = r->keys };

	if (!r->full || r->screen)
		return EXIT_FINE;
	config.color = r->session->context.terminal.color;
	config.utf8 = r->session->context.terminal.utf8;
	r->screen = top_screen_open(&config);
	if (!r->screen) {
		log_error("cannot take over the terminal");
		return EXIT_FAILED;
	}
	set_size(r);
	return EXIT_FINE;
}

static void hide(struct top_run *r)
{
	top_screen_close(r->screen);
	r->screen = NULL;
	held_output_end(&r->held);
}

void top_run_release(struct top_run *r)
{
	hide(r);
	walker_stop(&r->walker);
	top_run_end_scan(r);
	top_ui_release(&r->ui);
	text_screen_release(&r->text);
	if (r->keys >= 0)
		close(r->keys);
	if (r->signals >= 0)
		close(r->signals);
	r->keys = r->signals = -1;
}

int top_run_watch(const struct top_run *r, int epoll)
{
	const int fds[] = { r->full ? r->keys : -1, r->signals, r->walker.fd };

	for (unsigned i = 0; r->o && i < sizeof(fds) / sizeof(*fds); i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.fd = fds[i] };

		if (fds[i] >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &e))
			return -errno;
	}
	return 0;
}

/* Stop as other programs do, and go on when a shell says so. */
static void suspend(struct top_run *r)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	top_screen_suspend(r->screen);
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);	/* it stops here */
	sigprocmask(SIG_BLOCK, &set, NULL);
	top_screen_resume(r->screen);
	set_size(r);
}

static void handle_signals(struct top_run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			set_size(r);
		else if (info.ssi_signo == SIGTSTP)
			suspend(r);
		else
			r->quit = true;
	}
}

/* A terminal that takes nothing (Ctrl-S, a stalled connection) must not stop the tracer. */
static bool takes_output(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) > 0 && p.revents & POLLOUT;
}

void top_run_draw(struct top_run *r)
{
	const struct view_context *v = &r->session->context;
	const struct top *t = top_of(v);

	if (!t || !r->screen || !takes_output())
		return;
	top_screen_get_size(r->screen, &r->text.columns, &r->text.rows);
	r->ui.ended = r->ended;
	top_page_print(&r->text, &r->ui, v, &t->frame);
	top_screen_draw(r->screen, &r->text, r->redraw);
	r->dirty = r->redraw = false;
}

/* The sockets of the walk are part of the next drawing. */
static void take_rows(struct top_run *r, struct top *t)
{
	if (r->rows.wall_ns == r->rows_wall_ns && r->rows.failed == t->frame.stuck.failed)
		return;
	if (t->paused)
		return;
	r->rows_wall_ns = r->rows.wall_ns;
	top_frame_set_stuck(&t->frame, &r->rows);
	r->dirty = true;
}

static bool wants_walk(const struct top_run *r)
{
	return (r->full ? r->ui.tab : r->o->view_options.tab) == TOP_STUCK && !r->ui.paused;
}

static void take_keys(struct top_run *r, struct top *t)
{
	struct view_context *v = &r->session->context;
	int key;

	while (!r->quit && (key = top_screen_read_key(r->screen)) != TOP_KEY_NONE) {
		enum top_request asked = top_ui_key(&r->ui, key, v, &t->model, &t->frame);

		r->dirty = true;
		top_run_answer(r, t, asked);
		top_page_print(&r->text, &r->ui, v, &t->frame);	/* the next key needs its rows */
	}
}

static void take_refresh(struct top_run *r, struct top *t)
{
	if (!t->fresh)
		return;
	t->fresh = false;
	top_ui_refresh(&r->ui, &t->model, &t->frame);
	r->dirty = true;
}

/* Take signals and keys, or notice that the terminal has gone away. */
static void look_at_terminal(struct top_run *r, struct top *t)
{
	struct pollfd p[] = { { .fd = r->keys, .events = POLLIN },
			      { .fd = r->signals, .events = POLLIN } };

	if (poll(p, 2, 0) <= 0)
		return;
	if (p[1].revents)
		handle_signals(r);
	if (p[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		r->quit = true;
	else if (p[0].revents)
		take_keys(r, t);
}

void top_run_advance(struct top_run *r, uint64_t now_ns)
{
	struct top *t = r->o && r->session ? top_of(&r->session->context) : NULL;

	if (!t)
		return;
	r->now_ns = now_ns;
	if (wants_walk(r))
		walker_ask(&r->walker, now_ns);
	walker_take(&r->walker);
	take_rows(r, t);
	if (!r->screen)
		return;
	take_refresh(r, t);
	look_at_terminal(r, t);
	if (r->dirty && !r->quit)
		top_run_draw(r);
}

bool top_run_is_over(const struct top_run *r)
{
	return r->quit;
}

/* Wait for a key, a signal, or the walker. */
void top_run_wait(struct top_run *r)
{
	struct pollfd p[] = { { .fd = r->keys, .events = POLLIN },
			      { .fd = r->signals, .events = POLLIN },
			      { .fd = r->process->signals, .events = POLLIN },
			      { .fd = r->walker.fd, .events = POLLIN } };
	unsigned before = r->process->interrupts;

	if (!r->dirty)
		poll(p, 4, -1);
	else
		poll(p, 4, 100);	/* the terminal took no output: try again */
	process_handle_signals(r->process);
	r->quit |= r->process->interrupts != before;
}

void top_run_end(struct top_run *r, bool waits)
{
	if (!r->screen)
		return;
	top_run_end_reading(r);
	if (waits && !r->quit && !r->again) {
		r->ended = true;
		r->ui.ended = true;
		top_run_advance(r, r->now_ns);
		while (!r->quit && !r->again) {
			top_run_wait(r);
			top_run_advance(r, r->now_ns);
		}
	}
	if (!r->again)
		hide(r);
}
