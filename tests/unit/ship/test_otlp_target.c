/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unit.h"

#include "otlp_target.h"

#define VARIABLES_MAX 8

/* The environment: names and values in turn. */
static const char *environment[2 * VARIABLES_MAX + 1];

static char *get_variable(const char *name)
{
	for (unsigned i = 0; environment[i]; i += 2)
		if (!strcmp(environment[i], name))
			return (char *)environment[i + 1];
	return NULL;
}

static void set_variables(const char *const *words)
{
	unsigned i = 0;

	for (; words[i]; i++)
		environment[i] = words[i];
	environment[i] = NULL;
}

#define SET(...) set_variables((const char *const[]){ __VA_ARGS__, NULL })
#define OTLP "OTEL_EXPORTER_OTLP_"

static struct otlp_target find_target(const char *to)
{
	char why[OTLP_TARGET_WHY_BYTES] = "";
	struct otlp_target t;

	if (!otlp_target_init(&t, to, get_variable, why))
		fail_msg("%s", why);
	return t;
}

static void expect_why(const char *line)
{
	char why[OTLP_TARGET_WHY_BYTES] = "";
	struct otlp_target t;

	assert_false(otlp_target_init(&t, NULL, get_variable, why));
	assert_string_equal(why, line);
}

static void test_otlp_target__the_defaults(void **state)
{
	struct otlp_target t;

	(void)state;
	SET(OTLP "ENDPOINT", "", OTLP "HEADERS", "");
	t = find_target(NULL);
	assert_string_equal(t.of[OTLP_TO_TRACES].url, "http://localhost:4318/v1/traces");
	assert_string_equal(t.of[OTLP_TO_LOGS].url, "http://localhost:4318/v1/logs");
	assert_int_equal(t.of[OTLP_TO_LOGS].timeout_ms, 10000);
	assert_true(t.of[OTLP_TO_LOGS].gzip);
	assert_null(t.of[OTLP_TO_LOGS].headers);
	assert_null(t.of[OTLP_TO_LOGS].ca);
	assert_null(t.protocol);
}

static void test_otlp_target__an_endpoint_gets_the_path_of_the_signal(void **state)
{
	struct otlp_target t;

	(void)state;
	SET(OTLP "ENDPOINT", "https://c:1/otlp/", OTLP "TRACES_ENDPOINT", "http://t/other");
	t = find_target(NULL);
	assert_string_equal(t.of[OTLP_TO_TRACES].url, "http://t/other");
	assert_string_equal(t.of[OTLP_TO_LOGS].url, "https://c:1/otlp/v1/logs");
	t = find_target("http://127.0.0.1:4318");
	assert_string_equal(t.of[OTLP_TO_TRACES].url, "http://127.0.0.1:4318/v1/traces");
	assert_string_equal(t.of[OTLP_TO_LOGS].url, "http://127.0.0.1:4318/v1/logs");
}

static void test_otlp_target__a_variable_of_one_signal_comes_first(void **state)
{
	struct otlp_target t;

	(void)state;
	SET(OTLP "TIMEOUT", "300", OTLP "LOGS_TIMEOUT", "400", OTLP "COMPRESSION", "none",
	    OTLP "LOGS_COMPRESSION", "gzip", OTLP "CERTIFICATE", "/ca",
	    OTLP "TRACES_CLIENT_CERTIFICATE", "/cert", OTLP "CLIENT_KEY", "/key",
	    OTLP "HEADERS", "a=b");
	t = find_target(NULL);
	assert_int_equal(t.of[OTLP_TO_TRACES].timeout_ms, 300);
	assert_int_equal(t.of[OTLP_TO_LOGS].timeout_ms, 400);
	assert_false(t.of[OTLP_TO_TRACES].gzip);
	assert_true(t.of[OTLP_TO_LOGS].gzip);
	assert_string_equal(t.of[OTLP_TO_TRACES].ca, "/ca");
	assert_string_equal(t.of[OTLP_TO_TRACES].cert, "/cert");
	assert_null(t.of[OTLP_TO_LOGS].cert);
	assert_string_equal(t.of[OTLP_TO_LOGS].key, "/key");
	assert_string_equal(t.of[OTLP_TO_LOGS].headers, "a=b");
}

static void test_otlp_target__another_protocol_is_noted(void **state)
{
	(void)state;
	SET(OTLP "PROTOCOL", "grpc");
	assert_string_equal(find_target(NULL).protocol, "grpc");
	SET(OTLP "PROTOCOL", "http/json");
	assert_null(find_target(NULL).protocol);
}

static void test_otlp_target__bad_values_are_named(void **state)
{
	(void)state;
	SET(OTLP "TIMEOUT", "10s");
	expect_why("bad OTEL_EXPORTER_OTLP_TIMEOUT '10s': want milliseconds, 1-3600000");
	SET(OTLP "LOGS_COMPRESSION", "zstd");
	expect_why("bad OTEL_EXPORTER_OTLP_LOGS_COMPRESSION 'zstd': want gzip or none");
	SET(OTLP "ENDPOINT", "c:4317");
	expect_why("bad OTEL_EXPORTER_OTLP_ENDPOINT 'c:4317': want http://HOST:4318 or "
		   "https://HOST, without a password");
	SET(OTLP "HEADERS", "token");
	expect_why("bad OTEL_EXPORTER_OTLP_HEADERS '...': want name=value,name=value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_otlp_target__the_defaults),
		cmocka_unit_test(test_otlp_target__an_endpoint_gets_the_path_of_the_signal),
		cmocka_unit_test(test_otlp_target__a_variable_of_one_signal_comes_first),
		cmocka_unit_test(test_otlp_target__another_protocol_is_noted),
		cmocka_unit_test(test_otlp_target__bad_values_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
