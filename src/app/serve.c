/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "serve.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "proc_self.h"
#include "process.h"
#include "replace_file.h"
#include "time_units.h"
#include "serve_view.h"

void serve_init(struct serve_run *r, const struct options *o, struct session *session)
{
	*r = (struct serve_run){ .o = o->view->id == VIEW_SERVE ? o : NULL, .session = session };
}

static struct metrics_facts collect_facts(struct serve_run *r)
{
	struct metrics_facts f = { .version = TCPCLOSE_VERSION };

	f.counts = session_count_all(r->session, &r->counters);
	if (!r->o->record.replay)
		proc_self_read(&r->process);
	f.process = r->process;
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
	struct metrics_facts f = collect_facts(r);
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

static void print_to_stdout(struct serve_run *r)
{
	struct metrics *m = serve_metrics(&r->session->context);
	struct metrics_facts f = collect_facts(r);

	if (m)
		metrics_text_print(&r->session->out.buf, m, &f, METRICS_TEXT);
}

static void log_write_error(const struct serve_run *r, int err)
{
	process_log_write_error(r->o->serve.textfile, -err);
}

int serve_start(struct serve_run *r, uint64_t now_ns)
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

/* Is there something that the file does not have, or that may change without an event? */
static bool has_news(const struct serve_run *r)
{
	const struct metrics *m = serve_metrics(&r->session->context);

	return m && (metrics_closes(m) != r->written_closes ||
		     endpoint_table_counts(r->session->endpoints).open);
}

uint64_t serve_next_ns(const struct serve_run *r)
{
	if (!has_textfile(r) || is_stdout(r) || !has_news(r))
		return 0;
	return r->written_ns + SERVE_WRITE_NS;
}

void serve_advance(struct serve_run *r, uint64_t now_ns, const struct kernel_counters *counters)
{
	uint64_t due_ns;
	int err;

	if (!r->o)
		return;
	r->counters = *counters;
	due_ns = serve_next_ns(r);
	if (!due_ns || now_ns < due_ns)
		return;
	err = write_file(r, now_ns);
	if (err && !r->unwritten)
		log_write_error(r, err);
	else if (!err && r->unwritten)
		log_note("'%s' can be written again", r->o->serve.textfile);
	r->unwritten = err;
}

int serve_end(struct serve_run *r, uint64_t now_ns, const struct kernel_counters *counters)
{
	int err = 0;

	if (!r->o)
		return EXIT_FINE;
	r->counters = *counters;
	if (has_textfile(r) && is_stdout(r))
		print_to_stdout(r);
	else if (has_textfile(r))
		err = write_file(r, now_ns);
	if (!err)
		return EXIT_FINE;
	log_write_error(r, err);
	return EXIT_FAILED;
}
