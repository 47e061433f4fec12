/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What otlp parses: the reply of a collector, the headers of the environment, and the URL. All get
 * the same bytes. A header must not be able to make another one, nor an URL to name a user.
 */
#include "fuzz.h"

#include "http_url.h"
#include "otlp_header.h"
#include "otlp_reply.h"

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* The bytes have no NUL behind them: reading on is an error that the sanitizers see. */
static void check_reply(const uint8_t *data, size_t size)
{
	char *exact = malloc(size ? size : 1);
	struct otlp_reply r;

	HOLDS(exact);
	memcpy(exact, data, size);
	otlp_reply_parse(&r, exact, size);
	HOLDS(memchr(r.message, '\0', sizeof(r.message)));
	HOLDS(is_printable(r.message));
	free(exact);
}

static void check_headers(const char *text)
{
	char line[OTLP_HEADER_BYTES];
	const char *at = text;

	while (*at) {
		const char *before = at;

		if (!otlp_header_next(&at, line))
			return;
		HOLDS(at > before && at <= text + strlen(text));
		HOLDS(strlen(line) < sizeof(line) && strstr(line, ": ") > line);
		HOLDS(!strpbrk(line, "\r\n"));
	}
}

static void check_url(const char *text)
{
	if (!http_url_is_valid(text))
		return;
	HOLDS(!strncmp(text, "http", 4) && is_printable(text) && !strpbrk(text, "@?# "));
	HOLDS(strlen(text) < HTTP_URL_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	check_reply(data, size);
	check_headers(text);
	check_url(text);
	free(text);
	return 0;
}
