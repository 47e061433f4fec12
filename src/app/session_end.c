/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>

#include "log.h"
#include "loss_text.h"
#include "process.h"
#include "process_tree.h"
#include "session_private.h"

void session_end(struct session *s, uint64_t now_ns, const struct kernel_counters *counters)
{
	struct run_counts t = session_end_stories(s, now_ns, counters);

	if (s->view->end)
		s->view->end(&s->context, &t, now_ns);
	output_flush(&s->out);	/* the summary comes after the lines that it sums up */
	if (!s->view->reports_itself)
		loss_text_note_totals(&t);
	judge_print(&s->judge);
}

void session_release_run(struct session *s)
{
	pipeline_free(s->pipeline);
	s->pipeline = NULL;
	s->endpoints = NULL;
	text_cache_free(s->cgroups);
	s->cgroups = NULL;
	text_cache_free(s->pods);
	s->pods = NULL;
	text_cache_free(s->stacks);
	s->stacks = NULL;
	text_cache_free(s->processes);
	s->processes = NULL;
	process_tree_free(s->tree);
	s->tree = NULL;
	texts_release(&s->texts);
}

void session_leave_run(struct session *s)
{
	s->past = session_count(s, NULL);
	s->past_events += pipeline_events_counted(s->pipeline);
	s->has_past = true;
	s->in_walk = false;
	s->maybe_missed = s->unchecked = s->sampled_out = s->spool_full = 0;
	s->maybe_missed_known = s->unchecked_known = s->loss_noted = false;
	pipeline_free(s->pipeline);
	s->pipeline = NULL;
	s->endpoints = NULL;
}

int session_begin_run(struct session *s, const struct run_info *meta, const struct session_gap *gap,
		      const struct kernel_counters *counters)
{
	int status;

	if (s->writer && gap->ended)
		record_writer_add_mark(s->writer, RECORD_MARK_END, gap->from_ns, counters);
	endpoint_table_end(s->endpoints, gap->from_ns);
	session_tick_view(s, gap->to_ns);	/* what a view keeps needs the caches of its run */
	session_leave_run(s);
	session_release_run(s);
	s->meta = *meta;
	status = session_open_caches(s) ?: session_open_pipeline(s);
	if (status || !s->writer)
		return status;
	record_writer_begin_run(s->writer);
	record_writer_add_mark(s->writer, RECORD_MARK_START, gap->to_ns, counters);
	return EXIT_FINE;
}

/* Closes the recording. Returns an exit status, with the reason logged. */
static int close_writer(struct session *s)
{
	int err = record_writer_close(s->writer);

	s->writer = NULL;
	if (!err || err == EPIPE)
		return EXIT_FINE;
	process_log_write_error(s->o->record.path, err);
	return EXIT_FAILED;
}

int session_close(struct session *s, int status)
{
	bool strict;
	int recorded = close_writer(s), written = process_close_output(&s->out, s->o->output.path);

	if (recorded || written)
		return EXIT_FAILED;
	if (status)
		return status;
	if (s->judge.matched)
		return EXIT_MATCHED;
	strict = s->o->run.strict;
	if (s->lost && (strict || !fail_on_is_empty(&s->o->run.fail_on))) {
		log_error("events were lost, and --%s was given", strict ? "strict" : "fail-on");
		return EXIT_LOST;
	}
	return EXIT_FINE;
}

void session_release(struct session *s)
{
	record_writer_close(s->writer);
	s->writer = NULL;
	if (s->view && s->view->release)
		s->view->release(&s->context);
	judge_release(&s->judge);
	session_release_run(s);
	symbolizer_free(s->symbolizer);
	s->symbolizer = NULL;
	output_close(&s->out);
}
