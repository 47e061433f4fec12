/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Formats numbers and addresses for people. Nothing else rounds or abbreviates them.
 *
 * Every function appends to a buffer. `family` is 4 or 6, any other value prints "?". Addresses
 * are in network order as in struct event (IPv4 in the first 4 bytes), ports in host order. The
 * caller handles unknown values.
 */
#pragma once

#include "buf.h"

#define FMT_MS_WIDTH 6		/* fmt_ms() never prints more columns */

/*
 * Append a duration in milliseconds, rounded half up: "0.38", "999.99"; from 1 s "1234.5"; from
 * 10 s "60012". From 1000 s it has a unit: "16.7m", "2.0h", "1.2d", "585y".
 */
void fmt_ms(struct buf *b, uint64_t ns);

/*
 * Append a duration with its unit, rounded half up: "850 ns", "15 us", "2.6 ms", "197 ms", "1.2 s",
 * "45 s", "3 min 20 s", "2 h 5 min", "12 d 3 h".
 */
void fmt_duration(struct buf *b, uint64_t ns);

/*
 * Append an age, rounded down, in at most FMT_AGE_WIDTH columns (up to 9999 days): "540ms", "45s",
 * "3min 20s", "2h 3min", "12d 3h".
 */
#define FMT_AGE_WIDTH 9
void fmt_age(struct buf *b, uint64_t ns);

/*
 * Append a number of bytes in at most 6 columns, rounded half up: up to "99999", then in powers of
 * 1024: "1234K", "56789M".
 */
void fmt_bytes(struct buf *b, uint64_t n);

/* Append an address: "10.0.0.1", "2001:db8::1" (RFC 5952). */
void fmt_addr(struct buf *b, unsigned family, const uint8_t *addr);

/* Append an address and a port: "10.0.0.1:443", "[2001:db8::1]:443". */
void fmt_endpoint(struct buf *b, unsigned family, const uint8_t *addr, uint16_t port);

/*
 * Append an address and a port in at most `width` columns. If they do not fit, the middle of the
 * address is replaced by ".." and the port is kept: "[2001:d..7334]:51000", "..:51000". If not
 * even the port fits, only dots are printed.
 */
void fmt_endpoint_cut(struct buf *b, unsigned family, const uint8_t *addr, uint16_t port,
		      size_t width);

/* Append a time in ns since 1970 as UTC (RFC 3339): "2026-11-22T08:12:32.123456789Z". */
void fmt_time_utc(struct buf *b, uint64_t epoch_ns);

/* Append a time in ns since 1970 as local time of day, rounded down to ms: "08:12:32.123". */
void fmt_clock(struct buf *b, uint64_t epoch_ns);

/* Append a number in hexadecimal: "0x1267". */
void fmt_hex(struct buf *b, uint64_t v);
