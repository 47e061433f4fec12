/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "parse.h"

#define PASSWD_LINE 4096	/* bytes */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Parse leading digits and return the rest of the text; NULL without digits, or above max. */
static const char *parse_digits(const char *text, uint64_t max, uint64_t *v)
{
	uint64_t n = 0;

	if (!is_digit(*text))
		return NULL;
	for (; is_digit(*text); text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (n > max / 10 || n * 10 > max - digit || digit > max)
			return NULL;
		n = n * 10 + digit;
	}
	*v = n;
	return text;
}

bool parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *v)
{
	uint64_t n;
	const char *end = parse_digits(text, max, &n);

	if (!end || *end || n < min)
		return false;
	*v = n;
	return true;
}

bool parse_decimal(const char *text, uint64_t unit, uint64_t max, uint64_t *v)
{
	uint64_t n = 0;

	if (!is_digit(text[0]) && !(text[0] == '.' && is_digit(text[1])))
		return false;
	if (text[0] != '.')
		text = parse_digits(text, max / unit, &n);
	if (!text)
		return false;
	n *= unit;
	if (*text == '.') {
		for (text++; is_digit(*text); text++) {
			unit /= 10;
			n += unit * (uint64_t)(*text - '0');
		}
	}
	if (*text || n > max)
		return false;
	*v = n;
	return true;
}

/* The nanoseconds of a unit of time are power * factor, and power is a power of ten; NULL: none. */
static const struct time_unit {
	const char *name;
	uint64_t power, factor;
} time_units[] = {
	{ "us", 1000, 1 },	 { "ms", 1000000, 1 },	     { "s", 1000000000, 1 },
	{ "m", 1000000000, 60 }, { "h", 1000000000, 3600 }, { "d", 1000000000, 86400 },
};

static const struct time_unit *find_time_unit(const char *name)
{
	for (size_t i = 0; i < sizeof(time_units) / sizeof(*time_units); i++)
		if (strcmp(time_units[i].name, name) == 0)
			return &time_units[i];
	return NULL;
}

bool parse_duration(const char *text, const char *default_unit, uint64_t max_ns, uint64_t *ns)
{
	size_t len = strspn(text, "0123456789.");
	const struct time_unit *unit = find_time_unit(text[len] ? text + len : default_unit);
	char number[40];
	uint64_t n;

	if (len >= sizeof(number) || !unit)
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	if (!parse_decimal(number, unit->power, max_ns / unit->factor, &n))
		return false;
	*ns = n * unit->factor;
	return true;
}

bool parse_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *v)
{
	unsigned shift = 0;
	uint64_t n;

	text = parse_digits(text, max, &n);
	if (!text)
		return false;
	if (*text == 'K' || *text == 'k')
		shift = 10;
	else if (*text == 'M' || *text == 'm')
		shift = 20;
	else if (*text == 'G' || *text == 'g')
		shift = 30;
	if (shift)
		text++;
	if (*text || n > max >> shift)
		return false;
	n <<= shift;
	if (n < min)
		return false;
	*v = n;
	return true;
}

bool parse_bytes_pow2(const char *text, uint64_t min, uint64_t max, uint64_t *v)
{
	uint64_t n;

	if (!parse_bytes(text, min, max, &n) || n & (n - 1))
		return false;
	*v = n;
	return true;
}

/* Avoids getpwnam(), which loads name service modules at run time: a static binary cannot. */
static bool find_uid(const char *name, uint32_t *uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd entry, *found;
	char line[PASSWD_LINE];
	bool ok = false;

	if (!f)
		return false;
	while (!ok && fgetpwent_r(f, &entry, line, sizeof(line), &found) == 0)
		ok = strcmp(found->pw_name, name) == 0;
	if (ok)
		*uid = entry.pw_uid;
	fclose(f);
	return ok;
}

bool parse_user(const char *text, uint32_t *uid)
{
	uint64_t n;

	if (!is_digit(*text))
		return *text && find_uid(text, uid);
	if (!parse_u64(text, 0, UINT32_MAX - 1, &n))
		return false;
	*uid = (uint32_t)n;
	return true;
}
