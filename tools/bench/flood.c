/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sends packets that the host drops: datagrams or SYNs to closed ports of a network namespace of
 * its own, as fast as one process can. Prints {"packets":N,"rate":N,"dropped":N}, where dropped is
 * the kernel's own count (NoPorts for UDP; OutRsts, the resets sent, for TCP).
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"

#define CLOSED_PORT 9
#define BATCH 256

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/*
 * Reads a counter from /proc/net/snmp, which has a line of names and a line of values per protocol.
 */
static unsigned long read_counter(const char *protocol, const char *name)
{
	char names[2048], values[2048], *n, *v, *n_at, *v_at;
	unsigned long found = 0;
	FILE *f = fopen("/proc/thread-self/net/snmp", "re");

	if (!f)
		err(1, "/proc/net/snmp");
	while (fgets(names, sizeof(names), f) && fgets(values, sizeof(values), f)) {
		if (strncmp(names, protocol, strlen(protocol)))
			continue;
		n = strtok_r(names, " \n", &n_at);
		v = strtok_r(values, " \n", &v_at);
		for (; n && v; n = strtok_r(NULL, " \n", &n_at), v = strtok_r(NULL, " \n", &v_at))
			if (!strcmp(n, name))
				found = strtoul(v, NULL, 10);
	}
	fclose(f);
	return found;
}

static uint16_t fold_checksum(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

/*
 * RFC 9293 section 3.1: the checksum over the pseudo header and the segment. Both have an even
 * number of bytes.
 */
static uint16_t checksum(const struct tcphdr *th)
{
	uint32_t sum = htons(IPPROTO_TCP) + htons(sizeof(*th)) + 2 * (htons(0x7f00) + htons(1));
	const uint16_t *words = (const uint16_t *)th;

	for (unsigned i = 0; i < sizeof(*th) / 2; i++)
		sum += words[i];
	return fold_checksum(sum);
}

static void send_one(int fd, bool syn, uint32_t nr)
{
	static const struct sockaddr_in to = { .sin_family = AF_INET };
	struct sockaddr_in addr = to;
	struct tcphdr th = { .source = htons((uint16_t)(1024 + nr % 60000)),
			     .dest = htons(CLOSED_PORT), .seq = htonl(nr), .doff = 5, .syn = 1,
			     .window = htons(65535) };
	ssize_t n;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr.sin_port = syn ? 0 : htons(CLOSED_PORT);
	if (syn)
		th.check = checksum(&th);
	n = sendto(fd, syn ? (const void *)&th : (const void *)&nr, syn ? sizeof(th) : sizeof(nr),
		   0, (const struct sockaddr *)&addr, sizeof(addr));
	if (n < 0 && errno != ECONNREFUSED && errno != ENOBUFS)
		err(1, "sendto");
}

int main(int argc, char **argv)
{
	bool syn = argc > 1 && !strcmp(argv[1], "syn");
	double seconds = argc > 2 ? atof(argv[2]) : 2, begin, end;
	unsigned long before, dropped;
	uint32_t nr = 0;
	int fd;

	if (argc < 2 || (!syn && strcmp(argv[1], "udp")) || seconds <= 0) {
		fputs("usage: bench_flood udp|syn [SECONDS]\n", stderr);
		return 64;
	}
	enter_netns();
	fd = syn ? socket(AF_INET, SOCK_RAW, IPPROTO_TCP) : socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		err(1, "socket");
	before = syn ? read_counter("Tcp:", "OutRsts") : read_counter("Udp:", "NoPorts");
	begin = now_s();
	do {
		for (unsigned i = 0; i < BATCH; i++)
			send_one(fd, syn, nr++);
		end = now_s();
	} while (end - begin < seconds);
	dropped =
		(syn ? read_counter("Tcp:", "OutRsts") : read_counter("Udp:", "NoPorts")) - before;
	printf("{\"packets\":%u,\"rate\":%.0f,\"dropped\":%lu}\n", nr, nr / (end - begin), dropped);
	return 0;
}
