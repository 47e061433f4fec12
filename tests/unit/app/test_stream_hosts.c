/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_hosts.h"

#include "unit.h"

static bool add(struct stream_hosts *h, const char *host, const char *text)
{
	return stream_hosts_add(h, host, text, strlen(text), 7);
}

static void test_stream_hosts__a_heartbeat(void **state)
{
	struct stream_hosts h = { 0 };
	const struct stream_host *web;

	(void)state;
	assert_true(add(&h, "web", "tcpclose heartbeat\nhost web\ntool 0.1.0\nkernel 6.1.0-9 x86\n"
			"run 0123456789abcdef0123456789abcdef\nsequence 0 12\nsequence 3 4\n"
			"seen 9\ntold 8\nlost ring_full 2\nlost table_full 3\nspool_waiting 5\n"
			"spool_dropped 6\naddresses complete\naddress 10.0.0.1\nnew key of later\n"
			"ended\n"));
	assert_true(add(&h, "db", "tcpclose heartbeat\n"));
	stream_hosts_sort(&h);
	assert_int_equal(h.nr, 2);
	assert_string_equal(h.host[0].host, "db");
	web = &h.host[1];
	assert_string_equal(web->host, "web");
	assert_string_equal(web->version, "0.1.0");
	assert_string_equal(web->kernel, "6.1.0-9 x86");
	assert_string_equal(web->run, "0123456789abcdef0123456789abcdef");
	assert_int_equal(web->partitions, 4);
	assert_int_equal(web->next[0], 12);
	assert_int_equal(web->next[1], 0);
	assert_int_equal(web->next[3], 4);
	assert_int_equal(web->seen, 9);
	assert_int_equal(web->told, 8);
	assert_int_equal(web->lost, 5);
	assert_int_equal(web->spool_waiting, 5);
	assert_int_equal(web->spool_dropped, 6);
	assert_int_equal(web->heard_ns, 7);
	assert_true(web->ended);
	/* what a heartbeat does not have is unknown */
	assert_true(h.host[0].seen == UINT64_MAX && h.host[0].told == UINT64_MAX);
	assert_string_equal(h.host[0].run, "");
	assert_false(h.host[0].ended);
	stream_hosts_release(&h);
}

static void test_stream_hosts__hostile_texts(void **state)
{
	struct stream_hosts h = { 0 };
	char long_line[2000] = "tcpclose heartbeat\nrun ";

	(void)state;
	assert_false(add(&h, "x", ""));
	assert_false(add(&h, "x", "tcpclose heartbeat"));
	assert_false(add(&h, "x", "tcpclose config\n"));
	assert_true(add(&h, "x", "tcpclose heartbeat\nsequence 64 1\nsequence 99999999999 1\n"
			"sequence -1 1\nsequence 1\nsequence\nseen -1\nseen x\nlost\nlost a\n"
			"\n\n \nlost a x\n"));
	assert_int_equal(h.host[0].partitions, 0);
	assert_true(h.host[0].seen == UINT64_MAX);
	assert_int_equal(h.host[0].lost, 0);
	memset(long_line + strlen(long_line), 'a', sizeof(long_line) - 1 - strlen(long_line));
	assert_true(add(&h, "x", long_line));
	assert_string_equal(h.host[1].run, "");
	stream_hosts_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream_hosts__a_heartbeat),
		cmocka_unit_test(test_stream_hosts__hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
