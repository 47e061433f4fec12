/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of the view serve. */
#include "options_fixture.h"

static void test_options_serve__it_listens_on_loopback_by_default(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "serve");
	expect_fine(&r);
	assert_string_equal(r.o.serve.listen, "127.0.0.1:9436");
	assert_true(listen_address_is_local(&r.o.serve.address));
	assert_false(r.o.view_options.no_page);
	assert_null(r.o.serve.textfile);
}

static void test_options_serve__a_file_is_enough(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "serve", "--textfile", "x.prom", "--by-comm");
	expect_fine(&r);
	assert_null(r.o.serve.listen);
	assert_string_equal(r.o.serve.textfile, "x.prom");
	assert_true(r.o.view_options.by_comm);
	assert_true(r.o.view_options.no_page);
	PARSE(&r, "serve", "--textfile", "x", "--listen", "[::1]:1");
	expect_fine(&r);
	assert_string_equal(r.o.serve.listen, "[::1]:1");
}

static void test_options_serve__other_hosts_see_the_page_only_if_asked_for(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "serve", "--listen", "0.0.0.0:1");
	expect_fine(&r);
	assert_true(r.o.view_options.no_page);
	PARSE(&r, "serve", "--listen", "0.0.0.0:1", "--page");
	expect_fine(&r);
	assert_false(r.o.view_options.no_page);
	PARSE(&r, "serve", "--textfile", "x", "--page");
	expect_usage(&r, "tcpclose: --page requires --listen\n");
}

static void test_options_serve__a_recording_needs_a_file(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "serve", "--replay", "x");
	expect_usage(&r, "tcpclose: serve with --replay requires --textfile\n");
	PARSE(&r, "serve", "--replay", "x", "--textfile", "-");
	expect_fine(&r);
	assert_null(r.o.serve.listen);
}

static void test_options_serve__a_bad_address_is_quoted(void **state)
{
	struct result r;

	(void)state;
	PARSE(&r, "serve", "--listen", "9436");
	expect_usage(&r, "tcpclose: bad address '9436': want 127.0.0.1:9436, [::1]:9436 or "
		     "unix:PATH\n");
	PARSE(&r, "serve", "--textfile", "");
	expect_usage(&r, "tcpclose: bad file '': want a path\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_serve__it_listens_on_loopback_by_default),
		cmocka_unit_test(test_options_serve__a_file_is_enough),
		cmocka_unit_test(test_options_serve__other_hosts_see_the_page_only_if_asked_for),
		cmocka_unit_test(test_options_serve__a_recording_needs_a_file),
		cmocka_unit_test(test_options_serve__a_bad_address_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
