/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "http_request.h"

static void test_http_request__three_paths_exist(void **state)
{
	(void)state;
	assert_int_equal(http_path_of("/"), HTTP_PATH_PAGE);
	assert_int_equal(http_path_of("/metrics"), HTTP_PATH_METRICS);
	assert_int_equal(http_path_of("/metrics?a=/b"), HTTP_PATH_METRICS);
	assert_int_equal(http_path_of("/?"), HTTP_PATH_PAGE);
	assert_int_equal(http_path_of("/healthz"), HTTP_PATH_HEALTHZ);
	assert_int_equal(http_path_of("/metrics/"), HTTP_PATH_OTHER);
	assert_int_equal(http_path_of("//metrics"), HTTP_PATH_OTHER);
	assert_int_equal(http_path_of("/%6detrics"), HTTP_PATH_OTHER);
	assert_int_equal(http_path_of("http://x/metrics"), HTTP_PATH_OTHER);
	assert_int_equal(http_path_of(""), HTTP_PATH_OTHER);
	assert_int_equal(http_path_of(NULL), HTTP_PATH_OTHER);
}

static void test_http_request__a_host_is_an_address_or_localhost(void **state)
{
	static const char *const good[] = { "127.0.0.1", "127.0.0.1:9436", "localhost",
					    "LocalHost:1", "[::1]", "[::1]:9436", "10.0.0.1:" };
	static const char *const bad[] = { "", "evil.example", "localhost.evil.example",
					   "127.0.0.1.nip.io", "127.0.0.1:9436@evil", "::1",
					   "[::1", "[::1]x", "[evil]", "localhost:80:80",
					   "localhost ", "0x7f.1", "[127.0.0.1]", "127.0.0.1:x",
					   "[::1]:9436.evil", "user@localhost", "localhost,evil" };

	(void)state;
	for (unsigned i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!http_host_is_literal(good[i]))
			fail_msg("'%s' is refused", good[i]);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (http_host_is_literal(bad[i]))
			fail_msg("'%s' is accepted", bad[i]);
	assert_false(http_host_is_literal(NULL));
}

static void test_http_request__openmetrics_must_be_preferred_by_name(void **state)
{
	(void)state;
	/* Prometheus 2.42 and 3.0 */
	assert_true(http_prefers_openmetrics(
	    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
	    "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
	assert_true(http_prefers_openmetrics(
	    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
	    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;"
	    "escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"));
	assert_true(http_prefers_openmetrics("application/openmetrics-text"));
	assert_true(http_prefers_openmetrics("Application/OpenMetrics-Text ; version=\"1.0.0\""));
	assert_false(http_prefers_openmetrics("application/openmetrics-text;version=0.0.1"));
	assert_false(http_prefers_openmetrics("application/openmetrics-text;version=2.0.0"));
	assert_false(http_prefers_openmetrics("application/openmetrics-text;q=0"));
	assert_false(http_prefers_openmetrics("application/openmetrics-text;q=0.3,text/plain"));
	assert_false(http_prefers_openmetrics("application/openmetrics-text;q=nan"));
	assert_false(http_prefers_openmetrics("application/openmetrics-text;q=1.001"));
	assert_false(http_prefers_openmetrics("x;a=\"application/openmetrics-text,\",*/*"));
	assert_false(http_prefers_openmetrics("*/*"));
	assert_false(http_prefers_openmetrics(""));
	assert_false(http_prefers_openmetrics(NULL));
}

static void test_http_request__gzip_is_used_if_it_is_allowed(void **state)
{
	(void)state;
	assert_true(http_accepts_gzip("gzip"));
	assert_true(http_accepts_gzip("deflate, GZIP;q=0.5"));
	assert_true(http_accepts_gzip("*"));
	assert_false(http_accepts_gzip("gzip;q=0"));
	assert_false(http_accepts_gzip("gzip;q=0.000, *"));
	assert_false(http_accepts_gzip("*;q=0"));
	assert_false(http_accepts_gzip("identity"));
	assert_false(http_accepts_gzip("gzipped"));
	assert_false(http_accepts_gzip(",;,=;q"));
	assert_false(http_accepts_gzip(NULL));
}

static void test_http_request__a_query_may_be_live(void **state)
{
	(void)state;
	assert_true(http_query_is_live("/?live"));
	assert_false(http_query_is_live("/"));
	assert_false(http_query_is_live("/?lives"));
	assert_false(http_query_is_live("/?x=live"));
	assert_false(http_query_is_live("/live"));
	assert_false(http_query_is_live(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_request__three_paths_exist),
		cmocka_unit_test(test_http_request__a_query_may_be_live),
		cmocka_unit_test(test_http_request__a_host_is_an_address_or_localhost),
		cmocka_unit_test(test_http_request__openmetrics_must_be_preferred_by_name),
		cmocka_unit_test(test_http_request__gzip_is_used_if_it_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
