/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "parse.h"

#define UNIX "unix:"
#define PORT_MAX 65535
#define LOOPBACK_NET 127	/* 127.0.0.0/8 */

static bool parse_unix(const char *path, struct listen_address *a)
{
	size_t len = strlen(path);

	if (!len || len >= sizeof(a->local.sun_path))
		return false;
	*a = (struct listen_address){ .len = sizeof(a->local) };
	a->local.sun_family = AF_UNIX;
	memcpy(a->local.sun_path, path, len + 1);
	return true;
}

static bool parse_ipv4(const char *host, uint16_t port, struct listen_address *a)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, strcmp(host, "localhost") ? host : "127.0.0.1",
		      &in.sin_addr) != 1)
		return false;
	*a = (struct listen_address){ .len = sizeof(in) };
	memcpy(&a->any, &in, sizeof(in));
	return true;
}

static bool parse_ipv6(char *host, uint16_t port, struct listen_address *a)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	size_t len = strlen(host);

	if (len < 2 || host[len - 1] != ']')
		return false;
	host[len - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, &in.sin6_addr) != 1)
		return false;
	*a = (struct listen_address){ .len = sizeof(in) };
	memcpy(&a->any, &in, sizeof(in));
	return true;
}

bool listen_address_parse(const char *text, struct listen_address *a)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	uint64_t port;
	size_t len;

	if (!strncmp(text, UNIX, strlen(UNIX)))
		return parse_unix(text + strlen(UNIX), a);
	len = colon ? (size_t)(colon - text) : 0;
	if (!len || len >= sizeof(host) || !parse_u64(colon + 1, 0, PORT_MAX, &port))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return *host == '[' ? parse_ipv6(host, (uint16_t)port, a) :
			      parse_ipv4(host, (uint16_t)port, a);
}

bool listen_address_is_local(const struct listen_address *a)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (a->sa.sa_family == AF_INET) {
		memcpy(&in, &a->any, sizeof(in));
		return ntohl(in.sin_addr.s_addr) >> 24 == LOOPBACK_NET;
	}
	memcpy(&in6, &a->any, sizeof(in6));
	return listen_address_is_unix(a) || IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}
