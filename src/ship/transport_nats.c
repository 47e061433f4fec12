/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Publishes shipments to the streams of a fleet. Each is published with a message id, by which the
 * server drops repeats, and with a subject for the acknowledgement that ends with the shipment's
 * id. The threads of the client library only write notes into a pipe; everything else happens in
 * wait() and send().
 */
#include "transport.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "nats_client.h"
#include "nats_login.h"
#include "pub_ack.h"
#include "read_clock.h"

#define ACK_MS 10000		/* the default for one shipment */
#define CONFIG_EVERY_NS (5 * NS_PER_S)	/* while it is not known */
#define RETRY_MIN_MS 250	/* for connections */
#define RETRY_MAX_MS 10000
#define SUBJECT_BYTES 192
#define CONFIG_ID "config"

enum note_kind { NOTE_ACK = 1, NOTE_CONFIG, NOTE_REFUSED, NOTE_LOST };

/* What a thread of the library writes into the pipe, in one write: at most PIPE_BUF bytes. */
struct note {
	enum note_kind kind;
	uint64_t id;
	struct pub_ack ack;
	uint32_t text_size;
	char text[TRANSPORT_TEXT_BYTES];
};

struct sent {
	uint64_t id;		/* 0: this place is free */
	uint64_t until_ns;
	char subject[SUBJECT_BYTES];
};

struct nats {
	struct nats_login *login;
	uint64_t ack_ns;
	char inbox[96];		/* the start of the subjects of answers */
	char acks[160];		/* of those to shipments; .ID follows */
	int pipe[2];		/* -1 before the first wait() */
	struct nats_client *client;	/* NULL: not connected */
	struct nats_sub *sub;
	uint64_t connect_ns;	/* when to try again */
	unsigned retry_ms;
	bool has_config;
	uint64_t config_ns;	/* when to ask again */
	struct sent sent[TRANSPORT_IN_FLIGHT];
	struct transport_event queue[TRANSPORT_IN_FLIGHT + 1];	/* to report */
	unsigned queued, reported;
};

static uint64_t now_ns(void)
{
	return read_clock_ns(CLOCK_MONOTONIC);
}

static void *open_nats(const struct transport_config *config, char why[TRANSPORT_WHY_BYTES])
{
	struct nats *n = calloc(1, sizeof(*n));

	if (!n) {
		snprintf(why, TRANSPORT_WHY_BYTES, "no memory");
		return NULL;
	}
	n->pipe[0] = n->pipe[1] = -1;
	n->ack_ns = (config->timeout_ms ?: ACK_MS) * (uint64_t)NS_PER_MS;
	n->login = nats_login_read(config, why);
	if (n->login)
		return n;
	free(n);
	return NULL;
}

static void close_nats(void *t)
{
	struct nats *n = t;

	nats_unsubscribe(n->sub);
	nats_disconnect(n->client);
	nats_login_free(n->login);
	free(n);
}

/* Results that are known without a note. One more than can be in flight: a state. */
static void queue_event(struct nats *n, enum transport_event_kind kind, uint64_t id,
			const char *why)
{
	struct transport_event *e;

	if (n->queued - n->reported > TRANSPORT_IN_FLIGHT)
		return;
	e = &n->queue[n->queued++ % (TRANSPORT_IN_FLIGHT + 1)];
	*e = (struct transport_event){ .kind = kind, .id = id };
	snprintf(e->why, sizeof(e->why), "%s", why);
}

static void write_note(struct nats *n, const struct note *note)
{
	while (write(n->pipe[1], note, sizeof(*note)) < 0 && errno == EINTR)
		;
}

static void note_text(struct nats *n, enum note_kind kind, const char *text, size_t len)
{
	struct note note = { .kind = kind };

	if (len >= sizeof(note.text))
		len = sizeof(note.text) - 1;
	memcpy(note.text, text, len);
	note.text_size = (uint32_t)len;
	write_note(n, &note);
}

static void take_lost(void *arg, const char *why)
{
	note_text(arg, NOTE_LOST, why, strlen(why));
}

static void take_refused(void *arg, const char *why)
{
	note_text(arg, NOTE_REFUSED, why, strlen(why));
}

/* The answer to the question for the configuration, or to the shipment whose id ends the subject. */
static void take_answer(void *arg, const struct nats_message *m)
{
	struct nats *n = arg;
	const char *id = m->subject + strlen(n->acks) + 1;
	struct note note = { .kind = NOTE_ACK };

	if (strlen(m->subject) <= strlen(n->acks))
		return;
	if (strcmp(id, CONFIG_ID) == 0) {
		note_text(n, NOTE_CONFIG, m->data, m->no_responders ? 0 : m->size);
		return;
	}
	note.id = strtoull(id, NULL, 10);
	if (m->no_responders)
		snprintf(note.ack.why, sizeof(note.ack.why), "there is no stream for it: "
			 "'tcpclose stream init' makes it");
	else
		pub_ack_parse(m->data, m->size, &note.ack);
	write_note(n, &note);
}

/* A name that no other client has: the answers come to it. */
static bool make_names(struct nats *n)
{
	uint64_t random[2];
	char host[72];

	if (*n->inbox)
		return true;
	if (getrandom(random, sizeof(random), 0) != sizeof(random) || pipe2(n->pipe, O_CLOEXEC))
		return false;
	nats_subject_host(n->login->host, host);
	snprintf(n->inbox, sizeof(n->inbox), "_INBOX.%s", host);
	snprintf(n->acks, sizeof(n->acks), "%s.%016" PRIx64 "%016" PRIx64, n->inbox, random[0],
		 random[1]);
	return true;
}

static bool connect_nats(struct nats *n, char why[NATS_WHY_BYTES])
{
	const struct nats_callbacks callbacks = { .arg = n, .lost = take_lost,
						  .refused = take_refused };
	char subject[192];

	if (!make_names(n)) {
		snprintf(why, NATS_WHY_BYTES, "%s", strerror(errno));
		return false;
	}
	n->client = nats_connect(n->login, "tcpclose record", n->inbox, &callbacks, why);
	if (!n->client)
		return false;
	snprintf(subject, sizeof(subject), "%s.*", n->acks);
	n->sub = nats_subscribe(n->client, subject, take_answer, n, why);
	if (n->sub)
		return true;
	nats_disconnect(n->client);
	n->client = NULL;
	return false;
}

/* Between half of the time and all of it, so that the hosts do not all come at once. */
static void plan_connect(struct nats *n)
{
	uint16_t random = 0;

	n->retry_ms = n->retry_ms ? n->retry_ms * 2 : RETRY_MIN_MS;
	if (n->retry_ms > RETRY_MAX_MS)
		n->retry_ms = RETRY_MAX_MS;
	getrandom(&random, sizeof(random), GRND_NONBLOCK);
	n->connect_ns = now_ns() + (n->retry_ms / 2 + random % (n->retry_ms / 2 + 1)) *
				   (uint64_t)NS_PER_MS;
}

static void try_to_connect(struct nats *n)
{
	char why[NATS_WHY_BYTES];

	if (connect_nats(n, why)) {
		n->retry_ms = 0;
		n->config_ns = 0;
		queue_event(n, TRANSPORT_UP, 0, "");
	} else {
		plan_connect(n);
		queue_event(n, TRANSPORT_DOWN, 0, why);
	}
}

static void disconnect(struct nats *n, const char *why)
{
	if (!n->client)
		return;
	nats_unsubscribe(n->sub);
	nats_disconnect(n->client);
	n->sub = NULL;
	n->client = NULL;
	memset(n->sent, 0, sizeof(n->sent));
	plan_connect(n);
	queue_event(n, TRANSPORT_DOWN, 0, why);
}

/* The direct way, whose answer is the message itself: a publisher may ask for nothing else. */
static void ask_for_config(struct nats *n)
{
	char subject[192], reply[192], why[NATS_WHY_BYTES];
	struct nats_outgoing m = { .subject = subject, .reply = reply, .bytes = "" };

	snprintf(subject, sizeof(subject), "$JS.API.DIRECT.GET.%s_CONFIG." NATS_SUBJECT ".config",
		 n->login->url.stream);
	snprintf(reply, sizeof(reply), "%s." CONFIG_ID, n->acks);
	nats_publish(n->client, &m, why);
	n->config_ns = now_ns() + CONFIG_EVERY_NS;
}

static struct sent *find_sent(struct nats *n, uint64_t id)
{
	for (unsigned i = 0; i < TRANSPORT_IN_FLIGHT; i++)
		if (n->sent[i].id == id)
			return &n->sent[i];
	return NULL;
}

static void make_subject(const struct nats *n, const struct shipment *shipment,
			 char subject[SUBJECT_BYTES])
{
	char host[72];

	nats_subject_host(*shipment->host ? shipment->host : n->login->host, host);
	if (shipment->kind == SHIPMENT_SEGMENT)
		snprintf(subject, SUBJECT_BYTES, NATS_SUBJECT ".events.%u.%s", shipment->partition,
			 host);
	else
		snprintf(subject, SUBJECT_BYTES, NATS_SUBJECT ".hosts.%s", host);
}

static void send_nats(void *t, const struct shipment *shipment)
{
	struct nats *n = t;
	struct sent *sent = find_sent(n, 0);
	char reply[192], stream[NATS_STREAM_BYTES + 8], why[NATS_WHY_BYTES];
	bool segment = shipment->kind == SHIPMENT_SEGMENT;
	struct nats_outgoing m = { .reply = reply, .stream = stream, .bytes = shipment->bytes,
				   .size = shipment->size,
				   .id = *shipment->key ? shipment->key : NULL };

	if (!segment && shipment->kind != SHIPMENT_HEARTBEAT) {
		queue_event(n, TRANSPORT_REJECTED, shipment->id, "NATS does not take its kind");
		return;
	}
	if (!n->client || !sent) {
		queue_event(n, TRANSPORT_FAILED, shipment->id, "not connected");
		return;
	}
	make_subject(n, shipment, sent->subject);
	m.subject = sent->subject;
	snprintf(reply, sizeof(reply), "%s.%" PRIu64, n->acks, shipment->id);
	snprintf(stream, sizeof(stream), "%s%s", n->login->url.stream, segment ? "" : "_HOSTS");
	if (!nats_publish(n->client, &m, why)) {
		queue_event(n, TRANSPORT_FAILED, shipment->id, why);
		return;
	}
	sent->id = shipment->id;
	sent->until_ns = now_ns() + n->ack_ns;
}

static void take_ack(struct nats *n, const struct note *note)
{
	struct sent *sent = note->id ? find_sent(n, note->id) : NULL;

	/* a late one, for a shipment that was given up, is as good as any if it was stored */
	if (!sent && !note->ack.stored)
		return;
	if (sent)
		sent->id = 0;
	queue_event(n, note->ack.stored ? TRANSPORT_TAKEN :
		    note->ack.error == PUB_ACK_TOO_LARGE ? TRANSPORT_REJECTED : TRANSPORT_FAILED,
		    note->id, note->ack.why);
}

/* The server names the subject, not the message: all in flight for it are refused. */
static void take_refusal(struct nats *n, const char *why)
{
	if (strstr(why, n->acks)) {
		disconnect(n, why);
		return;
	}
	for (unsigned i = 0; i < TRANSPORT_IN_FLIGHT; i++) {
		char quoted[SUBJECT_BYTES + 2];

		snprintf(quoted, sizeof(quoted), "\"%s\"", n->sent[i].subject);
		if (!n->sent[i].id || !strstr(why, quoted))
			continue;
		queue_event(n, TRANSPORT_REJECTED, n->sent[i].id, why);
		n->sent[i].id = 0;
	}
}

/* Turn a note into an event, or into several in the queue. */
static bool take_note(struct nats *n, struct transport_event *e)
{
	struct note note;

	if (read(n->pipe[0], &note, sizeof(note)) != sizeof(note))
		return false;
	switch (note.kind) {
	case NOTE_ACK:
		take_ack(n, &note);
		break;
	case NOTE_REFUSED:
		take_refusal(n, note.text);
		break;
	case NOTE_LOST:
		disconnect(n, note.text);
		break;
	case NOTE_CONFIG:
		if (!note.text_size)
			break;
		n->has_config = true;
		*e = (struct transport_event){ .kind = TRANSPORT_CONFIG,
					       .text_size = note.text_size };
		memcpy(e->text, note.text, sizeof(e->text));
		return true;
	}
	return false;
}

static void give_up_late(struct nats *n)
{
	uint64_t now = now_ns();

	for (unsigned i = 0; i < TRANSPORT_IN_FLIGHT; i++) {
		if (!n->sent[i].id || n->sent[i].until_ns > now)
			continue;
		queue_event(n, TRANSPORT_FAILED, n->sent[i].id, "the server does not acknowledge");
		n->sent[i].id = 0;
	}
}

/* Milliseconds until there is something to do; ms is the longest. */
static int time_to_wait(const struct nats *n, int ms)
{
	uint64_t at = n->client ? (n->has_config ? UINT64_MAX : n->config_ns) : n->connect_ns;
	uint64_t now = now_ns();

	for (unsigned i = 0; i < TRANSPORT_IN_FLIGHT; i++)
		if (n->sent[i].id && n->sent[i].until_ns < at)
			at = n->sent[i].until_ns;
	if (at == UINT64_MAX)
		return ms;
	at = at > now ? (at - now) / NS_PER_MS + 1 : 0;
	return ms >= 0 && (uint64_t)ms < at ? ms : (int)at;
}

static bool report_queued(struct nats *n, struct transport_event *e)
{
	if (n->queued == n->reported)
		return false;
	*e = n->queue[n->reported++ % (TRANSPORT_IN_FLIGHT + 1)];
	return true;
}

static bool wait_nats(void *t, int fd, int ms, struct transport_event *e)
{
	struct nats *n = t;
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN } };

	if (report_queued(n, e))
		return true;
	if (!n->client && now_ns() >= n->connect_ns)
		try_to_connect(n);
	if (n->client && !n->has_config && now_ns() >= n->config_ns)
		ask_for_config(n);
	if (report_queued(n, e))
		return true;
	fds[1] = (struct pollfd){ .fd = n->pipe[0], .events = POLLIN };
	if (poll(fds, 2, time_to_wait(n, ms)) > 0 && fds[1].revents && take_note(n, e))
		return true;
	give_up_late(n);
	return report_queued(n, e);
}

const struct transport transport_nats = { .name = "tcpclose-nats", .open = open_nats,
					  .send = send_nats, .wait = wait_nats,
					  .close = close_nats };
