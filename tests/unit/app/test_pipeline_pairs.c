/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "event_fixture.h"

#include "pipeline.h"

/* A view of connections that counts its calls. The context is first, see view.h. */
struct counter {
	struct view_context context;
	struct filter filter;
	struct story_filter story_filter;
	struct pipeline_config config;
	struct pipeline *pipeline;
	unsigned stories, other_ends, lost_ends;
};

static void count_story(struct view_context *v, const struct story *s,
			const struct verdict *verdict)
{
	(void)s;
	(void)verdict;
	((struct counter *)v)->stories++;
}

static void count_other_end(struct view_context *v, const struct story *s,
			    const struct verdict *verdict)
{
	(void)s;
	(void)verdict;
	((struct counter *)v)->other_ends++;
}

static void count_lost_end(struct view_context *v, const struct story *s)
{
	(void)s;
	((struct counter *)v)->lost_ends++;
}

static const struct view counting = { .name = "counting", .counts_itself = true,
				      .story = count_story, .other_end = count_other_end,
				      .lost_end = count_lost_end };

static void reopen(struct counter *c)
{
	pipeline_free(c->pipeline);
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
	reopen(c);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct counter *c = *state;

	pipeline_free(c->pipeline);
	free(c);
	return 0;
}

/* Feeds a connection that the peer resets, from that state on. */
static void feed_reset(struct counter *c, unsigned n, uint8_t from)
{
	struct event e = of_endpoint(n, established(T0));

	if (from == STATE_ESTABLISHED)
		pipeline_feed(c->pipeline, &e, sizeof(e));
	e.ts_ns += MS;
	e.old_state = from;
	e.new_state = STATE_CLOSE;
	e.sk_err = from == STATE_ESTABLISHED ? EVENT_ECONNRESET : EVENT_ECONNREFUSED;
	e.sock_flags |= SOCKF_NO_SOCKET;
	pipeline_feed(c->pipeline, &e, sizeof(e));
	endpoint_table_expire(pipeline_endpoints(c->pipeline), T0 + 1000 * MS);
}

static void test_pipeline_pairs__the_view_counts_for_itself(void **state)
{
	struct counter *c = *state;

	c->config.max_stories = 1;
	reopen(c);
	feed_reset(c, 1, STATE_ESTABLISHED);
	feed_reset(c, 2, STATE_ESTABLISHED);
	assert_int_equal(c->stories, 2);	/* both ends of one connection */
	assert_false(pipeline_is_done(c->pipeline));
	c->context.counted = 1;
	assert_true(pipeline_is_done(c->pipeline));
}

/* The other end of a connection that is not known may be on another host, if there are several. */
static void test_pipeline_pairs__with_several_hosts_every_end_may_have_another(void **state)
{
	static const struct host_table hosts;
	struct view_context main = { .hosts = &hosts };
	struct counter *c = *state;

	c->filter.active = true;
	c->filter.family = 6;
	feed_reset(c, 1, STATE_ESTABLISHED);
	assert_int_equal(c->other_ends, 0);
	c->config.main = &main;
	reopen(c);
	feed_reset(c, 1, STATE_ESTABLISHED);
	assert_int_equal(c->other_ends, 1);
	assert_int_equal(c->stories, 0);
}

/* The other end was established, and waits for this one. */
static void test_pipeline_pairs__an_end_that_was_never_open_is_one_too(void **state)
{
	static const struct host_table hosts;
	struct view_context main = { .hosts = &hosts };
	struct counter *c = *state;

	c->config.main = &main;
	reopen(c);
	feed_reset(c, 1, STATE_SYN_RECV);
	assert_int_equal(c->stories, 0);
	assert_int_equal(c->other_ends, 1);
}

static void test_pipeline_pairs__the_view_learns_of_an_end_that_is_lost(void **state)
{
	struct event e = of_endpoint(1, established(T0));
	struct counter *c = *state;

	pipeline_feed(c->pipeline, &e, sizeof(e));
	assert_true(endpoint_table_lose(pipeline_endpoints(c->pipeline), e.sk_key, e.cookie,
					T0 + MS));
	assert_int_equal(c->lost_ends, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_pipeline_pairs__##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_view_counts_for_itself),
		TEST(with_several_hosts_every_end_may_have_another),
		TEST(an_end_that_was_never_open_is_one_too),
		TEST(the_view_learns_of_an_end_that_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
