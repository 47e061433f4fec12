/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The answer of JetStream to a message that was published, a short JSON text:
 *
 *	{"stream":"TCPCLOSE","seq":7,"duplicate":true}
 *	{"error":{"code":400,"err_code":10054,"description":"..."},"stream":"TCPCLOSE","seq":0}
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PUB_ACK_TOO_LARGE 10054	/* err_code: the stream takes no message of this size */

struct pub_ack {
	bool stored;
	bool duplicate;		/* it was stored before */
	uint32_t error;		/* err_code, 0 none */
	char why[160];		/* if not stored */
};

/* Parse an answer of any origin. What is not an answer is not stored, and why says so. */
void pub_ack_parse(const char *text, size_t len, struct pub_ack *ack);
