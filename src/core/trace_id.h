/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ids under which a trace store knows a connection and its ends. Both ends have the same trace,
 * and each can compute the span of the other. An id is a keyed hash, because the initial sequence
 * numbers must not be shown to strangers (RFC 6528). Pure.
 */
#pragma once

#include "siphash.h"
#include "twin.h"

#define TRACE_ID_DIGITS 32
#define SPAN_ID_DIGITS 16

/* Print the id as hexadecimal digits, without a NUL. The key is that of --fleet-key. */
void trace_id_print(char digits[TRACE_ID_DIGITS], const struct siphash_key *key,
		    const struct twin_key *isns);

/* The same of an end whose numbers are unknown: it is alone. The bytes say which one it is. */
void trace_id_print_alone(char digits[TRACE_ID_DIGITS], const struct siphash_key *key,
			  const void *bytes, size_t len);

/*
 * Print the id of the span of an end, part 0, or of a part of it. trace: as above. isns: as this
 * end has them; zeros if they are unknown.
 */
void span_id_print(char digits[SPAN_ID_DIGITS], const struct siphash_key *key,
		   const char trace[TRACE_ID_DIGITS], const struct twin_key *isns, uint8_t part);
