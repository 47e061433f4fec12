/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers and addresses as people read them: the only place that rounds or shapes.
 *
 * family is 4 or 6, another one gives "?"; addresses are in network order as in struct event
 * (IPv4 in the first 4 bytes); ports in host order. Unknown values are the caller's business.
 */
#pragma once

#include "buf.h"

#define FMT_MS_WIDTH 6		/* fmt_ms is never wider */

/*
 * Milliseconds, half rounded up: "0.38", "999.99", from a second on "1234.5", from ten "60012";
 * from 1000 s on with a unit, "16.7m", "2.0h", "1.2d", "585y".
 */
void fmt_ms(struct buf *b, uint64_t ns);

/* "850 ns", "15 us", "2.6 ms", "197 ms", "1.2 s", "45 s", "3 min 20 s", "2 h 5 min", "12 d 3 h" */
void fmt_duration(struct buf *b, uint64_t ns);

/* An age, not rounded up, at most FMT_AGE_WIDTH wide: "540ms", "45s", "3min 20s", "2h 3min", "12d 3h" */
#define FMT_AGE_WIDTH 9
void fmt_age(struct buf *b, uint64_t ns);

/* Bytes, at most 6 wide: "99999", then "1234K", "56M" of 1024, half rounded up */
void fmt_bytes(struct buf *b, uint64_t n);

/* "10.0.0.1", "2001:db8::1" (RFC 5952) */
void fmt_addr(struct buf *b, unsigned family, const uint8_t *addr);

/* "10.0.0.1:443", "[2001:db8::1]:443" */
void fmt_endpoint(struct buf *b, unsigned family, const uint8_t *addr, uint16_t port);

/*
 * The same, never wider than width columns: the middle of the address gives way to "..", the port
 * stays: "[2001:d..7334]:51000", "..:51000". Where not even that fits, dots only.
 */
void fmt_endpoint_cut(struct buf *b, unsigned family, const uint8_t *addr, uint16_t port,
		      size_t width);

/* Nanoseconds since 1970 in UTC (RFC 3339): "2026-11-22T08:12:32.123456789Z" */
void fmt_time_utc(struct buf *b, uint64_t epoch_ns);

/* Nanoseconds since 1970 as local time of day, not rounded: "08:12:32.123" */
void fmt_clock(struct buf *b, uint64_t epoch_ns);

/* "0x1267" */
void fmt_hex(struct buf *b, uint64_t v);
