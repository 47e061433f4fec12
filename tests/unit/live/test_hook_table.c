/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <bpf/libbpf.h>
#include <stdio.h>

#include "diagnosis.h"
#include "event.h"
#include "filter.h"
#include "tree.h"
#include "hook_table.h"
#include "tcpclose.skel.h"

#define NAME 64

static bool is_in_way(const struct hook_way *w, const char *program)
{
	char copy[NAME];

	for (unsigned i = 0; i < HOOK_PROGRAMS && w->program[i]; i++) {
		snprintf(copy, sizeof(copy), "%s%s", w->program[i], HOOK_REENTRY_SUFFIX);
		if (!strcmp(w->program[i], program) ||
		    (w->copies != ONE_COPY && !strcmp(copy, program)))
			return true;
	}
	return false;
}

static bool is_in_table(const char *program)
{
	for (unsigned i = 0; i < HOOK_COUNT; i++)
		for (unsigned j = 0; j < HOOK_WAYS && hook_table[i].way[j].how; j++)
			if (is_in_way(&hook_table[i].way[j], program))
				return true;
	return false;
}

static void check_program(const struct tcpclose_bpf *skel, const char *name, const char *suffix)
{
	char full[NAME];

	assert_true((size_t)snprintf(full, sizeof(full), "%s%s", name, suffix) < sizeof(full));
	if (!bpf_object__find_program_by_name(skel->obj, full))
		fail_msg("the table names '%s', bpf/ has no such program", full);
}

static void check_way(const struct tcpclose_bpf *skel, const struct hook_way *w)
{
	bool by_function = w->mechanism == BY_TRAMPOLINE || w->mechanism == BY_KPROBE;

	for (unsigned i = 0; i < HOOK_PROGRAMS && w->program[i]; i++) {
		check_program(skel, w->program[i], "");
		if (w->copies != ONE_COPY)
			check_program(skel, w->program[i], HOOK_REENTRY_SUFFIX);
		assert_int_equal(by_function, w->function[i] != NULL);
	}
}

static void test_hook_table__names_programs_that_exist(void **state)
{
	struct tcpclose_bpf *skel = tcpclose_bpf__open();

	(void)state;
	assert_non_null(skel);
	for (unsigned i = 0; i < HOOK_COUNT; i++)
		for (unsigned j = 0; j < HOOK_WAYS && hook_table[i].way[j].how; j++)
			check_way(skel, &hook_table[i].way[j]);
	tcpclose_bpf__destroy(skel);
}

static void test_hook_table__names_every_program(void **state)
{
	struct tcpclose_bpf *skel = tcpclose_bpf__open();
	struct bpf_program *prog = NULL;

	(void)state;
	assert_non_null(skel);
	while ((prog = bpf_object__next_program(skel->obj, prog)))
		if (!is_in_table(bpf_program__name(prog)))
			fail_msg("no hook has the program '%s'", bpf_program__name(prog));
	tcpclose_bpf__destroy(skel);
}

static void test_hook_table__has_texts_for_every_hook(void **state)
{
	static struct diagnosis h;
	struct run_info meta = { .nr_hooks = 0 };
	const struct diagnosis_facts facts = { .meta = &meta };

	(void)state;
	diagnosis_make(&h, &facts);
	for (unsigned i = 0; i < HOOK_COUNT; i++) {
		unsigned found = 0;

		for (unsigned j = 0; j < h.nr; j++)
			found += h.finding[j].group == DIAGNOSIS_HOOK &&
				 !strcmp(h.finding[j].name, hook_table[i].name);
		if (found != 1)
			fail_msg("doctor has %u rows of texts for '%s'", found, hook_table[i].name);
	}
}

static void test_hook_table__orders_the_ways_of_calls_as_their_modes(void **state)
{
	(void)state;
	assert_string_equal(hook_table[HOOK_CALLS].name, "calls");
	assert_string_equal(hook_calls_way(CALLS_FENTRY)->how, "fentry");
	assert_string_equal(hook_calls_way(CALLS_KPROBE)->how, "kprobe");
	assert_string_equal(hook_calls_way(CALLS_TRACEPOINT)->how, "tracepoint");
}

/* A softirq interrupts the others in the middle of a program, also where no task is preempted. */
static void test_hook_table__only_hooks_in_process_context_do_without_second_copies(void **state)
{
	static const char *const names[] = { "calls", "destroy" };
	unsigned found = 0;

	(void)state;
	for (unsigned i = 0; i < HOOK_COUNT; i++) {
		for (unsigned j = 0; j < HOOK_WAYS && hook_table[i].way[j].how; j++) {
			if (hook_table[i].way[j].copies != TWO_IF_PREEMPTED)
				continue;
			if (strcmp(hook_table[i].name, names[0]) &&
			    strcmp(hook_table[i].name, names[1]))
				fail_msg("'%s' needs its second copies", hook_table[i].name);
			found++;
		}
	}
	assert_int_equal(found, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hook_table__names_programs_that_exist),
		cmocka_unit_test(test_hook_table__names_every_program),
		cmocka_unit_test(test_hook_table__has_texts_for_every_hook),
		cmocka_unit_test(
			test_hook_table__only_hooks_in_process_context_do_without_second_copies),
		cmocka_unit_test(test_hook_table__orders_the_ways_of_calls_as_their_modes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
