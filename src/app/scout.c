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
#include "time_units.h"

#define MESSAGE_ADDRESSES 256

/* A part of the list. The last one has is_last, and says whether the list is complete. */
struct scout_message {
	uint64_t took_ns;	/* in the last one */
	uint32_t nr;
	bool is_last, complete;
	struct address at[MESSAGE_ADDRESSES];
};

void scout_init(struct scout *s)
{
	*s = (struct scout){ .fd = -1 };
}

/* Returns false if the recorder has ended. */
static bool send_addresses(int fd, const struct addresses *a, uint64_t took_ns)
{
	unsigned from = 0;

	do {
		struct scout_message m = { .took_ns = took_ns, .nr = a->nr - from };

		if (m.nr > MESSAGE_ADDRESSES)
			m.nr = MESSAGE_ADDRESSES;
		if (m.nr)
			memcpy(m.at, a->at + from, m.nr * sizeof(*m.at));
		from += m.nr;
		m.is_last = from == a->nr;
		m.complete = a->complete;
		if (send(fd, &m, sizeof(m), MSG_NOSIGNAL) != sizeof(m))
			return false;
	} while (from < a->nr);
	return true;
}

/* The child: a list for each byte, until the other end is closed. */
static void serve_lists(int fd, const struct options *o)
{
	struct netns_visits visits;
	bool open = true;
	char byte;

	if (netns_visits_open(&visits, &o->filter))
		return;
	caps_drop(CAPS_BIT(SYS_ADMIN) | CAPS_BIT(SYS_PTRACE));
	while (open && recv(fd, &byte, 1, 0) == 1) {
		uint64_t begun_ns = read_clock_ns(CLOCK_MONOTONIC);
		struct addresses a = { .complete = false };

		open = !netns_addresses_read(&visits, &a) &&
		       send_addresses(fd, &a, read_clock_ns(CLOCK_MONOTONIC) - begun_ns);
		addresses_release(&a);
	}
	netns_visits_release(&visits);
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
		serve_lists(fd, o);
	_exit(0);
}

int scout_start(struct scout *s, const struct options *o)
{
	pid_t parent = getpid();
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd))
		return -errno;
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
	scout_init(s);
}

void scout_ask(struct scout *s, uint64_t now_ns)
{
	if (!s->pid || s->busy || now_ns < s->next_ns)
		return;
	s->busy = send(s->fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
	s->next_ns = now_ns + SCOUT_EVERY_NS;
}

static void take_message(struct scout *s, const struct scout_message *m)
{
	if (m->nr > MESSAGE_ADDRESSES)
		return;
	for (uint32_t i = 0; i < m->nr; i++)
		addresses_add(&s->coming, &m->at[i]);
	if (!m->is_last)
		return;
	addresses_release(&s->last);
	s->last = s->coming;
	s->last.complete = m->complete;
	s->coming = (struct addresses){ .complete = false };
	s->took_ns = m->took_ns;
	s->busy = false;
}

void scout_take(struct scout *s)
{
	struct scout_message m;
	ssize_t n = 0;

	while (s->pid && (n = recv(s->fd, &m, sizeof(m), MSG_DONTWAIT)) == sizeof(m))
		take_message(s, &m);
	if (!s->pid || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	log_warn("the process that lists the addresses of this host has ended: readers cannot "
		 "tell any more which peers are traced");
	scout_stop(s);
}
