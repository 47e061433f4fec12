/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "story_filter.h"

#define MS 1000000u

#define BY_PID(n) .wanted.pids = 1, .wanted.pid = { (n) }
#define BY_COMM(s) .wanted.comms = 1, .wanted.comm = { TEXT(s) }
#define BY_CGROUP(s) .wanted.cgroups = 1, .wanted.cgroup = { TEXT(s) }
#define BY_CONTAINER(s) .wanted.containers = 1, .wanted.container = { TEXT(s) }

/*
 * nginx (4021, uid 33) called shutdown(), then php (812, uid 0) close(); local, four-way, 200 ms.
 */
struct sample {
	struct socket_call calls[2];
	struct story story;
	struct verdict verdict;
};

static void sample_init(struct sample *x)
{
	memset(x, 0, sizeof(*x));
	x->calls[0] = (struct socket_call){ .pid = 4021, .tid = 4029, .uid = 33, .comm = "nginx",
				   .trigger = TRIGGER_SHUTDOWN, .effect = EFFECT_FIN };
	x->calls[1] = (struct socket_call){ .pid = 812, .tid = 812, .comm = "php",
				   .trigger = TRIGGER_CLOSE, .effect = EFFECT_RELEASED };
	x->story.calls = x->calls;
	x->story.nr_calls = 2;
	x->verdict.ending = ENDING_FOUR_WAY;
	x->verdict.initiator = INITIATOR_LOCAL;
	x->verdict.trigger = &x->calls[0];
	x->verdict.phase[PHASE_PEER_HOLD] = (struct phase_time){ .ns = 200 * MS, .known = true };
	x->verdict.phase[PHASE_APP_HOLD] = (struct phase_time){ .ns = 900 * MS, .known = false };
}

static bool wants(const struct sample *x, struct story_filter f)
{
	return story_filter_matches(&f, &x->story, &x->verdict);
}

static void test_story_filter__without_filters_everything_passes(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){ 0 }));
	x.story.nr_calls = 0;
	x.story.calls = NULL;
	x.verdict.trigger = NULL;
	assert_true(wants(&x, (struct story_filter){ 0 }));
}

static void test_story_filter__a_pid_matches_any_call(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){ .wanted.pids = 1, .wanted.pid = { 4021 } }));
	assert_true(wants(&x, (struct story_filter){ .wanted.pids = 2, .wanted.pid = { 1, 812 } }));
	assert_false(wants(&x, (struct story_filter){ .wanted.pids = 1, .wanted.pid = { 4029 } }));
}

static void test_story_filter__a_story_without_calls_has_no_process(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	x.story.nr_calls = 0;
	x.story.calls = NULL;
	assert_false(wants(&x, (struct story_filter){ .wanted.pids = 1, .wanted.pid = { 0 } }));
	assert_false(wants(&x, (struct story_filter){ .wanted.uids = 1, .wanted.uid = { 0 } }));
}

static void test_story_filter__a_user_may_be_root(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){ .wanted.uids = 1, .wanted.uid = { 0 } }));
	assert_false(wants(&x, (struct story_filter){ .wanted.uids = 1, .wanted.uid = { 1000 } }));
}

static void test_story_filter__a_comm_is_compared_whole(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){ BY_COMM("nginx") }));
	assert_false(wants(&x, (struct story_filter){ BY_COMM("ngin") }));
	assert_false(wants(&x, (struct story_filter){ BY_COMM("nginx2") }));
}

static void test_story_filter__a_comm_is_that_of_the_process_or_of_the_thread(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	memcpy(x.calls[0].process, "master", 6);
	assert_true(wants(&x, (struct story_filter){ BY_COMM("master") }));
	assert_true(wants(&x, (struct story_filter){ BY_COMM("nginx") }));
	assert_false(wants(&x, (struct story_filter){ BY_COMM("maste") }));
	assert_false(wants(&x, (struct story_filter){ BY_COMM("master"),
						      .wanted.pids = 1, .wanted.pid = { 812 } }));
}

static void test_story_filter__a_comm_counts_fifteen_bytes(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	memset(x.calls[0].comm, 0xff, sizeof(x.calls[0].comm));
	assert_true(wants(&x, (struct story_filter){
		BY_COMM("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") }));
	assert_false(wants(&x, (struct story_filter){ BY_COMM("\xff\xff") }));
}

static void test_story_filter__a_comm_is_a_pattern(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	memcpy(x.calls[0].process, "master", 6);
	assert_true(wants(&x, (struct story_filter){ BY_COMM("ngi*") }));
	assert_true(wants(&x, (struct story_filter){ BY_COMM("m?st[a-e]r") }));
	assert_false(wants(&x, (struct story_filter){ BY_COMM("ngi") }));
	assert_false(wants(&x, (struct story_filter){ BY_COMM("*apache*") }));
	assert_true(wants(&x, (struct story_filter){ BY_COMM("*") }));
}

/* A process name that is not known is not an empty name. */
static void test_story_filter__an_unknown_name_matches_no_pattern(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_false(wants(&x, (struct story_filter){ BY_COMM("[!np]*") }));
	assert_true(wants(&x, (struct story_filter){ .excluded.comms = 1,
						     .excluded.comm = { TEXT("[!np]*") } }));
}

static void test_story_filter__an_excluded_process_excludes_the_story(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	x.calls[0].cgroup = 1;
	x.calls[1].cgroup = 2;
	assert_false(wants(&x, (struct story_filter){ .excluded.pids = 1,
						      .excluded.pid = { 812 } }));
	assert_true(wants(&x, (struct story_filter){ .excluded.pids = 1, .excluded.pid = { 1 } }));
	assert_false(wants(&x, (struct story_filter){ .excluded.uids = 1,
						      .excluded.uid = { 33 } }));
	assert_false(wants(&x, (struct story_filter){ BY_COMM("nginx"), .excluded.comms = 1,
						      .excluded.comm = { TEXT("ph*") } }));
	assert_true(wants(&x, (struct story_filter){ BY_COMM("nginx"), .excluded.comms = 1,
						     .excluded.comm = { TEXT("curl") } }));
	x.story.nr_calls = 0;
	assert_true(wants(&x, (struct story_filter){ .excluded.comms = 1,
						     .excluded.comm = { TEXT("*") } }));
}

static void test_story_filter__excluded_words(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_false(wants(&x, (struct story_filter){
		.excluded_words.endings = 1u << ENDING_FOUR_WAY }));
	assert_true(wants(&x, (struct story_filter){
		.excluded_words.endings = 1u << ENDING_OPEN }));
	assert_false(wants(&x, (struct story_filter){ .words.classes = 1u << CLASS_CLEAN,
		.excluded_words.endings = 1u << ENDING_FOUR_WAY }));
	assert_false(wants(&x, (struct story_filter){
		.excluded_words.initiators = 1u << INITIATOR_LOCAL }));
	assert_false(wants(&x, (struct story_filter){
		.excluded_words.calls = 1u << TRIGGER_SHUTDOWN }));
	x.verdict.trigger = NULL;
	assert_true(wants(&x, (struct story_filter){
		.excluded_words.calls = 1u << TRIGGER_SHUTDOWN }));
}

static void test_story_filter__all_process_conditions_apply_to_one_process(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){ BY_PID(4021), BY_COMM("nginx") }));
	assert_false(wants(&x, (struct story_filter){ BY_PID(4021), BY_COMM("php") }));
}

/* nginx runs in cgroup 1, php in 2; cgroup 3 is unknown. */
static const char *cgroup_path(void *arg, uint64_t id, uint32_t pid)
{
	(void)pid;
	assert_string_equal(arg, "arg");
	return id == 1 ? "/web/nginx.service"
	       : id == 2
		       ? "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		       : NULL;
}

static bool wants_cgroup(struct sample *x, struct story_filter f)
{
	f.cgroup_path = cgroup_path;
	f.cgroup_arg = (void *)"arg";
	return wants(x, f);
}

static void test_story_filter__a_cgroup_includes_its_children(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	x.calls[0].cgroup = 1;
	x.calls[1].cgroup = 2;
	assert_true(wants_cgroup(&x, (struct story_filter){ BY_CGROUP("/web") }));
	assert_true(wants_cgroup(&x, (struct story_filter){ BY_CGROUP("/web/") }));
	assert_true(wants_cgroup(&x, (struct story_filter){ BY_CGROUP("/") }));
	assert_true(wants_cgroup(&x, (struct story_filter){
		.wanted.cgroups = 2,
		.wanted.cgroup = { TEXT("/x"), TEXT("/web/nginx.service") } }));
	assert_false(wants_cgroup(&x, (struct story_filter){ BY_CGROUP("/we") }));
	assert_false(wants_cgroup(&x, (struct story_filter){ BY_CGROUP("/web/nginx") }));
	assert_false(wants_cgroup(&x, (struct story_filter){ BY_CGROUP("/docker"),
						      .wanted.pids = 1, .wanted.pid = { 4021 } }));
}

static void test_story_filter__a_container_by_its_first_digits(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	x.calls[0].cgroup = 1;
	x.calls[1].cgroup = 2;
	assert_true(wants_cgroup(&x, (struct story_filter){ BY_CONTAINER("01234") }));
	assert_false(wants_cgroup(&x, (struct story_filter){ BY_CONTAINER("1234") }));
	assert_false(wants_cgroup(&x, (struct story_filter){ BY_CONTAINER("01234"),
						      BY_CGROUP("/web") }));
}

static void test_story_filter__excluded_cgroups_and_containers(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	x.calls[0].cgroup = 1;
	x.calls[1].cgroup = 2;
	assert_false(wants_cgroup(&x, (struct story_filter){
		.excluded.cgroups = 1, .excluded.cgroup = { TEXT("/web") } }));
	assert_false(wants_cgroup(&x, (struct story_filter){
		.excluded.containers = 1, .excluded.container = { TEXT("0123") } }));
	assert_true(wants_cgroup(&x, (struct story_filter){ .excluded.cgroups = 1,
							    .excluded.cgroup = { TEXT("/x") } }));
	x.calls[0].cgroup = x.calls[1].cgroup = 3;
	assert_true(wants_cgroup(&x, (struct story_filter){ .excluded.cgroups = 1,
							    .excluded.cgroup = { TEXT("/") } }));
}

static void test_story_filter__an_unknown_cgroup_does_not_match(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	x.calls[0].cgroup = x.calls[1].cgroup = 3;
	assert_false(wants_cgroup(&x, (struct story_filter){ BY_CGROUP("/") }));
	assert_false(wants(&x, (struct story_filter){ BY_CGROUP("/") }));
}

static void test_story_filter__data_lost_means_known_to_be_lost(void **state)
{
	struct story_filter f = { .data_lost = true };
	struct sample x;

	(void)state;
	sample_init(&x);
	x.story.data_lost.unread = 9;
	assert_false(wants(&x, f));
	x.story.data_lost.known = true;
	assert_true(wants(&x, f));
	x.story.data_lost = (struct data_lost){ .unsent = 1, .known = true };
	assert_true(wants(&x, f));
	x.story.data_lost = (struct data_lost){ .unacked = 1, .known = true };
	assert_true(wants(&x, f));
	x.story.data_lost = (struct data_lost){ .known = true };
	assert_false(wants(&x, f));
	assert_true(wants(&x, (struct story_filter){ 0 }));
}

static void test_story_filter__slow_means_any_known_phase(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){ .slow_ns = 200 * MS }));
	assert_false(wants(&x, (struct story_filter){ .slow_ns = 200 * MS + 1 }));
}

static void test_story_filter__a_call_matches_the_trigger(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){ .words.calls = 1ull << TRIGGER_SHUTDOWN }));
	assert_false(wants(&x, (struct story_filter){ .words.calls = 1ull << TRIGGER_CLOSE }));
}

static void test_story_filter__without_a_trigger_no_call_matches(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	x.verdict.trigger = NULL;
	assert_false(wants(&x, (struct story_filter){ .words.calls = UINT64_MAX }));
}

static void test_story_filter__endings_classes_and_initiators_are_sets(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){
		.words.endings = 1u << ENDING_FOUR_WAY | 1u << ENDING_OPEN }));
	assert_false(wants(&x, (struct story_filter){ .words.endings = 1u << ENDING_THREE_WAY }));
	assert_true(wants(&x, (struct story_filter){ .words.classes = 1u << CLASS_CLEAN }));
	assert_false(wants(&x, (struct story_filter){ .words.classes = 1u << CLASS_RESET }));
	assert_true(wants(&x, (struct story_filter){ .words.initiators = 1u << INITIATOR_LOCAL }));
	assert_false(wants(&x, (struct story_filter){
		.words.initiators = 1u << INITIATOR_UNKNOWN }));
}

static void test_story_filter__different_kinds_must_all_match(void **state)
{
	struct sample x;

	(void)state;
	sample_init(&x);
	assert_true(wants(&x, (struct story_filter){ BY_PID(812), .slow_ns = MS,
					       .words.classes = 1u << CLASS_CLEAN }));
	assert_false(wants(&x, (struct story_filter){ BY_PID(812), .slow_ns = MS,
						.words.classes = 1u << CLASS_RESET }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_story_filter__without_filters_everything_passes),
		cmocka_unit_test(test_story_filter__a_pid_matches_any_call),
		cmocka_unit_test(test_story_filter__a_story_without_calls_has_no_process),
		cmocka_unit_test(test_story_filter__a_user_may_be_root),
		cmocka_unit_test(test_story_filter__a_comm_is_compared_whole),
		cmocka_unit_test(
			test_story_filter__a_comm_is_that_of_the_process_or_of_the_thread),
		cmocka_unit_test(test_story_filter__a_comm_counts_fifteen_bytes),
		cmocka_unit_test(test_story_filter__a_comm_is_a_pattern),
		cmocka_unit_test(test_story_filter__an_unknown_name_matches_no_pattern),
		cmocka_unit_test(test_story_filter__an_excluded_process_excludes_the_story),
		cmocka_unit_test(test_story_filter__excluded_words),
		cmocka_unit_test(test_story_filter__all_process_conditions_apply_to_one_process),
		cmocka_unit_test(test_story_filter__a_cgroup_includes_its_children),
		cmocka_unit_test(test_story_filter__a_container_by_its_first_digits),
		cmocka_unit_test(test_story_filter__excluded_cgroups_and_containers),
		cmocka_unit_test(test_story_filter__an_unknown_cgroup_does_not_match),
		cmocka_unit_test(test_story_filter__data_lost_means_known_to_be_lost),
		cmocka_unit_test(test_story_filter__slow_means_any_known_phase),
		cmocka_unit_test(test_story_filter__a_call_matches_the_trigger),
		cmocka_unit_test(test_story_filter__without_a_trigger_no_call_matches),
		cmocka_unit_test(test_story_filter__endings_classes_and_initiators_are_sets),
		cmocka_unit_test(test_story_filter__different_kinds_must_all_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
