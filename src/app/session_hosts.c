/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "session_hosts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "log.h"
#include "loss_text.h"
#include "process.h"
#include "recording.h"
#include "session_private.h"
#include "twin_exchange.h"

#define NO_HOST UINT32_MAX

/* Give the context of all the facts of a host. */
static void use_host(void *arg, unsigned host)
{
	struct session *all = arg;

	if (all->used_host == host)
		return;
	all->used_host = host;
	all->context.meta = &all->of_host[host]->meta;
	all->context.lookup = all->of_host[host]->context.lookup;
}

/* Give it facts of no host: times are those of the common axis. */
static void use_no_host(struct session *all)
{
	all->used_host = NO_HOST;
	all->context.meta = &all->meta;
	all->context.lookup = (struct lookup){ .stacks = NULL };
}

static void visit_closing_of_hosts(void *arg, uint64_t now_ns,
				   void (*visit)(void *visit_arg, const struct story *s,
						 const struct verdict *v), void *visit_arg)
{
	struct session *all = arg;

	for (unsigned i = 0; i < all->hosts.nr; i++)
		if (all->of_host[i]->pipeline)
			pipeline_visit_closing(all->of_host[i]->pipeline, now_ns, visit,
					       visit_arg);
}

/* The context of a host's pipeline -> the context of all, with the facts of that host. */
static struct view_context *enter_view(struct view_context *v)
{
	struct session *host = v->flush_arg, *all = host->all;

	use_host(all, host->host);
	return &all->context;
}

static void pass_event(struct view_context *v, const struct event *e)
{
	struct view_context *to = enter_view(v);

	((struct session *)to->flush_arg)->view->event(to, e);
	view_flush(to);
}

static void pass_story(struct view_context *v, const struct story *s, const struct verdict *verdict)
{
	struct view_context *to = enter_view(v);

	((struct session *)to->flush_arg)->view->story(to, s, verdict);
	view_flush(to);
}

static void pass_other_end(struct view_context *v, const struct story *s,
			   const struct verdict *verdict)
{
	struct view_context *to = enter_view(v);

	((struct session *)to->flush_arg)->view->other_end(to, s, verdict);
}

static void pass_lost_end(struct view_context *v, const struct story *s)
{
	struct view_context *to = enter_view(v);

	((struct session *)to->flush_arg)->view->lost_end(to, s);
}

struct run_counts session_count_hosts(const struct session *all)
{
	struct run_counts sum = { .seen = 0 }, t;

	for (unsigned i = 0; i < all->hosts.nr; i++) {
		t = session_count(all->of_host[i], &all->of_host[i]->counters);
		if (i)
			run_counts_add(&sum, &t);
		else
			sum = t;
	}
	return sum;
}

/* A host has lost events: the view gets the sum of all. */
static void pass_lost(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	struct session *host = v->flush_arg, *all = host->all;
	struct run_counts sum = session_count_hosts(all);

	(void)t;
	use_no_host(all);
	all->view->lost(&all->context, &sum, now_ns);
}

/* The pipelines of the hosts have a view with the same callbacks, which pass everything on. */
static void make_view_of_hosts(struct session *all)
{
	const struct view *v = all->view;

	all->of_hosts = *v;
	all->of_hosts.event = v->event ? pass_event : NULL;
	all->of_hosts.story = v->story ? pass_story : NULL;
	all->of_hosts.other_end = v->other_end ? pass_other_end : NULL;
	all->of_hosts.lost_end = v->lost_end ? pass_lost_end : NULL;
	all->of_hosts.lost = v->lost ? pass_lost : NULL;
	all->of_hosts.start = NULL;
	all->of_hosts.end = NULL;
	all->of_hosts.tick = NULL;
	all->of_hosts.release = NULL;
}

static int report_no_memory(void)
{
	log_error("cannot allocate the hosts: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

int session_open_hosts(struct session *all, const struct options *o)
{
	int status = session_open(all, o);
	uint64_t seed;

	if (status)
		return status;
	make_view_of_hosts(all);
	if (getrandom(&seed, sizeof(seed), 0) < 0)
		seed = (uint64_t)(uintptr_t)all;
	all->context.seed = seed;
	all->context.hosts = &all->hosts;
	all->context.use_host = use_host;
	all->context.use_host_arg = all;
	all->context.visit_closing = visit_closing_of_hosts;
	all->context.visit_closing_arg = all;
	all->exchange = twin_exchange_new(seed);
	use_no_host(all);
	return all->exchange ? EXIT_FINE : report_no_memory();
}

/* The number of a clock is that of the first host that has it. */
static unsigned find_clock(const struct host_table *t, unsigned host)
{
	unsigned i = 0;

	while (i < host && !host_has_clock_of(t, i, host))
		i++;
	return i;
}

static int open_host(struct session *all, struct session *host, unsigned nr,
		     const struct run_info *run, int64_t shift_ns)
{
	*host = (struct session){ .o = all->o, .view = &all->of_hosts, .all = all, .host = nr,
				  .clock = find_clock(&all->hosts, nr), .meta = *run,
				  .range = all->range, .out.fd = -1 };
	host->meta.boot_to_wall_ns -= shift_ns;
	host->shift_ns = shift_ns;
	host->context.meta = &host->meta;
	host->context.flush_arg = host;
	return session_open_caches(host);
}

/* The host takes part: in the recording that is made, and in the output. */
static int announce_host(struct session *all, struct session *host)
{
	int err = 0;

	if (all->writer && host->host)
		err = record_writer_add_host(all->writer, &host->meta, host->shift_ns);
	host->writer = all->writer;
	if (err) {
		process_log_write_error(all->o->record.path, -err);
		return EXIT_FAILED;
	}
	use_host(all, host->host);
	if (all->view->begin_host)
		all->view->begin_host(&all->context, all->hosts.host[host->host]);
	return EXIT_FINE;
}

int session_add_host(struct session *all, struct session *host, const struct run_info *run,
		     int64_t shift_ns)
{
	struct session **grown;
	int nr;

	*host = (struct session){ .out.fd = -1 };
	grown = realloc(all->of_host, (all->hosts.nr + 1) * sizeof(struct session *));
	if (!grown)
		return report_no_memory();
	all->of_host = grown;
	nr = host_table_add(&all->hosts, run, shift_ns);
	if (nr < 0)
		return report_no_memory();
	all->of_host[nr] = host;
	if (open_host(all, host, (unsigned)nr, run, shift_ns))
		return EXIT_FAILED;
	return all->begun ? announce_host(all, host) : EXIT_FINE;
}

int session_begin_hosts(struct session *all)
{
	int status = EXIT_FINE;

	judge_init(&all->judge, &all->o->run.fail_on, &all->context);
	if (all->o->record.wanted)
		status = recording_open_hosts(&all->writer, all->o, &all->of_host[0]->meta,
					      all->of_host[0]->shift_ns);
	if (status)
		return status;
	if (all->view->start)
		all->view->start(&all->context);
	all->begun = true;
	for (unsigned i = 0; i < all->hosts.nr && !status; i++)
		status = announce_host(all, all->of_host[i]);
	output_flush(&all->out);
	return status;
}

void session_use_host(struct session *host)
{
	if (host->writer)
		record_writer_use_host(host->writer, host->host);
}

int session_begin_host(struct session *host, const struct run_info *run, uint64_t now_ns)
{
	static const struct kernel_counters none;
	bool again = host->has_past;
	int status = EXIT_FINE;

	host->meta = *run;
	host->meta.boot_to_wall_ns -= host->shift_ns;
	host->all->used_host = NO_HOST;
	session_use_host(host);
	if (again) {
		session_release_run(host);
		status = session_open_caches(host);
	}
	status = status ?: session_open_pipeline(host);
	if (status || !host->writer)
		return status;
	if (again)
		record_writer_begin_run(host->writer);
	record_writer_add_mark(host->writer, RECORD_MARK_START, now_ns,
			       again ? &host->counters : &none);
	return EXIT_FINE;
}

void session_end_host(struct session *host, uint64_t now_ns, const struct kernel_counters *counters)
{
	session_use_host(host);
	host->counters = *counters;
	session_end_stories(host, now_ns, counters);
	host->all->lost |= host->lost;
	session_leave_run(host);
}

void session_flush_hosts(struct session *all)
{
	for (unsigned i = 0; i < all->hosts.nr; i++)
		if (all->of_host[i]->endpoints)
			endpoint_table_flush(all->of_host[i]->endpoints);
}

void session_tick_hosts(struct session *all, uint64_t now_ns)
{
	if (!all->context.due_ns || all->context.due_ns > now_ns)
		return;
	session_flush_hosts(all);
	use_no_host(all);
	all->view->tick(&all->context, now_ns);
}

void session_end_hosts(struct session *all, uint64_t now_ns)
{
	struct run_counts sum = session_count_hosts(all);

	session_tick_hosts(all, now_ns);
	use_no_host(all);
	if (all->view->end)
		all->view->end(&all->context, &sum, now_ns);
	output_flush(&all->out);
	if (!all->view->reports_itself)
		loss_text_note_totals(&sum);
	judge_print(&all->judge);
}

void session_release_hosts(struct session *all)
{
	for (unsigned i = 0; i < all->hosts.nr; i++) {
		all->of_host[i]->writer = NULL;		/* that of all */
		session_release(all->of_host[i]);
	}
	free(all->of_host);
	all->of_host = NULL;
	session_release(all);
	twin_exchange_free(all->exchange);
	all->exchange = NULL;
	host_table_release(&all->hosts);
}
