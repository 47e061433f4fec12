/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "parse_time.h"

#include <string.h>

#include "parse.h"
#include "time_units.h"

#define YEAR_MAX 2261		/* 2^63 ns after 1970 is in 2262 */
#define TIME_MAX_NS 1000000000000000000ull	/* 10^9 s */

/* A text that is being parsed; pos is NULL after an error. */
struct cursor {
	const char *pos;
};

/* Parse a number of exactly n digits, from min to max. */
static int parse_number(struct cursor *c, int n, int min, int max)
{
	int v = 0;

	for (int i = 0; c->pos && i < n; i++, c->pos++) {
		if (*c->pos < '0' || *c->pos > '9') {
			c->pos = NULL;
			return 0;
		}
		v = v * 10 + (*c->pos - '0');
	}
	if (v < min || v > max)
		c->pos = NULL;
	return v;
}

/* Skip one of these characters. */
static void skip_one_of(struct cursor *c, const char *set)
{
	if (c->pos && *c->pos && strchr(set, *c->pos))
		c->pos++;
	else
		c->pos = NULL;
}

static bool is_at(const struct cursor *c, char ch)
{
	return c->pos && *c->pos == ch;
}

/* "32", "32.123456789"; further digits are ignored. A leap second is the second after it. */
static int parse_seconds(struct cursor *c, uint64_t *fraction_ns)
{
	uint64_t unit = NS_PER_S;
	int s = parse_number(c, 2, 0, 60);

	*fraction_ns = 0;
	if (!is_at(c, '.'))
		return s;
	c->pos++;
	if (*c->pos < '0' || *c->pos > '9')
		c->pos = NULL;
	for (; c->pos && *c->pos >= '0' && *c->pos <= '9'; c->pos++) {
		unit /= 10;
		*fraction_ns += unit * (uint64_t)(*c->pos - '0');
	}
	return s;
}

/* "Z", "+01:00": the seconds that local time is ahead of UTC. */
static int parse_offset(struct cursor *c)
{
	int sign = is_at(c, '-') ? -1 : 1, s;

	if (is_at(c, 'Z') || is_at(c, 'z')) {
		c->pos++;
		return 0;
	}
	skip_one_of(c, "+-");
	s = parse_number(c, 2, 0, 23) * 3600;
	skip_one_of(c, ":");
	s += parse_number(c, 2, 0, 59) * 60;
	return sign * s;
}

/* Days are checked by converting them back: February has no 30th. */
static bool has_day(struct tm tm)
{
	int day = tm.tm_mday, month = tm.tm_mon;

	timegm(&tm);
	return tm.tm_mday == day && tm.tm_mon == month;
}

static bool parse_rfc3339(const char *text, struct time_point *p)
{
	struct cursor c = { text };
	uint64_t fraction_ns = 0;
	struct tm tm = { 0 };
	int offset_s;
	time_t t;

	tm.tm_year = parse_number(&c, 4, 1970, YEAR_MAX) - 1900;
	skip_one_of(&c, "-");
	tm.tm_mon = parse_number(&c, 2, 1, 12) - 1;
	skip_one_of(&c, "-");
	tm.tm_mday = parse_number(&c, 2, 1, 31);
	skip_one_of(&c, "Tt ");
	if (!c.pos || !has_day(tm))
		return false;
	tm.tm_hour = parse_number(&c, 2, 0, 23);
	skip_one_of(&c, ":");
	tm.tm_min = parse_number(&c, 2, 0, 59);
	skip_one_of(&c, ":");
	tm.tm_sec = parse_seconds(&c, &fraction_ns);
	offset_s = parse_offset(&c);
	if (!c.pos || *c.pos)
		return false;
	t = timegm(&tm) - offset_s;
	if (t < 0)
		return false;
	*p = (struct time_point){ TIME_POINT_AT, (uint64_t)t * NS_PER_S + fraction_ns };
	return true;
}

static bool parse_time_of_day(const char *text, time_t now, struct time_point *p)
{
	struct cursor c = { text };
	uint64_t fraction_ns = 0;
	struct tm tm;
	time_t t;

	if (!localtime_r(&now, &tm))
		return false;
	tm.tm_hour = parse_number(&c, 2, 0, 23);
	skip_one_of(&c, ":");
	tm.tm_min = parse_number(&c, 2, 0, 59);
	tm.tm_sec = 0;
	if (is_at(&c, ':')) {
		c.pos++;
		tm.tm_sec = parse_seconds(&c, &fraction_ns);
	}
	if (!c.pos || *c.pos)
		return false;
	tm.tm_isdst = -1;
	t = mktime(&tm);
	if (t < 0)
		return false;
	*p = (struct time_point){ TIME_POINT_AT, (uint64_t)t * NS_PER_S + fraction_ns };
	return true;
}

bool parse_time(const char *text, time_t now, struct time_point *p)
{
	uint64_t ns;

	if (*text != '-')
		return parse_rfc3339(text, p) || parse_time_of_day(text, now, p);
	if (!parse_duration(text + 1, "", TIME_MAX_NS, &ns))
		return false;
	*p = (struct time_point){ TIME_POINT_BEFORE, ns };
	return true;
}
