/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "serve.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "listen_socket.h"
#include "live.h"
#include "log.h"
#include "proc_self.h"
#include "process.h"
#include "replace_file.h"
#include "time_units.h"
#include "serve_view.h"

void serve_init(struct serve_run *r, const struct options *o, struct session *session)
{
	*r = (struct serve_run){ .o = o->view->id == VIEW_SERVE ? o : NULL, .session = session };
	walker_init(&r->walker);
}

int serve_fd(const struct serve_run *r)
{
	return r->walker.fd;
}

/*
 * Is the last walk young enough, or has there been enough waiting for the one that goes on? Asks
 * for a walk if it is time.
 */
static bool is_fresh(struct serve_run *r, uint64_t now_ns)
{
	if (!r->walker.busy)
		r->late_ns = 0;
	walker_ask(&r->walker, now_ns);
	if (!r->walker.busy)
		return true;
	if (!r->late_ns)
		r->late_ns = now_ns + SERVE_LATE_NS;
	return now_ns >= r->late_ns;
}

static struct metrics_facts collect_facts(struct serve_run *r, uint64_t now_ns)
{
	struct metrics_facts f = { .version = TCPCLOSE_VERSION, .now_ns = now_ns };

	f.counts = session_count(r->session, &r->counters);
	if (!r->o->record.replay)
		proc_self_read(&r->process);
	f.process = r->process;
	f.process.cpu_ns += r->walker.cpu_ns;
	f.walk = r->walker.last;
	if (r->live)
		f.nr_programs = live_count_runs(r->live, r->program, PROGRAM_RUN_MAX);
	f.program = r->program;
	return f;
}

static bool has_textfile(const struct serve_run *r)
{
	return r->o && r->o->serve.textfile;
}

/* "-": standard output, once at the end. */
static bool is_stdout(const struct serve_run *r)
{
	return !strcmp(r->o->serve.textfile, "-");
}

/* Returns 0 or -errno. */
static int write_file(struct serve_run *r, uint64_t now_ns)
{
	struct metrics *m = serve_metrics(&r->session->context);
	struct metrics_facts f = collect_facts(r, now_ns);
	struct buf text = { 0 };
	int err = -ENOMEM;

	if (!m)
		return err;
	metrics_text_print(&text, m, &f, METRICS_TEXT);
	if (!text.failed)
		err = replace_file(r->o->serve.textfile, text.data, text.len);
	buf_release(&text);
	r->written_ns = now_ns;
	r->written_closes = metrics_closes(m);
	return err;
}

static void print_to_stdout(struct serve_run *r, uint64_t now_ns)
{
	struct metrics *m = serve_metrics(&r->session->context);
	struct metrics_facts f = collect_facts(r, now_ns);

	if (m)
		metrics_text_print(&r->session->out.buf, m, &f, METRICS_TEXT);
}

static void log_write_error(const struct serve_run *r, int err)
{
	process_log_write_error(r->o->serve.textfile, -err);
}

static void answer_health(const struct serve_run *r, struct http_reply *reply)
{
	reply->status = r->ready ? 200 : 503;
	buf_str(&reply->body, r->ready ? "ready\n" :
				"starting: the walk over the existing sockets is not over\n");
}

static void answer_metrics(struct serve_run *r, const struct http_request *request,
			   struct http_reply *reply)
{
	enum metrics_format format = request->openmetrics ? METRICS_OPENMETRICS : METRICS_TEXT;
	struct metrics *m = serve_metrics(&r->session->context);
	struct metrics_facts f = collect_facts(r, live_now_ns());

	reply->type = metrics_text_type(format);
	if (m)
		metrics_text_print(&reply->body, m, &f, format);
	else
		reply->body.failed = true;
}

static void answer_page(struct serve_run *r, const struct http_request *request,
			struct http_reply *reply)
{
	struct serve_page_facts page = { .stuck = &r->walker.stuck };
	struct metrics_facts f = collect_facts(r, live_now_ns());

	if (r->o->view_options.no_page) {
		reply->status = 404;
		buf_str(&reply->body, "the page is for this host only, unless --page is given\n");
		return;
	}
	reply->type = "text/html; charset=utf-8";
	reply->refreshes = request->live;
	page.refresh_s = request->live ? HTTP_REFRESH_S : 0;
	serve_print_page(&r->session->context, &reply->body, &f, &page, live_now_ns());
}

static bool answer(void *arg, const struct http_request *request, struct http_reply *reply)
{
	struct serve_run *r = arg;

	if (request->path == HTTP_PATH_HEALTHZ)
		answer_health(r, reply);
	else if (r->ready && !is_fresh(r, live_now_ns()))
		return false;
	else if (request->path == HTTP_PATH_METRICS)
		answer_metrics(r, request, reply);
	else
		answer_page(r, request, reply);
	return true;
}

/* Returns an exit status. */
static int open_http(struct serve_run *r)
{
	struct http_server_config config = {
		.checks_host = listen_address_is_local(&r->o->serve.address) &&
			       !listen_address_is_unix(&r->o->serve.address),
		.answer = answer, .arg = r,
	};

	if (!http_is_built_in()) {
		log_error("--listen needs libevent, and this tcpclose was built without it");
		return EXIT_KERNEL;
	}
	r->address = r->o->serve.address;
	config.fd = listen_socket_open(&r->address);
	if (config.fd < 0) {
		log_error("cannot listen on '%s': %s", r->o->serve.listen, strerror(-config.fd));
		return config.fd == -EACCES ? EXIT_PERMISSION : EXIT_FAILED;
	}
	r->http = http_server_new(&config);
	if (r->http)
		return EXIT_FINE;
	listen_socket_remove(&r->address);
	log_error("cannot serve HTTP: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

int serve_open(struct serve_run *r)
{
	int err = r->o ? walker_start(&r->walker, r->o) : 0;

	if (err)
		log_warn("there will be no gauges of sockets: %s", strerror(-err));
	return r->o && r->o->serve.listen ? open_http(r) : EXIT_FINE;
}

int serve_begin(struct serve_run *r, uint64_t now_ns)
{
	int err;

	if (!has_textfile(r) || is_stdout(r))
		return EXIT_FINE;
	err = write_file(r, now_ns);
	if (!err)
		return EXIT_FINE;
	log_write_error(r, err);
	return EXIT_FAILED;
}

void serve_release(struct serve_run *r)
{
	walker_stop(&r->walker);
	if (!r->http)
		return;
	http_server_free(r->http);
	listen_socket_remove(&r->address);
	r->http = NULL;
}

void serve_set_ready(struct serve_run *r)
{
	struct buf b = { 0 };

	if (!r->o)
		return;
	r->ready = true;
	walker_ask(&r->walker, live_now_ns());
	if (!r->http)
		return;
	listen_socket_print(&b, &r->address);
	log_note("listening on %.*s", (int)b.len, b.data ? b.data : "");
	buf_release(&b);
}

int serve_wait(struct serve_run *r, int epoll, int ms)
{
	struct epoll_event ready[4];

	if (!r->http)
		return epoll_wait(epoll, ready, 4, ms) < 0 ? -errno : 0;
	http_server_wait(r->http, epoll, ms);
	return 0;
}

/* Is there something that the file does not have, or that may change without an event? */
static bool has_news(const struct serve_run *r)
{
	const struct metrics *m = serve_metrics(&r->session->context);

	return m && (metrics_closes(m) != r->written_closes ||
		     session_count(r->session, &r->counters).open);
}

/* When the file is due; 0: never. */
static uint64_t find_write_ns(const struct serve_run *r)
{
	if (!has_textfile(r) || is_stdout(r) || !has_news(r))
		return 0;
	return r->written_ns + SERVE_WRITE_NS;
}

uint64_t serve_next_ns(const struct serve_run *r)
{
	uint64_t write_ns = find_write_ns(r);

	if (r->http && http_server_has_waiting(r->http) && (!write_ns || r->late_ns < write_ns))
		return r->late_ns;
	return write_ns && write_ns < r->late_ns ? r->late_ns : write_ns;
}

static void write_if_due(struct serve_run *r, uint64_t now_ns)
{
	uint64_t write_ns = find_write_ns(r);
	int err;

	if (!write_ns || now_ns < write_ns || !is_fresh(r, now_ns))
		return;
	err = write_file(r, now_ns);
	if (err && !r->unwritten)
		log_write_error(r, err);
	else if (!err && r->unwritten)
		log_note("'%s' can be written again", r->o->serve.textfile);
	r->unwritten = err;
}

void serve_advance(struct serve_run *r, uint64_t now_ns, const struct kernel_counters *counters)
{
	if (!r->o)
		return;
	r->counters = *counters;
	walker_take(&r->walker);
	if (r->http && http_server_has_waiting(r->http) && is_fresh(r, now_ns))
		http_server_answer_waiting(r->http);
	write_if_due(r, now_ns);
}

int serve_end(struct serve_run *r, uint64_t now_ns, const struct kernel_counters *counters)
{
	int err = 0;

	if (!r->o)
		return EXIT_FINE;
	r->counters = *counters;
	if (has_textfile(r) && is_stdout(r))
		print_to_stdout(r, now_ns);
	else if (has_textfile(r))
		err = write_file(r, now_ns);
	if (!err)
		return EXIT_FINE;
	log_write_error(r, err);
	return EXIT_FAILED;
}
