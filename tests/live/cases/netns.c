// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn void workload_skip(const char *why)
{
	errno = 0;
	fprintf(stderr, "workload: %s\n", why);
	_exit(WORKLOAD_SKIP);
}

/*
 * A namespace that somebody uses has an address besides lo's, and that of the workload's own
 * device.
 */
void netns_require_own(void)
{
	struct ifaddrs *list;
	bool used = false;

	if (getifaddrs(&list))
		workload_die(WORKLOAD_SKIP, "getifaddrs");
	for (const struct ifaddrs *i = list; i; i = i->ifa_next)
		if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET &&
		    !(i->ifa_flags & IFF_LOOPBACK) && strcmp(i->ifa_name, NETNS_TUN))
			used = true;
	freeifaddrs(list);
	if (used)
		workload_skip("wants a network namespace of its own, for it changes it");
}

void netns_set_sysctl(const char *name, const char *value)
{
	char path[128];
	int fd;

	netns_require_own();
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		workload_die(WORKLOAD_SKIP, path);
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		workload_die(WORKLOAD_SKIP, path);
	close(fd);
}

void netns_set_sysctl_if_present(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	if (!access(path, F_OK))
		netns_set_sysctl(name, value);
}

void netns_add_filter(const char *rules)
{
	int status;
	FILE *nft;

	netns_require_own();
	fflush(NULL);
	nft = popen("nft -f - >&2", "we");
	if (!nft)
		workload_die(WORKLOAD_SKIP, "nft");
	fprintf(nft, "table ip workload {\n\tchain in {\n\t\ttype filter hook input priority 0;\n"
		     "%s\t}\n}\n", rules);
	status = pclose(nft);
	if (status)
		workload_skip("needs nft, and nftables in the kernel");
}

bool kernel_has_symbol(const char *name)
{
	FILE *table = fopen("/proc/kallsyms", "re");
	char line[512], symbol[256];
	bool found = false;

	if (!table)
		workload_die(WORKLOAD_SKIP, "/proc/kallsyms");
	while (!found && fgets(line, sizeof(line), table))
		found = sscanf(line, "%*s %*s %255s", symbol) == 1 && !strcmp(symbol, name);
	fclose(table);
	return found;
}

/* Does this line of /proc/net/tcp tell of the endpoint? Then its state, else 0. */
static int parse_tcp_state(const char *line, const struct endpoint *e)
{
	unsigned local, peer, local_port, peer_port, state;
	struct in_addr a, b;

	if (sscanf(line, " %*d: %8X:%4X %8X:%4X %2X", &local, &local_port, &peer, &peer_port,
		   &state) != 5)
		return 0;
	if (inet_pton(AF_INET, e->local_addr, &a) != 1 || inet_pton(AF_INET, e->peer_addr, &b) != 1)
		workload_die(1, "an address that is not IPv4");
	if (a.s_addr != local || b.s_addr != peer || (int)local_port != e->local_port ||
	    (int)peer_port != e->peer_port)
		return 0;
	return (int)state;
}

int netns_tcp_state(const struct endpoint *e)
{
	FILE *table = fopen("/proc/net/tcp", "re");
	char line[256];
	int state = 0;

	if (!table)
		workload_die(WORKLOAD_SKIP, "/proc/net/tcp");
	while (!state && fgets(line, sizeof(line), table))
		state = parse_tcp_state(line, e);
	fclose(table);
	return state;
}

void netns_await_state(const struct endpoint *e, int state)
{
	while (netns_tcp_state(e) != state)
		poll(NULL, 0, 1);
}

void netns_await_gone(struct endpoint *e)
{
	netns_await_state(e, 0);
	endpoint_note_end(e);
}
