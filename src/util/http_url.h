/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The URL of an HTTP server: http://HOST[:PORT][/PATH] or https://... Pure.
 */
#pragma once

#include <stdbool.h>

#define HTTP_URL_MAX 1024	/* bytes of an URL, its NUL included */

/*
 * Is text such an URL, in printable ASCII? One with a user, a query or a fragment is not: what is
 * secret does not belong into a command line.
 */
bool http_url_is_valid(const char *text);
