/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_read_child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "nats_client.h"
#include "read_clock.h"
#include "sandbox.h"

#define RETRY_MIN_MS 250
#define RETRY_MAX_MS 10000

struct child;

/* One consumer: heartbeats, all partitions, or one of them. */
struct lane {
	struct child *child;
	struct nats_sub *sub;
	char stream[NATS_STREAM_BYTES + 8];
	char filter[64];
	bool heartbeats;
	/* written by the library's thread, under child->lock */
	uint64_t last_seq;	/* the last message that was written, 0 none */
	uint64_t end_seq;	/* the end of the stream when reading began */
	bool caught_up;
};

struct child {
	const struct nats_login *login;
	const struct stream_read_config *config;
	int fd;			/* frames go here */
	int wake[2];		/* a byte: something below has changed */
	pthread_mutex_t lock;	/* one frame at a time, and the lanes */
	struct nats_client *client;
	struct lane lane[1 + STREAM_PARTITIONS_MAX];	/* the first is the heartbeats' */
	unsigned nr_lanes;
	atomic_bool lost, stalled;
	char why[NATS_WHY_BYTES];	/* under lock: why the connection was lost */
	bool has_config, reported_end;
};

/* The reader has gone: nobody waits for anything. */
static void write_frame(struct child *c, const struct ship_frame *frame, const void *bytes)
{
	pthread_mutex_lock(&c->lock);
	if (frame_write(c->fd, frame, bytes))
		_exit(0);
	pthread_mutex_unlock(&c->lock);
}

static void write_text(struct child *c, enum frame_kind kind, const char *text)
{
	const struct ship_frame frame = { .kind = (uint16_t)kind, .size = (uint32_t)strlen(text) };

	write_frame(c, &frame, text);
}

static _Noreturn void fail(struct child *c, const char *what, const char *why)
{
	char text[NATS_WHY_BYTES + 128];

	snprintf(text, sizeof(text), "%s%s%s", what, *what ? ": " : "", why);
	write_text(c, FRAME_FAILED, text);
	_exit(1);
}

static void wake(struct child *c)
{
	while (write(c->wake[1], "", 1) < 0 && errno == EINTR)
		;
}

static void take_lost(void *arg, const char *why)
{
	struct child *c = arg;

	pthread_mutex_lock(&c->lock);
	snprintf(c->why, sizeof(c->why), "%s", why);
	pthread_mutex_unlock(&c->lock);
	atomic_store(&c->lost, true);
	wake(c);
}

static void take_stalled(void *arg)
{
	struct child *c = arg;

	atomic_store(&c->stalled, true);
	wake(c);
}

/* What is refused is an answer that does not come: the request for it fails too. */
static void take_refused(void *arg, const char *why)
{
	(void)arg;
	(void)why;
}

/* The HOST that ends a subject, and the number before it. False: it is not a subject of ours. */
static bool parse_subject(const char *subject, bool heartbeat, struct ship_frame *frame)
{
	const char *start = heartbeat ? NATS_SUBJECT ".hosts." : NATS_SUBJECT ".events.";
	size_t len = strlen(start);
	char *end = NULL;

	if (strncmp(subject, start, len) != 0)
		return false;
	subject += len;
	if (!heartbeat) {
		unsigned long partition = strtoul(subject, &end, 10);

		if (*end != '.' || partition >= NATS_PARTITIONS_MAX)
			return false;
		frame->partition = (uint16_t)partition;
		subject = end + 1;
	}
	if (!*subject || strlen(subject) >= sizeof(frame->host) || strchr(subject, '.'))
		return false;
	memcpy(frame->host, subject, strlen(subject) + 1);
	return true;
}

/* On a thread of the library, which takes no further message of this lane meanwhile. */
static void take_message(void *arg, const struct nats_message *m)
{
	struct lane *l = arg;
	struct child *c = l->child;
	struct ship_frame frame = { .kind = l->heartbeats ? FRAME_HEARTBEAT : FRAME_SEGMENT,
				    .size = (uint32_t)m->size, .broker_ns = m->broker_ns,
				    .stream_seq = m->stream_seq };
	bool caught_up, wanted = m->size <= FRAME_BYTES_MAX;

	if (m->stream_seq <= l->last_seq)
		return;
	wanted &= l->heartbeats || m->broker_ns >= c->config->since_ns;
	if (wanted && parse_subject(m->subject, l->heartbeats, &frame))
		write_frame(c, &frame, m->data);
	pthread_mutex_lock(&c->lock);
	l->last_seq = m->stream_seq;
	caught_up = !l->caught_up && (m->pending == 0 || m->stream_seq >= l->end_seq);
	l->caught_up |= caught_up;
	pthread_mutex_unlock(&c->lock);
	if (caught_up)
		wake(c);
}

static void add_lane(struct child *c, const char *suffix, const char *filter)
{
	struct lane *l = &c->lane[c->nr_lanes++];

	l->child = c;
	l->heartbeats = *suffix;
	snprintf(l->stream, sizeof(l->stream), "%s%s", c->login->url.stream, suffix);
	snprintf(l->filter, sizeof(l->filter), "%s", filter);
}

/* A consumer has one filter: one for all partitions, or one for each. */
static void add_lanes(struct child *c)
{
	char filter[64];

	add_lane(c, "_HOSTS", NATS_SUBJECT ".hosts.*");
	if (!c->config->partitions)
		add_lane(c, "", NATS_SUBJECT ".events.>");
	for (unsigned i = 0; i < STREAM_PARTITIONS_MAX; i++) {
		if (!(c->config->partitions >> i & 1))
			continue;
		snprintf(filter, sizeof(filter), NATS_SUBJECT ".events.%u.*", i);
		add_lane(c, "", filter);
	}
}

/* Begin to consume, behind the last message that was written. */
static bool open_lane(struct child *c, struct lane *l, char why[NATS_WHY_BYTES])
{
	struct nats_consumption what = { .stream = l->stream, .filter = l->filter,
					 .take = take_message, .arg = l };
	struct nats_stream info;
	uint64_t pending;

	if (l->last_seq)
		what.from_seq = l->last_seq + 1;
	else if (l->heartbeats)
		what.last_per_subject = true;
	else
		what.from_ns = c->config->since_ns;
	if (!l->caught_up) {
		if (nats_stream_info(c->client, l->stream, &info, why))
			return false;
		l->end_seq = l->end_seq ?: info.last_seq;
	}
	l->sub = nats_consume(c->client, &what, &pending, why);
	if (!l->sub)
		return false;
	pthread_mutex_lock(&c->lock);
	l->caught_up |= pending == 0;
	pthread_mutex_unlock(&c->lock);
	return true;
}

static void close_lanes(struct child *c)
{
	for (unsigned i = 0; i < c->nr_lanes; i++) {
		nats_unsubscribe(c->lane[i].sub);
		c->lane[i].sub = NULL;
	}
}

static bool is_caught_up(struct child *c, unsigned from, unsigned to)
{
	bool all = true;

	pthread_mutex_lock(&c->lock);
	for (unsigned i = from; i < to; i++)
		all &= c->lane[i].caught_up;
	pthread_mutex_unlock(&c->lock);
	return all;
}

/* Wait until a callback has something to report, or the reader has gone. */
static void wait_for_callbacks(struct child *c, int ms)
{
	struct pollfd fds[] = { { .fd = c->wake[0], .events = POLLIN }, { .fd = c->fd } };
	char bytes[64];

	if (poll(fds, 2, ms) <= 0)
		return;
	if (fds[1].revents & (POLLERR | POLLHUP))
		_exit(0);
	if (fds[0].revents && read(c->wake[0], bytes, sizeof(bytes)) < 0)
		return;
}

static bool needs_restart(struct child *c)
{
	return atomic_load(&c->lost) || atomic_load(&c->stalled);
}

static bool read_config(struct child *c, char why[NATS_WHY_BYTES])
{
	struct ship_frame frame = { .kind = FRAME_CONFIG };
	char stream[NATS_STREAM_BYTES + 8];
	struct nats_stream info = { .name = "" };
	struct nats_last last;
	int found;

	if (c->has_config)
		return true;
	snprintf(stream, sizeof(stream), "%s_CONFIG", c->login->url.stream);
	if (nats_stream_info(c->client, stream, &info, why) == NATS_STREAM_MISSING)
		snprintf(why, NATS_WHY_BYTES, "there is no stream %s: 'tcpclose stream init' makes "
			 "it", stream);
	if (!*info.name)
		return false;
	found = nats_last(c->client, stream, NATS_SUBJECT ".config", &last, why);
	if (!found)
		snprintf(why, NATS_WHY_BYTES, "there is no configuration: 'tcpclose stream init' "
			 "makes it");
	if (found <= 0)
		return false;
	frame.size = (uint32_t)last.len;
	write_frame(c, &frame, last.text);
	c->has_config = true;
	return true;
}

/* The configuration, the heartbeats up to their end, then the rest. */
static bool begin(struct child *c, char why[NATS_WHY_BYTES])
{
	if (!read_config(c, why) || !open_lane(c, &c->lane[0], why))
		return false;
	while (!is_caught_up(c, 0, 1) && !needs_restart(c))
		wait_for_callbacks(c, -1);
	for (unsigned i = 1; i < c->nr_lanes && !needs_restart(c); i++)
		if (!open_lane(c, &c->lane[i], why))
			return false;
	return true;
}

static void report_end(struct child *c)
{
	if (c->reported_end || !is_caught_up(c, 1, c->nr_lanes))
		return;
	write_text(c, FRAME_CAUGHT_UP, "");
	c->reported_end = true;
	if (!c->config->follow)
		_exit(0);
}

/* Everything while one connection lasts. False, with the reason in why, if it did not begin. */
static bool serve_connection(struct child *c, char why[NATS_WHY_BYTES])
{
	const struct nats_callbacks callbacks = { .arg = c, .lost = take_lost,
						  .refused = take_refused,
						  .stalled = take_stalled };
	bool began;

	atomic_store(&c->lost, false);
	atomic_store(&c->stalled, false);
	c->client = nats_connect(c->login, "tcpclose --replay", "_INBOX", &callbacks, why);
	if (!c->client)
		return false;
	began = begin(c, why);
	while (began && !needs_restart(c)) {
		report_end(c);
		if (!needs_restart(c))
			wait_for_callbacks(c, -1);
	}
	if (began) {
		pthread_mutex_lock(&c->lock);
		snprintf(why, NATS_WHY_BYTES, "%s", atomic_load(&c->lost) ? c->why :
			 "the server is silent");
		pthread_mutex_unlock(&c->lock);
	}
	close_lanes(c);
	nats_disconnect(c->client);
	c->client = NULL;
	return began;
}

/* What cannot be reached at the start is an error of the user's; later it may come back. */
static _Noreturn void serve(struct child *c)
{
	int pause_ms = RETRY_MIN_MS;
	bool ever = false;

	for (;;) {
		char why[NATS_WHY_BYTES] = "", text[NATS_WHY_BYTES + 64];
		bool began = serve_connection(c, why);

		if (!began && !ever)
			fail(c, "", why);
		if (began) {
			snprintf(text, sizeof(text), "lost the connection to the stream, trying "
				 "again: %s", why);
			write_text(c, FRAME_NOTE, text);
			pause_ms = RETRY_MIN_MS;
		}
		ever = true;
		wait_for_callbacks(c, pause_ms);
		pause_ms = pause_ms * 2 < RETRY_MAX_MS ? pause_ms * 2 : RETRY_MAX_MS;
	}
}

void stream_read_run_child(int fd, pid_t parent, const struct nats_login *login,
			   const struct stream_read_config *config)
{
	static struct child c;
	int err;

	c = (struct child){ .login = login, .config = config, .fd = fd };
	prctl(PR_SET_NAME, "tcpclose-reader");
	pthread_mutex_init(&c.lock, NULL);
	err = sandbox_enter(parent, &fd, 1);
	if (!err && pipe2(c.wake, O_CLOEXEC | O_NONBLOCK))
		err = -errno;
	if (!err)
		err = sandbox_filter_calls();
	if (err)
		fail(&c, "cannot start the process that reads", strerror(-err));
	add_lanes(&c);
	serve(&c);
}
