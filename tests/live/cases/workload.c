// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * workload CASE [--hold MS]: see workload.h. Exit status: 0 done, 1 the workload failed, 64 usage,
 * 77 the workload cannot run here.
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

#define NOBODY 65534	/* the server's user, different from the client's */

void watchdog_start(void)
{
	alarm(getenv("TCPCLOSE_TEST_SLOW") ? 100 : 30);	/* tools/matrix sets it */
}

static size_t shared_size(const struct workload *w)
{
	return 2 * (size_t)w->connections * sizeof(*w->ends) + sizeof(*w->port);
}

static void raise_descriptors(const struct workload *w)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)w->connections + 64;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		workload_die(1, "RLIMIT_NOFILE");
	if (limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want;
	if (limit.rlim_max < want)
		limit.rlim_max = want;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		workload_die(WORKLOAD_SKIP, "RLIMIT_NOFILE");
}

/* Both sides connect in step, then each does its part. */
static void run_client(struct workload *w)
{
	if (!w->c->server) {
		w->c->client(w);
		return;
	}
	baton_take(w);
	for (int i = 0; i < w->connections; i++) {
		endpoint_start(&w->ends[2 * i], "client", w->names.client);
		client_connect(w, &w->ends[2 * i]);
	}
	baton_take(w);
	w->c->client(w);
}

static void run_server(struct workload *w)
{
	if (getuid() == 0 && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			      setresuid(NOBODY, NOBODY, NOBODY)))
		workload_die(1, "becoming nobody");
	server_listen(w);
	baton_give(w, CLIENT);
	for (int i = 0; i < w->connections; i++) {
		endpoint_start(&w->ends[2 * i + 1], "server", w->names.server);
		if (!w->c->no_accept)
			server_accept(w, &w->ends[2 * i + 1]);
	}
	if (!w->c->no_accept)
		close(w->listener);
	baton_give(w, CLIENT);
	w->c->server(w);
}

static pid_t child_start(struct workload *w, enum who me)
{
	pid_t pid = fork();

	if (pid < 0)
		workload_die(1, "fork");
	if (pid > 0)
		return pid;
	w->me = me;
	w->self = &w->ends[me == CLIENT ? 0 : 1];
	watchdog_start();
	if (me == CLIENT)
		run_client(w);
	else
		run_server(w);
	workload_hold(&(struct workload){ .hold_ms = w->stay_ms });
	_exit(0);
}

/* Records how a process ended. Returns 0, or the exit status for its failure. */
static int child_ended(const struct workload *w, enum who who, int status)
{
	const int want_status = who == CLIENT ? w->c->client_status : 0;

	for (int i = 0; i < 2 * w->connections; i++) {
		struct endpoint *e = &w->ends[i];

		if (e->pid != w->pid[who])
			continue;
		e->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		e->signal = WIFSIGNALED(status) ? WTERMSIG(status) : -1;
	}
	if (status == want_status)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == WORKLOAD_SKIP)
		return WORKLOAD_SKIP;	/* it printed the reason */
	fprintf(stderr, "workload: %s: the %s ended with wait status %#x, want %#x\n", w->c->name,
		who == CLIENT ? "client" : "server", (unsigned)status, (unsigned)want_status);
	return 1;
}

/*
 * Waits for the children. If one fails, kills the other, so that it does not run into the watchdog.
 */
static int children_wait(struct workload *w)
{
	int left = w->c->server ? 2 : 1, failed = 0;

	while (left > 0) {
		int status, result;
		pid_t pid = waitpid(-1, &status, 0);
		enum who who = pid == w->pid[CLIENT] ? CLIENT : SERVER;

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			workload_die(1, "waitpid");
		left--;
		if (failed)
			continue;
		result = child_ended(w, who, status);
		failed = result;
		if (result && left)
			kill(w->pid[who == CLIENT ? SERVER : CLIENT], SIGTERM);
	}
	return failed;
}

static void workload_init(struct workload *w, const struct workload_case *c, int hold_ms)
{
	*w = (struct workload){
		.c = c,
		.connections = c->connections ? c->connections : 1,
		.hold_ms = hold_ms,
	};
	w->ends = mmap(NULL, shared_size(w), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (w->ends == MAP_FAILED)
		workload_die(1, "mmap");
	w->port = (int *)(w->ends + 2 * w->connections);
	for (int i = 0; i < 2 * w->connections; i++) {
		w->ends[i].expected = i % 2 ? c->server_expected : c->client_expected;
		w->ends[i].hold_ms = hold_ms;
	}
	for (int i = 0; i < WHO_COUNT; i++)
		if (pipe(w->baton[i]))
			workload_die(1, "pipe");
	w->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (w->null < 0)
		workload_die(1, "/dev/null");
}

void workload_release(struct workload *w)
{
	for (int i = 0; i < WHO_COUNT; i++) {
		close(w->baton[i][0]);
		close(w->baton[i][1]);
	}
	close(w->null);
	munmap(w->ends, shared_size(w));
}

int workload_run(struct workload *w, const struct workload_case *c, int hold_ms, int stay_ms,
		 const struct workload_names *names)
{
	workload_init(w, c, hold_ms);
	w->stay_ms = stay_ms;
	w->names = *names;
	raise_descriptors(w);
	fflush(NULL);
	w->pid[CLIENT] = child_start(w, CLIENT);
	if (c->server)
		w->pid[SERVER] = child_start(w, SERVER);
	if (c->parent)
		c->parent(w);
	return children_wait(w);
}

static int print_usage(int status)
{
	FILE *out = status ? stderr : stdout;

	fprintf(out, "usage: workload CASE [--hold MS] | demo [--truth] | --list\n"
		     "Closes one TCP connection on loopback and prints the truth about it.\n");
	return status;
}

static int list_cases(void)
{
	const struct workload_case *c;

	for (unsigned i = 0; (c = case_at(i)); i++)
		printf("%-18s %s%s%s\n", c->name, c->tool ? c->tool : "", c->tool ? " " : "",
		       c->does);
	return 0;
}

static int run_one(const struct workload_case *c, int hold_ms)
{
	const struct workload_names names = { "workload-cli", "workload-srv" };
	struct workload w;
	int status;

	loopback_up();
	status = workload_run(&w, c, hold_ms, 0, &names);
	if (!status)
		truth_print(&w);
	workload_release(&w);
	return status;
}

int main(int argc, char **argv)
{
	const struct workload_case *c;
	long hold_ms = WORKLOAD_HOLD_MS;
	char *end;

	if (argc < 2)
		return print_usage(64);
	if (!strcmp(argv[1], "--list"))
		return list_cases();
	if (!strcmp(argv[1], "--help"))
		return print_usage(0);
	if (!strcmp(argv[1], "demo"))
		return demo_run(argc > 2 && !strcmp(argv[2], "--truth"));
	c = case_find(argv[1]);
	if (!c) {
		fprintf(stderr, "workload: no case '%s': see workload --list\n", argv[1]);
		return 64;
	}
	if (argc == 4 && !strcmp(argv[2], "--hold")) {
		hold_ms = strtol(argv[3], &end, 10);
		if (*end || end == argv[3] || hold_ms < 0 || hold_ms > 10000) {
			fprintf(stderr, "workload: bad hold '%s': want 0-10000 ms\n", argv[3]);
			return 64;
		}
	} else if (argc != 2) {
		return print_usage(64);
	}
	return run_one(c, (int)hold_ms);
}
