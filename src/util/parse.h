/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Parses values from the command line. The whole text must be the value: no sign, no space, no
 * trailing characters. On failure (false or -errno) the result is not changed. The caller knows the
 * option and reports the error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Parse a decimal integer from min to max. */
bool parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *v);

/*
 * Parse a decimal fraction ("2", "0.25", ".5") and store it times `unit`, a power of ten, rounded
 * down. The result is at most max.
 */
bool parse_decimal(const char *text, uint64_t unit, uint64_t max, uint64_t *v);

/*
 * Parse a duration of at most max_ns and store it in nanoseconds, rounded down. The text is a
 * decimal fraction with an optional unit us, ms, s, m, h or d: "30", "200ms", "1.5h".
 */
bool parse_duration(const char *text, const char *default_unit, uint64_t max_ns, uint64_t *ns);

/*
 * Parse a number of bytes from min to max, with an optional K, M or G (powers of 1024, either
 * case). parse_bytes_pow2() accepts only powers of two.
 */
bool parse_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *v);
bool parse_bytes_pow2(const char *text, uint64_t min, uint64_t max, uint64_t *v);

/* Parse a uid, or a user name in /etc/passwd. Names of other directories are not known. */
bool parse_user(const char *text, uint32_t *uid);
