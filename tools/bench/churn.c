/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The load of tools/bench/bench. Prints one JSON object.
 *
 *   bench_churn churn [-p PAIRS] [-s SECONDS | -n COUNT] [-r RATE] [-w]
 *     Starts pairs of processes in a network namespace of their own. Each pair connects, sends one
 *     byte each way and closes, as fast as possible or RATE times per second. The client closes
 *     first. Server NR listens on port 20000 + NR. With -w the program ends only when standard
 *     input ends, so that the caller can inspect its tracer first.
 *     {"connections":81234,"seconds":2.000113,"rate":40614.7,"servers":[71,72],"clients":[73,74]}
 *   bench_churn getppid|open [-n COUNT]
 *     Runs one system call (for open two: open and close of a regular file) in a loop on one CPU.
 *     {"calls":1000000,"ns_per_call":81.3}
 *
 * Exit status: 0, 1 on any error (including a failed connection), 64 usage, 77 not permitted.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"

#define MAX_PAIRS 256
#define BASE_PORT 20000
#define EXIT_USAGE 64

/* The counters of one pair, in memory that the processes share. Each has its own cache line. */
struct pair {
	uint64_t connections;
	uint64_t failed;
	char pad[48];
};

struct options {
	unsigned int pairs;
	double seconds;
	uint64_t count; /* connections of all pairs together; 0: run for `seconds` */
	double rate;	/* connections per second, all pairs together; 0: no limit */
	bool wait;	/* wait for the end of standard input */
};

__attribute__((format(printf, 2, 3), noreturn)) static void die(int status, const char *fmt, ...)
{
	va_list args;

	fputs("bench_churn: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void write_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		fprintf(stderr, "bench_churn: %s: %s\n", path, strerror(errno));
	close(fd);
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 128))
		die(1, "listen on port %u: %s", port, strerror(errno));
	return fd;
}

/* Echoes one byte per connection, then waits for the peer's FIN. Never returns. */
static void serve(int listener)
{
	char byte;

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			continue;
		if (read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1)
			(void)!read(fd, &byte, 1);
		close(fd);
	}
}

static bool exchange_byte(struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char byte = 'x';
	bool good;

	if (fd < 0)
		return false;
	good = !connect(fd, (struct sockaddr *)addr, sizeof(*addr)) && write(fd, &byte, 1) == 1 &&
	       read(fd, &byte, 1) == 1;
	close(fd);
	return good;
}

static void sleep_until(uint64_t at_ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(at_ns / 1000000000u),
		.tv_nsec = (long)(at_ns % 1000000000u),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/*
 * Connects to the next address of 127.0.0.0/8 each time, so that no pair of endpoints is reused
 * during its TIME_WAIT.
 */
static void run_client(const struct options *o, unsigned int nr, struct pair *pair,
		       uint64_t start_ns)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(BASE_PORT + nr)),
	};
	uint64_t share = o->count / o->pairs + (nr < o->count % o->pairs);
	uint64_t end_ns = start_ns + (uint64_t)(o->seconds * 1e9);
	double pause_ns = o->rate > 0 ? 1e9 * o->pairs / o->rate : 0;

	for (uint64_t i = 0; o->count ? i < share : now_ns() < end_ns; i++) {
		if (pause_ns > 0)
			sleep_until(start_ns + (uint64_t)((double)i * pause_ns));
		addr.sin_addr.s_addr = htonl(0x7f000001u + (uint32_t)(i % 0xfffff0u));
		if (exchange_byte(&addr))
			pair->connections++;
		else
			pair->failed++;
	}
}

static pid_t spawn(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die(1, "fork: %s", strerror(errno));
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void start_servers(const struct options *o, pid_t *servers)
{
	for (unsigned int i = 0; i < o->pairs; i++) {
		int listener = listen_on((uint16_t)(BASE_PORT + i));

		servers[i] = spawn();
		if (!servers[i])
			serve(listener);
		close(listener);
	}
}

static void print_pids(const char *who, const pid_t *pids, unsigned int n)
{
	printf(",\"%s\":[", who);
	for (unsigned int i = 0; i < n; i++)
		printf("%s%d", i ? "," : "", (int)pids[i]);
	putchar(']');
}

static void print_churn(const struct options *o, uint64_t connections, uint64_t took_ns,
			const pid_t *servers, const pid_t *clients)
{
	printf("{\"connections\":%llu,\"seconds\":%.6f,\"rate\":%.1f",
	       (unsigned long long)connections, (double)took_ns / 1e9,
	       (double)connections * 1e9 / (double)took_ns);
	print_pids("servers", servers, o->pairs);
	print_pids("clients", clients, o->pairs);
	puts("}");
	fflush(stdout);
}

static int run_churn(const struct options *o)
{
	pid_t servers[MAX_PAIRS], clients[MAX_PAIRS];
	uint64_t start_ns, took_ns, connections = 0, failed = 0;
	struct pair *pairs = mmap(NULL, sizeof(*pairs) * o->pairs, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (pairs == MAP_FAILED)
		die(1, "mmap: %s", strerror(errno));
	enter_netns();
	/* room for all TIME_WAIT sockets that a run leaves behind */
	write_sysctl("/proc/sys/net/ipv4/tcp_max_tw_buckets", "4000000");
	start_servers(o, servers);
	start_ns = now_ns();
	for (unsigned int i = 0; i < o->pairs; i++) {
		clients[i] = spawn();
		if (!clients[i]) {
			run_client(o, i, &pairs[i], start_ns);
			_exit(0);
		}
	}
	for (unsigned int i = 0; i < o->pairs; i++)
		waitpid(clients[i], NULL, 0);
	took_ns = now_ns() - start_ns;
	for (unsigned int i = 0; i < o->pairs; i++) {
		kill(servers[i], SIGKILL);
		waitpid(servers[i], NULL, 0);
		connections += pairs[i].connections;
		failed += pairs[i].failed;
	}
	print_churn(o, connections, took_ns, servers, clients);
	while (o->wait && getchar() != EOF)
		;
	if (failed)
		die(1, "%llu connections failed", (unsigned long long)failed);
	return 0;
}

static void pin_to_this_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : (unsigned int)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int loop_calls(bool is_open, const char *path, uint64_t count)
{
	uint64_t start_ns, took_ns;

	pin_to_this_cpu();
	start_ns = now_ns();
	for (uint64_t i = 0; i < count; i++) {
		int fd;

		if (!is_open) {
			syscall(SYS_getppid);
			continue;
		}
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			die(1, "%s: %s", path, strerror(errno));
		close(fd);
	}
	took_ns = now_ns() - start_ns;
	printf("{\"calls\":%llu,\"ns_per_call\":%.1f}\n", (unsigned long long)count,
	       (double)took_ns / (double)count);
	return 0;
}

__attribute__((noreturn)) static void usage(void)
{
	die(EXIT_USAGE, "want churn [-p PAIRS] [-s SECONDS | -n COUNT] [-r RATE] [-w], "
			"getppid or open [-n COUNT]");
}

int main(int argc, char **argv)
{
	struct options o = { .pairs = 2, .seconds = 2 };
	const char *what = argc > 1 ? argv[1] : "";
	int c;

	if (argc < 2)
		usage();
	while ((c = getopt(argc - 1, argv + 1, "p:s:n:r:w")) != -1) {
		if (c == 'p')
			o.pairs = (unsigned int)strtoul(optarg, NULL, 10);
		else if (c == 's')
			o.seconds = strtod(optarg, NULL);
		else if (c == 'n')
			o.count = strtoull(optarg, NULL, 10);
		else if (c == 'r')
			o.rate = strtod(optarg, NULL);
		else if (c == 'w')
			o.wait = true;
		else
			usage();
	}
	if (o.pairs < 1 || o.pairs > MAX_PAIRS || !(o.seconds > 0) || o.rate < 0)
		usage();
	if (!strcmp(what, "churn"))
		return run_churn(&o);
	if (!strcmp(what, "getppid"))
		return loop_calls(false, "", o.count ? o.count : 1000000);
	if (!strcmp(what, "open"))
		return loop_calls(true, argv[0], o.count ? o.count : 200000);
	usage();
}
