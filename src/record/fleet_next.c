/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fleet_private.h"

void fleet_advance(struct fleet *f, uint64_t broker_ns)
{
	if (broker_ns > f->newest_ns)
		f->newest_ns = broker_ns;
}

void fleet_catch_up(struct fleet *f)
{
	f->caught_up = true;
}

void fleet_end(struct fleet *f)
{
	f->over = true;
	f->checked_ns = 0;
}

bool fleet_is_full(const struct fleet *f)
{
	return f->held > FLEET_HELD_MAX;
}

uint64_t fleet_now_ns(const struct fleet *f)
{
	return f->newest_ns;
}

/* The partitions come each in order, but one may be read ahead of another. */
static uint64_t find_slowest_ns(const struct fleet *f)
{
	uint64_t slowest_ns = f->newest_ns;

	for (unsigned i = 0; i < f->partitions; i++)
		if (f->partition_ns[i] && f->partition_ns[i] < slowest_ns)
			slowest_ns = f->partition_ns[i];
	return slowest_ns;
}

static uint64_t subtract(uint64_t ns, uint64_t less_ns)
{
	return ns > less_ns ? ns - less_ns : 0;
}

/* The time before which everything has come that is not late. */
static uint64_t find_horizon_ns(const struct fleet *f)
{
	uint64_t slowest_ns, least_ns;

	if (f->over || fleet_is_full(f))
		return UINT64_MAX;
	if (f->caught_up)
		return subtract(f->newest_ns, FLEET_LIVE_NS);
	slowest_ns = find_slowest_ns(f);
	least_ns = subtract(f->newest_ns, SEGMENT_WAIT_NS);
	return subtract(slowest_ns > least_ns ? slowest_ns : least_ns,
			SEGMENT_WAIT_NS + FLEET_LIVE_NS);
}

/* The heartbeats named segments that did not come. */
static void count_missing_at_end(struct fleet *f, struct fleet_lane *l)
{
	uint64_t lost;

	if (l->order.nr || l->open || l->ended || l->next <= l->order.next)
		return;
	if (!f->over && f->newest_ns <= l->next_ns + SEGMENT_WAIT_NS)
		return;
	lost = segment_order_end(&l->order, l->next);
	l->gap += lost;
	f->counts.lost += lost;
}

/* Queue what need not wait any longer. Returns whether the run may have more to come. */
static bool check_lanes(struct fleet *f, struct fleet_run_state *run)
{
	bool busy = false;

	for (unsigned i = 0; i < f->partitions; i++) {
		struct fleet_lane *l = run->lane[i];

		if (!l)
			continue;
		fleet_lane_queue(f, l);
		count_missing_at_end(f, l);
		busy |= !fleet_lane_is_empty(l);
	}
	return busy;
}

static bool is_silent(const struct fleet *f, const struct fleet_run_state *run)
{
	return f->newest_ns > run->last_ns && f->newest_ns - run->last_ns > SEGMENT_WAIT_NS;
}

static struct fleet_run_state *check_host(struct fleet *f, struct fleet_host *host)
{
	struct fleet_run_state *run = TAILQ_FIRST(&host->runs);

	if (!run || check_lanes(f, run))
		return NULL;
	return f->over || (TAILQ_NEXT(run, link) && is_silent(f, run)) ? run : NULL;
}

struct fleet_run_state *fleet_check_runs(struct fleet *f)
{
	struct fleet_run_state *done;
	struct fleet_host *host;

	for (host = f->hosts; host; host = host->hh.next) {
		done = check_host(f, host);
		if (done)
			return done;
	}
	f->checked_ns = f->newest_ns;
	return NULL;
}

static bool is_check_due(const struct fleet *f)
{
	return !f->checked_ns || f->newest_ns - f->checked_ns >= FLEET_CHECK_NS;
}

/* Have all partitions of the run that have come, come to its end? */
static bool has_ended(const struct fleet *f, const struct fleet_run_state *run)
{
	for (unsigned i = 0; i < f->partitions; i++)
		if (run->lane[i] && !run->lane[i]->ended)
			return false;
	return true;
}

void fleet_step(struct fleet *f)
{
	struct fleet_host *host = f->done ? f->done->host : NULL;
	struct fleet_run_state *next;

	if (f->given && f->given == lane_heap_first(&f->heap)) {
		if (fleet_lane_advance(f, f->given)) {
			lane_heap_advance_first(&f->heap);
		} else {
			f->given->queued = false;
			lane_heap_remove_first(&f->heap);
		}
	}
	f->given = NULL;
	if (!host)
		return;
	fleet_run_remove(f, f->done);
	f->done = NULL;
	next = TAILQ_FIRST(&host->runs);
	if (next)
		check_lanes(f, next);
}

static struct fleet_item make_item(const struct fleet_lane *l, enum fleet_got got)
{
	return (struct fleet_item){ .got = got, .run = &l->run->public, .record = l->record,
				    .order_ns = l->order_ns,
				    .boot_to_wall_ns = l->boot_to_wall_ns };
}

static struct fleet_item give_gap(struct fleet_lane *l)
{
	struct fleet_item item = make_item(l, FLEET_GAP);

	item.lost = l->gap;
	l->gap = 0;
	return item;
}

/* The next annotation of the present record. */
static struct fleet_item give_text(struct fleet_lane *l)
{
	const struct record_annotation *a = (const void *)(l->texts.data + l->texts_given);
	size_t len = offsetof(struct record_annotation, bytes) + a->len;
	size_t unit = _Alignof(struct record_annotation);
	struct fleet_item item = make_item(l, FLEET_RECORD);

	l->texts_given += (len + unit - 1) / unit * unit;
	item.record = (struct record){ .got = RECORD_GOT_ANNOTATION, .annotation = a };
	return item;
}

static bool is_end_mark(const struct record *record)
{
	return record->got == RECORD_GOT_MARK && record->mark->type == RECORD_MARK_END;
}

/* Return the record of a lane, and before it what belongs to it. NONE: it is passed over. */
static struct fleet_item give(struct fleet *f, struct fleet_lane *l)
{
	struct fleet_run_state *run = l->run;
	struct fleet_item item;

	if (!run->begun) {
		run->begun = true;
		return make_item(l, FLEET_BEGIN);
	}
	if (l->gap)
		return give_gap(l);
	if (l->texts_given < l->texts.len)
		return give_text(l);
	f->given = l;
	run->order_ns = l->order_ns;
	item = make_item(l, FLEET_RECORD);
	if (!is_end_mark(&l->record))
		return item;
	l->ended = true;
	if (has_ended(f, run)) {
		item.got = FLEET_END;
		f->done = run;
	} else {
		item.got = FLEET_NONE;
	}
	return item;
}

/* A run is over and its end did not come. */
static struct fleet_item give_killed(struct fleet *f, struct fleet_run_state *run)
{
	struct fleet_item item = { .got = FLEET_END, .run = &run->public,
				   .record.got = RECORD_GOT_END, .order_ns = run->order_ns };

	for (unsigned i = 0; i < f->partitions; i++)
		if (run->begun && run->lane[i] && run->lane[i]->gap) {
			item.got = FLEET_GAP;
			item.lost = run->lane[i]->gap;
			run->lane[i]->gap = 0;
			return item;
		}
	f->done = run;
	item.got = run->begun ? FLEET_END : FLEET_NONE;
	return item;
}

struct fleet_item fleet_next(struct fleet *f)
{
	struct fleet_item item;

	do {
		struct fleet_run_state *over = NULL;
		struct fleet_lane *first;

		fleet_step(f);
		first = lane_heap_first(&f->heap);
		if (!first || is_check_due(f)) {
			over = fleet_check_runs(f);
			first = lane_heap_first(&f->heap);
		}
		if (over)
			item = give_killed(f, over);
		else if (first && first->order_ns <= find_horizon_ns(f))
			item = give(f, first);
		else
			return (struct fleet_item){ .got = FLEET_NONE };
	} while (item.got == FLEET_NONE);
	return item;
}
