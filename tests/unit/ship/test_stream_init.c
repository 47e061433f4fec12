/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_init.h"

#include "unit.h"

#define KEY "0123456789abcdef0123456789abcdef"

static struct stream_config config;

static bool parse(const char *text)
{
	return stream_config_parse(text, strlen(text), &config);
}

static void test_stream_init__a_configuration(void **state)
{
	(void)state;
	assert_true(parse("tcpclose config\npartitions 16\nhash_key " KEY "\n"));
	assert_int_equal(config.partitions, 16);
	assert_string_equal(config.hash_key, KEY);
	assert_true(parse("tcpclose config\nhash_key " KEY "\nfrom a later version\npartitions 1"));
	assert_int_equal(config.partitions, 1);
}

static void test_stream_init__what_is_not_a_configuration(void **state)
{
	static const char *const bad[] = {
		"", "tcpclose config", "tcpclose config\n", "tcpclose config\npartitions 1\n",
		"tcpclose config\nhash_key " KEY "\n",
		"tcpclose config\npartitions 3\nhash_key " KEY "\n",
		"tcpclose config\npartitions 0\nhash_key " KEY "\n",
		"tcpclose config\npartitions 128\nhash_key " KEY "\n",
		"tcpclose config\npartitions -1\nhash_key " KEY "\n",
		"tcpclose config\npartitions 1\nhash_key " KEY "0\n",
		"tcpclose config\npartitions 1\nhash_key 0123\n",
		"tcpclose config\npartitions 1\nhash_key 0123456789ABCDEF0123456789abcdef\n",
		"tcpclose heartbeat\npartitions 1\nhash_key " KEY "\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (parse(bad[i]))
			fail_msg("'%s' was accepted", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream_init__a_configuration),
		cmocka_unit_test(test_stream_init__what_is_not_a_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
