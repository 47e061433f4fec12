/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "otlp_target.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "otlp_header.h"
#include "parse.h"

#define ENDPOINT_DEFAULT "http://localhost:4318"
#define TIMEOUT_MS_MAX 3600000
#define PROTOCOL "http/json"
#define NAME_BYTES 64

static const struct {
	const char *name, *path;
} signals[OTLP_TO_COUNT] = {
	[OTLP_TO_TRACES] = { "TRACES", "v1/traces" },
	[OTLP_TO_LOGS] = { "LOGS", "v1/logs" },
};

struct lookup_state {
	char *(*get)(const char *name);
	char name[NAME_BYTES];	/* of the variable that was found last */
	char *why;
};

/* The value of a variable, NULL if it is unset or empty. prefix: "TRACES_" or "". */
static const char *get_one(struct lookup_state *l, const char *prefix, const char *what)
{
	const char *value;

	snprintf(l->name, sizeof(l->name), "OTEL_EXPORTER_OTLP_%s%s", prefix, what);
	value = l->get(l->name);
	return value && *value ? value : NULL;
}

/* The value of the signal's variable, or of that for all signals; NULL if neither is set. */
static const char *get_value(struct lookup_state *l, unsigned signal, const char *what)
{
	char prefix[16];
	const char *value;

	snprintf(prefix, sizeof(prefix), "%s_", signals[signal].name);
	value = get_one(l, prefix, what);
	return value ? value : get_one(l, "", what);
}

static bool report(const struct lookup_state *l, const char *value, const char *want)
{
	snprintf(l->why, OTLP_TARGET_WHY_BYTES, "bad %s '%.200s': want %s", l->name, value, want);
	return false;
}

static bool check_url(const struct lookup_state *l, const char *url)
{
	return http_url_is_valid(url) ||
	       report(l, url, "http://HOST:4318 or https://HOST, without a password");
}

/* An endpoint of all signals gets the path of each. That of one signal is complete. */
static bool find_url(struct lookup_state *l, unsigned signal, const char *to,
		     struct otlp_endpoint *e)
{
	char prefix[16];
	const char *url = NULL;
	size_t len;

	snprintf(prefix, sizeof(prefix), "%s_", signals[signal].name);
	if (!to)
		url = get_one(l, prefix, "ENDPOINT");
	if (url) {
		snprintf(e->url, sizeof(e->url), "%s", url);
		return check_url(l, url);
	}
	if (!to)
		to = get_one(l, "", "ENDPOINT");
	if (!to)
		to = ENDPOINT_DEFAULT;
	if (!check_url(l, to))
		return false;
	len = strlen(to);
	snprintf(e->url, sizeof(e->url), "%s%s%s", to, to[len - 1] == '/' ? "" : "/",
		 signals[signal].path);
	return true;
}

static bool find_timeout(struct lookup_state *l, unsigned signal, struct otlp_endpoint *e)
{
	const char *value = get_value(l, signal, "TIMEOUT");
	uint64_t ms = OTLP_TIMEOUT_MS;

	if (value && !parse_u64(value, 1, TIMEOUT_MS_MAX, &ms))
		return report(l, value, "milliseconds, 1-3600000");
	e->timeout_ms = (unsigned)ms;
	return true;
}

static bool find_compression(struct lookup_state *l, unsigned signal, struct otlp_endpoint *e)
{
	const char *value = get_value(l, signal, "COMPRESSION");

	e->gzip = !value || !strcmp(value, "gzip");
	return e->gzip || !strcmp(value, "none") || report(l, value, "gzip or none");
}

/* The value of a header may be a secret: it is not shown. */
static bool find_headers(struct lookup_state *l, unsigned signal, struct otlp_endpoint *e)
{
	const char *at = e->headers = get_value(l, signal, "HEADERS");
	char line[OTLP_HEADER_BYTES];

	while (at && *at)
		if (!otlp_header_next(&at, line))
			return report(l, "...", "name=value,name=value");
	return true;
}

static bool find_endpoint(struct lookup_state *l, unsigned signal, const char *to,
			  struct otlp_endpoint *e)
{
	e->ca = get_value(l, signal, "CERTIFICATE");
	e->cert = get_value(l, signal, "CLIENT_CERTIFICATE");
	e->key = get_value(l, signal, "CLIENT_KEY");
	return find_url(l, signal, to, e) && find_headers(l, signal, e) &&
	       find_timeout(l, signal, e) && find_compression(l, signal, e);
}

bool otlp_target_init(struct otlp_target *t, const char *to, char *(*get)(const char *name),
		      char why[OTLP_TARGET_WHY_BYTES])
{
	struct lookup_state l = { .get = get, .why = why };

	*t = (struct otlp_target){ .protocol = NULL };
	for (unsigned i = 0; i < OTLP_TO_COUNT; i++) {
		const char *protocol = get_value(&l, i, "PROTOCOL");

		if (protocol && strcmp(protocol, PROTOCOL) != 0)
			t->protocol = protocol;
		if (!find_endpoint(&l, i, to, &t->of[i]))
			return false;
	}
	return true;
}
