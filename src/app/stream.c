/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "log.h"
#include "nats_client.h"
#include "nats_config.h"
#include "nats_url.h"
#include "output.h"
#include "process.h"
#include "read_clock.h"
#include "stream_init.h"
#include "stream_print.h"

struct stream_run {
	const struct options *o;
	struct nats_login *login;
	struct nats_client *client;
	struct stream_facts facts;
	/* the heartbeats come on a thread of the library */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool complete, failed;
	char why[NATS_WHY_BYTES];
};

static void note_failure(void *arg, const char *why)
{
	struct stream_run *x = arg;

	pthread_mutex_lock(&x->lock);
	if (!x->failed)
		snprintf(x->why, sizeof(x->why), "%s", why);
	x->failed = true;
	pthread_cond_signal(&x->changed);
	pthread_mutex_unlock(&x->lock);
}

static void take_heartbeat(void *arg, const struct nats_message *m)
{
	const char *host = strrchr(m->subject, '.');
	struct stream_run *x = arg;

	pthread_mutex_lock(&x->lock);
	if (host && !x->complete)
		stream_hosts_add(&x->facts.hosts, host + 1, m->data, m->size, m->broker_ns);
	x->complete |= m->pending == 0;
	pthread_cond_signal(&x->changed);
	pthread_mutex_unlock(&x->lock);
}

/* Read the last heartbeat of each host. */
static bool read_hosts(struct stream_run *x, const char *stream, char why[NATS_WHY_BYTES])
{
	const struct nats_consumption what = { .stream = stream, .filter = NATS_SUBJECT ".hosts.*",
					       .last_per_subject = true, .take = take_heartbeat,
					       .arg = x };
	uint64_t pending;
	struct nats_sub *sub = nats_consume(x->client, &what, &pending, why);

	if (!sub)
		return false;
	pthread_mutex_lock(&x->lock);
	x->complete |= pending == 0;
	while (!x->complete && !x->failed)
		pthread_cond_wait(&x->changed, &x->lock);
	snprintf(why, NATS_WHY_BYTES, "%s", x->why);
	x->complete = true;
	pthread_mutex_unlock(&x->lock);
	nats_unsubscribe(sub);
	stream_hosts_sort(&x->facts.hosts);
	return !x->failed;
}

/* How many segments of this run and partition have a number behind the one that is stored last. */
static bool count_missing(struct stream_run *x, const struct stream_host *h, unsigned partition,
			  uint64_t *missing)
{
	char subject[160], why[NATS_WHY_BYTES], prefix[64];
	struct nats_last last;
	int found;

	snprintf(subject, sizeof(subject), NATS_SUBJECT ".events.%u.%s", partition, h->host);
	found = nats_last(x->client, x->login->url.stream, subject, &last, why);
	if (found <= 0)
		return false;	/* none arrived, or all are too old to be kept */
	snprintf(prefix, sizeof(prefix), "%s-%u-", h->run, partition);
	if (strncmp(last.id, prefix, strlen(prefix)) != 0) {
		*missing += h->next[partition];
	} else {
		uint64_t stored = strtoull(last.id + strlen(prefix), NULL, 10) + 1;

		*missing += h->next[partition] > stored ? h->next[partition] - stored : 0;
	}
	return true;
}

static void find_missing(struct stream_run *x, struct stream_host *h)
{
	h->missing_known = *h->run;
	for (unsigned i = 0; i < h->partitions && h->missing_known; i++)
		if (h->next[i])
			h->missing_known = count_missing(x, h, i, &h->missing);
}

/* "partitions N" of the configuration; 0: it is not one. */
static unsigned read_partitions(struct stream_run *x, const char *stream)
{
	char why[NATS_WHY_BYTES];
	struct stream_config config;

	return stream_config_read(x->client, stream, &config, why) > 0 ? config.partitions : 0;
}

static bool read_stream(struct stream_run *x, const char *name, char why[NATS_WHY_BYTES])
{
	struct stream_facts *f = &x->facts;
	enum nats_stream_error error = nats_stream_info(x->client, name, &f->stream[f->nr], why);

	if (error == NATS_STREAM_MISSING)
		snprintf(why, NATS_WHY_BYTES, "there is no stream %s: 'tcpclose stream init' makes "
			 "it", name);
	f->nr += error == NATS_STREAM_FINE;
	return error == NATS_STREAM_FINE;
}

static bool read_facts(struct stream_run *x, char why[NATS_WHY_BYTES])
{
	char hosts[NATS_STREAM_BYTES + 8], config[NATS_STREAM_BYTES + 8];
	const char *events = x->login->url.stream;

	snprintf(hosts, sizeof(hosts), "%s_HOSTS", events);
	snprintf(config, sizeof(config), "%s_CONFIG", events);
	if (!read_stream(x, events, why) || !read_stream(x, hosts, why) ||
	    !read_stream(x, config, why) || !read_hosts(x, hosts, why))
		return false;
	x->facts.partitions = read_partitions(x, config);
	for (size_t i = 0; i < x->facts.hosts.nr; i++)
		find_missing(x, &x->facts.hosts.host[i]);
	x->facts.now_ns = read_clock_ns(CLOCK_REALTIME);
	return true;
}

static int write_buf(const struct options *o, struct buf *b)
{
	struct output out;
	int status = process_open_output(&out, o->output.path);

	if (status)
		return status;
	buf_add(&out.buf, b->data, b->len);
	return process_close_output(&out, o->output.path);
}

/* Why the server refused something says more than that an answer did not come. */
static int report_failure(struct stream_run *x, const char *why)
{
	pthread_mutex_lock(&x->lock);
	log_error("%s: %s", x->o->stream.url, x->failed ? x->why : why);
	pthread_mutex_unlock(&x->lock);
	return EXIT_FAILED;
}

static int run_info(struct stream_run *x, struct buf *b)
{
	char why[NATS_WHY_BYTES] = "";

	if (!read_facts(x, why))
		return report_failure(x, why);
	if (x->o->view_options.format == FORMAT_JSON)
		stream_print_json(b, &x->facts, x->o->output.fields.nr ?
				  &x->o->output.fields : NULL);
	else
		stream_print_text(b, &x->facts);
	return EXIT_FINE;
}

static int run_init(struct stream_run *x, struct buf *b)
{
	const struct options_stream *s = &x->o->stream;
	const struct stream_wanted wanted = { .events = x->login->url.stream,
					      .max_age_ns = s->max_age_ns,
					      .max_bytes = s->max_bytes, .replicas = s->replicas,
					      .partitions = s->partitions };
	char why[NATS_WHY_BYTES] = "";

	return stream_init(x->client, &wanted, b, why) ? EXIT_FINE : report_failure(x, why);
}

/* Connect, do it, print the result. */
static int run_stream(struct stream_run *x)
{
	const struct nats_callbacks callbacks = { .arg = x, .lost = note_failure,
						  .refused = note_failure,
						  .stalled = NULL };
	char why[NATS_WHY_BYTES] = "";
	struct buf b = { 0 };
	int status, write_status;

	x->client = nats_connect(x->login, "tcpclose stream", "_INBOX", &callbacks, why);
	if (!x->client) {
		log_error("cannot reach %s: %s", x->o->stream.url, why);
		return EXIT_FAILED;
	}
	status = x->o->stream.action == STREAM_INIT ? run_init(x, &b) : run_info(x, &b);
	nats_disconnect(x->client);
	write_status = write_buf(x->o, &b);
	buf_release(&b);
	return status ?: write_status;
}

int stream_main(const struct options *o)
{
	static struct stream_run x;	/* the library's threads may outlive this function */
	struct transport_config config;
	char why[NATS_WHY_BYTES];
	int status = nats_config_fill(&config, o, o->stream.url);

	if (status)
		return status;
	x = (struct stream_run){ .o = o, .login = nats_login_read(&config, why) };
	if (!x.login) {
		log_error("%s", why);
		return EXIT_INPUT;
	}
	pthread_mutex_init(&x.lock, NULL);
	pthread_cond_init(&x.changed, NULL);
	status = run_stream(&x);
	stream_hosts_release(&x.facts.hosts);
	nats_login_free(x.login);
	return status;
}
