/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of an HTTP request that tcpclose parses itself: the path, and the values of three
 * headers (RFC 9110). Any bytes may come from the network; each function takes a string that ends
 * with NUL, or NULL if the request has no such header.
 */
#pragma once

#include <stdbool.h>

enum http_path {
	HTTP_PATH_OTHER,	/* not found */
	HTTP_PATH_PAGE,		/* / */
	HTTP_PATH_METRICS,
	HTTP_PATH_HEALTHZ,
};

/* The path of a request target as it was sent. A query after ? does not matter. */
enum http_path http_path_of(const char *target);

/* Is the query of a request target "live": shall the browser load the page again and again? */
bool http_query_is_live(const char *target);

/*
 * Does the Host header name this host by an IP address or as localhost? A browser that was lured to
 * a name that points to 127.0.0.1 sends that name (DNS rebinding).
 */
bool http_host_is_literal(const char *host);

/*
 * Does the Accept header prefer OpenMetrics 1.0 to plain text? It must name that type: wildcards
 * select plain text.
 */
bool http_prefers_openmetrics(const char *accept);

/* Does the Accept-Encoding header allow gzip? */
bool http_accepts_gzip(const char *accept_encoding);
