// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * io_uring: the kernel closes and shuts down on behalf of who submitted, in the submitter's own
 * task, in a worker thread of its process, or in the thread that polls its queue. Spoken without
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
#define SYS_io_uring_setup 425	/* since 5.1, alike everywhere */
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
		deed_die(DEED_SKIP, "io_uring_setup");
	if (!(r->p.features & IORING_FEAT_SINGLE_MMAP))
		deed_die(DEED_SKIP, "io_uring of before 5.4");
	r->rings_len = r->p.sq_off.array + r->p.sq_entries * sizeof(unsigned);
	if (r->rings_len < r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe))
		r->rings_len = r->p.cq_off.cqes +
			       r->p.cq_entries * sizeof(struct io_uring_cqe);
	r->rings = mmap(NULL, r->rings_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			r->fd, IORING_OFF_SQ_RING);
	r->sqe = mmap(NULL, r->p.sq_entries * sizeof(*r->sqe), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQES);
	if (r->rings == MAP_FAILED || r->sqe == MAP_FAILED)
		deed_die(1, "mapping an io_uring");
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
		deed_die(1, "io_uring_enter");
}

static int ring_result(struct ring *r)
{
	unsigned *head = ring_word(r, r->p.cq_off.head);
	const struct io_uring_cqe *cqe = (const void *)(r->rings + r->p.cq_off.cqes);
	int res;

	if (syscall(SYS_io_uring_enter, r->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		deed_die(1, "io_uring_enter");
	if (__atomic_load_n(ring_word(r, r->p.cq_off.tail), __ATOMIC_ACQUIRE) == *head)
		deed_die(1, "io_uring: no result");
	res = cqe[*head & (r->p.cq_entries - 1)].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return res;
}

/* What the kernel does for us, in our own task unless the caller says otherwise. */
static struct call *ring_act(struct deed *d, unsigned ring_flags, const char *name,
			     const struct io_uring_sqe *sqe)
{
	struct call *c = call_begin(d->self, name, DEED_UNTOLD, "fin");
	struct ring r;
	int res;

	c->hooked = false;
	ring_open(&r, ring_flags);
	ring_submit(&r, sqe);
	res = ring_result(&r);
	errno = -res;
	call_end(c, res < 0 ? -1 : res);
	if (res == -EINVAL)
		deed_die(DEED_SKIP, name);
	if (res)
		deed_die(1, name);
	ring_close(&r);
	return c;
}

static struct io_uring_sqe close_of(const struct deed *d, unsigned char flags)
{
	return (struct io_uring_sqe){ .opcode = IORING_OP_CLOSE, .fd = d->self->fd,
				      .flags = flags };
}

/* A thread of our process, of which we know how its name begins. */
static void done_by(struct call *c, const char *comm)
{
	c->tid = 0;
	strcpy(c->comm, comm);
}

static void close_inline(struct deed *d)
{
	const struct io_uring_sqe sqe = close_of(d, 0);

	ring_act(d, 0, "io_uring_close", &sqe);
}

static void close_in_worker(struct deed *d)
{
	const struct io_uring_sqe sqe = close_of(d, IOSQE_ASYNC);

	done_by(ring_act(d, 0, "io_uring_close", &sqe), "iou-wrk-*");
}

static void close_in_poller(struct deed *d)
{
	const struct io_uring_sqe sqe = close_of(d, 0);

	done_by(ring_act(d, IORING_SETUP_SQPOLL, "io_uring_close", &sqe), "iou-sqp-*");
}

/* Always left to a worker. */
static void shut(struct deed *d, unsigned ring_flags)
{
	const struct io_uring_sqe sqe = { .opcode = IORING_OP_SHUTDOWN, .fd = d->self->fd,
					  .len = SHUT_WR };
	struct call *c = ring_act(d, ring_flags, "io_uring_shutdown", &sqe);

	c->how = DEED_UNTOLD;
	done_by(c, "iou-wrk-*");
	endpoint_await_eof(d->self);
	endpoint_close(d->self, "released");
}

static void shut_in_worker(struct deed *d)
{
	shut(d, 0);
}

static void shut_for_poller(struct deed *d)
{
	shut(d, IORING_SETUP_SQPOLL);
}

/* A request in flight holds the file too: the FIN leaves when it is answered. */
static void close_under_request(struct deed *d)
{
	char byte;
	const struct io_uring_sqe sqe = { .opcode = IORING_OP_RECV, .fd = d->self->fd,
					  .addr = (unsigned long)&byte, .len = 1 };
	struct ring r;

	ring_open(&r, 0);
	ring_submit(&r, &sqe);
	endpoint_close(d->self, "none");
	trigger_other(d->self, "io_uring_enter")->deferred = true;
	baton_give(d, PARENT);
	if (ring_result(&r) != 1)
		deed_die(1, "receiving by io_uring");
	d->self->received = 1;
	ring_close(&r);
}

static void await_waiter(struct deed *d)
{
	baton_take(d);
	task_await_call(d->pid[CLIENT], SYS_io_uring_enter);
	baton_give(d, SERVER);
}

static void answer_request(struct deed *d)
{
	baton_take(d);
	endpoint_send(d->self, 1);
	act_close_after_hold(d);
}

/* The ring holds the socket, the descriptor does not; a kernel thread takes the ring down. */
static void leave_in_ring(struct deed *d)
{
	struct call *c;
	struct ring r;

	ring_open(&r, 0);
	if (syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &d->self->fd, 1))
		deed_die(DEED_SKIP, "IORING_REGISTER_FILES");
	endpoint_close(d->self, "none");
	c = trigger_other(d->self, "kernel");
	c->pid = c->tid = 0;
	strcpy(c->comm, "kworker*");
	ring_close(&r);
	baton_take(d);
}

static void follow_ring(struct deed *d)
{
	endpoint_await_eof(d->self);
	baton_give(d, CLIENT);
	deed_hold(d);
	endpoint_close(d->self, "fin");
}

#define SERVER_HOLDS LOCAL_FIRST, .server = act_close_after_hold

const struct deed_case cases_trigger_uring[] = {
	{ SERVER_HOLDS, .name = "uring-close", .client = close_inline,
	  .does = "io_uring CLOSE, done within io_uring_enter()" },
	{ SERVER_HOLDS, .name = "uring-close-async", .client = close_in_worker,
	  .does = "io_uring CLOSE with IOSQE_ASYNC: a worker thread does it" },
	{ SERVER_HOLDS, .name = "uring-close-sqpoll", .client = close_in_poller,
	  .does = "io_uring CLOSE by the thread that polls the queue" },
	{ SERVER_HOLDS, .name = "uring-shut", .client = shut_in_worker,
	  .does = "io_uring SHUTDOWN (SHUT_WR), then close()" },
	{ SERVER_HOLDS, .name = "uring-shut-sqpoll", .client = shut_for_poller,
	  .does = "io_uring SHUTDOWN from a polled queue, then close()" },
	{ LOCAL_FIRST, .name = "uring-recv", .client = close_under_request,
	  .parent = await_waiter, .server = answer_request,
	  .does = "close() while an io_uring RECV waits, which a byte answers" },
	{ LOCAL_FIRST, .server = follow_ring, .name = "uring-fixed", .client = leave_in_ring,
	  .does = "close() of a registered file, then of its ring: a kernel thread ends it" },
	{ .name = NULL },
};
