/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "port_pool.h"

#include <string.h>

#define PORT_MAX 65535

/* Read a decimal number, after spaces. Returns false if there is none, or it is larger than max. */
static bool read_number(const char **at, uint32_t max, uint32_t *n)
{
	const char *c = *at;

	while (*c == ' ' || *c == '\t')
		c++;
	if (*c < '0' || *c > '9')
		return false;
	for (*n = 0; *c >= '0' && *c <= '9'; c++) {
		*n = *n * 10 + (uint32_t)(*c - '0');
		if (*n > max)
			return false;
	}
	*at = c;
	return true;
}

bool port_pool_set_range(struct port_pool *p, const char *text)
{
	uint32_t low, high;

	if (!read_number(&text, PORT_MAX, &low) || !read_number(&text, PORT_MAX, &high) ||
	    low > high)
		return false;
	p->low = (uint16_t)low;
	p->high = (uint16_t)high;
	return true;
}

bool port_pool_set_reserved(struct port_pool *p, const char *text)
{
	uint32_t first, last;

	memset(p->reserved, 0, sizeof(p->reserved));
	while (*text && *text != '\n') {
		if (!read_number(&text, PORT_MAX, &first))
			return false;
		last = first;
		if (*text == '-') {
			text++;
			if (!read_number(&text, PORT_MAX, &last))
				return false;
		}
		for (; first <= last; first++)
			p->reserved[first / 8] |= (uint8_t)(1 << first % 8);
		if (*text == ',')
			text++;
	}
	return true;
}

bool port_pool_set_reuse(struct port_pool *p, const char *reuse, const char *timestamps)
{
	uint32_t mode, stamps;

	if (!read_number(&reuse, UINT8_MAX, &mode) || !read_number(&timestamps, UINT8_MAX, &stamps))
		return false;
	p->reuse_any = mode == 1 && stamps;
	p->reuse_loopback = (mode == 1 || mode == 2) && stamps;
	return true;
}

bool port_pool_has(const struct port_pool *p, uint16_t port)
{
	return port >= p->low && port <= p->high && !(p->reserved[port / 8] >> port % 8 & 1);
}

uint32_t port_pool_size(const struct port_pool *p)
{
	uint32_t n = 0;

	for (uint32_t port = p->low; p->high && port <= p->high; port++)
		n += port_pool_has(p, (uint16_t)port);
	return n;
}
