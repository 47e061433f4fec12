/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "netns_addresses.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

static void add_interface(struct addresses *list, const struct ifaddrs *i)
{
	struct address a = { .family = 4 };

	if (!i->ifa_addr)
		return;
	if (i->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)i->ifa_addr;

		if (ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET)
			return;
		memcpy(a.addr, &in->sin_addr, sizeof(in->sin_addr));
	} else if (i->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)i->ifa_addr;

		if (IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr))
			return;
		a.family = 6;
		memcpy(a.addr, &in6->sin6_addr, sizeof(a.addr));
	} else {
		return;
	}
	addresses_add(list, &a);
}

static int read_interfaces(void *arg, uint32_t inum)
{
	struct ifaddrs *all;

	(void)inum;
	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		add_interface(arg, i);
	freeifaddrs(all);
	return 0;
}

static int do_nothing(void *arg, uint32_t inum)
{
	(void)arg;
	(void)inum;
	return 0;
}

int netns_addresses_read(struct netns_visits *v, struct addresses *a)
{
	const struct netns_visitor visitor = { .inside = read_interfaces, .after = do_nothing,
					       .arg = a };
	struct netns_totals t;
	int err;

	a->complete = true;
	err = netns_visits_run(v, &visitor);
	t = netns_visits_count(v);
	/* a process that is hidden may be in a namespace of its own, but in none that is named */
	if (err || t.left_out || (v->nr_wanted ? t.visited < v->nr_wanted : t.hidden))
		a->complete = false;
	return err;
}
