/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "otlp_reply.h"

static void expect_reply(const char *text, uint64_t rejected, const char *message)
{
	struct otlp_reply r;

	otlp_reply_parse(&r, text, strlen(text));
	if (r.rejected != rejected || strcmp(r.message, message))
		fail_msg("'%s': %llu, '%s'", text, (unsigned long long)r.rejected, r.message);
}

static void test_otlp_reply__a_part_was_rejected(void **state)
{
	(void)state;
	expect_reply("", 0, "");
	expect_reply("{}", 0, "");
	expect_reply("{\"partialSuccess\":{}}", 0, "");
	expect_reply("{\"partialSuccess\":{\"rejectedSpans\":\"3\",\"errorMessage\":\"late\"}}", 3,
		     "late");
	expect_reply(" { \"partialSuccess\" : { \"rejectedLogRecords\" : 12 } } ", 12, "");
	expect_reply("{\"partialSuccess\":{\"rejectedSpans\":0,"
		     "\"errorMessage\":\"a \\\"hint\\\"\"}}", 0, "a \"hint\"");
	expect_reply("{\"a\":[{\"partialSuccess\":{\"rejectedSpans\":5}}],\"b\":null,"
		     "\"partialSuccess\":{\"x\":{\"rejectedSpans\":9},"
		     "\"rejectedSpans\":1}}", 1, "");
}

static void test_otlp_reply__a_status_has_a_message(void **state)
{
	(void)state;
	expect_reply("{\"code\":3,\"message\":\"bad data\",\"details\":[]}", 0, "bad data");
	expect_reply("{\"message\":\"a\\nb\\u0041\xc3\xa4\"}", 0, "a?b?0041??");
	expect_reply("{\"details\":[{\"message\":\"inner\"}]}", 0, "");
}

static void test_otlp_reply__what_is_not_json_counts_up_to_the_mistake(void **state)
{
	(void)state;
	expect_reply("<html>bad gateway</html>", 0, "");
	expect_reply("{\"partialSuccess\":{\"rejectedSpans\":\"3\",", 3, "");
	expect_reply("{\"partialSuccess\":{\"rejectedSpans\":\"3", 0, "");
	expect_reply("{\"partialSuccess\":{\"rejectedSpans\":-3}}", 0, "");
	expect_reply("{\"partialSuccess\":{\"rejectedSpans\":\"x\"}}", 0, "");
	expect_reply("{\"partialSuccess\":[{\"rejectedSpans\":\"4\"}]}", 0, "");
	expect_reply("{\"message\":7}", 0, "");
}

static void test_otlp_reply__depth_and_length_are_bounded(void **state)
{
	struct otlp_reply r;
	char text[4096];

	(void)state;
	memset(text, '[', sizeof(text));
	otlp_reply_parse(&r, text, sizeof(text));
	assert_int_equal(r.rejected, 0);
	memset(text, 'm', sizeof(text));
	memcpy(text, "{\"message\":\"", 12);
	memcpy(text + sizeof(text) - 2, "\"}", 2);
	otlp_reply_parse(&r, text, sizeof(text));
	assert_int_equal(strlen(r.message), OTLP_REPLY_MESSAGE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_otlp_reply__a_part_was_rejected),
		cmocka_unit_test(test_otlp_reply__a_status_has_a_message),
		cmocka_unit_test(test_otlp_reply__what_is_not_json_counts_up_to_the_mistake),
		cmocka_unit_test(test_otlp_reply__depth_and_length_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
