// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * io_uring: the kernel closes and shuts down sockets on behalf of the submitter, in the task of the
 * submitter, in a worker thread of its process, or in the thread that polls its queue. Does not use
 * liburing.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cases.h"

#define ENTRIES 4
#define POLLER_IDLE_MS 1000

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425	/* since 5.1, the same on every architecture */
#define SYS_io_uring_enter 426
#define SYS_io_uring_register 427
#endif

struct ring {
	int fd;
	unsigned flags;
	unsigned char *rings;	/* both: IORING_FEAT_SINGLE_MMAP */
	size_t rings_len;
	struct io_uring_sqe *sqe;
	struct io_uring_params p;
};

static unsigned *ring_word(const struct ring *r, unsigned offset)
{
	return (unsigned *)(r->rings + offset);
}

static void ring_open(struct ring *r, unsigned flags)
{
	*r = (struct ring){ .flags = flags };
	r->p.flags = flags;
	r->p.sq_thread_idle = POLLER_IDLE_MS;
	r->fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &r->p);
	if (r->fd < 0)
		workload_die(WORKLOAD_SKIP, "io_uring_setup");
	if (!(r->p.features & IORING_FEAT_SINGLE_MMAP))
		workload_die(WORKLOAD_SKIP, "io_uring older than 5.4");
	r->rings_len = r->p.sq_off.array + r->p.sq_entries * sizeof(unsigned);
	if (r->rings_len < r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe))
		r->rings_len = r->p.cq_off.cqes +
			       r->p.cq_entries * sizeof(struct io_uring_cqe);
	r->rings = mmap(NULL, r->rings_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			r->fd, IORING_OFF_SQ_RING);
	r->sqe = mmap(NULL, r->p.sq_entries * sizeof(*r->sqe), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQES);
	if (r->rings == MAP_FAILED || r->sqe == MAP_FAILED)
		workload_die(1, "mapping an io_uring");
}

static void ring_close(struct ring *r)
{
	munmap(r->sqe, r->p.sq_entries * sizeof(*r->sqe));
	munmap(r->rings, r->rings_len);
	close(r->fd);
}

static void ring_submit(struct ring *r, const struct io_uring_sqe *sqe)
{
	unsigned *tail = ring_word(r, r->p.sq_off.tail);
	unsigned slot = *tail & (r->p.sq_entries - 1);
	unsigned enter = r->flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0;

	r->sqe[slot] = *sqe;
	*ring_word(r, r->p.sq_off.array + slot * (unsigned)sizeof(unsigned)) = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_SEQ_CST);
	if (syscall(SYS_io_uring_enter, r->fd, 1, 0, enter, NULL, 0) < 0)
		workload_die(1, "io_uring_enter");
}

static int ring_result(struct ring *r)
{
	unsigned *head = ring_word(r, r->p.cq_off.head);
	const struct io_uring_cqe *cqe = (const void *)(r->rings + r->p.cq_off.cqes);
	int res;

	if (syscall(SYS_io_uring_enter, r->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		workload_die(1, "io_uring_enter");
	if (__atomic_load_n(ring_word(r, r->p.cq_off.tail), __ATOMIC_ACQUIRE) == *head)
		workload_die(1, "io_uring: no result");
	res = cqe[*head & (r->p.cq_entries - 1)].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return res;
}

/* Submits a request. The kernel performs it in our own task unless the caller changes that. */
static struct call *ring_perform(struct workload *w, unsigned ring_flags, const char *name,
			     const struct io_uring_sqe *sqe)
{
	struct call *c = call_begin(w->self, name, WORKLOAD_ANY, "fin");
	struct ring r;
	int res;

	c->hooked = false;
	ring_open(&r, ring_flags);
	ring_submit(&r, sqe);
	res = ring_result(&r);
	errno = -res;
	call_end(c, res < 0 ? -1 : res);
	if (res == -EINVAL)
		workload_die(WORKLOAD_SKIP, name);
	if (res)
		workload_die(1, name);
	ring_close(&r);
	return c;
}

static struct io_uring_sqe close_request(const struct workload *w, unsigned char flags)
{
	return (struct io_uring_sqe){ .opcode = IORING_OP_CLOSE, .fd = w->self->fd,
				      .flags = flags };
}

/* Sets the caller to a thread of our process, of which we know the prefix of the comm. */
static void set_caller(struct call *c, const char *comm)
{
	c->tid = 0;
	strcpy(c->comm, comm);
}

static void close_inline(struct workload *w)
{
	const struct io_uring_sqe sqe = close_request(w, 0);

	ring_perform(w, 0, "io_uring_close", &sqe);
}

static void close_in_worker(struct workload *w)
{
	const struct io_uring_sqe sqe = close_request(w, IOSQE_ASYNC);

	set_caller(ring_perform(w, 0, "io_uring_close", &sqe), "iou-wrk-*");
}

static void close_in_poller(struct workload *w)
{
	const struct io_uring_sqe sqe = close_request(w, 0);

	set_caller(ring_perform(w, IORING_SETUP_SQPOLL, "io_uring_close", &sqe), "iou-sqp-*");
}

/* A worker always performs this. */
static void shut_by_ring(struct workload *w, unsigned ring_flags)
{
	const struct io_uring_sqe sqe = { .opcode = IORING_OP_SHUTDOWN, .fd = w->self->fd,
					  .len = SHUT_WR };
	struct call *c = ring_perform(w, ring_flags, "io_uring_shutdown", &sqe);

	c->how = WORKLOAD_ANY;
	set_caller(c, "iou-wrk-*");
	endpoint_await_eof(w->self);
	endpoint_close(w->self, "released");
}

static void shut_in_worker(struct workload *w)
{
	shut_by_ring(w, 0);
}

static void shut_for_poller(struct workload *w)
{
	shut_by_ring(w, IORING_SETUP_SQPOLL);
}

/* A pending request holds the file too: the FIN is sent when the request completes. */
static void close_under_request(struct workload *w)
{
	char byte;
	const struct io_uring_sqe sqe = { .opcode = IORING_OP_RECV, .fd = w->self->fd,
					  .addr = (unsigned long)&byte, .len = 1 };
	struct ring r;

	ring_open(&r, 0);
	ring_submit(&r, &sqe);
	endpoint_close(w->self, "none");
	trigger_other(w->self, "io_uring_enter")->deferred = true;
	baton_give(w, PARENT);
	if (ring_result(&r) != 1)
		workload_die(1, "receiving by io_uring");
	w->self->received = 1;
	ring_close(&r);
}

static void await_waiter(struct workload *w)
{
	baton_take(w);
	task_await_call(w->pid[CLIENT], SYS_io_uring_enter);
	baton_give(w, SERVER);
}

static void answer_request(struct workload *w)
{
	baton_take(w);
	endpoint_send(w->self, 1);
	do_close_after_hold(w);
}

/* The ring holds the socket after its descriptor is closed; a kernel thread frees the ring. */
static void leave_in_ring(struct workload *w)
{
	struct call *c;
	struct ring r;

	ring_open(&r, 0);
	if (syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &w->self->fd, 1))
		workload_die(WORKLOAD_SKIP, "IORING_REGISTER_FILES");
	endpoint_close(w->self, "none");
	c = trigger_other(w->self, "kernel");
	c->pid = c->tid = 0;
	strcpy(c->comm, "kworker*");
	ring_close(&r);
	baton_take(w);
}

static void follow_ring(struct workload *w)
{
	endpoint_await_eof(w->self);
	baton_give(w, CLIENT);
	workload_hold(w);
	endpoint_close(w->self, "fin");
}

#define SERVER_HOLDS LOCAL_FIRST, .server = do_close_after_hold

const struct workload_case cases_trigger_uring[] = {
	{ SERVER_HOLDS, .name = "uring-close", .client = close_inline,
	  .does = "io_uring CLOSE, performed within io_uring_enter()" },
	{ SERVER_HOLDS, .name = "uring-close-async", .client = close_in_worker,
	  .does = "io_uring CLOSE with IOSQE_ASYNC: a worker thread performs it" },
	{ SERVER_HOLDS, .name = "uring-close-sqpoll", .client = close_in_poller,
	  .does = "io_uring CLOSE by the thread that polls the queue" },
	{ SERVER_HOLDS, .name = "uring-shut", .client = shut_in_worker,
	  .does = "io_uring SHUTDOWN (SHUT_WR), then close()" },
	{ SERVER_HOLDS, .name = "uring-shut-sqpoll", .client = shut_for_poller,
	  .does = "io_uring SHUTDOWN from a polled queue, then close()" },
	{ LOCAL_FIRST, .name = "uring-recv", .client = close_under_request,
	  .parent = await_waiter, .server = answer_request,
	  .does = "close() while an io_uring RECV waits, which completes when a byte arrives" },
	{ LOCAL_FIRST, .server = follow_ring, .name = "uring-fixed", .client = leave_in_ring,
	  .does = "close() of a registered file, then of its ring: a kernel thread closes it" },
	{ .name = NULL },
};
