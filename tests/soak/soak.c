// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * soak --seed N --seconds S [--rate R]: see soak.h. Prints the truth to standard output, preferably
 * a file opened for appending. Exit status: 0 done, 1 a failure, 64 usage.
 *
 * Two hosts do a soak together with --side client on one and --side server on the other, and the
 * server's addresses as --ipv4 and --ipv6 on both. The server stops at the end of its standard
 * input.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

#define NS_PER_S 1000000000ULL
#define WATCHDOG_S 60		/* after the requested time, a stuck process ends itself */
#define PROCESSES (2 * (SOAK_PROCESSES + SOAK_SOLO))
#define USAGE 64
#define FIRST_PORT 21000	/* of the server, if it is another host */

struct soak {
	uint64_t seed;
	unsigned seconds, rate;
	uint64_t end_ns;		/* CLOCK_MONOTONIC */
	int stop[2];			/* end of file: the servers stop */
	bool has_side[2];		/* by enum side: which workers this host runs */
	struct in_addr ipv4;		/* the addresses of the servers */
	struct in6_addr ipv6;
	int listener[SOAK_WORKERS][NET_COUNT];
	int port[SOAK_WORKERS][NET_COUNT];
	pid_t pid[PROCESSES];		/* the client processes first */
};

struct worker {
	const struct soak *soak;
	enum side side;
	uint32_t nr;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void wait_until(uint64_t ns)
{
	const struct timespec ts = { .tv_sec = (time_t)(ns / NS_PER_S),
				     .tv_nsec = (long)(ns % NS_PER_S) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

static bool is_solo(uint32_t worker)
{
	return worker >= SOAK_PROCESSES * SOAK_THREADS;
}

/* Fills in the server's address in that net, for its listener or for its client. */
static socklen_t make_address(const struct soak *s, uint8_t net, bool listening, int port,
			      struct sockaddr_storage *ss)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (net == NET_V4 || (net == NET_MAPPED && !listening)) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		v4->sin_addr = s->ipv4;
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	v6->sin6_addr = net == NET_V6 ? s->ipv6 : in6addr_any;
	return sizeof(*v6);
}

static void set_nodelay(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)))
		soak_die("TCP_NODELAY");
}

static void listen_for(struct soak *s, uint32_t worker, uint8_t net)
{
	struct sockaddr_storage ss;
	socklen_t len = make_address(s, net, true, s->port[worker][net], &ss);
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int only = net == NET_V6;

	if (fd < 0 || (net != NET_V4 &&
		       setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only))))
		soak_die("socket");
	if (bind(fd, (struct sockaddr *)&ss, len) || listen(fd, 8))
		soak_die("listen");
	len = sizeof(ss);
	if (getsockname(fd, (struct sockaddr *)&ss, &len))
		soak_die("getsockname");
	s->listener[worker][net] = fd;
	s->port[worker][net] = ntohs(net == NET_V4 ? ((struct sockaddr_in *)&ss)->sin_port :
				     ((struct sockaddr_in6 *)&ss)->sin6_port);
}

/* Sends the plan and receives one byte. Then both sides know their addresses and their parts. */
static void client_open(const struct soak *s, struct end *e)
{
	const struct plan *p = &e->plan;
	struct sockaddr_storage ss;
	socklen_t len = make_address(s, p->net, false, s->port[p->worker][p->net], &ss);
	char receipt;

	e->side = CLIENT;
	e->fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (e->fd < 0 || connect(e->fd, (struct sockaddr *)&ss, len))
		soak_die("connect");
	set_nodelay(e->fd);
	truth_name(e);
	if (send(e->fd, p, sizeof(*p), MSG_NOSIGNAL) != sizeof(*p))
		soak_die("sending the plan");
	if (recv(e->fd, &receipt, 1, 0) != 1)
		soak_die("waiting for the receipt of the plan");
	e->sent = sizeof(*p);
	e->received = 1;
}

static void server_open(uint32_t worker, struct end *e)
{
	set_nodelay(e->fd);
	truth_name(e);
	if (recv(e->fd, &e->plan, sizeof(e->plan), MSG_WAITALL) != sizeof(e->plan))
		soak_die("receiving the plan");
	errno = 0;
	if (!plan_is_valid(&e->plan, worker))
		soak_die("the plan");
	if (send(e->fd, "", 1, MSG_NOSIGNAL) != 1)
		soak_die("sending the receipt of the plan");
	e->side = SERVER;
	e->sent = 1;
	e->received = sizeof(e->plan);
}

static void client_work(const struct worker *w)
{
	uint64_t every_ns = NS_PER_S * SOAK_WORKERS / w->soak->rate;
	uint64_t due_ns = now_ns();
	struct prng plans, pauses;

	prng_seed(&plans, w->soak->seed, w->nr);
	prng_seed(&pauses, ~w->soak->seed, w->nr);
	for (uint32_t nr = 0;; nr++) {
		struct end e = { .fd = -1 };

		due_ns += every_ns * prng_below(&pauses, 2001) / 1000;
		if (due_ns >= w->soak->end_ns)
			return;
		wait_until(due_ns);
		plan_draw(&e.plan, &plans, w->nr, nr, is_solo(w->nr));
		client_open(w->soak, &e);
		end_run(&e);
	}
}

static void server_work(const struct worker *w)
{
	struct pollfd ready[NET_COUNT + 1];

	for (int i = 0; i < NET_COUNT; i++)
		ready[i] = (struct pollfd){ .fd = w->soak->listener[w->nr][i], .events = POLLIN };
	ready[NET_COUNT] = (struct pollfd){ .fd = w->soak->stop[0] };
	for (;;) {
		if (poll(ready, NET_COUNT + 1, -1) < 0)
			soak_die("poll");
		for (int i = 0; i < NET_COUNT; i++) {
			struct end e = { .fd = -1 };

			if (!ready[i].revents)
				continue;
			e.fd = accept4(ready[i].fd, NULL, NULL, SOCK_CLOEXEC);
			if (e.fd < 0)
				soak_die("accept");
			server_open(w->nr, &e);
			end_run(&e);
		}
		if (ready[NET_COUNT].revents)
			return;
	}
}

static void *run_worker(void *arg)
{
	const struct worker *w = arg;

	soak_become(w->side == CLIENT ? "soak-cli" : "soak-srv", w->nr);
	if (w->side == CLIENT)
		client_work(w);
	else
		server_work(w);
	return NULL;
}

/* Runs `count` workers starting with number `from`, each as a thread if there are several. */
static void process_run(const struct soak *s, enum side side, uint32_t from, uint32_t count)
{
	struct worker worker[SOAK_THREADS];
	pthread_t thread[SOAK_THREADS];

	for (uint32_t i = 0; i < count; i++)
		worker[i] = (struct worker){ .soak = s, .side = side, .nr = from + i };
	if (count == 1) {
		run_worker(&worker[0]);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		errno = pthread_create(&thread[i], NULL, run_worker, &worker[i]);
		if (errno)
			soak_die("pthread_create");
	}
	for (uint32_t i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
}

static pid_t process_start(struct soak *s, enum side side, uint32_t from, uint32_t count)
{
	pid_t pid = fork();

	if (pid < 0)
		soak_die("fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(s->seconds + WATCHDOG_S);
	if (s->stop[1] >= 0)
		close(s->stop[1]);
	process_run(s, side, from, count);
	_exit(0);
}

/* Returns the number of processes. */
static int start_all(struct soak *s)
{
	int n = 0;

	for (int side = CLIENT; side <= SERVER; side++) {
		if (!s->has_side[side])
			continue;
		for (uint32_t i = 0; i < SOAK_PROCESSES; i++)
			s->pid[n++] = process_start(s, side, i * SOAK_THREADS, SOAK_THREADS);
		for (uint32_t i = 0; i < SOAK_SOLO; i++)
			s->pid[n++] = process_start(s, side, SOAK_PROCESSES * SOAK_THREADS + i, 1);
	}
	return n;
}

/* Waits for all processes. If one fails, kills the others. */
static int wait_all(struct soak *s, int processes)
{
	int failed = 0, clients = PROCESSES / 2;

	for (int left = processes; left > 0; left--) {
		int status;
		pid_t pid = wait(&status);

		if (pid < 0)
			soak_die("wait");
		for (int i = 0; i < processes; i++) {
			if (s->pid[i] != pid)
				continue;
			s->pid[i] = 0;
			clients -= i < PROCESSES / 2;
		}
		if (!clients && s->stop[1] >= 0) {
			close(s->stop[1]);
			s->stop[1] = -1;
		}
		if (!status || failed)
			continue;
		fprintf(stderr, "soak: process %d ended with wait status %#x\n", pid, status);
		failed = 1;
		for (int i = 0; i < processes; i++)
			if (s->pid[i])
				kill(s->pid[i], SIGKILL);
	}
	return failed;
}

static bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && end != text && !*end && *value >= least && *value <= most;
}

/* Makes this host one of two: the end of standard input stops the servers. */
static bool set_side(struct soak *s, const char *name)
{
	if (strcmp(name, "client") && strcmp(name, "server"))
		return false;
	s->has_side[CLIENT] = !strcmp(name, "client");
	s->has_side[SERVER] = !s->has_side[CLIENT];
	s->stop[0] = STDIN_FILENO;
	for (int i = 0; i < SOAK_WORKERS * NET_COUNT; i++)
		s->port[i / NET_COUNT][i % NET_COUNT] = FIRST_PORT + i;
	return true;
}

static bool parse_option(int c, struct soak *s, uint64_t *seconds, uint64_t *rate)
{
	switch (c) {
	case 's':
		return parse_number(optarg, 0, UINT64_MAX, &s->seed);
	case 't':
		return parse_number(optarg, 1, 86400, seconds);
	case 'r':
		return parse_number(optarg, 1, 100000, rate);
	case 'h':
		return set_side(s, optarg);
	case '4':
		return inet_pton(AF_INET, optarg, &s->ipv4) == 1;
	case '6':
		return inet_pton(AF_INET6, optarg, &s->ipv6) == 1;
	default:
		return false;
	}
}

static bool parse_options(int argc, char **argv, struct soak *s)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' }, { "rate", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 't' },
		{ "side", required_argument, NULL, 'h' }, { "ipv4", required_argument, NULL, '4' },
		{ "ipv6", required_argument, NULL, '6' }, { NULL, 0, NULL, 0 },
	};
	uint64_t seconds = 0, rate = 100;
	bool seeded = false;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (!parse_option(c, s, &seconds, &rate))
			return false;
		seeded |= c == 's';
	}
	s->seconds = (unsigned)seconds;
	s->rate = (unsigned)rate;
	return seeded && seconds && optind == argc;
}

int main(int argc, char **argv)
{
	struct soak s = { .stop = { -1, -1 }, .has_side = { true, true },
			  .ipv4.s_addr = htonl(INADDR_LOOPBACK), .ipv6 = in6addr_loopback };

	if (argc == 2 && !strcmp(argv[1], "--nothing"))	/* run by ends that close by execve() */
		return 0;
	if (!parse_options(argc, argv, &s)) {
		fprintf(stderr, "usage: soak --seed N --seconds S [--rate CONNECTIONS_PER_S] "
			"[--side client|server --ipv4 ADDRESS --ipv6 ADDRESS]\n");
		return USAGE;
	}
	if (s.stop[0] < 0 && pipe2(s.stop, O_CLOEXEC))
		soak_die("pipe");
	for (uint32_t i = 0; i < SOAK_WORKERS && s.has_side[SERVER]; i++)
		for (uint8_t net = 0; net < NET_COUNT; net++)
			listen_for(&s, i, net);
	s.end_ns = now_ns() + s.seconds * NS_PER_S;
	return wait_all(&s, start_all(&s));
}
