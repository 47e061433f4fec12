/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The reply to a request of OTLP, in JSON: what of it was not accepted, and why. Pure. The reply is
 * that of a stranger, so anything may be in it.
 *
 *	{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}
 *	{"code":3,"message":"bad data"}
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OTLP_REPLY_MESSAGE 160

struct otlp_reply {
	uint64_t rejected;	/* spans or log records; 0 none */
	char message[OTLP_REPLY_MESSAGE];	/* its beginning, printable ASCII; "" none */
};

/* Parse a reply. What is not valid JSON counts up to the first mistake. */
void otlp_reply_parse(struct otlp_reply *r, const char *text, size_t len);
