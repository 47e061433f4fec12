/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The address that a server listens on: "127.0.0.1:9436", "[::1]:9436" or "unix:/run/x.sock".
 */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct listen_address {
	union {
		struct sockaddr sa;
		struct sockaddr_storage any;
		struct sockaddr_un local;
	};
	socklen_t len;
};

/*
 * Parse an address. Names are not looked up, except localhost, which is 127.0.0.1. The port may be
 * 0: the kernel chooses one. False if it is none, or the path is too long for a socket.
 */
bool listen_address_parse(const char *text, struct listen_address *a);

/* Can only programs of this host connect to it? */
bool listen_address_is_local(const struct listen_address *a);

static inline bool listen_address_is_unix(const struct listen_address *a)
{
	return a->sa.sa_family == AF_UNIX;
}
