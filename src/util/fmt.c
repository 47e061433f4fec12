/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "fmt.h"
#include "time_units.h"

#define S_PER_DAY 86400u

#define ENDPOINT_MAX 64		/* bytes; the longest is 53: "[" 45 "]:65535" */

/* Return v / unit, rounded half up, without overflow. */
static uint64_t divide_rounded(uint64_t v, uint64_t unit)
{
	return v / unit + (v % unit >= unit - unit / 2);
}

/* Append a decimal fraction; `scaled` is the value times 10 to the power of `decimals`. */
static void fmt_decimal(struct buf *b, uint64_t scaled, unsigned decimals)
{
	uint64_t unit = 1;

	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	buf_u64(b, scaled / unit);
	if (decimals) {
		buf_char(b, '.');
		buf_digits(b, scaled % unit, decimals);
	}
}

/* Append a duration of at least 1000 s: "16.7m", "2.0h", "1.2d", "585y". */
static void fmt_long(struct buf *b, uint64_t ns)
{
	static const struct {
		uint64_t unit_s, limit;
		char letter;
	} units[] = { { 60, 60, 'm' }, { 3600, 24, 'h' }, { S_PER_DAY, 365, 'd' },
		      { 365 * S_PER_DAY, 1000, 'y' } };
	unsigned i = 0;
	uint64_t tenths;

	while (i < 3 && divide_rounded(ns, NS_PER_S * units[i].unit_s / 10) >= units[i].limit * 10)
		i++;
	tenths = divide_rounded(ns, NS_PER_S * units[i].unit_s / 10);
	fmt_decimal(b, tenths < 1000 ? tenths : divide_rounded(tenths, 10), tenths < 1000);
	buf_char(b, units[i].letter);
}

void fmt_ms(struct buf *b, uint64_t ns)
{
	uint64_t hundredths = divide_rounded(ns, NS_PER_MS / 100);
	uint64_t tenths = divide_rounded(ns, NS_PER_MS / 10);
	uint64_t ms = divide_rounded(ns, NS_PER_MS);

	if (hundredths < 1000 * 100) {
		fmt_decimal(b, hundredths, 2);
	} else if (tenths < 10000 * 10) {
		fmt_decimal(b, tenths, 1);
	} else if (ms < 1000000) {
		buf_u64(b, ms);
	} else {
		fmt_long(b, ns);
	}
}

/*
 * Append a duration in one unit: "2.6 ms" below ten, "197 ms" above. Returns false, and appends
 * nothing, if it rounds to `limit` or more: the next unit must be used.
 */
static bool fmt_in_unit(struct buf *b, uint64_t ns, uint64_t unit, uint64_t limit, const char *name)
{
	uint64_t tenths, whole = divide_rounded(ns, unit);

	if (whole >= limit)
		return false;
	tenths = unit == 1 ? ns * 10 : divide_rounded(ns, unit / 10);
	fmt_decimal(b, tenths < 100 && unit > 1 ? tenths : whole, tenths < 100 && unit > 1);
	buf_char(b, ' ');
	buf_str(b, name);
	return true;
}

/* Append "3 min 20 s"; v is in the smaller unit, and the larger unit has `per` of these. */
static void fmt_two_units(struct buf *b, uint64_t v, uint64_t per, const char *large,
			  const char *small)
{
	buf_u64(b, v / per);
	buf_char(b, ' ');
	buf_str(b, large);
	if (v % per == 0)
		return;
	buf_char(b, ' ');
	buf_u64(b, v % per);
	buf_char(b, ' ');
	buf_str(b, small);
}

void fmt_duration(struct buf *b, uint64_t ns)
{
	uint64_t s = divide_rounded(ns, NS_PER_S), min = divide_rounded(ns, NS_PER_S * 60);

	if (fmt_in_unit(b, ns, 1, 1000, "ns") || fmt_in_unit(b, ns, NS_PER_US, 1000, "us") ||
	    fmt_in_unit(b, ns, NS_PER_MS, 1000, "ms") || fmt_in_unit(b, ns, NS_PER_S, 60, "s"))
		return;
	if (s < 3600)
		fmt_two_units(b, s, 60, "min", "s");
	else if (min < 24 * 60)
		fmt_two_units(b, min, 60, "h", "min");
	else
		fmt_two_units(b, divide_rounded(ns, NS_PER_S * 3600), 24, "d", "h");
}

void fmt_age(struct buf *b, uint64_t ns)
{
	static const struct {
		uint64_t s;
		const char *name;
	} units[] = { { S_PER_DAY, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	uint64_t s = ns / NS_PER_S;
	unsigned i = 0;

	if (!s) {
		buf_u64(b, ns / NS_PER_MS);
		buf_str(b, "ms");
		return;
	}
	while (i < 3 && s < units[i].s)
		i++;
	buf_u64(b, s / units[i].s);
	buf_str(b, units[i].name);
	if (i == 3 || !(s % units[i].s / units[i + 1].s))
		return;
	buf_char(b, ' ');
	buf_u64(b, s % units[i].s / units[i + 1].s);
	buf_str(b, units[i + 1].name);
}

void fmt_bytes(struct buf *b, uint64_t n)
{
	static const char letter[] = " KMGTPE";
	unsigned i = 0;

	for (; n >= 100000; i++)
		n = divide_rounded(n, 1024);
	buf_u64(b, n);
	if (i)
		buf_char(b, letter[i]);
}

static void fmt_ipv4(struct buf *b, const uint8_t *addr)
{
	char *start = buf_room(b, INET_ADDRSTRLEN), *p = start;

	if (!start)
		return;
	for (int i = 0; i < 4; i++) {
		unsigned v = addr[i];

		if (v >= 100)
			*p++ = (char)('0' + v / 100);
		if (v >= 10)
			*p++ = (char)('0' + v / 10 % 10);
		*p++ = (char)('0' + v % 10);
		*p++ = '.';
	}
	b->len += (size_t)(p - start) - 1;
}

void fmt_addr(struct buf *b, unsigned family, const uint8_t *addr)
{
	char text[INET6_ADDRSTRLEN];

	if (family == 4)
		fmt_ipv4(b, addr);
	else if (family == 6 && inet_ntop(AF_INET6, addr, text, sizeof(text)))
		buf_str(b, text);
	else
		buf_char(b, '?');
}

void fmt_endpoint(struct buf *b, unsigned family, const uint8_t *addr, uint16_t port)
{
	if (family == 6)
		buf_char(b, '[');
	fmt_addr(b, family, addr);
	if (family == 6)
		buf_char(b, ']');
	buf_char(b, ':');
	buf_u64(b, port);
}

void fmt_endpoint_cut(struct buf *b, unsigned family, const uint8_t *addr, uint16_t port,
		      size_t width)
{
	size_t from = b->len, len, tail, keep;
	char text[ENDPOINT_MAX];

	fmt_endpoint(b, family, addr, port);
	len = b->len - from;
	if (b->failed || len <= width || len > sizeof(text))
		return;
	memcpy(text, b->data + from, len);
	b->len = from;

	/* The tail is ":port"; the bracket of an IPv6 address goes with the address. */
	for (tail = 0; text[len - 1 - tail] != ':'; tail++)
		;
	tail++;
	if (width < 2 + tail) {
		buf_add(b, "..", width < 2 ? width : 2);
		return;
	}
	keep = width - 2 - tail;	/* columns of the address to keep */
	if (family == 6 && keep < 4)
		keep = 0;		/* no unpaired brackets */
	buf_add(b, text, (keep + 1) / 2);
	buf_add(b, "..", 2);
	buf_add(b, text + len - tail - keep / 2, keep / 2 + tail);
}

/*
 * Convert days since 1970-01-01 to year, month (1-12) and day (1-31): Howard Hinnant's
 * civil_from_days.
 */
static void convert_days(uint32_t days, uint32_t *year, uint32_t *month, uint32_t *day)
{
	uint32_t z = days + 719468;			/* days since 0000-03-01 */
	uint32_t era = z / 146097, doe = z % 146097;	/* 400 years; day of the era */
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);	/* from 1 March */
	uint32_t mp = (5 * doy + 2) / 153;

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

static char *put_date(char *to, uint32_t days)
{
	uint32_t year, month, day;

	convert_days(days, &year, &month, &day);
	to = buf_put_2(buf_put_2(to, year / 100), year % 100);
	*to++ = '-';
	to = buf_put_2(to, month);
	*to++ = '-';
	return buf_put_2(to, day);
}

static char *put_time_of_day(char *to, uint32_t s)
{
	to = buf_put_2(to, s / 3600);
	*to++ = ':';
	to = buf_put_2(to, s / 60 % 60);
	*to++ = ':';
	return buf_put_2(to, s % 60);
}

static char *put_nanoseconds(char *to, uint32_t ns)
{
	*to++ = (char)('0' + ns / 100000000);
	to = buf_put_2(to, ns / 1000000 % 100);
	to = buf_put_2(to, ns / 10000 % 100);
	to = buf_put_2(to, ns / 100 % 100);
	return buf_put_2(to, ns % 100);
}

void fmt_time_utc(struct buf *b, uint64_t epoch_ns)
{
	uint64_t s = epoch_ns / NS_PER_S;
	char *to = buf_room(b, sizeof("0000-00-00T00:00:00.000000000Z"));

	if (!to)
		return;
	to = put_date(to, (uint32_t)(s / S_PER_DAY));
	*to++ = 'T';
	to = put_time_of_day(to, (uint32_t)(s % S_PER_DAY));
	*to++ = '.';
	to = put_nanoseconds(to, (uint32_t)(epoch_ns % NS_PER_S));
	*to++ = 'Z';
	b->len = (size_t)(to - b->data);
}

void fmt_clock(struct buf *b, uint64_t epoch_ns)
{
	time_t s = (time_t)(epoch_ns / NS_PER_S);
	struct tm tm;

	if (!localtime_r(&s, &tm)) {
		buf_char(b, '?');
		return;
	}
	buf_digits(b, (uint64_t)tm.tm_hour, 2);
	buf_char(b, ':');
	buf_digits(b, (uint64_t)tm.tm_min, 2);
	buf_char(b, ':');
	buf_digits(b, (uint64_t)tm.tm_sec, 2);
	buf_char(b, '.');
	buf_digits(b, epoch_ns % NS_PER_S / NS_PER_MS, 3);
}

void fmt_hex(struct buf *b, uint64_t v)
{
	char text[18], *p = text + sizeof(text);

	do {
		*--p = "0123456789abcdef"[v & 15];
		v >>= 4;
	} while (v);
	*--p = 'x';
	*--p = '0';
	buf_add(b, p, (size_t)(text + sizeof(text) - p));
}
