/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "members.h"
#include "partition_hash.h"
#include "time_units.h"

#define T0 (1000 * NS_PER_S)
#define A(last) { .family = 4, .addr = { 10, 0, 0, last } }

static const struct member_address a1 = A(1), a2 = A(2), a3 = A(3), a9 = A(9);

static struct member_beat beat(const char *host, const struct member_address *address)
{
	return (struct member_beat){ .host = host, .run = "r", .broker_ns = T0,
				     .rate = SAMPLING_ALL, .complete = true, .address = address,
				     .nr = 1 };
}

static int set_up(void **state)
{
	struct member_beat one = beat("one", &a1), two = beat("two", &a2);
	struct members *m = members_new(7);

	if (!m || !members_take(m, &one) || !members_take(m, &two))
		return -1;
	members_set_live(m);
	*state = m;
	return 0;
}

static int tear_down(void **state)
{
	members_free(*state);
	return 0;
}

static enum one_sided explain(struct members *m, const struct member_address *peer, uint64_t now_ns)
{
	const struct member_question q = { .peer = *peer, .key = 12345, .clean = true,
					   .from_ns = T0 + 100 * NS_PER_S, .now_ns = now_ns };

	return members_explain(m, &q);
}

static void test_members__an_address_of_no_host_is_not_traced(void **state)
{
	struct members *m = *state;

	assert_true(members_are_without(m, &a9));
	assert_false(members_are_without(m, &a1));
	assert_int_equal(explain(m, &a9, T0), ONE_SIDED_PEER_NOT_TRACED);
}

static void test_members__of_the_past_nothing_is_certain_at_once(void **state)
{
	struct member_beat one = beat("one", &a1);
	struct members *m = members_new(7);

	(void)state;
	assert_non_null(m);
	assert_false(members_are_without(m, &a9));
	assert_int_equal(explain(m, &a9, T0), ONE_SIDED_NOT_FOUND);
	members_take(m, &one);
	assert_false(members_are_without(m, &a9));
	assert_int_equal(explain(m, &a9, T0), ONE_SIDED_PEER_NOT_TRACED);
	members_free(m);
}

static void test_members__an_incomplete_list_proves_nothing(void **state)
{
	struct member_beat two = beat("two", &a2);
	struct members *m = *state;

	two.complete = false;
	members_take(m, &two);
	assert_false(members_are_without(m, &a9));
	assert_int_equal(explain(m, &a9, T0), ONE_SIDED_NOT_FOUND);
	two.complete = true;
	members_take(m, &two);
	assert_true(members_are_without(m, &a9));
}

static void test_members__a_translated_address_proves_nothing(void **state)
{
	struct members *m = *state;

	members_note_translated(m, &a9);
	assert_false(members_are_without(m, &a9));
	assert_int_equal(explain(m, &a9, T0), ONE_SIDED_NOT_FOUND);
}

static void test_members__loopback_is_of_every_host(void **state)
{
	const struct member_address v4 = { .family = 4, .addr = { 127, 0, 0, 1 } };
	const struct member_address v6 = { .family = 6, .addr = { [15] = 1 } };

	assert_false(members_are_without(*state, &v4));
	assert_false(members_are_without(*state, &v6));
}

static void test_members__addresses_come_and_go(void **state)
{
	struct member_beat one = beat("one", &a3);
	struct members *m = *state;

	members_take(m, &one);
	assert_true(members_are_without(m, &a1));
	assert_false(members_are_without(m, &a3));
}

static void test_members__a_host_is_silent_after_30_s(void **state)
{
	struct members *m = *state;

	assert_int_equal(explain(m, &a1, T0 + MEMBER_SILENT_NS), ONE_SIDED_NOT_FOUND);
	assert_int_equal(explain(m, &a1, T0 + MEMBER_SILENT_NS + 1), ONE_SIDED_PEER_SILENT);
}

static void test_members__a_recorder_that_has_stopped_is_silent(void **state)
{
	struct member_beat one = beat("one", &a1);
	struct members *m = *state;

	one.ended = true;
	members_take(m, &one);
	assert_int_equal(explain(m, &a1, T0 + 1), ONE_SIDED_PEER_SILENT);
}

static void test_members__losses_count_in_their_interval(void **state)
{
	struct member_beat one = beat("one", &a1);
	struct members *m = *state;

	one.lost = 5;			/* between T0 and here */
	one.broker_ns = T0 + 10 * NS_PER_S;
	members_take(m, &one);
	assert_int_equal(explain(m, &a1, T0 + 20 * NS_PER_S), ONE_SIDED_NOT_FOUND);
	one.broker_ns = T0 + 90 * NS_PER_S;
	members_take(m, &one);
	one.lost = 6;
	one.broker_ns = T0 + 100 * NS_PER_S;
	members_take(m, &one);
	assert_int_equal(explain(m, &a1, T0 + 110 * NS_PER_S), ONE_SIDED_PEER_LOST);
}

static void test_members__missing_segments_are_losses(void **state)
{
	struct member_beat one = beat("one", &a1);
	struct members *m = *state;

	one.broker_ns = T0 + 100 * NS_PER_S;
	members_take(m, &one);
	members_lose(m, "one", T0 + 101 * NS_PER_S);
	members_lose(m, "nobody", T0 + 101 * NS_PER_S);
	assert_int_equal(explain(m, &a1, T0 + 110 * NS_PER_S), ONE_SIDED_PEER_LOST);
}

static void test_members__what_the_rate_leaves_out_is_sampled_out(void **state)
{
	const struct siphash_key key = { 1, 2 };
	uint64_t hash = partition_hash(&key, 12345);
	uint32_t part = (uint32_t)((hash & UINT32_MAX) * SAMPLING_ALL >> 32);
	struct member_beat one = beat("one", &a1);
	struct members *m = *state;

	one.rate = part;		/* just too little */
	members_take(m, &one);
	assert_int_equal(explain(m, &a1, T0 + 1), ONE_SIDED_NOT_FOUND);
	members_set_hash_key(m, &key);
	assert_int_equal(explain(m, &a1, T0 + 1), ONE_SIDED_SAMPLED_OUT);
	one.rate = part + 1;
	members_take(m, &one);
	members_take(m, &one);		/* the rate of the beat before counts too */
	assert_int_equal(explain(m, &a1, T0 + 1), ONE_SIDED_NOT_FOUND);
}

static void test_members__of_two_that_have_an_address_both_must_be_silent(void **state)
{
	struct member_beat two = beat("two", &a1);
	struct members *m = *state;

	two.broker_ns = T0 + 50 * NS_PER_S;
	members_take(m, &two);
	assert_int_equal(explain(m, &a1, T0 + 60 * NS_PER_S), ONE_SIDED_NOT_FOUND);
	assert_int_equal(explain(m, &a1, T0 + 90 * NS_PER_S), ONE_SIDED_PEER_SILENT);
}

#define WITH(name) cmocka_unit_test_setup_teardown(test_members__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(an_address_of_no_host_is_not_traced),
		WITH(of_the_past_nothing_is_certain_at_once),
		WITH(an_incomplete_list_proves_nothing),
		WITH(a_translated_address_proves_nothing),
		WITH(loopback_is_of_every_host),
		WITH(addresses_come_and_go),
		WITH(a_host_is_silent_after_30_s),
		WITH(a_recorder_that_has_stopped_is_silent),
		WITH(losses_count_in_their_interval),
		WITH(missing_segments_are_losses),
		WITH(what_the_rate_leaves_out_is_sampled_out),
		WITH(of_two_that_have_an_address_both_must_be_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
