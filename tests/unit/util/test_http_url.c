/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "http_url.h"

static void test_http_url__scheme_host_port_and_path(void **state)
{
	static const char *const good[] = {
		"http://h", "https://collector.example.com", "http://127.0.0.1:4318",
		"http://127.0.0.1:4318/", "https://h:1/otlp/v1/traces", "http://[::1]:4318",
		"http://[fe80::1%25eth0]/x", "http://h/a%20b",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!http_url_is_valid(good[i]))
			fail_msg("'%s' is refused", good[i]);
}

static void test_http_url__others_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "h", "h:4318", "ftp://h", "HTTP:/h", "http://", "http:///v1", "http://:4318",
		"http://h:", "http://h:0", "http://h:65536", "http://h:4318x", "http://h:123456",
		"http://user@h", "http://user:secret@h", "http://h?q", "http://h#f", "http://h/a b",
		"http://h/\n", "http://h/\xc3\xa4", "http://[::1", "http://[]", "http://::1]:1",
		"http://h/\"", "grpc://h:4317",
	};
	char longer[HTTP_URL_MAX + 1] = "http://h/";

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (http_url_is_valid(bad[i]))
			fail_msg("'%s' is accepted", bad[i]);
	memset(longer + strlen(longer), 'a', HTTP_URL_MAX - strlen(longer));
	longer[HTTP_URL_MAX] = '\0';
	assert_false(http_url_is_valid(longer));
	longer[HTTP_URL_MAX - 1] = '\0';
	assert_true(http_url_is_valid(longer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_url__scheme_host_port_and_path),
		cmocka_unit_test(test_http_url__others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
