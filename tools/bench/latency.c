/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Measures the time from the last FIN or RST of a connection to the output line about it:
 * bench_latency COUNT RATE, with the tool's output as standard input.
 *
 * One thread ends COUNT connections, RATE per second at irregular intervals. The other thread takes
 * a timestamp of each line of the tool (json or trace) when it arrives. The clock starts before the
 * call that sends the last FIN or the RST; the segment follows within that call, a few microseconds
 * later. Three of four connections are closed by the client first; the client resets the fourth.
 * Prints, for each kind of close that a line is about,
 *     {"closer":{"made":300,"told":300,"p50_us":41.2,"p99_us":120.0,"max_us":240.1},
 *      "closed":{...},"reset_sent":{...},"reset_received":{...}}
 * Exit status: 0, 1 on any error, 64 usage, 77 not permitted.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"

#define CLIENT 0x7f4d4d01u	/* 127.77.77.1: used by no other program */
#define SERVER 0x7f4d4d4du
#define NETWORK "127.77.77."
#define SERVER_PORT 7777
#define FIRST_PORT 20000	/* each connection has its own client port */
#define COUNT_MAX 20000
#define PATIENCE_MS 3000	/* wait for the next line after the last close */
#define LINE_MAX_BYTES 65536

enum kind { CLOSER, CLOSED, RESET_SENT, RESET_RECEIVED, KINDS };

static const char *const kind_name[KINDS] = { "closer", "closed", "reset_sent", "reset_received" };

/* One connection, indexed by the client's port. told_ns is written by the reading thread. */
struct end {
	_Atomic uint64_t at_ns;		/* before the call that ends it; 0: not yet called */
	bool reset;
	uint64_t told_ns[2];		/* arrival of the client's and of the server's line */
};

struct latency {
	unsigned long count;
	double rate;
	int listener;
	atomic_bool done;
	struct end by_port[65536];
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static struct sockaddr_in make_address(uint32_t host, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(host) };
}

static int listen_here(void)
{
	struct sockaddr_in at = make_address(SERVER, SERVER_PORT);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 16))
		err(1, "listen");
	return fd;
}

/*
 * Sleeps 0.5 to 1.5 mean intervals, so that closes do not stay in step with the tool's own cycle.
 */
static void sleep_random(double rate)
{
	double seconds = (0.5 + drand48()) / rate;
	struct timespec ts = { .tv_sec = (time_t)seconds,
			       .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9) };

	nanosleep(&ts, NULL);
}

static void end_one(struct latency *l, uint16_t port, bool reset)
{
	const struct linger now = { .l_onoff = 1 };
	struct sockaddr_in from = make_address(CLIENT, port),
			   to = make_address(SERVER, SERVER_PORT);
	int server, client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct end *e = &l->by_port[port];

	if (client < 0 || bind(client, (struct sockaddr *)&from, sizeof(from)) ||
	    connect(client, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect");
	server = accept4(l->listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0)
		err(1, "accept");
	e->reset = reset;
	sleep_random(l->rate);
	if (reset)
		setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	else
		close(client);
	atomic_store(&e->at_ns, now_ns());
	close(reset ? client : server);
	if (reset)
		close(server);
}

static void *end_all(void *arg)
{
	struct latency *l = arg;

	for (unsigned long i = 0; i < l->count; i++)
		end_one(l, (uint16_t)(FIRST_PORT + i), i % 4 == 3);
	atomic_store(&l->done, true);
	return NULL;
}

/* Parses the number after a word. Returns the end of the number, or NULL if the word is missing. */
static const char *number_after(const char *line, const char *word, unsigned long *value)
{
	const char *p = strstr(line, word);
	char *end;

	if (!p)
		return NULL;
	*value = strtoul(p + strlen(word), &end, 10);
	return end;
}

/* Finds both ports in a line of json or trace: 127.77.77.1:40000 -> 127.77.77.77:7777 */
static bool parse_ports(const char *line, unsigned long *local, unsigned long *peer)
{
	const char *p = strstr(line, NETWORK);

	if (!p)
		return false;
	if (*line == '{')
		return number_after(line, "\"local_port\":", local) &&
		       number_after(line, "\"peer_port\":", peer);
	p = number_after(p, ":", local);
	p = p ? strstr(p, NETWORK) : NULL;
	return p && number_after(p, ":", peer);
}

/* Stores the arrival of a line. Returns true if the line is about one of our connections. */
static bool take_line(struct latency *l, const char *line, uint64_t at_ns)
{
	unsigned long local = 0, peer = 0;
	bool is_server;
	struct end *e;

	if (!parse_ports(line, &local, &peer) || local > 65535 || peer > 65535)
		return false;
	is_server = local == SERVER_PORT;
	e = &l->by_port[is_server ? peer : local];
	if (!atomic_load(&e->at_ns) || e->told_ns[is_server])
		errx(1, "a line about a connection not yet closed or already reported: %s", line);
	e->told_ns[is_server] = at_ns;
	return true;
}

static bool is_readable(struct latency *l)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	for (;;) {
		bool is_last = atomic_load(&l->done);
		int n = poll(&p, 1, is_last ? PATIENCE_MS : 100);

		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			err(1, "poll");
		if (!n && is_last)
			return false;
	}
}

static void read_lines(struct latency *l)
{
	static char text[LINE_MAX_BYTES];
	unsigned long told = 0;
	size_t len = 0;

	while (told < 2 * l->count && is_readable(l)) {
		ssize_t n = read(STDIN_FILENO, text + len, sizeof(text) - 1 - len);
		uint64_t at_ns = now_ns();
		char *line = text, *end;

		if (n <= 0)
			errx(1, "the tool's output ended");
		len += (size_t)n;
		text[len] = '\0';
		while ((end = strchr(line, '\n'))) {
			*end = '\0';
			told += take_line(l, line, at_ns);
			line = end + 1;
		}
		len -= (size_t)(line - text);
		memmove(text, line, len);
		if (len == sizeof(text) - 1)
			errx(1, "a line over %u bytes", LINE_MAX_BYTES);
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank: the smallest value that at least `percent` % of all values do not exceed. */
static double percentile(const double *sorted, size_t n, unsigned percent)
{
	return sorted[(n * percent + 99) / 100 - 1];
}

static void report_kind(const struct latency *l, enum kind kind)
{
	static double us[COUNT_MAX];
	bool is_server = kind == CLOSED || kind == RESET_RECEIVED;
	size_t made = 0, told = 0;

	for (unsigned port = 0; port < 65536; port++) {
		const struct end *e = &l->by_port[port];

		if (!e->at_ns || e->reset != (kind >= RESET_SENT))
			continue;
		made++;
		if (e->told_ns[is_server])
			us[told++] = ((double)e->told_ns[is_server] - (double)e->at_ns) / 1e3;
	}
	qsort(us, told, sizeof(*us), compare);
	printf("%s\"%s\":{\"made\":%zu,\"told\":%zu", kind ? "," : "{", kind_name[kind], made,
	       told);
	if (told)
		printf(",\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f", percentile(us, told, 50),
		       percentile(us, told, 99), us[told - 1]);
	putchar('}');
}

int main(int argc, char **argv)
{
	static struct latency l;
	pthread_t closer;

	if (argc == 3) {
		l.count = strtoul(argv[1], NULL, 10);
		l.rate = strtod(argv[2], NULL);
	}
	if (!l.count || l.count > COUNT_MAX || !(l.rate > 0)) {
		fputs("usage: bench_latency COUNT RATE < OUTPUT\n", stderr);
		return 64;
	}
	enter_netns();
	l.listener = listen_here();
	if (pthread_create(&closer, NULL, end_all, &l))
		errx(1, "cannot create a thread");
	read_lines(&l);
	pthread_join(closer, NULL);
	for (enum kind kind = CLOSER; kind < KINDS; kind++)
		report_kind(&l, kind);
	puts("}");
	return 0;
}
