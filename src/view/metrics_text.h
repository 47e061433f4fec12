/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The text of the metrics, as Prometheus reads it.
 *
 *   # HELP tcpclose_blame_total Connections that ended, by where most of the time went.
 *   # TYPE tcpclose_blame_total counter
 *   tcpclose_blame_total{blame="peer-app"} 12
 */
#pragma once

#include "buf.h"
#include "metrics.h"

enum metrics_format {
	METRICS_TEXT,		/* the text format 0.0.4 */
	METRICS_OPENMETRICS,	/* OpenMetrics 1.0 */
};

/* The value of the Content-Type header for a format. */
const char *metrics_text_type(enum metrics_format format);

/* The type of a metric as OpenMetrics spells it: "counter". */
const char *metrics_text_type_word(const struct metric *m);

/* Print all metrics. */
void metrics_text_print(struct buf *b, struct metrics *m, const struct metrics_facts *f,
			enum metrics_format format);
