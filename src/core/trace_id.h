/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The id under which a trace store knows a connection: both ends have the same. It is a keyed hash,
 * because the initial sequence numbers must not be shown to strangers (RFC 6528). Pure.
 */
#pragma once

#include "siphash.h"
#include "twin.h"

#define TRACE_ID_DIGITS 32

/* Print the id as hexadecimal digits, without a NUL. The key is that of --fleet-key. */
void trace_id_print(char digits[TRACE_ID_DIGITS], const struct siphash_key *key,
		    const struct twin_key *isns);
