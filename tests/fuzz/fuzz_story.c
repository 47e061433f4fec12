/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The endpoint table, calls, stories, verdicts and views, with events in any order: duplicates,
 * drops, reused addresses, missing cookies, time that goes back, clocks that jump, losses. Ten
 * bytes make an event, and decode accepts every combination. Also covers stuck sockets that the
 * iterator finds.
 */
#include "fuzz.h"

#include "stuck_table.h"
#include "pipeline.h"
#include "../stories/check.h"

#define SOCKETS 8
#define STEP 10
#define START_NS (1ULL << 40)
#define TIME_MAX_NS (1ULL << 50)
#define VIEWS 16
#define MS 1000000ULL
#define PHASES_OF_TOTAL (PHASE_COUNT - 1)

struct world {
	struct view_context context;	/* first, because a view gets a pointer to it */
	struct pipeline *pipeline;
	struct event now[SOCKETS];
	uint64_t now_ns;
	uint64_t told;
	unsigned long max_open;
	struct kernel_counters kernel;
	struct stuck_table stuck;
	struct view_context each[VIEWS];	/* indexed as in view_at() */
};

static void check_times(const struct story *s, const struct verdict *v)
{
	uint64_t sum = v->cut.at_least ? 0 : v->cut.ns;

	HOLDS(v->cut.known || !v->cut.ns);
	HOLDS(!v->cut.known || !v->phase[v->cut.phase].known);
	HOLDS(v->start_ns <= v->settled_ns);
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		HOLDS(v->phase[i].known || !v->phase[i].ns);
		HOLDS(v->phase[i].ns < TIME_MAX_NS * 2);
		if (i != PHASE_TOTAL)
			sum += v->phase[i].ns;
	}
	HOLDS(!v->phase[PHASE_TOTAL].known || sum <= v->phase[PHASE_TOTAL].ns);
	for (unsigned i = 1; i < s->nr_calls; i++)
		HOLDS(s->calls[i - 1].ts_ns <= s->calls[i].ts_ns);
}

static void check_view(const struct view *view, const struct buf *out)
{
	HOLDS(!out->failed);
	HOLDS(!check_output(view->name, out->data, out->len));
}

static void check_story(struct view_context *context, const struct story *s,
			const struct verdict *v)
{
	struct world *w = (struct world *)context;

	w->told++;
	check_times(s, v);
	HOLDS(s->nr_calls <= STORY_CALLS && s->nr_states <= STORY_STATES);
	HOLDS(v->nr_missing <= VERDICT_MISSING && v->nr_waves <= SEG_COUNT);
	for (unsigned i = 1; i < v->nr_waves; i++)
		HOLDS(v->wave[i - 1].number < v->wave[i].number);
	HOLDS(v->ending < ENDING_COUNT && v->reason < REASON_COUNT && v->blame < BLAME_COUNT);
	HOLDS((v->reason != REASON_NONE) == (ending_class(v->ending) == CLASS_RESET ||
					     ending_class(v->ending) == CLASS_TIMEOUT ||
					     ending_class(v->ending) == CLASS_FAILED ||
					     ending_class(v->ending) == CLASS_ABORTED));
	HOLDS((v->blame != BLAME_NONE) == !!v->blame_ns);
	HOLDS(!v->trigger || (v->trigger >= s->calls && v->trigger < s->calls + s->nr_calls));
	for (unsigned i = 0; view_at(i); i++) {
		struct view_context *each = &w->each[i];

		if (!view_at(i)->story)
			continue;
		buf_reset(context->out);
		if (each->due_ns && each->due_ns <= w->now_ns)
			view_at(i)->tick(each, w->now_ns);
		if (view_at(i)->other_end && s->twin.known && w->told & 1)
			view_at(i)->other_end(each, s, v);
		else
			view_at(i)->story(each, s, v);
		check_view(view_at(i), context->out);
	}
}

/* None, one or two different keys. */
static void choose_groups(struct group_list *list, uint8_t how)
{
	uint8_t first = how % GROUP_BY_PEER_PORT, second = (how >> 4) % GROUP_BY_PEER_PORT;

	*list = (struct group_list){ 0 };
	if (first)
		list->by[list->nr++] = first;
	if (how & 4 && second && second != first)
		list->by[list->nr++] = second == GROUP_BY_PEER ? GROUP_BY_PEER_PORT : second;
}

/* Gives each view its own context, with the data that it keeps between stories. */
static void start_views(struct world *w, uint8_t how)
{
	HOLDS(!view_at(VIEWS));
	for (unsigned i = 0; view_at(i); i++) {
		w->each[i] = w->context;
		w->each[i].terminal.utf8 = how & 1;
		w->each[i].terminal.color = false;
		w->each[i].terminal.columns = view_at(i)->tick ? how % 81 : 0;
		choose_groups(&w->each[i].options.groups, how);
		w->each[i].options.interval_ns = how & 2 ? 20 * MS : 0;
		if (view_at(i)->start)
			view_at(i)->start(&w->each[i]);
		check_view(view_at(i), w->context.out);
		buf_reset(w->context.out);
	}
}

static void end_views(struct world *w)
{
	struct run_counts t = pipeline_tally(w->pipeline, &w->kernel);

	for (unsigned i = 0; view_at(i); i++) {
		buf_reset(w->context.out);
		if (view_at(i)->end)
			view_at(i)->end(&w->each[i], &t, w->now_ns);
		check_view(view_at(i), w->context.out);
		if (view_at(i)->release)
			view_at(i)->release(&w->each[i]);
	}
}

static const struct view checking = { .name = "checking", .story = check_story };

static void check_tally(const struct world *w)
{
	struct run_counts t = pipeline_tally(w->pipeline, &w->kernel);

	HOLDS(t.seen == t.reported + t.filtered + t.open + run_counts_lost_endpoints(&t));
	HOLDS(t.reported == w->told);
	HOLDS(t.open <= w->max_open);
	HOLDS(endpoint_table_counts(pipeline_endpoints(w->pipeline)).closing <= t.open);
}

/* Makes pairs of sockets that are each other's peers. Two share a key, two their addresses. */
static void make_sockets(struct world *w)
{
	for (unsigned i = 0; i < SOCKETS; i++) {
		struct event *e = &w->now[i];
		unsigned pair = i / 2 == 3 ? 0 : i / 2;

		e->sk_key = 0xa000 + (i == 5 ? 4 : i) * 64;
		e->cookie = i == 4 ? 0 : 16 + i;
		e->netns = 1;
		e->family = i / 2 == 1 ? 6 : 4;
		e->local_addr[0] = (uint8_t)(10 + i % 2);
		e->peer_addr[0] = (uint8_t)(11 - i % 2);
		e->local_port = (uint16_t)(1000 + pair + i % 2 * 100);
		e->peer_port = (uint16_t)(1000 + pair + (1 - i % 2) * 100);
		e->snd_una = e->snd_nxt = e->write_seq = i % 3 ? 0xfffffffe : 1000;
		e->rcv_nxt = e->rcv_wup = e->copied_seq = 5000;
		e->snd_wnd = 100;
	}
}

static void move_time(struct world *w, uint8_t how)
{
	static const int64_t steps[] = { 0, 1, 1000, 1000000, 99000000, 500000000, 60000000000,
					 7200000000000, -1, -1000000, -100000000, -60000000000 };
	int64_t step = steps[how % (sizeof(steps) / sizeof(*steps))];

	if (step < 0 ? w->now_ns > START_NS / 2 : w->now_ns < TIME_MAX_NS)
		w->now_ns += (uint64_t)step;
}

/* Changes the numbers of a socket as they may change between two events. */
static void move_numbers(struct event *e, uint8_t how)
{
	e->write_seq += how & 1;
	e->snd_nxt = how & 2 ? e->write_seq : e->snd_nxt;
	e->snd_una = how & 4 ? e->snd_nxt : e->snd_una;
	e->rcv_nxt += how >> 3 & 1;
	e->rcv_wup = how & 16 ? e->rcv_nxt : e->rcv_wup;
	e->copied_seq = how & 32 ? e->rcv_nxt : e->copied_seq;
	e->segs_in += how >> 6 & 1;
	e->snd_wnd = how & 128 ? 0 : 100;
}

static uint8_t pick_state(unsigned v)
{
	return (uint8_t)(STATE_ESTABLISHED + v % STATE_CLOSING);
}

static void feed_event(struct world *w, struct input *in, uint8_t kind)
{
	unsigned who = take_u8(in), states = take_u8(in);
	struct event *now = &w->now[who % SOCKETS], e;
	uint8_t misc;

	if (who & 64)
		now->cookie += SOCKETS * 2;	/* another socket with the same key */
	move_time(w, take_u8(in));
	move_numbers(now, take_u8(in));
	e = *now;
	e.ts_ns = w->now_ns;
	e.kind = kind;
	e.old_state = pick_state(states & 15);
	e.new_state = pick_state(states >> 4);
	e.sock_flags = take_u16(in);
	e.task_flags = take_u8(in);
	misc = take_u8(in);
	e.syscall = misc % SYSCALL_COUNT;
	e.syscall_nr = misc & 64 ? misc : 3;
	e.arg[0] = 3 + misc % 3;
	e.arg[1] = misc & 3;
	e.tid = e.pid = 100 + misc % 4;
	memcpy(e.comm, misc & 128 ? "\x1b[31m\n{\"\xff" : "task", misc & 128 ? 9 : 4);
	misc = take_u8(in);
	e.flags = misc;
	e.exit_code = misc;
	e.sk_err = misc & 8 ? 100 + misc % 16 : 0;
	e.reason = e.kind == EVENT_RESET_SENT || e.kind == EVENT_TIMEWAIT ? misc % 10 : 0;
	e.substate = pick_state(misc);
	e.retransmits = misc;
	if (kind == EVENT_CALL)
		e.call_ns = misc * 1000000ULL;
	if (kind == EVENT_STATE)
		e.fin_timeout_ns = misc * 1000000000ULL;
	if (who & 32)
		e.cookie = 0;
	if (kind == EVENT_TIMEWAIT)
		e.sk_key = 0;
	pipeline_feed(w->pipeline, &e, sizeof(e));
	if (kind == EVENT_SOCKET || kind == EVENT_HOLDER)
		stuck_table_feed(&w->stuck, &e, sizeof(e));
	if (who & 128)
		pipeline_feed(w->pipeline, &e, sizeof(e));
}

/* Up to 64 open endpoints, for the next answers of a look for their sockets. */
struct open_endpoints {
	uint64_t sk_key[64], cookie[64];
	unsigned nr;
};

static void note_open(void *arg, const struct story *s)
{
	struct open_endpoints *o = arg;

	if (o->nr == 64)
		return;
	o->sk_key[o->nr] = s->sk_key;
	o->cookie[o->nr++] = s->cookie;
}

/* Gives up open endpoints as a look would, here at random. */
static void give_up_endpoints(struct world *w, uint8_t which)
{
	struct endpoint_table *t = pipeline_endpoints(w->pipeline);
	struct open_endpoints o = { .nr = 0 };

	endpoint_table_visit_open(t, w->now_ns, note_open, &o);
	for (unsigned i = 0; i < o.nr; i++) {
		HOLDS(endpoint_table_find_open(t, o.sk_key[i], o.cookie[i]));
		if (which >> i % 8 & 1)
			endpoint_table_lose(t, o.sk_key[i], o.cookie[i], w->now_ns);
	}
}

static void step(struct world *w, struct input *in)
{
	uint8_t what = take_u8(in) % 24;

	if (what < 20) {	/* most events are state changes */
		feed_event(w, in, what < 8 ? EVENT_STATE : what - 7 > EVENT_KIND_MAX ?
			   EVENT_CALL : (uint8_t)(what - 7));
	} else if (what == 20) {
		endpoint_table_set_lossy(pipeline_endpoints(w->pipeline));
	} else if (what == 21) {
		pipeline_feed(w->pipeline, in->data, in->len % 300);
	} else if (what == 23) {
		give_up_endpoints(w, take_u8(in));
	} else {
		move_time(w, take_u8(in));
		endpoint_table_expire(pipeline_endpoints(w->pipeline), w->now_ns);
	}
	check_tally(w);
}

/*
 * Stuck sockets: each found one is shown, filtered or did not fit, in every view that shows them.
 */
static void check_hangs(struct world *w)
{
	struct stuck_table *h = &w->stuck;
	size_t holders = 0;

	HOLDS(stuck_table_finish(h));
	HOLDS(h->seen >= h->nr + h->filtered && h->nr <= h->config.max);
	for (size_t i = 0; i < h->nr; i++) {
		HOLDS(h->sockets[i].advice < ADVICE_COUNT && h->sockets[i].owner < OWNER_COUNT);
		holders += h->sockets[i].nr_holders;
	}
	HOLDS(holders <= h->nr_holders);
	for (unsigned i = 0; view_at(i); i++) {
		if (!view_at(i)->stuck)
			continue;
		buf_reset(w->context.out);
		view_at(i)->stuck(&w->context, h, w->now_ns);
		HOLDS(!w->context.out->failed);
		HOLDS(!check_output(view_at(i)->name, w->context.out->data, w->context.out->len));
	}
	stuck_table_release(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct filter any_flow;
	static const struct story_filter any_story;
	static const struct run_info meta = { .nr_hooks = 0 };
	struct buf out = { 0 };
	struct world w = { .context = { .out = &out, .meta = &meta }, .now_ns = START_NS };
	struct input in = { data, size };
	uint8_t how = take_u8(&in);
	struct pipeline_config config = { .view = &checking, .context = &w.context,
					  .filter = &any_flow,
					.story_filter = &any_story, .never_open = true,
					.endpoint_table = { .max_open = how % 8 + 1, .seed = how,
						   .calls = how & 64, .timewait = how & 128 } };
	struct stuck_table_config stuck = { .filter = &any_flow, .story_filter = &any_story,
					    .max = how % 8 + 1 };

	stuck_table_init(&w.stuck, &stuck);
	w.max_open = how % 8 + 1;
	w.pipeline = pipeline_new(&config);
	HOLDS(w.pipeline);
	start_views(&w, how);
	make_sockets(&w);
	while (in.len)
		step(&w, &in);
	endpoint_table_end(pipeline_endpoints(w.pipeline), w.now_ns);
	check_tally(&w);
	HOLDS(!endpoint_table_counts(pipeline_endpoints(w.pipeline)).closing);
	check_hangs(&w);
	end_views(&w);
	pipeline_free(w.pipeline);
	buf_release(&out);
	return 0;
}
