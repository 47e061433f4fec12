/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loss_text.h"

#include <stdio.h>

#include "log.h"

#define CLAUSE_BYTES 80

/* Format the clause about events that the kernel may have skipped, "" if there are none. */
static void format_maybe_missed(char text[CLAUSE_BYTES], const struct run_counts *t)
{
	text[0] = '\0';
	if (t->maybe_missed)
		snprintf(text, CLAUSE_BYTES, "; the kernel may have skipped up to %llu more events",
			 (unsigned long long)t->maybe_missed);
}

static void warn_of_segments(const struct run_counts *t)
{
	const struct stream_counts *c = &t->stream;

	if (run_counts_lost_segments(t))
		log_warn("segments: %llu lost, %llu late, %llu refused",
			 (unsigned long long)c->lost, (unsigned long long)c->late,
			 (unsigned long long)stream_counts_refused(c));
}

void loss_text_warn(const struct run_counts *t)
{
	bool helps = t->events_ring_full || t->events_calls_full || t->lost_table_full;
	char missed[CLAUSE_BYTES];

	warn_of_segments(t);
	if (t->events_spool_full)
		log_warn("lost %llu events on the way to the stream: the spool was full",
			 (unsigned long long)t->events_spool_full);
	if (!run_counts_lost_events(t) && !run_counts_lost_endpoints(t))
		return;
	format_maybe_missed(missed, t);
	log_warn("lost %llu events (ring full %llu, calls table full %llu, malformed %llu) "
		 "and %llu endpoints (table full %llu, end missed %llu, vanished %llu)%s%s",
		 (unsigned long long)run_counts_lost_events(t),
		 (unsigned long long)t->events_ring_full,
		 (unsigned long long)t->events_calls_full,
		 (unsigned long long)t->events_malformed,
		 (unsigned long long)run_counts_lost_endpoints(t),
		 (unsigned long long)t->lost_table_full, (unsigned long long)t->lost_end_missed,
		 (unsigned long long)t->lost_vanished,
		 helps ? ": a larger --buffer or --max-open may help" : "", missed);
}

static void note_segments(const struct stream_counts *c)
{
	log_note("segments: %llu read, %llu lost, %llu late, %llu repeated, %llu refused",
		 (unsigned long long)c->segments, (unsigned long long)c->lost,
		 (unsigned long long)c->late, (unsigned long long)c->repeated,
		 (unsigned long long)stream_counts_refused(c));
}

void loss_text_note_totals(const struct run_counts *t)
{
	char missed[CLAUSE_BYTES];

	format_maybe_missed(missed, t);
	log_note("%llu reported, %llu filtered, %llu still open; "
		 "lost %llu endpoints, %llu events%s",
		 (unsigned long long)t->reported, (unsigned long long)t->filtered,
		 (unsigned long long)t->open, (unsigned long long)run_counts_lost_endpoints(t),
		 (unsigned long long)run_counts_lost_events(t), missed);
	if (t->is_stream)
		note_segments(&t->stream);
}
