// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * deed CASE [--hold MS]: see deed.h. Exit status 0 done, 1 the deed went wrong, 64 usage, 77 not
 * here.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* setresuid */
#endif
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#define NOBODY 65534	/* the server's user, not to be taken for the client's */

static size_t shared_size(const struct deed *d)
{
	return 2 * (size_t)d->connections * sizeof(*d->ends) + sizeof(*d->port);
}

static void raise_descriptors(const struct deed *d)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)d->connections + 64;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		deed_die(1, "RLIMIT_NOFILE");
	if (limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want;
	if (limit.rlim_max < want)
		limit.rlim_max = want;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		deed_die(DEED_SKIP, "RLIMIT_NOFILE");
}

/* Both sides connect, in step, then each does its part. */
static void child_client(struct deed *d)
{
	if (!d->c->server) {
		d->c->client(d);
		return;
	}
	baton_take(d);
	for (int i = 0; i < d->connections; i++) {
		endpoint_become(&d->ends[2 * i], "client", "deed-cli");
		client_connect(d, &d->ends[2 * i]);
	}
	baton_take(d);
	d->c->client(d);
}

static void child_server(struct deed *d)
{
	if (getuid() == 0 && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			      setresuid(NOBODY, NOBODY, NOBODY)))
		deed_die(1, "becoming nobody");
	server_listen(d);
	baton_give(d, CLIENT);
	for (int i = 0; i < d->connections; i++) {
		endpoint_become(&d->ends[2 * i + 1], "server", "deed-srv");
		if (!d->c->no_accept)
			server_accept(d, &d->ends[2 * i + 1]);
	}
	if (!d->c->no_accept)
		close(d->listener);
	baton_give(d, CLIENT);
	d->c->server(d);
}

static pid_t child_start(struct deed *d, enum who me)
{
	pid_t pid = fork();

	if (pid < 0)
		deed_die(1, "fork");
	if (pid > 0)
		return pid;
	d->me = me;
	d->self = &d->ends[me == CLIENT ? 0 : 1];
	alarm(DEED_WATCHDOG_S);
	if (me == CLIENT)
		child_client(d);
	else
		child_server(d);
	_exit(0);
}

/* Notes how a process ended: 0, or the exit status that tells what went wrong. */
static int child_ended(const struct deed *d, enum who who, int status)
{
	const int expected = who == CLIENT ? d->c->client_status : 0;

	for (int i = 0; i < 2 * d->connections; i++) {
		struct endpoint *e = &d->ends[i];

		if (e->pid != d->pid[who])
			continue;
		e->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		e->signal = WIFSIGNALED(status) ? WTERMSIG(status) : -1;
	}
	if (status == expected)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == DEED_SKIP)
		return DEED_SKIP;	/* it said why */
	fprintf(stderr, "deed: %s: the %s ended with wait status %#x, want %#x\n", d->c->name,
		who == CLIENT ? "client" : "server", (unsigned)status, (unsigned)expected);
	return 1;
}

/* The first to go wrong takes the other along, so that nobody waits for the watchdog. */
static int children_wait(struct deed *d)
{
	int left = d->c->server ? 2 : 1, failed = 0;

	while (left > 0) {
		int status, result;
		pid_t pid = waitpid(-1, &status, 0);
		enum who who = pid == d->pid[CLIENT] ? CLIENT : SERVER;

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			deed_die(1, "waitpid");
		left--;
		if (failed)
			continue;
		result = child_ended(d, who, status);
		failed = result;
		if (result && left)
			kill(d->pid[who == CLIENT ? SERVER : CLIENT], SIGTERM);
	}
	return failed;
}

static void deed_init(struct deed *d, const struct deed_case *c, int hold_ms)
{
	*d = (struct deed){
		.c = c,
		.connections = c->connections ? c->connections : 1,
		.hold_ms = hold_ms,
	};
	d->ends = mmap(NULL, shared_size(d), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (d->ends == MAP_FAILED)
		deed_die(1, "mmap");
	d->port = (int *)(d->ends + 2 * d->connections);
	for (int i = 0; i < 2 * d->connections; i++) {
		d->ends[i].fate = i % 2 ? c->server_fate : c->client_fate;
		d->ends[i].hold_ms = hold_ms;
	}
	for (int i = 0; i < WHO_COUNT; i++)
		if (pipe(d->baton[i]))
			deed_die(1, "pipe");
	d->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (d->null < 0)
		deed_die(1, "/dev/null");
}

void deed_release(struct deed *d)
{
	for (int i = 0; i < WHO_COUNT; i++) {
		close(d->baton[i][0]);
		close(d->baton[i][1]);
	}
	close(d->null);
	munmap(d->ends, shared_size(d));
}

int deed_run(struct deed *d, const struct deed_case *c, int hold_ms)
{
	deed_init(d, c, hold_ms);
	raise_descriptors(d);
	fflush(NULL);
	d->pid[CLIENT] = child_start(d, CLIENT);
	if (c->server)
		d->pid[SERVER] = child_start(d, SERVER);
	if (c->parent)
		c->parent(d);
	return children_wait(d);
}

static int usage(int status)
{
	FILE *out = status ? stderr : stdout;

	fprintf(out, "usage: deed CASE [--hold MS] | demo [--truth] | --list\n"
		     "Ends one TCP connection on loopback, and prints the truth about it.\n");
	return status;
}

static int list(void)
{
	const struct deed_case *c;

	for (unsigned i = 0; (c = case_at(i)); i++)
		printf("%-18s %s%s%s\n", c->name, c->tool ? c->tool : "", c->tool ? " " : "",
		       c->does);
	return 0;
}

static int run_one(const struct deed_case *c, int hold_ms)
{
	struct deed d;
	int status;

	loopback_up();
	status = deed_run(&d, c, hold_ms);
	if (!status)
		truth_print(&d);
	deed_release(&d);
	return status;
}

int main(int argc, char **argv)
{
	const struct deed_case *c;
	long hold_ms = DEED_HOLD_MS;
	char *end;

	if (argc < 2)
		return usage(64);
	if (!strcmp(argv[1], "--list"))
		return list();
	if (!strcmp(argv[1], "--help"))
		return usage(0);
	if (!strcmp(argv[1], "demo"))
		return demo_run(argc > 2 && !strcmp(argv[2], "--truth"));
	c = case_find(argv[1]);
	if (!c) {
		fprintf(stderr, "deed: no case '%s'; deed --list tells them\n", argv[1]);
		return 64;
	}
	if (argc == 4 && !strcmp(argv[2], "--hold")) {
		hold_ms = strtol(argv[3], &end, 10);
		if (*end || end == argv[3] || hold_ms < 0 || hold_ms > 10000) {
			fprintf(stderr, "deed: bad hold '%s': want 0-10000 ms\n", argv[3]);
			return 64;
		}
	} else if (argc != 2) {
		return usage(64);
	}
	return run_one(c, (int)hold_ms);
}
