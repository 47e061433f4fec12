/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_fixture.h"

#include "clock_pairs.h"

#define HOUR (3600000 * MS)

struct two_hosts {
	struct stage stage;	/* first: the fixture of the ends */
	struct host host[3];
	struct host *list[3];
	struct host_table hosts;
	struct clock_pairs clocks;
	struct pair_times times;
};

static int set_up_hosts(void **state)
{
	struct two_hosts *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	for (unsigned i = 0; i < 3; i++) {
		t->host[i].boot_id[0] = (char)('c' - i);	/* not in the order of the hosts */
		t->list[i] = &t->host[i];
	}
	t->hosts = (struct host_table){ t->list, 3 };
	clock_pairs_init(&t->clocks, 5);
	feed_clean_close(&t->stage);
	t->stage.server.story.host = t->stage.server.story.clock = 1;
	*state = t;
	return 0;
}

static int tear_down_hosts(void **state)
{
	struct two_hosts *t = *state;

	clock_pairs_release(&t->clocks);
	story_release(&t->stage.client.story);
	story_release(&t->stage.server.story);
	free(t);
	return 0;
}

/* The server's clock is that far ahead. */
static void move_server(struct two_hosts *t, int64_t ns)
{
	for (unsigned i = 0; i < SEG_COUNT; i++)
		t->stage.server.story.seg[i].ts_ns += (uint64_t)ns;
}

static void add(struct two_hosts *t)
{
	clock_pairs_add(&t->clocks, &t->hosts, &t->stage.client.story, &t->stage.server.story,
			&t->times);
}

static void test_clock_pairs__one_boot_has_one_clock(void **state)
{
	struct two_hosts *t = *state;

	t->stage.server.story.clock = 0;
	add(t);
	assert_true(t->times.offset.known && !t->times.offset.low && !t->times.offset.high);
	assert_true(t->times.from_a.known && !t->times.from_a.low && !t->times.from_a.high);
	clock_pairs_add(&t->clocks, NULL, &t->stage.client.story, &t->stage.server.story,
			&t->times);
	assert_true(t->times.from_b.known);
}

static void test_clock_pairs__the_offset_is_that_of_b(void **state)
{
	struct two_hosts *t = *state;

	move_server(t, (int64_t)HOUR);
	add(t);
	assert_true(t->times.offset.known && t->times.from_a.known && t->times.from_b.known);
	assert_true(t->times.offset.low <= (int64_t)HOUR && t->times.offset.high >= (int64_t)HOUR);
	assert_true(t->times.offset.high - t->times.offset.low < 3 * (int64_t)MS);
	/* from the other end it is the same with the other sign */
	clock_pairs_add(&t->clocks, &t->hosts, &t->stage.server.story, &t->stage.client.story,
			&t->times);
	assert_true(t->times.offset.low <= -(int64_t)HOUR);
	assert_true(t->times.offset.high >= -(int64_t)HOUR);
	assert_false(t->times.contradicts);
}

static void test_clock_pairs__each_pair_of_boots_has_its_own(void **state)
{
	struct two_hosts *t = *state;

	add(t);
	move_server(t, (int64_t)HOUR);
	t->stage.server.story.host = t->stage.server.story.clock = 2;
	add(t);
	assert_false(t->times.contradicts);
	t->stage.server.story.host = t->stage.server.story.clock = 1;
	add(t);
	assert_true(t->times.contradicts);
}

static void test_clock_pairs__without_a_boot_id_nothing_is_known(void **state)
{
	struct two_hosts *t = *state;

	t->host[1].boot_id[0] = '\0';
	add(t);
	assert_false(t->times.offset.known || t->times.from_a.known || t->times.from_b.known);
}

int main(void)
{
#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(test_clock_pairs__##name, set_up_hosts, tear_down_hosts)
	const struct CMUnitTest tests[] = {
		TEST(one_boot_has_one_clock),
		TEST(the_offset_is_that_of_b),
		TEST(each_pair_of_boots_has_its_own),
		TEST(without_a_boot_id_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
