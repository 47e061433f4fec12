/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "http_url.h"

#include <stdint.h>
#include <string.h>

#include "parse.h"

#define PORT_MAX 65535
#define PORT_DIGITS 5

static const char *skip_scheme(const char *text)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (unsigned i = 0; i < 2; i++)
		if (!strncmp(text, schemes[i], strlen(schemes[i])))
			return text + strlen(schemes[i]);
	return NULL;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || strchr("\"<>\\^`{|}@?#", *text))
			return false;
	return true;
}

/* "" or ":4318" */
static bool is_port(const char *text, size_t len)
{
	char digits[PORT_DIGITS + 1];
	uint64_t port;

	if (!len)
		return true;
	if (*text != ':' || len < 2 || len > sizeof(digits))
		return false;
	memcpy(digits, text + 1, len - 1);
	digits[len - 1] = '\0';
	return parse_u64(digits, 1, PORT_MAX, &port);
}

bool http_url_is_valid(const char *text)
{
	const char *host = skip_scheme(text), *end;
	size_t len, host_len;

	if (!host || strlen(text) >= HTTP_URL_MAX || !is_printable(host))
		return false;
	len = strcspn(host, "/");
	end = *host == '[' ? memchr(host, ']', len) : NULL;
	host_len = end ? (size_t)(end + 1 - host) : strcspn(host, ":/");
	if (*host == '[' ? host_len < 4 : !host_len || memchr(host, ']', host_len))
		return false;
	return is_port(host + host_len, len - host_len);
}
