/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "nats_url.h"

#include "unit.h"

static struct nats_url url;
static const char *why;

static void test_nats_url__servers_and_stream(void **state)
{
	(void)state;
	assert_true(nats_url_parse("nats://a", &url, &why));
	assert_false(url.tls);
	assert_int_equal(url.nr, 1);
	assert_string_equal(url.server[0], "nats://a:4222");
	assert_string_equal(url.stream, "TCPCLOSE");
	assert_true(nats_url_parse("tls://a:1,b.example.com,[::1]:65535,10.0.0.1/PROD-2_x", &url,
				   &why));
	assert_true(url.tls);
	assert_int_equal(url.nr, 4);
	assert_string_equal(url.server[0], "nats://a:1");
	assert_string_equal(url.server[1], "nats://b.example.com:4222");
	assert_string_equal(url.server[2], "nats://[::1]:65535");
	assert_string_equal(url.server[3], "nats://10.0.0.1:4222");
	assert_string_equal(url.stream, "PROD-2_x");
	assert_true(nats_url_parse("nats://[::1]/", &url, &why));
	assert_string_equal(url.server[0], "nats://[::1]:4222");
}

static void test_nats_url__what_is_not_valid(void **state)
{
	static const char *const bad[] = {
		"", "a", "http://a/", "nats://", "nats:///", "nats://,a/", "nats://a,/",
		"nats://a:/", "nats://a:0/", "nats://a:65536/", "nats://a:x/", "nats://a b/",
		"nats://u:p@a/", "nats://[::1/", "nats://[]/", "nats://[::1]x/", "nats://a/x.y",
		"nats://a/x/y", "nats://a/x*", "nats://a?x/",
		"nats://a/123456789012345678901234567890123",
		"nats://a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		why = NULL;
		if (nats_url_parse(bad[i], &url, &why) || !why)
			fail_msg("'%s' was accepted", bad[i]);
	}
}

static void test_nats_url__the_host_of_a_subject(void **state)
{
	char host[72], longest[200];

	(void)state;
	nats_subject_host("web-1_X", host);
	assert_string_equal(host, "web-1_X");
	nats_subject_host("web.example.com *>\xff", host);
	assert_string_equal(host, "web_example_com____");
	nats_subject_host("", host);
	assert_string_equal(host, "_");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	nats_subject_host(longest, host);
	assert_int_equal(strlen(host), 71);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nats_url__servers_and_stream),
		cmocka_unit_test(test_nats_url__what_is_not_valid),
		cmocka_unit_test(test_nats_url__the_host_of_a_subject),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
