/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "redact.h"

static struct redactor with_key(const char *secret)
{
	struct redactor x;

	redactor_init(&x, secret, strlen(secret));
	return x;
}

static uint32_t redact_v4(const struct redactor *x, uint32_t v)
{
	uint8_t addr[16] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			     (uint8_t)v };

	redact_addr(x, 4, addr);
	for (unsigned i = 4; i < 16; i++)
		assert_int_equal(addr[i], 0);
	return (uint32_t)addr[0] << 24 | (uint32_t)addr[1] << 16 | (uint32_t)addr[2] << 8 |
	       addr[3];
}

static int order_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* 300,000 addresses next to each other: with a hash, some ten would collide. */
static void test_redact__ipv4_addresses_stay_different(void **state)
{
	enum { COUNT = 300000 };
	uint32_t *seen = malloc(COUNT * sizeof(*seen));
	struct redactor x = with_key("0123456789abcdef");
	unsigned same = 0;

	(void)state;
	assert_non_null(seen);
	for (uint32_t i = 0; i < COUNT; i++) {
		uint32_t first;

		seen[i] = redact_v4(&x, 0x0a000000 + i);
		first = seen[i] >> 24;
		assert_true(first != 0 && first != 127 && first < 224);
		same += seen[i] == 0x0a000000 + i;
	}
	assert_true(same < 3);
	qsort(seen, COUNT, sizeof(*seen), order_numbers);
	for (uint32_t i = 1; i < COUNT; i++)
		assert_true(seen[i] != seen[i - 1]);
	free(seen);
}

static void test_redact__what_means_the_same_everywhere_is_kept(void **state)
{
	static const uint32_t v4[] = { 0, 0x7f000001, 0x7fffffff, 0xe0000001, 0xffffffff };
	static const uint8_t v6[][16] = { { 0 }, { [15] = 1 }, { 0xff, 2, [15] = 1 } };
	struct redactor x = with_key("0123456789abcdef");

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(redact_v4(&x, v4[i]), v4[i]);
	for (unsigned i = 0; i < 3; i++) {
		uint8_t addr[16];

		memcpy(addr, v6[i], 16);
		redact_addr(&x, 6, addr);
		assert_memory_equal(addr, v6[i], 16);
	}
}

static void test_redact__ipv6_addresses(void **state)
{
	struct redactor x = with_key("0123456789abcdef"), y = with_key("0123456789abcdeg");
	uint8_t a[16] = { 0x20, 1, [15] = 7 }, b[16] = { 0x20, 1, [15] = 8 }, c[16], d[16];

	(void)state;
	memcpy(c, a, 16);
	memcpy(d, a, 16);
	redact_addr(&x, 6, a);
	redact_addr(&x, 6, b);
	redact_addr(&x, 6, c);
	redact_addr(&y, 6, d);
	assert_int_equal(a[0], 0xfd);
	assert_memory_equal(a, c, 16);
	assert_memory_not_equal(a + 1, b + 1, 7);
	assert_memory_not_equal(a + 8, b + 8, 8);
	assert_memory_not_equal(a, d, 16);
}

static void test_redact__names(void **state)
{
	struct redactor x = with_key("0123456789abcdef"), y = with_key("0123456789abcdeg");
	char a[REDACT_NAME], b[REDACT_NAME], c[REDACT_NAME], d[REDACT_NAME];

	(void)state;
	redact_name(&x, "nginx", 5, a);
	redact_name(&x, "nginy", 5, b);
	redact_name(&x, "nginx", 5, c);
	redact_name(&y, "nginx", 5, d);
	assert_int_equal(strlen(a), 14);
	assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz234567-"), 14);
	assert_string_equal(a, c);
	assert_string_not_equal(a, b);
	assert_string_not_equal(a, d);
	redact_name(&x, "", 0, a);
	assert_string_equal(a, "");
}

/* A comm that fills its 16 bytes has no NUL. What follows a NUL does not count. */
static void test_redact__an_event(void **state)
{
	struct redactor x = with_key("0123456789abcdef");
	struct event e = { .kind = EVENT_STATE, .family = 4, .local_addr = { 10, 0, 0, 1 },
			   .peer_addr = { 127, 0, 0, 1 }, .local_port = 5, .bytes_sent = 7,
			   .comm = "sixteen-bytes-xx" }, was = e, short_name = e, dirty;
	char name[REDACT_NAME];

	(void)state;
	redact_event(&x, &e);
	redact_name(&x, "sixteen-bytes-xx", 16, name);
	assert_string_equal((char *)e.comm, name);
	assert_memory_not_equal(e.local_addr, was.local_addr, 4);
	assert_memory_equal(e.peer_addr, was.peer_addr, 16);
	assert_int_equal(e.local_port, 5);
	assert_int_equal(e.bytes_sent, 7);
	memset(short_name.comm, 0, 16);
	memcpy(short_name.comm, "x", 1);
	dirty = short_name;
	dirty.comm[5] = 'y';
	redact_event(&x, &short_name);
	redact_event(&x, &dirty);
	assert_memory_equal(&short_name, &dirty, sizeof(dirty));
	memset(&e, 0, sizeof(e));
	was = e;
	redact_event(&x, &e);
	assert_memory_equal(&e, &was, sizeof(e));
	e.kind = EVENT_HOLDER;
	memcpy(e.process, "nginx", 5);
	redact_event(&x, &e);
	redact_name(&x, "nginx", 5, name);
	assert_string_equal((char *)e.process, name);
}

static char *redacted(const struct redactor *x, enum record_annotation_type type, const char *text)
{
	static char to[RECORD_ANNOTATION_MAX + 1];
	long n = redact_annotation(x, type, text, strlen(text), to);

	assert_true(n >= 0 && n <= RECORD_ANNOTATION_MAX);
	to[n] = '\0';
	return to;
}

static void test_redact__each_part_of_a_path(void **state)
{
	struct redactor x = with_key("0123456789abcdef");
	char want[64], web[REDACT_NAME], slice[REDACT_NAME];

	(void)state;
	redact_name(&x, "system.slice", 12, slice);
	redact_name(&x, "web.service", 11, web);
	snprintf(want, sizeof(want), "/%s/%s", slice, web);
	assert_string_equal(redacted(&x, RECORD_ANNOTATION_CGROUP, "/system.slice/web.service"),
			    want);
	assert_string_equal(redacted(&x, RECORD_ANNOTATION_CGROUP, "/"), "/");
	assert_string_equal(redacted(&x, RECORD_ANNOTATION_EXE, ""), "");
	assert_string_equal(redacted(&x, RECORD_ANNOTATION_TREE, "+"), "+");
	assert_string_equal(redacted(&x, RECORD_ANNOTATION_PROCESS, "web.service"), web);
}

static void test_redact__a_text_without_end(void **state)
{
	struct redactor x = with_key("0123456789abcdef");
	char *text = malloc(RECORD_ANNOTATION_MAX), *to = malloc(RECORD_ANNOTATION_MAX);
	long n;

	(void)state;
	assert_true(text && to);
	for (unsigned i = 0; i < RECORD_ANNOTATION_MAX; i++)
		text[i] = i % 2 ? '/' : 'a';
	n = redact_annotation(&x, RECORD_ANNOTATION_EXE, text, RECORD_ANNOTATION_MAX, to);
	assert_true(n > RECORD_ANNOTATION_MAX - 2 * REDACT_NAME && n <= RECORD_ANNOTATION_MAX);
	assert_int_equal(redact_annotation(&x, RECORD_ANNOTATION_STACK, "main", 4, to), -1);
	assert_int_equal(redact_annotation(&x, (enum record_annotation_type)99, "x", 1, to), -1);
	free(text);
	free(to);
}

static void test_redact__a_run_without_its_stacks(void **state)
{
	const struct redactor x = with_key("secret of the test");
	struct run_info run = { .hostname = "web", .nr_hooks = 3, .hook = {
		{ "state", "tp_btf" }, { "stack", "bpf_get_stack" }, { "walk", "iter" } } };

	(void)state;
	redact_run_info(&x, &run);
	assert_string_not_equal(run.hostname, "web");
	assert_int_equal(run.nr_hooks, 2);
	assert_string_equal(run_info_hook(&run, "state"), "tp_btf");
	assert_string_equal(run_info_hook(&run, "stack"), "none");
	assert_string_equal(run_info_hook(&run, "walk"), "iter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_redact__ipv4_addresses_stay_different),
		cmocka_unit_test(test_redact__what_means_the_same_everywhere_is_kept),
		cmocka_unit_test(test_redact__ipv6_addresses),
		cmocka_unit_test(test_redact__names),
		cmocka_unit_test(test_redact__an_event),
		cmocka_unit_test(test_redact__each_part_of_a_path),
		cmocka_unit_test(test_redact__a_text_without_end),
		cmocka_unit_test(test_redact__a_run_without_its_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
