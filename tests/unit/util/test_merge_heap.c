/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "merge_heap.h"

#define SEQUENCES 37
#define ELEMENTS 300

/* A sorted sequence; at equal values the lower number comes first. */
struct sequence {
	unsigned number, at;
	uint64_t value[ELEMENTS];
};

static bool is_before(const void *a, const void *b)
{
	const struct sequence *x = a, *y = b;

	if (x->value[x->at] != y->value[y->at])
		return x->value[x->at] < y->value[y->at];
	return x->number < y->number;
}

static void fill(struct sequence *s, unsigned number)
{
	uint64_t value = 0;

	*s = (struct sequence){ .number = number };
	for (unsigned i = 0; i < ELEMENTS; i++) {
		value += (i * 2654435761u + number * 40503u) >> 7 & 3;	/* often the same */
		s->value[i] = value;
	}
}

/* The numbers of the sequences in the order of the merge, and its values. */
static void merge(const unsigned *order, unsigned *numbers, uint64_t *values)
{
	static struct sequence sequences[SEQUENCES];
	struct merge_heap h = { .is_before = is_before };
	struct sequence *s;
	unsigned n = 0;

	for (unsigned i = 0; i < SEQUENCES; i++) {
		fill(&sequences[order[i]], order[i]);
		assert_true(merge_heap_add(&h, &sequences[order[i]]));
	}
	while ((s = merge_heap_first(&h))) {
		numbers[n] = s->number;
		values[n++] = s->value[s->at];
		if (++s->at < ELEMENTS)
			merge_heap_advance_first(&h);
		else
			merge_heap_remove_first(&h);
	}
	assert_int_equal(n, SEQUENCES * ELEMENTS);
	merge_heap_release(&h);
}

static void test_merge_heap__merges_in_order(void **state)
{
	static unsigned order[SEQUENCES], numbers[SEQUENCES * ELEMENTS];
	static uint64_t values[SEQUENCES * ELEMENTS];

	(void)state;
	for (unsigned i = 0; i < SEQUENCES; i++)
		order[i] = i;
	merge(order, numbers, values);
	for (unsigned i = 1; i < SEQUENCES * ELEMENTS; i++) {
		assert_true(values[i - 1] <= values[i]);
		if (values[i - 1] == values[i])
			assert_true(numbers[i - 1] <= numbers[i]);
	}
}

static void test_merge_heap__the_order_of_the_items_makes_no_difference(void **state)
{
	static unsigned first[SEQUENCES * ELEMENTS], numbers[SEQUENCES * ELEMENTS];
	static unsigned order[SEQUENCES];
	static uint64_t values[SEQUENCES * ELEMENTS];

	(void)state;
	for (unsigned turn = 0; turn < SEQUENCES; turn++) {
		for (unsigned i = 0; i < SEQUENCES; i++)
			order[i] = (i * 5 + turn) % SEQUENCES;
		merge(order, numbers, values);
		if (!turn)
			memcpy(first, numbers, sizeof(first));
		assert_memory_equal(first, numbers, sizeof(first));
	}
}

static void test_merge_heap__an_empty_one_has_no_first(void **state)
{
	struct merge_heap h = { .is_before = is_before };
	static struct sequence s;

	(void)state;
	assert_null(merge_heap_first(&h));
	assert_true(merge_heap_add(&h, &s));
	assert_ptr_equal(merge_heap_first(&h), &s);
	merge_heap_remove_first(&h);
	assert_null(merge_heap_first(&h));
	merge_heap_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge_heap__merges_in_order),
		cmocka_unit_test(test_merge_heap__the_order_of_the_items_makes_no_difference),
		cmocka_unit_test(test_merge_heap__an_empty_one_has_no_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
