/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "format.h"
#include "heartbeat.h"
#include "heartbeat_read.h"

#define RUN "0123456789abcdef0123456789abcdef"

static struct record_header header;
static struct heartbeat_facts facts = { .header = &header };
static char why[RECORD_WHY];

/* What heartbeat.c writes. */
static void write_beat(struct buf *b, bool ended)
{
	static const struct run_info meta = { .host = "web", .kernel = "6.1.0",
					      .hook = { { "calls", "kprobe" } }, .nr_hooks = 1 };
	static const uint64_t sequence[3] = { 7, 0, 9 };
	struct address address[] = { { 4, { 10, 0, 0, 1 } }, { 6, { 0x20, 1, [15] = 9 } } };
	const struct addresses addresses = { .complete = true, .nr = 2, .at = address };
	const struct heartbeat h = { .meta = &meta, .run = RUN, .time_ns = 5, .partitions = 3,
				     .sequence = sequence, .rate = 250000, .spool_dropped = 4,
				     .counts = { .lost_vanished = 2, .events_ring_full = 3 },
				     .sampled_out = 11, .addresses = &addresses, .ended = ended };

	heartbeat_write(b, &h);
}

static void test_heartbeat_read__reads_what_is_written(void **state)
{
	struct buf b = { 0 };

	(void)state;
	write_beat(&b, true);
	assert_true(heartbeat_read(&facts, b.data, b.len, why));
	assert_string_equal(run_info_host(&header.meta), "web");
	assert_string_equal(header.meta.kernel, "6.1.0");
	assert_string_equal(run_info_hook(&header.meta, "calls"), "kprobe");
	assert_string_equal(header.segment.run, RUN);
	assert_int_equal(header.segment.rate, 250000);
	assert_int_equal(facts.sequence[0], 7);
	assert_int_equal(facts.sequence[1], 0);
	assert_int_equal(facts.sequence[2], 9);
	assert_int_equal(facts.lost, 5);
	assert_int_equal(facts.sampled_out, 11);
	assert_int_equal(facts.spool_dropped, 4);
	assert_int_equal(facts.nr, 2);
	assert_int_equal(facts.address[0].family, 4);
	assert_memory_equal(facts.address[0].addr, "\12\0\0\1", 4);
	assert_int_equal(facts.address[1].family, 6);
	assert_int_equal(facts.address[1].addr[15], 9);
	assert_true(facts.complete && facts.ended);
	buf_release(&b);
}

static void test_heartbeat_read__any_part_of_it_is_harmless(void **state)
{
	struct buf b = { 0 };

	(void)state;
	write_beat(&b, false);
	for (size_t len = 0; len <= b.len; len++) {
		char *part = test_malloc(len + 1);

		memcpy(part, b.data, len);
		heartbeat_read(&facts, part, len, why);
		test_free(part);
	}
	assert_false(facts.ended);
	assert_false(heartbeat_read(&facts, "tcpclose heartbeat\n", 19, why));
	assert_false(heartbeat_read(&facts, "hello\n", 6, why));
	buf_release(&b);
}

static void test_heartbeat_read__too_many_addresses_are_incomplete(void **state)
{
	struct buf b = { 0 };

	(void)state;
	write_beat(&b, false);
	for (unsigned i = 0; i < HEARTBEAT_ADDRESSES_MAX + 10; i++) {
		buf_str(&b, "address 10.1.");
		buf_u64(&b, i >> 8);
		buf_char(&b, '.');
		buf_u64(&b, i & 255);
		buf_str(&b, "\naddress nonsense\nsequence 99 1\nsequence x 1\n");
	}
	assert_true(heartbeat_read(&facts, b.data, b.len, why));
	assert_int_equal(facts.nr, HEARTBEAT_ADDRESSES_MAX);
	assert_false(facts.complete);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heartbeat_read__reads_what_is_written),
		cmocka_unit_test(test_heartbeat_read__any_part_of_it_is_harmless),
		cmocka_unit_test(test_heartbeat_read__too_many_addresses_are_incomplete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
