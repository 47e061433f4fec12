/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where requests of OTLP go: --to, and the variables of the OpenTelemetry specification
 * (specification/protocol/exporter.md). A variable of one signal, as in
 * OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, has precedence over that of both, OTEL_EXPORTER_OTLP_TIMEOUT;
 * --to over all that name an endpoint.
 */
#pragma once

#include <stdbool.h>

#include "http_url.h"

#define OTLP_TIMEOUT_MS 10000	/* the default of the specification */
#define OTLP_TARGET_WHY_BYTES 512

enum { OTLP_TO_TRACES, OTLP_TO_LOGS, OTLP_TO_COUNT };

struct otlp_endpoint {
	char url[HTTP_URL_MAX + 16];	/* with the path of the signal */
	const char *headers;		/* "name=value,name=value"; NULL none */
	const char *ca, *cert, *key;	/* paths of PEM files; NULL: the system's, none, none */
	unsigned timeout_ms;		/* of one request */
	bool gzip;
};

struct otlp_target {
	struct otlp_endpoint of[OTLP_TO_COUNT];
	const char *protocol;		/* another one than ours that a variable asks for; NULL */
};

/*
 * to: an URL that http_url_is_valid(), or NULL. get: getenv(), or a test's; what it returns must
 * outlive the target. False: a variable is wrong, with its name and value in `why`.
 */
bool otlp_target_init(struct otlp_target *t, const char *to, char *(*get)(const char *name),
		      char why[OTLP_TARGET_WHY_BYTES]);
