/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "deadline_heap.h"

#define MANY 10000

static void test_deadline_heap__returns_the_earliest_first(void **state)
{
	struct deadline_heap_node *nodes = calloc(MANY, sizeof(*nodes));
	struct deadline_heap h = { 0 };
	uint64_t last = 0;

	(void)state;
	assert_non_null(nodes);
	for (unsigned i = 0; i < MANY; i++) {
		nodes[i].deadline_ns = (uint64_t)i * 7919 % MANY;
		assert_true(deadline_heap_add(&h, &nodes[i]));
	}
	for (unsigned i = 0; i < MANY; i++) {
		struct deadline_heap_node *first = deadline_heap_first(&h);

		assert_true(first->deadline_ns >= last);
		last = first->deadline_ns;
		deadline_heap_remove(&h, first);
		assert_int_equal(first->slot, 0);
	}
	assert_null(deadline_heap_first(&h));
	deadline_heap_release(&h);
	free(nodes);
}

static void test_deadline_heap__keeps_the_order_of_equals(void **state)
{
	struct deadline_heap_node nodes[50] = { { 0 } };
	struct deadline_heap h = { 0 };

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		nodes[i].deadline_ns = 5;
		assert_true(deadline_heap_add(&h, &nodes[i]));
	}
	for (unsigned i = 0; i < 50; i++) {
		assert_ptr_equal(deadline_heap_first(&h), &nodes[i]);
		deadline_heap_remove(&h, &nodes[i]);
	}
	deadline_heap_release(&h);
}

static void test_deadline_heap__removes_any_node(void **state)
{
	struct deadline_heap_node nodes[100] = { { 0 } };
	struct deadline_heap h = { 0 };
	uint64_t last = 0;
	unsigned left = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		nodes[i].deadline_ns = (i * 37) % 100;
		assert_true(deadline_heap_add(&h, &nodes[i]));
	}
	for (unsigned i = 0; i < 100; i += 3)
		deadline_heap_remove(&h, &nodes[i]);
	for (; deadline_heap_first(&h); left++) {
		assert_true(deadline_heap_first(&h)->deadline_ns >= last);
		last = deadline_heap_first(&h)->deadline_ns;
		deadline_heap_remove(&h, deadline_heap_first(&h));
	}
	assert_int_equal(left, 66);
	deadline_heap_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deadline_heap__returns_the_earliest_first),
		cmocka_unit_test(test_deadline_heap__keeps_the_order_of_equals),
		cmocka_unit_test(test_deadline_heap__removes_any_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
