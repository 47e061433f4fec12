/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_fixture.h"

static void test_options_stream__an_address_is_no_file(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "record", "-o", "nats://a:4222,b/", "--spool", "/d", "--spool-max", "8M",
	      "--max-rate", "100", "--host", "web", "--walk-every", "30s");
	expect_fine(&r);
	assert_int_equal(r.o.record.walk_ns, 30000000000);
	assert_true(r.o.record.to_stream);
	assert_string_equal(r.o.record.path, "nats://a:4222,b/");
	assert_string_equal(r.o.ship.spool, "/d");
	PARSE(&r, "record", "-o", "nats://a/");
	assert_int_equal(r.o.record.walk_ns, OPTIONS_WALK_NS);
	PARSE(&r, "record", "-o", "nats://a/", "--walk-every", "0", "--max-rate", "100",
	      "--spool-max", "8M");
	expect_fine(&r);
	assert_int_equal(r.o.record.walk_ns, 0);
	assert_int_equal(r.o.ship.spool_max, 8 << 20);
	assert_int_equal(r.o.record.max_rate, 100);
	PARSE(&r, "json", "--record", "tls://a/STREAM", "--spool", "/d");
	expect_fine(&r);
	assert_true(r.o.record.to_stream);
	PARSE(&r, "record", "-o", "nats");
	expect_fine(&r);
	assert_false(r.o.record.to_stream);
	options_release(&r.o);
}

static void test_options_stream__options_of_a_stream_need_one(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "record", "-o", "x", "--max-rate", "9");
	expect_usage(&r, "tcpclose: --max-rate requires record -o nats://HOST/ or --record "
		     "nats://HOST/\n");
	PARSE(&r, "json", "--spool", "d");
	expect_usage(&r, "tcpclose: --spool does not apply to json, only to otlp and record\n");
	PARSE(&r, "json", "--record", "x", "--spool", "d");
	expect_usage(&r, "tcpclose: --spool requires record -o nats://HOST/ or --record "
		     "nats://HOST/\n");
}

static void test_options_stream__what_a_stream_cannot_do(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "record", "-o", "nats://h/", "--rotate", "1h");
	expect_usage(&r, "tcpclose: --rotate requires record -o FILE or --record FILE\n");
	PARSE(&r, "record", "-o", "nats://h/", "--replay", "x");
	expect_usage(&r, "tcpclose: nats://h/ does not apply to record with --replay: a recording "
		     "that exists goes into a file\n");
	PARSE(&r, "otlp", "--to", "http://h", "--record", "nats://h/", "--spool", "d");
	expect_usage(&r, "tcpclose: --spool serves either --to or --record nats://HOST/: want one "
		     "of them\n");
}

static void test_options_stream__bad_rates(void **state)
{
	static const char *const bad[] = { "0", "-1", "x", "1.5", "", "100000001" };
	struct result r;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		PARSE(&r, "record", "-o", "nats://h/", "--max-rate", bad[i]);
		assert_int_equal(r.status, EXIT_USAGE);
		assert_non_null(strstr(r.err, "want endpoints per second, 1 to 100000000"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_stream__an_address_is_no_file),
		cmocka_unit_test(test_options_stream__options_of_a_stream_need_one),
		cmocka_unit_test(test_options_stream__what_a_stream_cannot_do),
		cmocka_unit_test(test_options_stream__bad_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
