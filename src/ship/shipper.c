/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "shipper.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "read_clock.h"
#include "shipper_process.h"

#define RETRY_MIN_MS 100
#define RETRY_MAX_MS 5000
#define STOP_MS 2000		/* for the keeper to end */
#define EVENTS_AT_ONCE 64	/* results per call: the caller has other work */

struct shipper {
	struct shipper_config config;
	struct spool *spool;
	int epoll;
	int timer;
	int control;		/* to the keeper; -1: it has ended */
	pid_t keeper;
	int data;		/* to the worker; -1: none */
	int worker;		/* its pid */
	bool had_worker;
	bool waits_to_write;	/* data is full */
	struct buf out;		/* the shipment that is being written, from out_done on */
	size_t out_done;
	char in[sizeof(struct transport_event)];
	size_t in_len;
	uint64_t retry_ns;	/* nothing is sent before; 0 */
	unsigned retry_ms;	/* the next pause */
	struct shipper_counts counts;
	char text[TRANSPORT_TEXT_BYTES + 1];
};

static uint64_t now_ns(void)
{
	return read_clock_ns(CLOCK_MONOTONIC);
}

static void watch(const struct shipper *s, int op, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };

	epoll_ctl(s->epoll, op, fd, &e);
}

static void set_timer(struct shipper *s, uint64_t at_ns)
{
	struct itimerspec at = { .it_value = { .tv_sec = (time_t)(at_ns / NS_PER_S),
					       .tv_nsec = (long)(at_ns % NS_PER_S) } };

	timerfd_settime(s->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void read_timer(struct shipper *s)
{
	uint64_t count;

	while (read(s->timer, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

/* Everything that the worker had is sent again by the next one. */
static void lose_worker(struct shipper *s)
{
	if (s->data < 0)
		return;
	close(s->data);
	s->data = -1;
	s->worker = 0;
	s->waits_to_write = false;
	s->in_len = 0;
	buf_reset(&s->out);
	s->out_done = 0;
	s->counts.up = false;
	spool_again_all(s->spool);
}

static void take_worker(struct shipper *s, int fd, int pid)
{
	lose_worker(s);
	s->counts.restarts += s->had_worker;
	s->had_worker = true;
	s->data = fd;
	s->worker = pid;
	watch(s, EPOLL_CTL_ADD, fd, EPOLLIN);
}

static int start_keeper(struct shipper *s, char why[SHIPPER_WHY_BYTES])
{
	char transport_why[TRANSPORT_WHY_BYTES] = "";
	const struct transport *transport = s->config.transport;
	void *t = transport->open(&s->config.to, transport_why);
	pid_t parent = getpid();
	int fd[2];

	if (!t) {
		snprintf(why, SHIPPER_WHY_BYTES, "%s", transport_why);
		return -EINVAL;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd)) {
		snprintf(why, SHIPPER_WHY_BYTES, "no socket: %s", strerror(errno));
		transport->close(t);
		return -EINVAL;
	}
	s->keeper = fork();
	if (s->keeper == 0)
		shipper_run_keeper(fd[1], parent, transport, t);
	transport->close(t);
	close(fd[1]);
	s->control = fd[0];
	if (s->keeper < 0) {
		snprintf(why, SHIPPER_WHY_BYTES, "no process: %s", strerror(errno));
		close(fd[0]);
		s->control = -1;
		return -EINVAL;
	}
	watch(s, EPOLL_CTL_ADD, s->control, EPOLLIN);
	return 0;
}

static bool may_become_nobody(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return !syscall(SYS_capget, &head, data) && data[0].effective >> CAP_SETUID & 1;
}

/* Wait for the keeper to end, but not for ever: a stopped process does not. */
static void reap_keeper(struct shipper *s)
{
	uint64_t until_ns = now_ns() + STOP_MS * (uint64_t)NS_PER_MS;

	while (s->keeper > 0 && waitpid(s->keeper, NULL, WNOHANG) == 0 && now_ns() < until_ns)
		poll(NULL, 0, 1);
	s->keeper = 0;
}

/*
 * A keeper that was killed is replaced if the new one can become nobody too. Otherwise everything
 * stays in the spool.
 */
static void lose_keeper(struct shipper *s)
{
	lose_worker(s);
	close(s->control);
	s->control = -1;
	reap_keeper(s);
	snprintf(s->counts.why, sizeof(s->counts.why), "the process that starts it was killed");
	if (geteuid() != 0 || may_become_nobody()) {
		s->retry_ms = RETRY_MAX_MS;
		s->retry_ns = now_ns() + RETRY_MAX_MS * (uint64_t)NS_PER_MS;
		set_timer(s, s->retry_ns);
	}
}

/* A message of the keeper: a new worker. */
static void take_control(struct shipper *s)
{
	struct keeper_message message;
	struct iovec io = { .iov_base = &message, .iov_len = sizeof(message) };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} rights = { 0 };
	struct msghdr head = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = rights.bytes,
			       .msg_controllen = sizeof(rights.bytes) };
	ssize_t n = recvmsg(s->control, &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&head) : NULL;
	int fd;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose_keeper(s);
	} else if (c && c->cmsg_type == SCM_RIGHTS) {
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
		take_worker(s, fd, message.worker);
	}
}

static void pause_sending(struct shipper *s, uint32_t retry_ms)
{
	uint64_t at_ns;

	/* several that fail together are one failure */
	if (!retry_ms && s->retry_ms && now_ns() < s->retry_ns)
		return;
	/* between half of the time and all of it, so that many hosts do not come at once */
	if (!retry_ms) {
		retry_ms = s->retry_ms ?: RETRY_MIN_MS;
		s->retry_ms = retry_ms * 2 < RETRY_MAX_MS ? retry_ms * 2 : RETRY_MAX_MS;
		retry_ms = retry_ms / 2 + (uint32_t)now_ns() % (retry_ms / 2 + 1);
	}
	at_ns = now_ns() + retry_ms * (uint64_t)NS_PER_MS;
	if (at_ns > s->retry_ns) {
		s->retry_ns = at_ns;
		set_timer(s, at_ns);
	}
}

static void take_config(struct shipper *s, const struct transport_event *e)
{
	size_t len = e->text_size < sizeof(s->text) ? e->text_size : 0;

	if (!len || (strlen(s->text) == len && memcmp(s->text, e->text, len) == 0))
		return;
	memcpy(s->text, e->text, len);
	s->text[len] = '\0';
	spool_save_text(s->spool, s->text, len);
}

static void set_reason(char to[TRANSPORT_WHY_BYTES], const struct transport_event *e)
{
	memcpy(to, e->why, TRANSPORT_WHY_BYTES - 1);
}

/* The shipment is over: it was taken, or refused. */
static void finish(struct shipper *s, const struct transport_event *e)
{
	struct shipment_facts facts;

	if (!spool_find(s->spool, e->id, &facts))
		return;
	spool_remove(s->spool, e->id);
	if (facts.kind == SHIPMENT_HEARTBEAT) {
		s->counts.heartbeats += e->kind == TRANSPORT_TAKEN;
	} else if (e->kind == TRANSPORT_TAKEN) {
		s->counts.taken++;
		s->counts.taken_units += facts.units;
	} else {
		uint32_t units = e->units && e->units < facts.units ? e->units : facts.units;

		s->counts.rejected++;
		s->counts.rejected_units += units;
		s->counts.taken_units += facts.units - units;
	}
	if (e->kind == TRANSPORT_REJECTED)
		set_reason(s->counts.rejected_why, e);
}

static void take_event(struct shipper *s, const struct transport_event *e)
{
	switch (e->kind) {
	case TRANSPORT_TAKEN:
		s->retry_ms = 0;
		finish(s, e);
		break;
	case TRANSPORT_REJECTED:
		finish(s, e);
		break;
	case TRANSPORT_FAILED:
		s->counts.failed++;
		set_reason(s->counts.why, e);
		spool_again(s->spool, e->id);
		pause_sending(s, e->retry_ms);
		break;
	case TRANSPORT_UP:
		s->counts.up = true;
		s->counts.why[0] = '\0';
		break;
	case TRANSPORT_DOWN:
		s->counts.up = false;
		set_reason(s->counts.why, e);
		spool_again_all(s->spool);
		break;
	case TRANSPORT_CONFIG:
		take_config(s, e);
		break;
	}
}

/* Take one event of the worker. False: there is none. */
static bool take_data(struct shipper *s)
{
	struct transport_event event;
	ssize_t n;

	if (s->data < 0)
		return false;
	n = recv(s->data, s->in + s->in_len, sizeof(s->in) - s->in_len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		lose_worker(s);
		return false;
	}
	s->in_len += (size_t)n;
	if (s->in_len == sizeof(s->in)) {
		s->in_len = 0;
		memcpy(&event, s->in, sizeof(event));
		take_event(s, &event);
	}
	return true;
}

/* Write what is in `out`. True: all of it is written. */
static bool write_out(struct shipper *s)
{
	while (s->out_done < s->out.len) {
		ssize_t n = send(s->data, s->out.data + s->out_done, s->out.len - s->out_done,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		s->out_done += (size_t)n;
	}
	buf_reset(&s->out);
	s->out_done = 0;
	return true;
}

static void fill_out(struct shipper *s, const struct shipment *shipment)
{
	struct wire_shipment wire = { .id = shipment->id, .size = shipment->size,
				      .units = shipment->units, .kind = (uint16_t)shipment->kind,
				      .partition = shipment->partition };

	memcpy(wire.key, shipment->key, sizeof(wire.key));
	memcpy(wire.host, shipment->host, sizeof(wire.host));
	buf_add(&s->out, &wire, sizeof(wire));
	buf_add(&s->out, shipment->bytes, shipment->size);
	if (s->out.failed) {
		buf_reset(&s->out);
		spool_again(s->spool, shipment->id);
		pause_sending(s, 0);
	}
}

/*
 * After a failure one shipment at a time, until one arrives. One less than the transport takes is
 * for the heartbeat, which the spool does not count.
 */
static bool may_send(const struct shipper *s)
{
	unsigned window = s->retry_ms ? 1 : TRANSPORT_IN_FLIGHT - 1;

	return s->data >= 0 && s->counts.up && now_ns() >= s->retry_ns &&
	       spool_counts(s->spool)->handed_over < window;
}

static void push(struct shipper *s)
{
	struct shipment shipment;
	bool full = false;

	if (s->data < 0)
		return;
	while (!(full = !write_out(s)) && may_send(s) && spool_next(s->spool, &shipment))
		fill_out(s, &shipment);
	if (full != s->waits_to_write) {
		s->waits_to_write = full;
		watch(s, EPOLL_CTL_MOD, s->data, full ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
}

static void restart_keeper(struct shipper *s)
{
	char why[SHIPPER_WHY_BYTES];

	if (s->control < 0 && !s->keeper && now_ns() >= s->retry_ns && start_keeper(s, why)) {
		snprintf(s->counts.why, sizeof(s->counts.why), "%.200s", why);
		pause_sending(s, RETRY_MAX_MS);
	}
}

void shipper_handle(struct shipper *s)
{
	read_timer(s);
	if (s->control >= 0)
		take_control(s);
	else
		restart_keeper(s);
	for (unsigned i = 0; i < EVENTS_AT_ONCE && take_data(s); i++)
		;
	push(s);
}

static bool open_fds(struct shipper *s)
{
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->epoll < 0 || s->timer < 0)
		return false;
	watch(s, EPOLL_CTL_ADD, s->timer, EPOLLIN);
	return true;
}

struct shipper *shipper_start(const struct shipper_config *config, char why[SHIPPER_WHY_BYTES])
{
	struct shipper *s = calloc(1, sizeof(*s));
	size_t len;

	if (!s) {
		snprintf(why, SHIPPER_WHY_BYTES, "no memory");
		return NULL;
	}
	s->config = *config;
	s->epoll = s->timer = s->control = s->data = -1;
	s->spool = spool_open(&config->spool, why);
	if (!s->spool)
		goto fail;
	len = spool_load_text(s->spool, s->text, TRANSPORT_TEXT_BYTES);
	s->text[len] = '\0';
	if (!open_fds(s)) {
		snprintf(why, SHIPPER_WHY_BYTES, "no descriptor: %s", strerror(errno));
		goto fail;
	}
	if (!start_keeper(s, why))
		return s;
fail:
	shipper_stop(s);
	return NULL;
}

void shipper_stop(struct shipper *s)
{
	if (!s)
		return;
	if (s->data >= 0)
		close(s->data);
	if (s->control >= 0)
		close(s->control);
	reap_keeper(s);
	if (s->timer >= 0)
		close(s->timer);
	if (s->epoll >= 0)
		close(s->epoll);
	buf_release(&s->out);
	spool_close(s->spool);
	free(s);
}

int shipper_fd(const struct shipper *s)
{
	return s->epoll;
}

bool shipper_put(struct shipper *s, const struct shipment *shipment)
{
	bool kept = spool_put(s->spool, shipment);

	push(s);
	return kept;
}

const char *shipper_config_text(const struct shipper *s)
{
	return *s->text ? s->text : NULL;
}

const struct shipper_counts *shipper_counts(struct shipper *s)
{
	s->counts.spool = *spool_counts(s->spool);
	return &s->counts;
}

bool shipper_flush(struct shipper *s, unsigned ms)
{
	uint64_t until_ns = now_ns() + ms * (uint64_t)NS_PER_MS, now;

	while (!spool_is_empty(s->spool) && (now = now_ns()) < until_ns) {
		struct pollfd fd = { .fd = s->epoll, .events = POLLIN };

		poll(&fd, 1, (int)((until_ns - now) / NS_PER_MS) + 1);
		shipper_handle(s);
	}
	return spool_is_empty(s->spool);
}

int shipper_worker_pid(const struct shipper *s)
{
	return s->worker;
}
