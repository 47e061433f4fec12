/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "pipeline.h"

/* A view that counts. The context is first, because a view gets a pointer to it. */
struct counter {
	struct view_context context;
	struct filter filter;
	struct story_filter story_filter;
	struct pipeline_config config;
	struct pipeline *pipeline;
	unsigned events, stories, judged;
	enum ending last;
	uint64_t order;		/* hash of the order of the events and stories so far */
};

static void count_event(struct view_context *v, const struct event *e)
{
	struct counter *c = (struct counter *)v;

	c->events++;
	c->order = c->order * 31 + e->ts_ns + e->sk_key;
}

static void count_story(struct view_context *v, const struct story *s,
			const struct verdict *verdict)
{
	struct counter *c = (struct counter *)v;

	c->stories++;
	c->order = c->order * 31 + s->sk_key + s->nr_states;
	c->last = verdict->ending;
}

static const struct view counting = { .name = "counting", .event = count_event,
				      .story = count_story };
static const struct view mute = { .name = "mute" };

static void reopen(struct counter *c)
{
	pipeline_free(c->pipeline);
	c->events = c->stories = 0;
	c->order = 0;
	c->pipeline = pipeline_new(&c->config);
	assert_non_null(c->pipeline);
}

static int set_up(void **state)
{
	struct counter *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	c->config = (struct pipeline_config){
		.view = &counting, .context = &c->context, .filter = &c->filter,
		.story_filter = &c->story_filter,
		.endpoint_table = { .max_open = 100, .calls = true, .timewait = true },
	};
	c->pipeline = pipeline_new(&c->config);
	*state = c;
	return !c->pipeline;
}

static int tear_down(void **state)
{
	struct counter *c = *state;

	pipeline_free(c->pipeline);
	free(c);
	return 0;
}

static struct endpoint_table *endpoints(const struct counter *c)
{
	return pipeline_endpoints(c->pipeline);
}

static void feed_event(struct counter *c, struct event e)
{
	pipeline_feed(c->pipeline, &e, sizeof(e));
}

/* Feeds a connection with that local port that the peer resets. The next tick reports it. */
static void feed_reset(struct counter *c, uint16_t port)
{
	struct event e = a_state_change(T0, STATE_SYN_SENT, STATE_ESTABLISHED, SOCKF_HELD);

	e.local_port = port;
	e.sk_key = e.cookie = port;
	feed_event(c, e);
	e.ts_ns += MS;
	e.old_state = STATE_ESTABLISHED;
	e.new_state = STATE_CLOSE;
	e.sk_err = EVENT_ECONNRESET;
	feed_event(c, e);
}

static void expect_tally(const struct counter *c, uint64_t seen, uint64_t told, uint64_t filtered,
			 uint64_t open)
{
	struct run_counts t = pipeline_tally(c->pipeline, NULL);

	assert_int_equal(t.seen, seen);
	assert_int_equal(t.reported, told);
	assert_int_equal(t.filtered, filtered);
	assert_int_equal(t.open, open);
	assert_int_equal(t.seen, t.reported + t.filtered + t.open +
			 run_counts_lost_endpoints(&t));
}

static void test_pipeline__an_event_becomes_a_story(void **state)
{
	struct counter *c = *state;

	feed_reset(c, 1000);
	assert_int_equal(c->events, 2);
	assert_int_equal(c->stories, 0);
	endpoint_table_expire(endpoints(c), T0 + 1000 * MS);
	assert_int_equal(c->stories, 1);
	assert_int_equal(c->last, ENDING_RESET_RECEIVED);
	expect_tally(c, 1, 1, 0, 0);
}

static void test_pipeline__next_tick_is_the_next_deadline(void **state)
{
	struct counter *c = *state;

	assert_int_equal(endpoint_table_next_ns(endpoints(c)), 0);
	feed_reset(c, 1000);
	assert_true(endpoint_table_next_ns(endpoints(c)) > T0);
	endpoint_table_expire(endpoints(c), endpoint_table_next_ns(endpoints(c)));
	assert_int_equal(c->stories, 1);
	assert_int_equal(endpoint_table_next_ns(endpoints(c)), 0);
}

static void test_pipeline__a_malformed_record_is_counted_and_not_shown(void **state)
{
	struct event e = a_state_change(T0, STATE_ESTABLISHED, STATE_FIN_WAIT1, 0);
	struct counter *c = *state;

	pipeline_feed(c->pipeline, &e, sizeof(e) - 1);
	e.family = 5;
	feed_event(c, e);
	pipeline_feed(c->pipeline, "", 0);
	assert_int_equal(pipeline_tally(c->pipeline, NULL).events_malformed, 3);
	assert_int_equal(pipeline_tally(c->pipeline, NULL).events, 0);
	assert_int_equal(c->events, 0);
	expect_tally(c, 0, 0, 0, 0);
}

static void test_pipeline__a_view_needs_no_callbacks(void **state)
{
	struct counter *c = *state;

	c->config.view = &mute;
	reopen(c);
	feed_reset(c, 1000);
	endpoint_table_end(endpoints(c), T0 + MS);
	expect_tally(c, 1, 1, 0, 0);
}

static void test_pipeline__an_event_outside_the_filter_counts_as_filtered(void **state)
{
	struct counter *c = *state;

	c->filter = (struct filter){ .active = 1, .local_ports = {
				    .nr = 1, .range = { { 2000, 2000 } } } };
	feed_reset(c, 1000);
	feed_reset(c, 2000);
	endpoint_table_end(endpoints(c), T0 + MS);
	assert_int_equal(c->stories, 1);
	expect_tally(c, 2, 1, 1, 0);
}

static void test_pipeline__a_story_outside_the_story_filter_counts_as_filtered(void **state)
{
	struct counter *c = *state;

	c->story_filter.words.endings = 1 << ENDING_FOUR_WAY;
	feed_reset(c, 1000);
	endpoint_table_end(endpoints(c), T0 + MS);
	assert_int_equal(c->stories, 0);
	expect_tally(c, 1, 0, 1, 0);
}

static void feed_never_open(struct counter *c)
{
	struct event e = a_state_change(T0, STATE_SYN_SENT, STATE_CLOSE, SOCKF_HELD);

	e.sk_err = EVENT_ECONNREFUSED;
	feed_event(c, e);
	endpoint_table_end(endpoints(c), T0 + MS);
}

static void test_pipeline__a_connection_that_never_opened_is_filtered(void **state)
{
	struct counter *c = *state;

	feed_never_open(c);
	assert_int_equal(c->stories, 0);
	expect_tally(c, 1, 0, 1, 0);
}

static void test_pipeline__with_all_a_connection_that_never_opened_is_reported(void **state)
{
	struct counter *c = *state;

	c->config.never_open = true;
	reopen(c);
	feed_never_open(c);
	assert_int_equal(c->last, ENDING_NEVER_OPEN);
	expect_tally(c, 1, 1, 0, 0);
}

static void test_pipeline__after_n_stories_it_is_done(void **state)
{
	struct counter *c = *state;

	c->config.max_stories = 2;
	reopen(c);
	feed_reset(c, 1000);
	endpoint_table_expire(endpoints(c), T0 + 1000 * MS);
	assert_false(pipeline_is_done(c->pipeline));
	feed_reset(c, 1001);
	feed_reset(c, 1002);
	endpoint_table_expire(endpoints(c), T0 + 2000 * MS);
	assert_true(pipeline_is_done(c->pipeline));
	assert_int_equal(c->stories, 2);
	expect_tally(c, 3, 2, 1, 0);
}

static void count_judged(void *arg, const struct story *s, const struct verdict *v)
{
	struct counter *c = arg;

	(void)s;
	(void)v;
	c->judged++;
}

/* A connection that never opened is judged without being shown; what a filter excludes is not. */
static void test_pipeline__what_passes_the_filters_is_judged(void **state)
{
	struct counter *c = *state;

	c->config.judge = count_judged;
	c->config.arg = c;
	reopen(c);
	feed_never_open(c);
	assert_int_equal(c->stories, 0);
	assert_int_equal(c->judged, 1);
	expect_tally(c, 1, 0, 1, 0);
	c->story_filter.words.endings = 1 << ENDING_FOUR_WAY;
	feed_reset(c, 1000);
	endpoint_table_end(endpoints(c), T0 + 1000 * MS);
	assert_int_equal(c->judged, 1);
}

static void test_pipeline__after_n_stories_nothing_is_judged(void **state)
{
	struct counter *c = *state;

	c->config.judge = count_judged;
	c->config.arg = c;
	c->config.max_stories = 1;
	reopen(c);
	feed_reset(c, 1000);
	feed_reset(c, 1001);
	endpoint_table_end(endpoints(c), T0 + 1000 * MS);
	assert_int_equal(c->judged, 1);
}

/* A reset is two events. The third and last one of -n 3 belongs to the second connection. */
static void test_pipeline__after_n_events_it_is_done(void **state)
{
	struct counter *c = *state;

	c->config.max_events = 3;
	reopen(c);
	feed_reset(c, 1000);
	assert_false(pipeline_is_done(c->pipeline));
	feed_reset(c, 1001);
	feed_reset(c, 1002);
	endpoint_table_end(endpoints(c), T0 + 1000 * MS);
	assert_true(pipeline_is_done(c->pipeline));
	assert_int_equal(c->events, 3);
}

/* The view record prints no events, so it has all that were fed. */
static void test_pipeline__without_a_printer_it_counts_the_events_that_were_fed(void **state)
{
	struct counter *c = *state;

	c->config.view = &mute;
	c->config.max_events = 3;
	reopen(c);
	feed_reset(c, 1000);
	assert_false(pipeline_is_done(c->pipeline));
	feed_reset(c, 1001);
	assert_true(pipeline_is_done(c->pipeline));
}

static void test_pipeline__a_close_in_progress_is_unsettled(void **state)
{
	struct counter *c = *state;

	feed_event(c, a_fin(T0, 101));
	assert_int_equal(endpoint_table_counts(endpoints(c)).closing, 1);
	feed_event(c, a_call(T0, 10, 101, SYSCALL_CLOSE, 5));
	feed_event(c, an_ack(T0 + MS));
	feed_event(c, a_last_change(T0 + 2 * MS, SOCKF_DONE));
	assert_int_equal(endpoint_table_counts(endpoints(c)).closing, 0);
}

static void test_pipeline__at_the_end_a_close_in_progress_is_reported_as_open(void **state)
{
	struct counter *c = *state;

	feed_event(c, a_fin(T0, 101));
	endpoint_table_end(endpoints(c), T0 + MS);
	assert_int_equal(c->last, ENDING_OPEN);
	expect_tally(c, 1, 1, 0, 0);
}

static void test_pipeline__the_kernels_counters_are_added(void **state)
{
	struct kernel_counters k = { .ring_full = { [EVENT_STATE] = 2, [EVENT_TIMEWAIT] = 3,
						    [EVENT_KIND_MAX] = 1 },
				     .calls_full = 4, .filtered = 5 };
	struct counter *c = *state;
	struct run_counts t;

	feed_reset(c, 1000);
	endpoint_table_end(endpoints(c), T0 + MS);
	t = pipeline_tally(c->pipeline, &k);
	assert_int_equal(t.events_ring_full, 6);
	assert_int_equal(t.events_calls_full, 4);
	assert_int_equal(t.seen, 6);
	assert_int_equal(t.filtered, 5);
	assert_int_equal(t.seen, t.reported + t.filtered + t.open);
	assert_int_equal(run_counts_lost_events(&t), 10);
}

#define CROWD 6000u		/* too many for the caches: events are queued */

/* Many connections open, and their peers reset them in another order, in four time steps. */
static void feed_crowd(struct counter *c, bool at_once)
{
	for (unsigned i = 0; i < 2 * CROWD; i++) {
		bool begins = i < CROWD;
		uint64_t who = begins ? i : i * 7ull % CROWD;
		struct event e = a_state_change(T0 + i * MS, STATE_ESTABLISHED, STATE_CLOSE, 0);

		if (begins)
			e = a_state_change(T0 + i * MS, STATE_SYN_SENT, STATE_ESTABLISHED,
					   SOCKF_HELD);
		else
			e.sk_err = EVENT_ECONNRESET;
		e.sk_key = e.cookie = who + 1;
		feed_event(c, e);
		if (at_once)
			endpoint_table_flush(endpoints(c));
		if (i % (CROWD / 2) == CROWD / 2 - 1)
			endpoint_table_expire(endpoints(c), T0 + i * MS);
	}
	endpoint_table_end(endpoints(c), T0 + 2 * CROWD * MS);
}

static void test_pipeline__many_connections_are_reported_in_the_same_order(void **state)
{
	struct counter *c = *state;
	uint64_t order;

	c->config.endpoint_table.max_open = CROWD;
	reopen(c);
	feed_crowd(c, true);
	expect_tally(c, CROWD, CROWD, 0, 0);
	assert_int_equal(c->events, 2 * CROWD);
	order = c->order;
	reopen(c);
	feed_crowd(c, false);
	expect_tally(c, CROWD, CROWD, 0, 0);
	assert_true(c->order == order);
}

static void test_pipeline__a_null_pipeline_can_be_freed(void **state)
{
	(void)state;
	pipeline_free(NULL);
}

#define TELLER_TEST(name) cmocka_unit_test_setup_teardown(test_pipeline__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TELLER_TEST(an_event_becomes_a_story),
		TELLER_TEST(next_tick_is_the_next_deadline),
		TELLER_TEST(a_malformed_record_is_counted_and_not_shown),
		TELLER_TEST(a_view_needs_no_callbacks),
		TELLER_TEST(an_event_outside_the_filter_counts_as_filtered),
		TELLER_TEST(a_story_outside_the_story_filter_counts_as_filtered),
		TELLER_TEST(a_connection_that_never_opened_is_filtered),
		TELLER_TEST(with_all_a_connection_that_never_opened_is_reported),
		TELLER_TEST(after_n_stories_it_is_done),
		TELLER_TEST(what_passes_the_filters_is_judged),
		TELLER_TEST(after_n_stories_nothing_is_judged),
		TELLER_TEST(after_n_events_it_is_done),
		TELLER_TEST(without_a_printer_it_counts_the_events_that_were_fed),
		TELLER_TEST(a_close_in_progress_is_unsettled),
		TELLER_TEST(at_the_end_a_close_in_progress_is_reported_as_open),
		TELLER_TEST(the_kernels_counters_are_added),
		TELLER_TEST(many_connections_are_reported_in_the_same_order),
		TELLER_TEST(a_null_pipeline_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
