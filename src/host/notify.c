/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "parse.h"
#include "time_units.h"

#define WATCHDOG_MAX_US (24ull * 3600 * 1000000)

/* A path, or with '@' in place of the first NUL an abstract address. Returns its length or 0. */
static socklen_t parse_address(struct sockaddr_un *a, const char *text)
{
	size_t len = strlen(text);

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((*text != '/' && *text != '@') || len >= sizeof(a->sun_path))
		return 0;
	memcpy(a->sun_path, text, len);
	if (*text == '@')
		a->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static int connect_socket(const char *text)
{
	struct sockaddr_un address;
	socklen_t len = parse_address(&address, text);
	int fd = len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1, err;

	if (!len)
		return -EAFNOSUPPORT;
	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)&address, len))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* The watchdog of another process is not ours: a service may start us as a child. */
static uint64_t read_watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t us, of;

	if (!usec || !parse_u64(usec, 1, WATCHDOG_MAX_US, &us))
		return 0;
	if (pid && (!parse_u64(pid, 1, INT32_MAX, &of) || of != (uint64_t)getpid()))
		return 0;
	return us * NS_PER_US;
}

int notify_open(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int err = 0;

	*n = (struct notify){ .fd = -1, .every_ns = read_watchdog_ns() / 2 };
	if (path) {
		n->fd = connect_socket(path);
		err = n->fd < 0 ? n->fd : 0;
	}
	if (n->fd < 0)
		n->every_ns = 0;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return err;
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

/* A service manager that does not read must not block the loop. */
static int send_state(const struct notify *n, const char *state)
{
	if (n->fd < 0 || send(n->fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	return -errno;
}

int notify_ready(struct notify *n, uint64_t now_ns)
{
	n->next_ns = n->every_ns ? now_ns + n->every_ns : 0;
	return send_state(n, "READY=1");
}

void notify_alive(struct notify *n, uint64_t now_ns)
{
	if (!n->next_ns || n->next_ns > now_ns)
		return;
	n->next_ns = now_ns + n->every_ns;
	send_state(n, "WATCHDOG=1");
}

uint64_t notify_next_ns(const struct notify *n)
{
	return n->next_ns;
}

void notify_stopping(struct notify *n)
{
	n->next_ns = 0;
	send_state(n, "STOPPING=1");
}
