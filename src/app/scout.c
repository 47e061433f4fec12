/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scout.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "caps.h"
#include "log.h"
#include "netns_addresses.h"
#include "read_clock.h"
#include "scan.h"
#include "time_units.h"

#define MESSAGE_ADDRESSES 256
#define MESSAGE_EVENTS 64
#define MESSAGES_AT_ONCE 16

enum scout_task { SCOUT_ADDRESSES = 1, SCOUT_WALK = 2 };

struct scout_request {
	enum scout_task task;
	uint64_t sk_xor;
};

/* A part of the answer. The last one has is_last, and says whether the answer is complete. */
struct scout_message {
	enum scout_task task;
	uint32_t nr;
	bool is_last, complete;
	uint64_t took_ns;	/* in the last one */
	union {
		struct address at[MESSAGE_ADDRESSES];
		struct event event[MESSAGE_EVENTS];
	};
};

/* The child. */
struct scout_child {
	int fd;
	const struct options *o;
	struct netns_visits visits;
	struct scan *scan;	/* NULL: not opened yet */
	bool no_scan;		/* it cannot be opened */
	bool over;		/* the recorder has ended */
	struct scout_message message;
};

void scout_init(struct scout *s)
{
	*s = (struct scout){ .fd = -1 };
}

static void send_message(struct scout_child *c)
{
	if (!c->over && send(c->fd, &c->message, sizeof(c->message), MSG_NOSIGNAL) < 0)
		c->over = true;
	c->message.nr = 0;
}

static void send_last(struct scout_child *c, bool complete, uint64_t begun_ns)
{
	c->message.is_last = true;
	c->message.complete = complete;
	c->message.took_ns = read_clock_ns(CLOCK_MONOTONIC) - begun_ns;
	send_message(c);
}

static void list_addresses(struct scout_child *c)
{
	uint64_t begun_ns = read_clock_ns(CLOCK_MONOTONIC);
	struct addresses a = { .complete = false };

	c->over |= netns_addresses_read(&c->visits, &a) != 0;
	for (unsigned i = 0; i < a.nr; i++) {
		if (c->message.nr == MESSAGE_ADDRESSES)
			send_message(c);
		c->message.at[c->message.nr++] = a.at[i];
	}
	send_last(c, a.complete, begun_ns);
	addresses_release(&a);
}

static void send_event(void *arg, const void *bytes, unsigned long len)
{
	struct scout_child *c = arg;

	if (len != sizeof(c->message.event[0]))
		return;
	if (c->message.nr == MESSAGE_EVENTS)
		send_message(c);
	memcpy(&c->message.event[c->message.nr++], bytes, len);
}

static bool open_scan(struct scout_child *c, uint64_t sk_xor)
{
	struct scan_config config = { .filter = &c->o->filter, .sk_xor = sk_xor,
				      .max_ns = SCOUT_WALK_MAX_NS, .btf = c->o->capture.btf };
	char why[LIVE_WHY_BYTES];

	if (!c->scan && !c->no_scan)
		c->no_scan = scan_open(&c->scan, &config, why) != 0;
	return c->scan;
}

static void walk(struct scout_child *c, uint64_t sk_xor)
{
	uint64_t begun_ns = read_clock_ns(CLOCK_MONOTONIC);
	struct scan_stats stats = { .left_out = 1 };
	bool fails = !open_scan(c, sk_xor) || scan_run(c->scan, send_event, NULL, c, &stats);

	send_last(c, !fails && !stats.cut_short && !stats.left_out &&
		     (!stats.hidden || c->visits.nr_wanted), begun_ns);
}

/* An answer for each request, until the other end is closed. */
static void serve_requests(struct scout_child *c)
{
	struct scout_request request;

	while (!c->over && recv(c->fd, &request, sizeof(request), 0) == sizeof(request)) {
		c->message.task = request.task;
		c->message.is_last = false;
		if (request.task == SCOUT_WALK)
			walk(c, request.sk_xor);
		else
			list_addresses(c);
	}
}

static void run_in_child(int fd, const struct options *o)
{
	static struct scout_child child;

	child = (struct scout_child){ .fd = fd, .o = o };
	if (netns_visits_open(&child.visits, &o->filter))
		return;
	caps_drop(CAPS_BIT(SYS_ADMIN) | CAPS_BIT(SYS_PTRACE) | CAPS_BIT(BPF) | CAPS_BIT(PERFMON));
	serve_requests(&child);
}

/* The signals that end the run are for the parent, which then closes its end. */
static void run_child(int fd, pid_t parent, const struct options *o)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

	for (unsigned i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_NAME, "tcpclose-scout");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		run_in_child(fd, o);
	_exit(0);
}

int scout_start(struct scout *s, const struct options *o)
{
	pid_t parent = getpid();
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd))
		return -errno;
	s->walk_every_ns = o->record.walk_ns;
	s->pid = fork();
	if (s->pid == 0) {
		close(fd[0]);
		run_child(fd[1], parent, o);
	}
	close(fd[1]);
	if (s->pid < 0) {
		int err = -errno;

		close(fd[0]);
		s->pid = 0;
		return err;
	}
	s->fd = fd[0];
	return 0;
}

void scout_stop(struct scout *s)
{
	if (s->pid) {
		close(s->fd);
		kill(s->pid, SIGKILL);	/* it only reads */
		waitpid(s->pid, NULL, 0);
	}
	addresses_release(&s->last);
	addresses_release(&s->coming);
	*s = (struct scout){ .fd = -1, .walker = s->walker };
}

static void ask(struct scout *s, enum scout_task task, uint64_t sk_xor)
{
	struct scout_request request = { .task = task, .sk_xor = sk_xor };

	s->busy = send(s->fd, &request, sizeof(request), MSG_NOSIGNAL | MSG_DONTWAIT) ==
		  sizeof(request);
	s->walks = s->busy && task == SCOUT_WALK;
	if (s->walks)
		s->walker.begin(s->walker.arg);
}

void scout_ask(struct scout *s, uint64_t now_ns, uint64_t sk_xor)
{
	if (!s->walk_ns)
		s->walk_ns = now_ns + s->walk_every_ns;
	if (!s->pid || s->busy)
		return;
	if (now_ns >= s->addresses_ns) {
		s->addresses_ns = now_ns + SCOUT_ADDRESSES_NS;
		ask(s, SCOUT_ADDRESSES, sk_xor);
	} else if (s->walk_every_ns && now_ns >= s->walk_ns) {
		s->walk_ns = now_ns + s->walk_every_ns;
		ask(s, SCOUT_WALK, sk_xor);
	}
}

static void take_addresses(struct scout *s, const struct scout_message *m)
{
	for (uint32_t i = 0; i < m->nr && i < MESSAGE_ADDRESSES; i++)
		addresses_add(&s->coming, &m->at[i]);
	if (!m->is_last)
		return;
	addresses_release(&s->last);
	s->last = s->coming;
	s->last.complete = m->complete;
	s->coming = (struct addresses){ .complete = false };
	s->took_ns = m->took_ns;
}

static void end_walk(struct scout *s, bool complete)
{
	if (s->walks)
		s->walker.end(s->walker.arg, complete);
	s->walks = false;
}

static void take_walk(struct scout *s, const struct scout_message *m)
{
	for (uint32_t i = 0; i < m->nr && i < MESSAGE_EVENTS; i++)
		s->walker.event(s->walker.arg, &m->event[i]);
	if (m->is_last)
		end_walk(s, m->complete);
}

static void take_message(struct scout *s, const struct scout_message *m)
{
	if (m->task == SCOUT_WALK)
		take_walk(s, m);
	else
		take_addresses(s, m);
	if (m->is_last)
		s->busy = false;
}

bool scout_take(struct scout *s)
{
	struct scout_message m;
	ssize_t n = 0;

	for (unsigned i = 0; s->pid && i < MESSAGES_AT_ONCE; i++) {
		n = recv(s->fd, &m, sizeof(m), MSG_DONTWAIT);
		if (n != sizeof(m))
			break;
		take_message(s, &m);
	}
	if (!s->pid || n == sizeof(m))
		return s->pid;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	log_warn("the process that looks at addresses and sockets has ended: readers cannot tell "
		 "any more which peers are traced, nor what is stuck");
	end_walk(s, false);
	scout_stop(s);
	return false;
}
