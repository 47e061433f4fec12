/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What serve parses of an HTTP request (the target, and the headers Host, Accept and
 * Accept-Encoding), and the address of --listen. All get the same text. A host that is accepted
 * must not be able to name another host.
 */
#include "fuzz.h"

#include "http_request.h"
#include "listen_address.h"

static void check_host(const char *text)
{
	if (!http_host_is_literal(text))
		return;
	if (strncasecmp(text, "localhost", 9) == 0)
		HOLDS(strspn(text + 9, ":0123456789") == strlen(text + 9));
	else
		HOLDS(strspn(text, "0123456789abcdefABCDEF.:[]") == strlen(text));
}

/* One more item that says nothing about a type does not change what is preferred. */
static void check_lists(const char *text)
{
	bool openmetrics = http_prefers_openmetrics(text), gzip = http_accepts_gzip(text);
	size_t len = strlen(text);
	char *longer = malloc(len + sizeof("image/png,"));

	HOLDS(longer);
	memcpy(longer, "image/png,", 10);
	memcpy(longer + 10, text, len + 1);
	HOLDS(http_prefers_openmetrics(longer) == openmetrics);
	HOLDS(http_accepts_gzip(longer) == gzip);
	free(longer);
}

static void check_address(const char *text)
{
	struct listen_address a;

	if (!listen_address_parse(text, &a))
		return;
	HOLDS(a.len && a.len <= sizeof(a.any));
	HOLDS(!listen_address_is_unix(&a) || listen_address_is_local(&a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	if (http_path_of(text) != HTTP_PATH_OTHER)
		HOLDS(text[0] == '/' && strcspn(text, "?") <= strlen("/metrics"));
	check_host(text);
	check_lists(text);
	check_address(text);
	free(text);
	return 0;
}
