// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tasks that end, change their program, or sit in a call while another closes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

static pid_t gettid_now(void)
{
	return (pid_t)syscall(SYS_gettid);
}

struct reader {
	pthread_t thread;
	struct deed *d;
	_Atomic pid_t tid;
};

/* Another thread reads: it is blocked in recv() and so holds the file. */
static void *read_byte(void *arg)
{
	struct reader *r = arg;

	prctl(PR_SET_NAME, "deed-recv");
	r->tid = gettid_now();
	endpoint_recv(r->d->self, 1);
	return NULL;
}

static void reader_start(struct reader *r, struct deed *d)
{
	r->d = d;
	r->tid = 0;
	if (pthread_create(&r->thread, NULL, read_byte, r))
		deed_die(1, "pthread_create");
	while (!r->tid)
		sched_yield();
	task_await_call(r->tid, SYS_recvfrom);
}

/* The descriptor is gone at once, the FIN leaves when the other thread lets go of the file. */
static void close_under_reader(struct deed *d)
{
	struct reader r;
	struct call *c;

	reader_start(&r, d);
	c = trigger_other(d->self, "recvfrom");
	c->tid = r.tid;
	c->deferred = true;
	strcpy(c->comm, "deed-recv");
	endpoint_close(d->self, "none");
	baton_give(d, SERVER);
	pthread_join(r.thread, NULL);
}

static void send_byte_and_hold(struct deed *d)
{
	baton_take(d);
	endpoint_send(d->self, 1);
	act_close_after_hold(d);
}

static void exit_under_reader(struct deed *d)
{
	struct reader r;

	reader_start(&r, d);
	d->self->trigger = TRIGGER_EXIT;
	d->self->threads = true;
	_exit(3);
}

static void *pause_for_ever(void *arg)
{
	while (!arg)
		pause();
	return NULL;
}

static void wait_for_signal(struct deed *d)
{
	d->self->trigger = TRIGGER_SIGNAL;
	baton_give(d, PARENT);
	pause_for_ever(NULL);
}

static void wait_for_signal_with_threads(struct deed *d)
{
	pthread_t thread;

	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread, NULL, pause_for_ever, NULL))
			deed_die(1, "pthread_create");
	d->self->threads = true;
	wait_for_signal(d);
}

static void kill_client(struct deed *d)
{
	baton_take(d);
	kill(d->pid[CLIENT], SIGKILL);
}

static void terminate_client(struct deed *d)
{
	baton_take(d);
	kill(d->pid[CLIENT], SIGTERM);
}

static void fault(struct deed *d)
{
	volatile int *nowhere = NULL;

	prctl(PR_SET_DUMPABLE, 0);	/* no core */
	d->self->trigger = TRIGGER_SIGNAL;
	*nowhere = 1;
}

/* The kernel closes what is FD_CLOEXEC when the task has the new program's name already. */
static void become_true(struct deed *d)
{
	struct call *c = trigger_other(d->self, "execve");

	strcpy(c->comm, "true");
	execlp("true", "true", (char *)NULL);
	deed_die(DEED_SKIP, "true");
}

/* A descriptor that is not FD_CLOEXEC lives on in the new program, which knows nothing of it. */
static void bequeath_to_true(struct deed *d)
{
	struct call *c = trigger_other(d->self, "exit");

	c->exit_code = 0;
	strcpy(c->comm, "true");
	if (fcntl(d->self->fd, F_SETFD, 0))
		deed_die(1, "F_SETFD");
	execlp("true", "true", (char *)NULL);
	deed_die(DEED_SKIP, "true");
}

#define SERVER_HOLDS LOCAL_FIRST, .server = act_close_after_hold

const struct deed_case cases_trigger_task[] = {
	{ LOCAL_FIRST, .name = "close-in-recv", .client = close_under_reader,
	  .server = send_byte_and_hold,
	  .does = "close() while another thread is in recv(), which ends when a byte comes" },
	{ SERVER_HOLDS, .name = "exit-in-recv", .client = exit_under_reader,
	  .client_status = W_EXITCODE(3, 0),
	  .does = "exit (3) while another thread is in recv()" },
	{ SERVER_HOLDS, .name = "killed-threads", .client = wait_for_signal_with_threads,
	  .parent = kill_client, .client_status = SIGKILL,
	  .does = "a client of three threads is killed (SIGKILL)" },
	{ SERVER_HOLDS, .name = "terminated", .client = wait_for_signal,
	  .parent = terminate_client, .client_status = SIGTERM, .does = "SIGTERM" },
	{ SERVER_HOLDS, .name = "faulted", .client = fault, .client_status = SIGSEGV,
	  .does = "SIGSEGV: the client writes to address 0" },
	{ SERVER_HOLDS, .name = "exec", .client = become_true,
	  .does = "execve() closes the descriptor, which is FD_CLOEXEC" },
	{ SERVER_HOLDS, .name = "exec-exit", .client = bequeath_to_true,
	  .does = "execve() leaves the descriptor to the new program, which exits" },
	{ .name = NULL },
};
