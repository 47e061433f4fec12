/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "port_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sock_diag.h"

#define SYS_NET "/proc/sys/net/ipv4/"
#define SYS_BYTES 16384		/* a list of reserved ports is rarely longer than a few ranges */

struct port_scan {
	struct port_use *use;
	struct port_pool pool;	/* of the namespace that is visited */
	struct sock_diag diag;
	char text[SYS_BYTES];
};

/* Read a file of /proc/sys, which shows the network namespace of the reader. "" unknown. */
static const char *read_sys(struct port_scan *w, const char *name)
{
	char path[64];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), SYS_NET "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, w->text, sizeof(w->text) - 1);
		close(fd);
	}
	w->text[n > 0 ? n : 0] = '\0';
	return w->text;
}

static bool read_pool(struct port_scan *w)
{
	char reuse[16];

	w->pool = (struct port_pool){ 0 };
	if (!port_pool_set_range(&w->pool, read_sys(w, "ip_local_port_range")) ||
	    !port_pool_set_reserved(&w->pool, read_sys(w, "ip_local_reserved_ports")))
		return false;
	snprintf(reuse, sizeof(reuse), "%.15s", read_sys(w, "tcp_tw_reuse"));
	port_pool_set_reuse(&w->pool, reuse, read_sys(w, "tcp_timestamps"));
	return true;
}

static int look_inside(void *arg, uint32_t inum)
{
	struct port_scan *w = arg;

	if (!read_pool(w))
		return -EIO;
	return sock_diag_open(&w->diag, inum);
}

static void take_socket(void *arg, const struct sock_diag_socket *s)
{
	struct port_scan *w = arg;

	if (port_pool_has(&w->pool, s->flow.local_port))
		port_use_add(w->use, &s->flow, s->minisock && s->state == STATE_TIME_WAIT,
			     s->expires_ms);
}

static int list_sockets(void *arg, uint32_t inum)
{
	struct port_scan *w = arg;
	int err = -ENOMEM;

	if (port_use_add_netns(w->use, inum, &w->pool))
		err = sock_diag_list(&w->diag, SOCK_DIAG_CONNECTED | 1u << STATE_TIME_WAIT,
				     take_socket, w);
	sock_diag_close(&w->diag);
	return err;
}

int port_scan_run(struct netns_visits *visits, struct port_use *use, const struct filter *filter)
{
	struct port_scan *w = calloc(1, sizeof(*w));
	const struct netns_visitor visitor = { .inside = look_inside, .after = list_sockets,
					       .arg = w };
	struct netns_totals totals;
	int err;

	if (!w)
		return -ENOMEM;
	w->use = use;
	err = netns_visits_run(visits, &visitor);
	free(w);
	if (err)
		return err;
	totals = netns_visits_count(visits);
	use->unread = totals.left_out;
	port_use_finish(use, filter);
	return totals.visited ? 0 : -(totals.why ?: ENOENT);
}
