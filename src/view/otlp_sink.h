/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the view otlp sends its requests. Without a sink, each becomes a line of the output.
 */
#pragma once

#include "buf.h"

enum otlp_signal { OTLP_TRACES, OTLP_LOGS, OTLP_SIGNALS };

struct otlp_sink {
	/* Takes the body of a request, which is valid during the call, and its spans or records. */
	void (*send)(void *arg, enum otlp_signal signal, const struct buf *body, unsigned items);
	void *arg;
};
