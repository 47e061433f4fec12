/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "walker.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "caps.h"
#include "live.h"
#include "log.h"
#include "proc_cmdline.h"
#include "read_clock.h"
#include "stuck_source.h"
#include "time_units.h"

/* What the child sends when a walk is over. */
struct walker_result {
	struct metrics_walk walk;
	struct stuck_rows stuck;
	uint64_t cpu_ns;
};

void walker_init(struct walker *w)
{
	*w = (struct walker){ .fd = -1 };
}

static void count_socket(struct metrics_walk *walk, const struct stuck_socket *s)
{
	unsigned i = stuck_state_index(s->state);

	if (i < STUCK_STATES && s->age_ns > walk->oldest_ns[i])
		walk->oldest_ns[i] = s->age_ns;
}

static void sum_up(struct metrics_walk *walk, const struct stuck_table *h)
{
	const struct port_use *u = h->ports;

	memcpy(walk->count, h->count, sizeof(walk->count));
	memcpy(walk->advised, h->advised, sizeof(walk->advised));
	for (size_t i = 0; i < h->nr; i++)
		count_socket(walk, &h->sockets[i]);
	walk->complete = !h->cut_short && !h->table_full && !h->holders_full && !(u && u->lost);
	walk->ports_known = u;
	for (unsigned i = 0; u && i < u->nr; i++) {
		uint32_t permille = u->dest[i].usable ?
			(uint32_t)((uint64_t)u->dest[i].used * 1000 / u->dest[i].usable) : 0;

		if (permille > walk->ports_used_permille)
			walk->ports_used_permille = permille;
	}
}

static const char *look_up_cmdline(void *arg, const struct stuck_holder *o, size_t *len)
{
	return proc_cmdline_look_up(arg, o, len);
}

/* The rows of the page, with command lines of this moment. */
static void make_rows(struct stuck_rows *rows, const struct stuck_table *h)
{
	struct proc_cmdlines *cmdlines = calloc(1, sizeof(*cmdlines));
	const struct lookup lookup = { .cmdline = cmdlines ? look_up_cmdline : NULL,
				       .cmdline_arg = cmdlines };

	stuck_rows_make(rows, &lookup, h);
	if (cmdlines)
		proc_cmdlines_release(cmdlines);
	free(cmdlines);
}

static struct metrics_walk walk_once(struct stuck_source *source, const struct options *o,
				     struct stuck_rows *stuck, struct top_stuck_rows *rows)
{
	const struct stuck_table_config config = { .filter = &o->filter,
						   .story_filter = &o->story_filter,
						   .max = o->capture.max_open };
	uint64_t begun_ns = live_now_ns();
	struct metrics_walk walk = { 0 };
	struct stuck_table h;

	stuck_table_init(&h, &config);
	if (!stuck_source_scan(source, &h) && stuck_table_finish(&h)) {
		sum_up(&walk, &h);
		make_rows(stuck, &h);
		walk.known = true;
		if (rows)
			top_stuck_rows_take(rows, &h, read_clock_ns(CLOCK_REALTIME));
	}
	stuck_table_release(&h);
	walk.took_ns = live_now_ns() - begun_ns;
	walk.wall_ns = read_clock_ns(CLOCK_REALTIME);
	return walk;
}

static bool send_result(int fd, struct walker_result *result, struct top_stuck_rows *rows)
{
	struct iovec parts[] = { { result, sizeof(*result) },
				 { rows, rows ? top_stuck_rows_size(rows) : 0 } };
	const struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };

	return sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)(parts[0].iov_len + parts[1].iov_len);
}

/* The child: a walk for each byte, until the other end is closed. */
static void serve_walks(int fd, const struct options *o, struct top_stuck_rows *rows)
{
	struct stuck_source source;
	char byte;

	if (stuck_source_open(&source, o, WALKER_MAX_NS))
		return;
	caps_drop(stuck_source_caps(&source));
	while (recv(fd, &byte, 1, 0) == 1) {
		struct walker_result result = { .cpu_ns = 0 };

		result.walk = walk_once(&source, o, &result.stuck, rows);
		result.cpu_ns = read_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		if (!send_result(fd, &result, rows))
			break;
	}
	stuck_source_close(&source);
}

/* The signals that end the run are for the parent, which then closes its end. */
static void run_child(int fd, pid_t parent, const struct options *o, struct top_stuck_rows *rows)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

	for (unsigned i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_NAME, "tcpclose-walk");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		serve_walks(fd, o, rows);
	_exit(0);
}

int walker_start(struct walker *w, const struct options *o)
{
	pid_t parent = getpid();
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd))
		return -errno;
	w->pid = fork();
	if (w->pid == 0) {
		close(fd[0]);
		run_child(fd[1], parent, o, w->rows);
	}
	close(fd[1]);
	if (w->pid < 0) {
		int err = -errno;

		close(fd[0]);
		w->pid = 0;
		return err;
	}
	w->fd = fd[0];
	return 0;
}

void walker_stop(struct walker *w)
{
	if (!w->pid)
		return;
	close(w->fd);
	kill(w->pid, SIGKILL);	/* it only reads */
	waitpid(w->pid, NULL, 0);
	/* a counter does not decrease */
	*w = (struct walker){ .fd = -1, .cpu_ns = w->cpu_ns, .rows = w->rows };
}

void walker_ask(struct walker *w, uint64_t now_ns)
{
	if (!w->pid || w->busy || now_ns < w->next_ns)
		return;
	w->busy = send(w->fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
	w->asked_ns = now_ns;
}

static void take_result(struct walker *w, const struct walker_result *result)
{
	uint64_t rest_ns = WALKER_REST * result->walk.took_ns;

	w->last = result->walk;
	w->stuck = result->stuck;
	w->cpu_ns = result->cpu_ns;
	w->busy = false;
	w->walks++;
	if (w->rows)
		w->rows->failed = !result->walk.known;
	w->next_ns = w->asked_ns + (rest_ns > WALKER_EVERY_NS ? rest_ns : WALKER_EVERY_NS);
}

/* Are these the bytes of a result, with the rows that it claims? */
static bool is_result(const struct walker *w, size_t len)
{
	if (!w->rows)
		return len == sizeof(struct walker_result);
	return len >= sizeof(struct walker_result) + offsetof(struct top_stuck_rows, rows) &&
	       w->rows->nr <= TOP_STUCK_ROWS_MAX &&
	       len == sizeof(struct walker_result) + top_stuck_rows_size(w->rows);
}

void walker_take(struct walker *w)
{
	struct walker_result result;
	struct iovec parts[] = { { &result, sizeof(result) },
				 { w->rows, w->rows ? sizeof(*w->rows) : 0 } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	if (!w->pid)
		return;
	n = recvmsg(w->fd, &m, MSG_DONTWAIT);
	if (n > 0 && is_result(w, (size_t)n)) {
		take_result(w, &result);
	} else if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
		log_warn("the process that walks over the sockets has ended: what it found is not "
			 "renewed any more");
		if (w->rows)
			w->rows->failed = true;
		walker_stop(w);
	}
}
