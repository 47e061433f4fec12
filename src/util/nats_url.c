/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "nats_url.h"

#include <stdio.h>
#include <string.h>

#include "parse.h"

#define PORT "4222"
#define WANT "want nats://HOST[:PORT][,HOST[:PORT]...]/[STREAM]"

bool nats_url_is_one(const char *text)
{
	return strncmp(text, "nats://", 7) == 0 || strncmp(text, "tls://", 6) == 0;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* The end of the host name or address at the start of text; NULL: it is not valid. */
static const char *find_host_end(const char *text)
{
	const char *end;

	if (*text == '[') {
		end = text + 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
		return *end == ']' && end > text + 1 ? end + 1 : NULL;
	}
	for (end = text; is_word(*end) || *end == '.'; end++)
		;
	return end > text ? end : NULL;
}

/* Parse HOST or HOST:PORT of `len` bytes. */
static bool add_server(struct nats_url *url, const char *text, size_t len, const char **why)
{
	char server[256];
	const char *end;
	uint64_t port;

	if (len >= sizeof(server)) {
		*why = "a host name is too long";
		return false;
	}
	memcpy(server, text, len);
	server[len] = '\0';
	if (strchr(server, '@')) {
		*why = "credentials are not for the command line: want --nats-creds FILE, or "
		       "NATS_USER and NATS_PASSWORD in the environment";
		return false;
	}
	end = find_host_end(server);
	if (!end || (*end && (*end != ':' || !parse_u64(end + 1, 1, 65535, &port)))) {
		*why = WANT;
		return false;
	}
	if (url->nr == NATS_URL_SERVERS) {
		*why = "it has more than 16 servers";
		return false;
	}
	snprintf(url->server[url->nr++], sizeof(url->server[0]), "nats://%s%s", server,
		 *end ? "" : ":" PORT);
	return true;
}

static bool set_stream(struct nats_url *url, const char *name, const char **why)
{
	size_t len = strlen(name);

	if (len >= sizeof(url->stream)) {
		*why = "the name of the stream is too long: want 32 characters at most";
		return false;
	}
	for (size_t i = 0; i < len; i++)
		if (!is_word(name[i])) {
			*why = "the name of the stream has other characters than letters, digits, "
			       "- and _";
			return false;
		}
	strcpy(url->stream, len ? name : NATS_STREAM_DEFAULT);
	return true;
}

bool nats_url_parse(const char *text, struct nats_url *url, const char **why)
{
	size_t len;

	*url = (struct nats_url){ .tls = strncmp(text, "tls://", 6) == 0 };
	if (!nats_url_is_one(text)) {
		*why = WANT;
		return false;
	}
	text = strstr(text, "//") + 2;
	for (;;) {
		len = strcspn(text, ",/");
		if (!add_server(url, text, len, why))
			return false;
		text += len;
		if (*text != ',')
			break;
		text++;
	}
	return set_stream(url, *text ? text + 1 : "", why);
}

void nats_subject_host(const char *host, char subject_host[72])
{
	size_t i;

	for (i = 0; i < 71 && host[i]; i++)
		subject_host[i] = is_word(host[i]) ? host[i] : '_';
	subject_host[i] = '\0';
	if (!i)
		strcpy(subject_host, "_");
}
