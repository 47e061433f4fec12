/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "event.h"
#include "format.h"
#include "heartbeat.h"
#include "partition_hash.h"

static struct run_info info = { .host = "web-7", .boot_id = "boot-1", .boot_to_wall_ns = 1000,
				.kernel = "6.1", .machine = "x86_64",
				.hook = { { "calls", "tracepoint" } }, .nr_hooks = 1 };

static void test_heartbeat__has_every_fact_in_a_line(void **state)
{
	const uint64_t sequence[] = { 7, 0, 9 };
	struct address at[] = { { 4, { 10, 0, 0, 1 } }, { 6, { 0xfd, 0x77, [15] = 5 } } };
	struct addresses addresses = { .complete = true, .nr = 2, .at = at };
	struct heartbeat h = {
		.meta = &info, .run = "00112233445566778899aabbccddeeff", .time_ns = 123,
		.sequence = sequence, .partitions = 3, .sampled_out = 5, .rate = 250000,
		.counts = { .seen = 10, .reported = 4, .filtered = 3, .open = 2,
			    .lost_vanished = 1, .events_ring_full = 6 },
		.spool_waiting = 8, .spool_dropped = 11, .addresses = &addresses, .ended = true,
	};
	struct buf b = { 0 };

	(void)state;
	heartbeat_write(&b, &h);
	expect_text(&b, "tcpclose heartbeat\nschema 1\nevent_size 192\nbyte_order "
		    RECORD_BYTE_ORDER "\nhost web-7\nboot_id boot-1\nboot_to_wall_ns 1000\n"
		    "run 00112233445566778899aabbccddeeff\nrate 0.250000\n"
		    "tool " TCPCLOSE_VERSION "\nkernel 6.1\nmachine x86_64\n"
		    "hook calls tracepoint\nexe none\ntime_ns 123\n"
		    "sequence 0 7\nsequence 2 9\nseen 10\ntold 4\nfiltered 3\nopen 2\n"
		    "lost table_full 0\nlost end_missed 0\nlost vanished 1\nlost ring_full 6\n"
		    "lost calls_full 0\nlost malformed 0\nsampled_out 5\nspool_waiting 8\n"
		    "spool_dropped 11\naddresses complete\naddress 10.0.0.1\naddress fd77::5\n"
		    "ended\n");
	buf_release(&b);
}

/* Its lines, behind the first line of a header, are those of a header. */
static void test_heartbeat__is_parsed_like_a_header(void **state)
{
	static struct record_header header;
	struct addresses none = { .complete = false };
	struct heartbeat h = { .meta = &info, .run = "00112233445566778899aabbccddeeff",
			       .rate = SAMPLING_ALL, .addresses = &none };
	size_t magic = strlen("tcpclose heartbeat\n");
	struct buf b = { 0 }, text = { 0 };
	char why[RECORD_WHY];

	(void)state;
	heartbeat_write(&b, &h);
	buf_str(&text, RECORD_MAGIC);
	buf_add(&text, b.data + magic, b.len - magic);
	assert_true(record_header_parse(&header, text.data, text.len, why));
	assert_string_equal(header.meta.host, "web-7");
	assert_string_equal(header.segment.run, h.run);
	assert_int_equal(header.meta.nr_hooks, 1);
	buf_release(&b);
	buf_release(&text);
}

static void test_heartbeat__addresses_can_be_pseudonyms(void **state)
{
	struct address at[] = { { 4, { 10, 0, 0, 1 } } };
	struct addresses addresses = { .nr = 1, .at = at };
	struct redactor redactor;
	struct heartbeat h = { .meta = &info, .run = "0", .rate = SAMPLING_ALL,
			       .addresses = &addresses, .redactor = &redactor };
	struct buf b = { 0 };

	(void)state;
	redactor_init(&redactor, "secret", 6);
	heartbeat_write(&b, &h);
	buf_char(&b, '\0');
	assert_non_null(strstr(b.data, "\naddresses incomplete\naddress "));
	assert_null(strstr(b.data, "10.0.0.1"));
	assert_int_equal(at[0].addr[0], 10);
	buf_release(&b);
}

static void test_addresses__are_sorted_and_unique(void **state)
{
	struct addresses a = { .complete = true };

	(void)state;
	for (unsigned i = 0; i < 3 * ADDRESSES_MAX; i++)
		addresses_add(&a, &(struct address){ 4, { [1] = (uint8_t)(i % 1000 / 256),
							  [2] = (uint8_t)(i % 1000) } });
	assert_int_equal(a.nr, 1000);
	assert_true(a.complete);
	for (unsigned i = 1; i < a.nr; i++)
		assert_true(memcmp(&a.at[i - 1], &a.at[i], sizeof(*a.at)) < 0);
	for (unsigned i = 0; i < 2 * ADDRESSES_MAX; i++)
		addresses_add(&a, &(struct address){ 6, { [1] = (uint8_t)(i / 256),
							  [2] = (uint8_t)i } });
	assert_int_equal(a.nr, ADDRESSES_MAX);
	assert_false(a.complete);
	addresses_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heartbeat__has_every_fact_in_a_line),
		cmocka_unit_test(test_heartbeat__is_parsed_like_a_header),
		cmocka_unit_test(test_heartbeat__addresses_can_be_pseudonyms),
		cmocka_unit_test(test_addresses__are_sorted_and_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
