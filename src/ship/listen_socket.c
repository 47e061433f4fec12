/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "listen_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fmt.h"

#define BACKLOG 64
#define SOCKET_UMASK 0117	/* mode 0660 */

/* Is there a socket that no server listens on? Then its server was killed. */
static bool is_left_behind(const struct listen_address *a)
{
	struct stat st;
	bool refused;
	int fd;

	if (lstat(a->local.sun_path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	refused = connect(fd, &a->sa, a->len) && errno == ECONNREFUSED;
	close(fd);
	return refused;
}

static int bind_unix(int fd, const struct listen_address *a)
{
	mode_t old = umask(SOCKET_UMASK);
	int err = bind(fd, &a->sa, a->len) ? -errno : 0;

	if (err == -EADDRINUSE && is_left_behind(a) && !unlink(a->local.sun_path))
		err = bind(fd, &a->sa, a->len) ? -errno : 0;
	umask(old);
	return err;
}

/* [::] takes IPv4 connections too, whatever net.ipv6.bindv6only says. */
static int set_options(int fd, const struct listen_address *a)
{
	static const int on = 1, off = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		return -1;
	return a->sa.sa_family == AF_INET6 &&
	       setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
}

static int bind_inet(int fd, struct listen_address *a)
{
	socklen_t len = sizeof(a->any);

	if (set_options(fd, a) ||
	    bind(fd, &a->sa, a->len) || getsockname(fd, &a->sa, &len))
		return -errno;
	return 0;
}

int listen_socket_open(struct listen_address *a)
{
	int fd = socket(a->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	if (fd < 0)
		return -errno;
	err = listen_address_is_unix(a) ? bind_unix(fd, a) : bind_inet(fd, a);
	if (!err && listen(fd, BACKLOG))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

void listen_socket_remove(const struct listen_address *a)
{
	if (listen_address_is_unix(a))
		unlink(a->local.sun_path);
}

void listen_socket_print(struct buf *b, const struct listen_address *a)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (listen_address_is_unix(a)) {
		buf_str(b, "unix:");
		buf_str(b, a->local.sun_path);
		return;
	}
	buf_str(b, "http://");
	memcpy(&in, &a->any, sizeof(in));
	memcpy(&in6, &a->any, sizeof(in6));
	if (a->sa.sa_family == AF_INET)
		fmt_endpoint(b, 4, (const uint8_t *)&in.sin_addr, ntohs(in.sin_port));
	else
		fmt_endpoint(b, 6, (const uint8_t *)&in6.sin6_addr, ntohs(in6.sin6_port));
}
