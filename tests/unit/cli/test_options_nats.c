/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_fixture.h"

#include <stdlib.h>

#define GiB (1ull << 30)

static void test_options_nats__stream_init(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "stream", "init", "nats://a,b:4333/PROD", "--max-age", "30d", "--max-bytes",
	      "500G", "--replicas", "3", "--partitions", "16");
	expect_fine(&r);
	assert_int_equal(r.o.view->id, VIEW_STREAM);
	assert_int_equal(r.o.stream.action, STREAM_INIT);
	assert_string_equal(r.o.stream.url, "nats://a,b:4333/PROD");
	assert_true(r.o.stream.max_age_ns == 30 * 86400 * 1000000000ull);
	assert_true(r.o.stream.max_bytes == 500 * GiB);
	assert_int_equal(r.o.stream.replicas, 3);
	assert_int_equal(r.o.stream.partitions, 16);
	PARSE(&r, "stream", "init", "tls://a/");
	expect_fine(&r);
	assert_true(!r.o.stream.max_age_ns && !r.o.stream.max_bytes);
	assert_true(!r.o.stream.replicas && !r.o.stream.partitions);
}

static void test_options_nats__stream_info(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "stream", "info", "tls://a/", "-j", "--nats-ca", "ca", "--nats-cert", "c",
	      "--nats-key", "k", "--nats-creds", "x", "--fields", "host,lag_segments");
	expect_fine(&r);
	assert_int_equal(r.o.stream.action, STREAM_INFO);
	assert_int_equal(r.o.view_options.format, FORMAT_JSON);
	assert_string_equal(r.o.nats.ca, "ca");
	assert_string_equal(r.o.nats.cert, "c");
	assert_string_equal(r.o.nats.key, "k");
	assert_string_equal(r.o.nats.creds, "x");
}

#define ERROR(text, ...)                                                                           \
	do {                                                                                       \
		struct result r_;                                                                  \
		PARSE(&r_, __VA_ARGS__);                                                           \
		assert_int_equal(r_.status, EXIT_USAGE);                                           \
		if (!strstr(r_.err, text))                                                         \
			fail_msg("want %s, got %s", text, r_.err);                                 \
	} while (0)

static void test_options_nats__errors(void **state)
{
	(void)state;
	ERROR("stream requires an action and an address", "stream");
	ERROR("stream requires an address", "stream", "init");
	ERROR("unknown action 'intit': did you mean init?", "stream", "intit");
	ERROR("one word too many, 'x'", "stream", "init", "nats://a/", "x");
	ERROR("bad address 'a': want nats://HOST", "stream", "init", "a");
	ERROR("credentials are not for the command line", "stream", "init", "nats://u:p@a/");
	ERROR("bad address", "stream", "init", "nats://a:70000/");
	ERROR("name of the stream has other characters", "stream", "init", "nats://a/x.y");
	ERROR("bad time '10s': want 1m", "stream", "init", "nats://a/", "--max-age", "10s");
	ERROR("bad size '1K'", "stream", "init", "nats://a/", "--max-bytes", "1K");
	ERROR("bad number of replicas '6': want 1-5", "stream", "init", "nats://a/", "--replicas",
	      "6");
	ERROR("bad number of partitions '3': want a power of two from 1 to 64", "stream", "init",
	      "nats://a/", "--partitions", "3");
	ERROR("bad number of partitions '128'", "stream", "init", "nats://a/", "--partitions",
	      "128");
	ERROR("--max-age requires stream init", "stream", "info", "nats://a/", "--max-age", "1h");
	ERROR("--partitions requires stream init", "stream", "info", "nats://a/", "--partitions",
	      "2");
	ERROR("--json requires stream info", "stream", "init", "nats://a/", "-j");
	ERROR("--nats-key requires --nats-cert", "stream", "init", "nats://a/", "--nats-key", "k");
	ERROR("bad file ''", "stream", "init", "nats://a/", "--nats-ca", "");
	ERROR("--nats-ca requires an address nats://HOST", "trace", "--nats-ca", "x");
	ERROR("-- COMMAND does not apply to stream", "stream", "info", "nats://a/", "--", "true");
}

/* Of TCPCLOSE_OPTS, what has no use in a run is left out. */
static void test_options_nats__a_login_in_the_environment(void **state)
{
	struct result r;

	(void)state;
	setenv("TCPCLOSE_OPTS", "--nats-ca /etc/ca.pem", 1);
	PARSE(&r, "trace");
	expect_fine(&r);
	options_release(&r.o);
	PARSE(&r, "stream", "info", "tls://a/");
	expect_fine(&r);
	assert_string_equal(r.o.nats.ca, "/etc/ca.pem");
	options_release(&r.o);
	unsetenv("TCPCLOSE_OPTS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_nats__stream_init),
		cmocka_unit_test(test_options_nats__stream_info),
		cmocka_unit_test(test_options_nats__errors),
		cmocka_unit_test(test_options_nats__a_login_in_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
