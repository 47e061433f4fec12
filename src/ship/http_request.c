/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "http_request.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define Q_ONE 1000		/* the weight q=1, RFC 9110 section 12.4.2 */
#define SPACES " \t"

struct text {
	const char *bytes;
	size_t len;
};

/* One item of a list: "text/plain;version=0.0.4;q=0.5" */
struct item {
	struct text name;
	struct text version;	/* the parameter; bytes NULL: none */
	unsigned q;		/* 0 to Q_ONE */
};

static bool is_word(struct text t, const char *word)
{
	return t.len == strlen(word) && !strncasecmp(t.bytes, word, t.len);
}

static struct text trim(struct text t)
{
	while (t.len && strchr(SPACES, *t.bytes)) {
		t.bytes++;
		t.len--;
	}
	while (t.len && strchr(SPACES, t.bytes[t.len - 1]))
		t.len--;
	return t;
}

/* The length of the text up to a separator that is not between quotes. */
static size_t find_separator(struct text t, char separator)
{
	bool quoted = false;

	for (size_t i = 0; i < t.len; i++) {
		if (quoted && t.bytes[i] == '\\')
			i++;
		else if (t.bytes[i] == '"')
			quoted = !quoted;
		else if (!quoted && t.bytes[i] == separator)
			return i;
	}
	return t.len;
}

/* Take the part before the next separator from the front of t. */
static struct text take_part(struct text *t, char separator)
{
	size_t len = find_separator(*t, separator);
	struct text part = { t->bytes, len };

	len += len < t->len;
	t->bytes += len;
	t->len -= len;
	return trim(part);
}

/* "0.75" is 750. A text that is no weight counts as 0: nothing is assumed of such an item. */
static unsigned parse_q(struct text t)
{
	unsigned q, digit = Q_ONE / 10;

	if (!t.len || (*t.bytes != '0' && *t.bytes != '1'))
		return 0;
	q = (unsigned)(*t.bytes - '0') * Q_ONE;
	if (t.len > 1 && t.bytes[1] != '.')
		return 0;
	for (size_t i = 2; i < t.len; i++, digit /= 10) {
		if (t.bytes[i] < '0' || t.bytes[i] > '9' || i > 4)
			return 0;
		q += (unsigned)(t.bytes[i] - '0') * digit;
	}
	return q <= Q_ONE ? q : 0;
}

static struct text unquote(struct text t)
{
	if (t.len >= 2 && *t.bytes == '"' && t.bytes[t.len - 1] == '"')
		return (struct text){ t.bytes + 1, t.len - 2 };
	return t;
}

/* Take the next item from the front of a list. False at its end. */
static bool take_item(struct text *list, struct item *item)
{
	struct text rest;

	if (!list->len)
		return false;
	rest = take_part(list, ',');
	*item = (struct item){ .q = Q_ONE };
	item->name = take_part(&rest, ';');
	while (rest.len) {
		struct text value = take_part(&rest, ';');
		struct text name = take_part(&value, '=');

		if (is_word(name, "q"))
			item->q = parse_q(value);
		else if (is_word(name, "version"))
			item->version = unquote(value);
	}
	return true;
}

enum http_path http_path_of(const char *target)
{
	struct text path = { target, target ? strcspn(target, "?") : 0 };

	if (path.len == 1 && *target == '/')
		return HTTP_PATH_PAGE;
	if (path.len == strlen("/metrics") && !memcmp(target, "/metrics", path.len))
		return HTTP_PATH_METRICS;
	if (path.len == strlen("/healthz") && !memcmp(target, "/healthz", path.len))
		return HTTP_PATH_HEALTHZ;
	return HTTP_PATH_OTHER;
}

bool http_query_is_live(const char *target)
{
	const char *query = target ? strchr(target, '?') : NULL;

	return query && !strcmp(query, "?live");
}

/* "" or ":9436" */
static bool is_port(const char *text)
{
	if (!*text)
		return true;
	return *text == ':' && strspn(text + 1, "0123456789") == strlen(text + 1);
}

static bool is_address(int family, const char *text, size_t len)
{
	unsigned char addr[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(family, copy, addr) == 1;
}

bool http_host_is_literal(const char *host)
{
	struct text name;
	size_t len;

	if (!host)
		return false;
	if (*host == '[') {
		len = strcspn(host, "]");
		return host[len] && is_address(AF_INET6, host + 1, len - 1) &&
		       is_port(host + len + 1);
	}
	name = (struct text){ host, strcspn(host, ":") };
	return is_port(host + name.len) &&
	       (is_word(name, "localhost") || is_address(AF_INET, name.bytes, name.len));
}

bool http_prefers_openmetrics(const char *accept)
{
	struct text list = { accept, accept ? strlen(accept) : 0 };
	unsigned openmetrics = 0, plain = 0;
	struct item item;

	while (take_item(&list, &item)) {
		bool first = !item.version.bytes || is_word(item.version, "1.0.0");

		if (is_word(item.name, "application/openmetrics-text") && first &&
		    item.q > openmetrics)
			openmetrics = item.q;
		if (is_word(item.name, "text/plain") && item.q > plain)
			plain = item.q;
	}
	return openmetrics && openmetrics >= plain;
}

bool http_accepts_gzip(const char *accept_encoding)
{
	struct text list = { accept_encoding, accept_encoding ? strlen(accept_encoding) : 0 };
	bool any = false;
	struct item item;

	while (take_item(&list, &item)) {
		if (is_word(item.name, "gzip") || is_word(item.name, "x-gzip"))
			return item.q;
		if (is_word(item.name, "*"))
			any = item.q;
	}
	return any;
}
