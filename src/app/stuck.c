/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "ansi.h"
#include "live.h"
#include "log.h"
#include "places.h"
#include "proc_cmdline.h"
#include "process.h"
#include "session.h"
#include "stuck_source.h"
#include "time_units.h"

#define HOUR_MS 3600000

struct stuck_run {
	const struct options *o;
	const struct view *view;
	struct process process;
	struct run_info meta;
	struct view_context context;
	struct output out;
	struct stuck_source source;
	struct places places;
	struct proc_cmdlines cmdlines;
	struct story_filter story_filter;		/* of the options, with access to cgroups */
	uint64_t stop_ns;		/* end of -d; 0: none */
	unsigned long long rounds;	/* completed */
	bool found, lost;		/* sockets were found or lost, in any round */
};

static const char *look_up_cmdline(void *arg, const struct stuck_holder *o, size_t *len)
{
	return proc_cmdline_look_up(arg, o, len);
}

static void flush_output_if_full(void *arg)
{
	output_flush_if_full(arg);
}

/* Waits for a signal until then_ns; 0: without limit. */
static void wait_until(struct stuck_run *l, uint64_t then_ns)
{
	struct pollfd p = { .fd = l->process.signals, .events = POLLIN };
	uint64_t now_ns = live_now_ns(), ms = 0;

	if (then_ns > now_ns)
		ms = (then_ns - now_ns) / NS_PER_MS + 1;
	poll(&p, 1, !then_ns ? -1 : ms > HOUR_MS ? HOUR_MS : (int)ms);
	process_handle_signals(&l->process);
}

int stuck_show(const struct view *view, struct view_context *context, struct stuck_table *h,
	       uint64_t now_ns)
{
	if (!stuck_table_finish(h)) {
		log_error("cannot sort the stuck sockets: %s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	view->stuck(context, h, now_ns);
	return EXIT_FINE;
}

static int show_table(struct stuck_run *l, struct stuck_table *h)
{
	int status;

	if (l->o->stuck.watch_ns && l->context.terminal.columns)
		buf_str(&l->out.buf, ANSI_CLEAR_SCREEN);
	status = stuck_show(l->view, &l->context, h, live_now_ns());
	if (status)
		return status;
	output_flush(&l->out);
	l->found |= h->nr > 0;
	l->lost |= h->table_full || h->holders_full || h->malformed;
	return EXIT_FINE;
}

static int scan_once(struct stuck_run *l)
{
	struct stuck_table_config config = { .filter = &l->o->filter,
					     .story_filter = &l->story_filter,
					     .older_than_ns = l->o->stuck.older_than_ns,
					     .states = l->o->stuck.states,
					     .max = l->o->capture.max_open };
	struct stuck_table h;
	int status;

	stuck_table_init(&h, &config);
	status = stuck_source_scan(&l->source, &h);
	if (!status)
		status = show_table(l, &h);
	stuck_table_release(&h);
	proc_cmdlines_release(&l->cmdlines);	/* the next look finds others */
	l->rounds++;
	return status;
}

static bool stuck_is_over(const struct stuck_run *l)
{
	return !l->o->stuck.watch_ns || l->process.interrupted || l->out.error ||
	       (l->o->run.count && l->rounds >= l->o->run.count) ||
	       (l->stop_ns && live_now_ns() >= l->stop_ns);
}

static int scan_rounds(struct stuck_run *l)
{
	int status = scan_once(l);

	while (!status && !stuck_is_over(l)) {
		uint64_t next_ns = live_now_ns() + l->o->stuck.watch_ns;

		while (!stuck_is_over(l) && live_now_ns() < next_ns)
			wait_until(l, l->stop_ns && l->stop_ns < next_ns ? l->stop_ns : next_ns);
		if (!stuck_is_over(l))
			status = scan_once(l);
	}
	return status;
}

static int run_command(struct stuck_run *l)
{
	int status = process_start_command(&l->process);

	while (!status && command_is_running(&l->process.command))
		wait_until(l, 0);
	return status;
}

static int stuck_open(struct stuck_run *l)
{
	int status = process_open_output(&l->out, l->o->output.path);

	if (!status)
		status = process_open(&l->process);
	if (!status)
		status = stuck_source_open(&l->source, l->o, 0);
	if (status)
		return status;
	live_fill_run_info(&l->meta);
	run_info_add_hook(&l->meta, "walk", stuck_source_name(&l->source));
	l->context = (struct view_context){
		.meta = &l->meta,
		.lookup = { .cmdline = look_up_cmdline, .cmdline_arg = &l->cmdlines },
		.flush = flush_output_if_full, .flush_arg = &l->out,
	};
	places_set_lookup(&l->places, &l->context.lookup);
	l->story_filter = l->o->story_filter;
	l->story_filter.cgroup_path = l->context.lookup.cgroup_path;
	l->story_filter.cgroup_arg = l->context.lookup.cgroup_arg;
	session_init_context(&l->context, l->o, &l->out);
	return EXIT_FINE;
}

static int stuck_start(struct stuck_run *l)
{
	int status;

	process_drop_privileges(&l->process, stuck_source_caps(&l->source));
	if (l->view->start)
		l->view->start(&l->context);
	process_signal_ready(l->o->run.ready_fd);
	status = run_command(l);
	if (l->o->run.duration_ns)
		l->stop_ns = live_now_ns() + l->o->run.duration_ns;
	return status ? status : scan_rounds(l);
}

static int decide_status(struct stuck_run *l, int status)
{
	int unwritten = process_close_output(&l->out, l->o->output.path);

	if (unwritten || status)
		return unwritten ?: status;
	if (l->o->run.strict && l->lost) {
		log_error("the table was too small for all sockets, and --strict was given");
		return EXIT_LOST;
	}
	if (l->o->stuck.fail && l->found)
		return EXIT_FAILED;
	return l->process.command.status;
}

int stuck_main(const struct options *o)
{
	struct stuck_run l = { .o = o, .source.visits.own = -1,
			       .view = view_printer(o->view, o->view_options.format) };
	int status;

	process_init(&l.process, o->run.command);
	places_init(&l.places);
	status = stuck_open(&l);
	if (!status) {
		status = stuck_start(&l);
		status = decide_status(&l, status);
	}
	process_release(&l.process);
	stuck_source_close(&l.source);
	places_release(&l.places);
	proc_cmdlines_release(&l.cmdlines);
	output_close(&l.out);
	return status;
}
