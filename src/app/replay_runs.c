/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_runs.h"

#include <stddef.h>
#include <string.h>

#include "log.h"
#include "time_units.h"

static void add_counter(__u64 *sum, __u64 now, __u64 before)
{
	if (now > before)
		*sum += now - before;
}

struct kernel_counters replay_runs_count(const struct replay_runs *x,
					 const struct kernel_counters *now)
{
	struct kernel_counters sum = x->past;

	add_counter(&sum.calls_full, now->calls_full, x->before.calls_full);
	add_counter(&sum.filtered, now->filtered, x->before.filtered);
	for (unsigned i = 0; i <= EVENT_KIND_MAX; i++)
		add_counter(&sum.ring_full[i], now->ring_full[i], x->before.ring_full[i]);
	return sum;
}

uint64_t replay_runs_begin(struct replay_runs *x, const struct run_info *was, struct run_info *next,
			   uint64_t end_ns, const struct kernel_counters *counts,
			   const struct record_mark *start)
{
	bool same_boot = !strcmp(was->boot_id, next->boot_id);
	uint64_t wall_ns = start->now_ns + (uint64_t)next->boot_to_wall_ns;
	uint64_t start_ns = wall_ns - (uint64_t)was->boot_to_wall_ns;

	if (same_boot)
		start_ns = start->now_ns + (uint64_t)x->shift_ns;
	if (same_boot && start_ns < end_ns)
		return 0;
	if ((int64_t)(start_ns - end_ns) < 0)
		start_ns = end_ns;
	x->shift_ns = (int64_t)(start_ns - start->now_ns);
	next->boot_to_wall_ns = (int64_t)(wall_ns - start_ns);
	x->past = *counts;
	x->before = start->counters;
	x->restarts++;
	x->gap_ns += start_ns - end_ns;
	return start_ns;
}

void replay_runs_shift(const struct replay_runs *x, struct record *record,
		       struct replay_shifted *copy)
{
	if (!x->shift_ns)
		return;
	if (record->got == RECORD_GOT_EVENT) {
		copy->event = *record->event;
		copy->event.ts_ns += (uint64_t)x->shift_ns;
		record->event = &copy->event;
	} else if (record->got == RECORD_GOT_MARK) {
		copy->mark = *record->mark;
		copy->mark.now_ns += (uint64_t)x->shift_ns;
		copy->mark.boot_to_wall_ns -= x->shift_ns;
		record->mark = &copy->mark;
	} else if (record->got == RECORD_GOT_ANNOTATION) {
		const struct record_annotation *a = record->annotation;

		memcpy(&copy->annotation, a, offsetof(struct record_annotation, bytes) + a->len);
		if (a->at_ns)
			copy->annotation.at_ns += (uint64_t)x->shift_ns;
		record->annotation = &copy->annotation;
	}
}

void replay_runs_report(unsigned restarts, unsigned killed, uint64_t gap_ns)
{
	if (restarts)
		log_note("restarts of the recorder: %u, with %.3f s in which nothing was recorded",
			 restarts, (double)gap_ns / NS_PER_S);
	if (killed)
		log_warn("runs whose recorder was killed: %u, the last second of each may be "
			 "missing", killed);
}
