// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tasks that end, execute another program, or are blocked in a call while another task closes.
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
	struct workload *w;
	_Atomic pid_t tid;
};

/* Reads in another thread, which is blocked in recv() and so holds the file. */
static void *read_byte(void *arg)
{
	struct reader *r = arg;

	prctl(PR_SET_NAME, "workload-recv");
	r->tid = gettid_now();
	endpoint_recv(r->w->self, 1);
	return NULL;
}

static void reader_start(struct reader *r, struct workload *w)
{
	r->w = w;
	r->tid = 0;
	if (pthread_create(&r->thread, NULL, read_byte, r))
		workload_die(1, "pthread_create");
	while (!r->tid)
		sched_yield();
	task_await_call(r->tid, SYS_recvfrom);
}

/* The descriptor is gone immediately; the FIN is sent when the other thread releases the file. */
static void close_under_reader(struct workload *w)
{
	struct reader r;
	struct call *c;

	reader_start(&r, w);
	c = trigger_other(w->self, "recvfrom");
	c->tid = r.tid;
	c->deferred = true;
	strcpy(c->comm, "workload-recv");
	endpoint_close(w->self, "none");
	baton_give(w, SERVER);
	pthread_join(r.thread, NULL);
}

static void *close_in_thread(void *arg)
{
	struct workload *w = arg;

	prctl(PR_SET_NAME, "workload-close");
	endpoint_close(w->self, "fin");
	return NULL;
}

static void close_by_thread(struct workload *w)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, close_in_thread, w))
		workload_die(1, "pthread_create");
	pthread_join(thread, NULL);
}

static void send_byte_and_hold(struct workload *w)
{
	baton_take(w);
	endpoint_send(w->self, 1);
	do_close_after_hold(w);
}

static void exit_under_reader(struct workload *w)
{
	struct reader r;

	reader_start(&r, w);
	w->self->trigger = TRIGGER_EXIT;
	w->self->threads = true;
	_exit(3);
}

static void *pause_for_ever(void *arg)
{
	while (!arg)
		pause();
	return NULL;
}

static void wait_for_signal(struct workload *w)
{
	w->self->trigger = TRIGGER_SIGNAL;
	baton_give(w, PARENT);
	pause_for_ever(NULL);
}

static void wait_for_signal_with_threads(struct workload *w)
{
	pthread_t thread;

	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread, NULL, pause_for_ever, NULL))
			workload_die(1, "pthread_create");
	w->self->threads = true;
	wait_for_signal(w);
}

static void kill_client(struct workload *w)
{
	baton_take(w);
	kill(w->pid[CLIENT], SIGKILL);
}

static void terminate_client(struct workload *w)
{
	baton_take(w);
	kill(w->pid[CLIENT], SIGTERM);
}

static void write_to_null(struct workload *w)
{
	volatile int *nowhere = NULL;

	prctl(PR_SET_DUMPABLE, 0);	/* no core */
	w->self->trigger = TRIGGER_SIGNAL;
	*nowhere = 1;
}

/* The kernel closes FD_CLOEXEC descriptors when the task already has the new program's comm. */
static void exec_true(struct workload *w)
{
	struct call *c = trigger_other(w->self, "execve");

	strcpy(c->comm, "true");
	strcpy(c->process, "true");
	execlp("true", "true", (char *)NULL);
	workload_die(WORKLOAD_SKIP, "true");
}

/* A descriptor without FD_CLOEXEC stays open in the new program, which does not use it. */
static void exec_true_with_descriptor(struct workload *w)
{
	struct call *c = trigger_other(w->self, "exit");

	c->exit_code = 0;
	strcpy(c->comm, "true");
	strcpy(c->process, "true");
	if (fcntl(w->self->fd, F_SETFD, 0))
		workload_die(1, "F_SETFD");
	execlp("true", "true", (char *)NULL);
	workload_die(WORKLOAD_SKIP, "true");
}

#define SERVER_HOLDS LOCAL_FIRST, .server = do_close_after_hold

const struct workload_case cases_trigger_task[] = {
	{ LOCAL_FIRST, .name = "close-in-recv", .client = close_under_reader,
	  .server = send_byte_and_hold,
	  .does = "close() while another thread is in recv(), which returns when a byte arrives" },
	{ SERVER_HOLDS, .name = "close-by-thread", .client = close_by_thread,
	  .does = "close() by a thread that has another name than its process" },
	{ SERVER_HOLDS, .name = "exit-in-recv", .client = exit_under_reader,
	  .client_status = W_EXITCODE(3, 0),
	  .does = "exit (3) while another thread is in recv()" },
	{ SERVER_HOLDS, .name = "killed-threads", .client = wait_for_signal_with_threads,
	  .parent = kill_client, .client_status = SIGKILL,
	  .does = "a client of three threads is killed (SIGKILL)" },
	{ SERVER_HOLDS, .name = "terminated", .client = wait_for_signal,
	  .parent = terminate_client, .client_status = SIGTERM, .does = "SIGTERM" },
	{ SERVER_HOLDS, .name = "faulted", .client = write_to_null, .client_status = SIGSEGV,
	  .does = "SIGSEGV: the client writes to address 0" },
	{ SERVER_HOLDS, .name = "exec", .client = exec_true,
	  .does = "execve() closes the descriptor, which is FD_CLOEXEC" },
	{ SERVER_HOLDS, .name = "exec-exit", .client = exec_true_with_descriptor,
	  .does = "execve() leaves the descriptor to the new program, which exits" },
	{ .name = NULL },
};
