// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Writes the line of truth of one end with one write(), so that lines of many processes do not mix.
 * Every string is a constant of ours or an address, so nothing needs escaping.
 */
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "soak.h"

#define LINE_BYTES 1024

/* Formats the address as in the packets: a v4-mapped one as IPv4. Returns the family, 4 or 6. */
static int format_address(const struct sockaddr_storage *ss, char *text, int *port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)ss;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)ss;

	if (ss->ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, text, INET6_ADDRSTRLEN);
		*port = ntohs(v4->sin_port);
		return 4;
	}
	*port = ntohs(v6->sin6_port);
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text, INET6_ADDRSTRLEN);
		return 4;
	}
	inet_ntop(AF_INET6, &v6->sin6_addr, text, INET6_ADDRSTRLEN);
	return 6;
}

/* Stores the addresses and the cookie of the socket while it is connected. */
void truth_name(struct end *e)
{
	char local[INET6_ADDRSTRLEN], peer[INET6_ADDRSTRLEN];
	int family, local_port, peer_port;
	struct sockaddr_storage ss;
	unsigned long long cookie;
	socklen_t len = sizeof(ss), cookie_len = sizeof(cookie);

	if (getsockname(e->fd, (struct sockaddr *)&ss, &len))
		soak_die("getsockname");
	family = format_address(&ss, local, &local_port);
	len = sizeof(ss);
	if (getpeername(e->fd, (struct sockaddr *)&ss, &len))
		soak_die("getpeername");
	format_address(&ss, peer, &peer_port);
	if (getsockopt(e->fd, SOL_SOCKET, SO_COOKIE, &cookie, &cookie_len))
		soak_die("SO_COOKIE");
	snprintf(e->where, sizeof(e->where),
		 "\"cookie\":\"0x%llx\",\"family\":%d,\"v4_mapped\":%s,\"local_addr\":\"%s\","
		 "\"local_port\":%d,\"peer_addr\":\"%s\",\"peer_port\":%d", cookie, family,
		 ss.ss_family == AF_INET6 && family == 4 ? "true" : "false", local, local_port,
		 peer, peer_port);
}

__attribute__((format(printf, 3, 4)))
static void add(char *line, size_t *len, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line + *len, LINE_BYTES - *len, format, args);
	va_end(args);
	if (n < 0 || *len + (size_t)n >= LINE_BYTES)
		soak_die("a line of truth is too long");
	*len += (size_t)n;
}

static void add_word(char *line, size_t *len, const char *key, const char *word)
{
	if (word)
		add(line, len, ",\"%s\":\"%s\"", key, word);
	else
		add(line, len, ",\"%s\":null", key);
}

static void add_number(char *line, size_t *len, const char *key, int value)
{
	if (value >= 0)
		add(line, len, ",\"%s\":%d", key, value);
	else
		add(line, len, ",\"%s\":null", key);
}

/* Adds the caller to the line: the current task performs the action. */
static void add_caller(char *line, size_t *len, const struct caller *a)
{
	static const char *const hows[] = {
		[SHUT_RD] = "SHUT_RD", [SHUT_WR] = "SHUT_WR", [SHUT_RDWR] = "SHUT_RDWR",
	};
	char comm[16];

	if (!a) {
		add(line, len, ",\"trigger\":null");
		return;
	}
	prctl(PR_GET_NAME, comm);
	if (!strcmp(a->call, "execve"))
		strcpy(comm, "exe");	/* the comm of the new program, /proc/self/exe */
	add(line, len, ",\"trigger\":{\"call\":\"%s\"", a->call);
	add_word(line, len, "how", a->how < 0 ? NULL : hows[a->how]);
	add_number(line, len, "fd", a->fd);
	add(line, len, ",\"pid\":%d,\"tid\":%d,\"uid\":%u,\"comm\":\"%s\"", getpid(),
	    (int)syscall(SYS_gettid), (unsigned)getuid(), comm);
	add_number(line, len, "exit_code", a->exit_code);
	add_number(line, len, "signal", a->signal);
	add(line, len, "}");
}

/* Adds the smallest round trip that the kernel measured on this connection. */
static void add_round_trip(char *line, size_t *len, const struct end *e)
{
	struct tcp_info info;
	socklen_t info_len = sizeof(info);

	if (getsockopt(e->fd, IPPROTO_TCP, TCP_INFO, &info, &info_len))
		soak_die("TCP_INFO");
	add(line, len, ",\"min_rtt_us\":%u", info.tcpi_min_rtt);
}

void truth_print(const struct end *e, const struct caller *a)
{
	const struct plan *p = &e->plan;
	char line[LINE_BYTES];
	size_t len = 0;

	add(line, &len, "{\"conn\":\"%u.%u\",\"side\":\"%s\",%s", p->worker, p->nr,
	    e->side == CLIENT ? "client" : "server", e->where);
	add(line, &len, ",\"opened\":\"%s\"", e->side == CLIENT ? "connect" : "accept");
	add(line, &len, ",\"first\":\"%s\"", p->first == FIRST_AT_ONCE ? "both" :
	    p->first == FIRST_CLIENT ? "client" : "server");
	add(line, &len, ",\"acts\":[\"%s\",\"%s\"],\"holds_ms\":[%d,%d],\"ack_at_once\":%d",
	    action_name(p->action[0]), action_name(p->action[1]), p->hold_ms[0], p->hold_ms[1],
	    p->ack_at_once);
	add_word(line, &len, "initiator", plan_initiator(p, e->side));
	add_word(line, &len, "ending", plan_ending(p, e->side));
	add_word(line, &len, "reason", plan_reason(p, e->side));
	add(line, &len, ",\"sent\":%ld,\"received\":%ld", e->sent, e->received);
	add_round_trip(line, &len, e);
	add_caller(line, &len, a);
	add(line, &len, "}\n");
	if (write(STDOUT_FILENO, line, len) != (ssize_t)len)
		soak_die("writing the truth");
}
