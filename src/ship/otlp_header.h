/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The headers of OTEL_EXPORTER_OTLP_HEADERS: "name=value,name=value", with the values encoded as in
 * an URL (W3C baggage): "Authorization=Bearer%20x". Pure.
 */
#pragma once

#include <stdbool.h>

#define OTLP_HEADER_BYTES 8192	/* of a line, its NUL included */

/*
 * Decode the next header to "name: value" and advance *text behind it. False: it is not one; its
 * name must be a token of HTTP, its value may have no control characters.
 */
bool otlp_header_next(const char **text, char line[OTLP_HEADER_BYTES]);
