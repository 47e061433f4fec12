/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "listen_address.h"

static void test_listen_address__three_families(void **state)
{
	struct listen_address a;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	(void)state;
	assert_true(listen_address_parse("10.1.2.3:9436", &a));
	memcpy(&in, &a.any, sizeof(in));
	assert_int_equal(in.sin_family, AF_INET);
	assert_int_equal(ntohs(in.sin_port), 9436);
	assert_int_equal(ntohl(in.sin_addr.s_addr), 0x0a010203);
	assert_true(listen_address_parse("[2001:db8::1]:1", &a));
	memcpy(&in6, &a.any, sizeof(in6));
	assert_int_equal(in6.sin6_family, AF_INET6);
	assert_int_equal(ntohs(in6.sin6_port), 1);
	assert_int_equal(in6.sin6_addr.s6_addr[15], 1);
	assert_true(listen_address_parse("unix:/run/x.sock", &a));
	assert_true(listen_address_is_unix(&a));
	assert_string_equal(a.local.sun_path, "/run/x.sock");
}

static void test_listen_address__what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = { "", ":", ":1", "1", "localhost", "host:1", "1.2.3.4",
					   "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:x",
					   "1.2.3:1", "::1:1", "[::1]", "[::1]1", "[]:1", "[:1",
					   "[::g]:1", "[::1%lo]:1", "unix:", "*:1" };
	struct listen_address a;
	char path[200] = "unix:";

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (listen_address_parse(bad[i], &a))
			fail_msg("'%s' is accepted", bad[i]);
	memset(path + 5, 'x', 108);
	assert_false(listen_address_parse(path, &a));
	path[5 + 107] = '\0';
	assert_true(listen_address_parse(path, &a));
}

static void test_listen_address__loopback_and_unix_are_local(void **state)
{
	static const char *const local[] = { "127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1",
					     "unix:x" };
	static const char *const other[] = { "0.0.0.0:1", "128.0.0.1:1", "[::]:1",
					     "[2001:db8::1]:1", "[::ffff:127.0.0.1]:1" };
	struct listen_address a;

	(void)state;
	for (unsigned i = 0; i < sizeof(local) / sizeof(*local); i++) {
		assert_true(listen_address_parse(local[i], &a));
		assert_true(listen_address_is_local(&a));
	}
	for (unsigned i = 0; i < sizeof(other) / sizeof(*other); i++) {
		assert_true(listen_address_parse(other[i], &a));
		assert_false(listen_address_is_local(&a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listen_address__three_families),
		cmocka_unit_test(test_listen_address__what_is_no_address_is_refused),
		cmocka_unit_test(test_listen_address__loopback_and_unix_are_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
