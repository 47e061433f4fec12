/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "words.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Decodes the escape at p to *to. Returns a pointer to the text behind it, or NULL if it is bad. */
static const char *unescape(const char *p, char **to)
{
	char hex[3] = { 0 };

	switch (p[1]) {
	case 'n':
		*(*to)++ = '\n';
		return p + 2;
	case '"':
	case '\\':
		*(*to)++ = p[1];
		return p + 2;
	case 'x':
		if (!isxdigit((unsigned char)p[2]) || !isxdigit((unsigned char)p[3]))
			return NULL;
		hex[0] = p[2];
		hex[1] = p[3];
		*(*to)++ = (char)strtol(hex, NULL, 16);
		return p + 4;
	default:
		return NULL;
	}
}

/* Decodes the word at p to `to`, which may be p. Returns its end, or NULL on a bad quote. */
static const char *word_end(const char *p, char *to)
{
	bool quoted = false, more;

	while (*p && (quoted || !isspace((unsigned char)*p))) {
		if (*p == '"') {
			quoted = !quoted;
			p++;
		} else if (quoted && *p == '\\') {
			p = unescape(p, &to);
			if (!p)
				return NULL;
		} else {
			*to++ = *p++;
		}
	}
	if (quoted)
		return NULL;
	more = *p;
	*to = '\0';
	return p + more;
}

int words_split(char *line, char *word[WORDS_MAX])
{
	const char *p = line;
	int n = 0;

	for (;;) {
		while (isspace((unsigned char)*p))
			p++;
		if (!*p || *p == '#')
			return n;
		if (n == WORDS_MAX)
			return -1;
		word[n] = line + (p - line);
		p = word_end(p, word[n++]);
		if (!p)
			return -1;
	}
}

bool words_u64(const char *text, uint64_t *v)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*v = strtoull(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	return !errno && !*end;
}

static uint64_t unit_ns(const char *unit)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = { { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };

	for (unsigned i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(units[i].unit, unit))
			return units[i].ns;
	return 0;
}

bool words_time(const char *text, uint64_t *ns)
{
	uint64_t whole, fraction = 0, scale = 1, unit;
	char *end;

	if (!strcmp(text, "0")) {
		*ns = 0;
		return true;
	}
	if (!isdigit((unsigned char)*text))
		return false;
	whole = strtoull(text, &end, 10);
	if (*end == '.') {
		for (end++; isdigit((unsigned char)*end) && scale < 1000000000; end++) {
			fraction = fraction * 10 + (uint64_t)(*end - '0');
			scale *= 10;
		}
	}
	unit = unit_ns(end);
	if (!unit || unit % scale)
		return false;
	*ns = whole * unit + fraction * (unit / scale);
	return true;
}

bool words_endpoint(const char *text, uint8_t *family, uint8_t *addr, uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	char host[64] = { 0 };
	uint64_t number;
	size_t len;

	if (!colon || !words_u64(colon + 1, &number) || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	memset(addr, 0, 16);
	*family = 4;
	len = (size_t)(colon - text);
	if (*text == '[' && len > 1 && text[len - 1] == ']') {
		*family = 6;
		text++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	return inet_pton(*family == 6 ? AF_INET6 : AF_INET, host, addr) == 1;
}

const char *words_value(const char *word, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(word, key, len) && word[len] == '=' ? word + len + 1 : NULL;
}
