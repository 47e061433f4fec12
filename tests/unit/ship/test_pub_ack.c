/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pub_ack.h"

#include "unit.h"

static struct pub_ack ack;

static void parse(const char *text)
{
	pub_ack_parse(text, strlen(text), &ack);
}

static void test_pub_ack__stored(void **state)
{
	(void)state;
	parse("{\"stream\":\"TCPCLOSE\", \"seq\":7}");
	assert_true(ack.stored && !ack.duplicate);
	parse("{\"stream\":\"TCPCLOSE\",\"seq\":7,\"duplicate\": true}");
	assert_true(ack.stored && ack.duplicate);
}

static void test_pub_ack__errors(void **state)
{
	(void)state;
	parse("{\"error\":{\"code\":400,\"err_code\":10054,\"description\":\"message size "
	      "exceeds maximum allowed\"},\"stream\":\"TCPCLOSE\",\"seq\":0}");
	assert_false(ack.stored);
	assert_int_equal(ack.error, PUB_ACK_TOO_LARGE);
	assert_string_equal(ack.why, "message size exceeds maximum allowed");
	parse("{\"error\":{\"code\":503},\"seq\":1}");
	assert_false(ack.stored);
	assert_string_equal(ack.why, "error 0");
}

/* Nothing counts as stored unless the answer says so. */
static void test_pub_ack__what_is_no_answer(void **state)
{
	static const char *const bad[] = { "", "{", "{}", "+OK", "{\"seq\":0}", "{\"seq\":-1}",
					   "{\"seq\"", "{\"seq\":", "\"seq\":1", "{\"error\":1}",
					   "{\"error\":{\"description\":\"a" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		parse(bad[i]);
		assert_false(ack.stored);
		assert_true(*ack.why);
	}
}

static void test_pub_ack__a_text_of_the_server_is_one_line(void **state)
{
	(void)state;
	parse("{\"error\":{\"description\":\"a\n\x1b[2J\"}}");
	assert_string_equal(ack.why, "a??[2J");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pub_ack__stored),
		cmocka_unit_test(test_pub_ack__errors),
		cmocka_unit_test(test_pub_ack__what_is_no_answer),
		cmocka_unit_test(test_pub_ack__a_text_of_the_server_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
