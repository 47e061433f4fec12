/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "event.h"
#include "header.h"
#include "partition_hash.h"

#define RUN "00112233445566778899aabbccddeeff"

static struct run_info info = { .host = "web-7", .boot_id = "boot-1", .boot_to_wall_ns = 1000,
				.kernel = "6.1", .machine = "x86_64",
				.hook = { { "calls", "tracepoint" } }, .nr_hooks = 1 };

#define LINES(partition, sequence, rate)                                                           \
	"tcpclose recording\nschema 1\nevent_size 192\nbyte_order " BYTE_ORDER_NAME                \
	"\nhost web-7\nboot_id boot-1\nboot_to_wall_ns 1000\nrun " RUN "\npartition " partition      \
	"\nsequence " sequence "\nrate " rate "\n"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BYTE_ORDER_NAME "little"
#else
#define BYTE_ORDER_NAME "big"
#endif

/* Its lines, and the names of the calls in the segment, and no other. */
static void test_segment_header__has_only_what_the_segment_needs(void **state)
{
	struct record_segment s = { .run = RUN, .partition = 5, .sequence = 17, .rate = 1234 };
	struct record_syscalls calls = { { { 0 } } };
	struct buf b = { 0 };

	(void)state;
	record_header_write_segment(&b, &info, &s, &calls);
	expect_text(&b, LINES("5", "17", "0.001234"));
#ifdef __x86_64__
	calls.used[0][0] = 1 << 3;	/* close */
	s.rate = SAMPLING_ALL;
	record_header_write_segment(&b, &info, &s, &calls);
	expect_text(&b, LINES("5", "17", "1.000000") "syscall 3 close\n");
#endif
	buf_release(&b);
}

/* The first one of a run also describes the run. */
static void test_segment_header__the_first_one_has_the_hooks(void **state)
{
	struct record_segment s = { .run = RUN, .rate = SAMPLING_ALL };
	struct record_syscalls calls = { { { 0 } } };
	struct buf b = { 0 };

	(void)state;
	record_header_write_segment(&b, &info, &s, &calls);
	expect_text(&b, LINES("0", "0", "1.000000") "tool " TCPCLOSE_VERSION "\nkernel 6.1\n"
		    "machine x86_64\nhook calls tracepoint\nexe none\n");
	buf_release(&b);
}

static void test_segment_header__is_parsed(void **state)
{
	static struct record_header h;
	struct record_segment s = { .run = RUN, .partition = 5, .sequence = 1ull << 40,
				    .rate = 1234 };
	struct record_syscalls calls = { { { 0 } } };
	struct buf text = { 0 };
	char why[RECORD_WHY];

	(void)state;
	record_header_write_segment(&text, &info, &s, &calls);
	assert_true(record_header_parse(&h, text.data, text.len, why));
	assert_true(h.segment.present);
	assert_string_equal(h.segment.run, RUN);
	assert_int_equal(h.segment.partition, 5);
	assert_int_equal(h.segment.sequence, 1ull << 40);
	assert_int_equal(h.segment.rate, 1234);
	buf_reset(&text);
	record_header_write(&text, &info);
	assert_true(record_header_parse(&h, text.data, text.len, why));
	assert_false(h.segment.present);
	buf_release(&text);
}

static void test_segment_header__a_rate_is_a_fraction(void **state)
{
	static const char *const bad[] = { "", "0", "0.0", "1.000001", "2", "0.1x", "x", "-1",
					   "0.0000001", "1e3", ".5" };
	uint32_t rate;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(record_header_parse_rate(bad[i], &rate));
	assert_true(record_header_parse_rate("0.000001", &rate));
	assert_int_equal(rate, 1);
	assert_true(record_header_parse_rate("0.25", &rate));
	assert_int_equal(rate, 250000);
	assert_true(record_header_parse_rate("1", &rate));
	assert_int_equal(rate, SAMPLING_ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segment_header__has_only_what_the_segment_needs),
		cmocka_unit_test(test_segment_header__the_first_one_has_the_hooks),
		cmocka_unit_test(test_segment_header__is_parsed),
		cmocka_unit_test(test_segment_header__a_rate_is_a_fraction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
