/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * OTLP over HTTP with libcurl: a POST for each shipment, at most ACTIVE_MAX at a time, over
 * connections that are kept. HTTP has no connection of its own, so the transport is always up.
 *
 * opentelemetry-proto, docs/specification.md: 2xx is taken, also in part; 429, 502, 503, 504, and a
 * connection that fails, are for another attempt, after Retry-After if the server says so, else
 * after a time that doubles, with jitter; every other status is a rejection.
 *
 * libcurl is loaded when it is used: with the thirty libraries that it needs, it would double the
 * time that every start of the program takes.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "gzip.h"
#include "otlp_header.h"
#include "otlp_reply.h"
#include "otlp_target.h"
#include "pem_file.h"
#include "read_clock.h"
#include "retry_pause.h"
#include "time_units.h"
#include "transport.h"

#define ACTIVE_MAX 4
#define REPLY_KEPT (64u << 10)		/* of a reply: what is parsed */
#define REPLY_MAX (4u << 20)		/* the specification's limit: the rest is not read */
#define RETRY_AFTER_MAX_S 600		/* a server cannot silence us for longer */
#define LIBRARY "libcurl.so.4"

/* The functions of the library that are used. */
#define CURL_CALLS(X)                                                                              \
	X(global_init) X(global_cleanup) X(slist_append) X(slist_free_all) X(easy_init)            \
	X(easy_setopt) X(easy_getinfo) X(easy_strerror) X(easy_cleanup) X(multi_init)              \
	X(multi_add_handle) X(multi_perform) X(multi_poll) X(multi_info_read)                      \
	X(multi_remove_handle) X(multi_cleanup)

struct curl_calls {
#define X(name) __typeof__(curl_##name) *name;
	CURL_CALLS(X)
#undef X
};

/* One of the two URLs, with what its files contain. */
struct endpoint {
	const struct otlp_endpoint *config;
	struct curl_slist *headers;
	struct buf ca, cert, key;
};

struct request {
	CURL *easy;		/* NULL: waits for its turn */
	uint64_t id;
	uint32_t units;
	const struct endpoint *to;
	struct buf body, reply;
	size_t reply_bytes;	/* all of it */
	char error[CURL_ERROR_SIZE];
	struct request *next;
};

struct curl_transport {
	void *library;
	struct curl_calls curl;
	CURLM *multi;		/* made by the first wait_curl(), because it has descriptors */
	struct endpoint of[OTLP_TO_COUNT];
	struct request *waiting, **last_waiting;	/* in the order in which they came */
	struct request *active;
	unsigned nr_active;
	struct transport_event events[TRANSPORT_IN_FLIGHT];	/* to be reported */
	unsigned nr_events, first_event;
	bool is_up;		/* reported */
	struct retry_pause pause;
};

bool transport_curl_is_built_in(void)
{
	return true;
}

bool transport_curl_can_load(void)
{
	return dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
}

static void push_event(struct curl_transport *t, const struct transport_event *event)
{
	if (t->nr_events < TRANSPORT_IN_FLIGHT)
		t->events[(t->first_event + t->nr_events++) % TRANSPORT_IN_FLIGHT] = *event;
}

static bool pop_event(struct curl_transport *t, struct transport_event *event)
{
	if (!t->nr_events)
		return false;
	*event = t->events[t->first_event];
	t->first_event = (t->first_event + 1) % TRANSPORT_IN_FLIGHT;
	t->nr_events--;
	return true;
}

/* path NULL: there is no file. */
static bool read_file(struct buf *b, const char *path, char why[TRANSPORT_WHY_BYTES])
{
	return !path || pem_file_read(b, path, why, TRANSPORT_WHY_BYTES);
}

static bool load_library(struct curl_transport *t, char why[TRANSPORT_WHY_BYTES])
{
	t->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
#define X(name)                                                                                    \
	if (t->library)                                                                            \
		t->curl.name = (__typeof__(t->curl.name))dlsym(t->library, "curl_" #name);         \
	if (!t->curl.name) {                                                                       \
		snprintf(why, TRANSPORT_WHY_BYTES, "cannot load libcurl: %.180s", dlerror());      \
		return false;                                                                      \
	}
	CURL_CALLS(X)
#undef X
	if (!t->curl.global_init(CURL_GLOBAL_DEFAULT))
		return true;
	snprintf(why, TRANSPORT_WHY_BYTES, "cannot start libcurl");
	return false;
}

static bool add_header(const struct curl_transport *t, struct endpoint *e, const char *line)
{
	struct curl_slist *headers = t->curl.slist_append(e->headers, line);

	if (headers)
		e->headers = headers;
	return headers;
}

static bool add_headers(const struct curl_transport *t, struct endpoint *e)
{
	const char *at = e->config->headers;
	char line[OTLP_HEADER_BYTES];

	/* without "Expect:" libcurl would wait for a server that does not know it */
	if (!add_header(t, e, "Content-Type: application/json") || !add_header(t, e, "Expect:") ||
	    (e->config->gzip && !add_header(t, e, "Content-Encoding: gzip")))
		return false;
	while (at && *at)
		if (!otlp_header_next(&at, line) || !add_header(t, e, line))
			return false;
	return true;
}

static bool open_endpoint(const struct curl_transport *t, struct endpoint *e,
			  const struct otlp_endpoint *config, char why[TRANSPORT_WHY_BYTES])
{
	e->config = config;
	if (!read_file(&e->ca, config->ca, why) || !read_file(&e->cert, config->cert, why) ||
	    !read_file(&e->key, config->key, why))
		return false;
	if (add_headers(t, e))
		return true;
	snprintf(why, TRANSPORT_WHY_BYTES, "cannot use the headers of '%.200s'", config->url);
	return false;
}

static void release_request(const struct curl_transport *t, struct request *r)
{
	if (r->easy)
		t->curl.easy_cleanup(r->easy);
	buf_release(&r->body);
	buf_release(&r->reply);
	free(r);
}

static void release_requests(struct curl_transport *t)
{
	struct request *r;

	while ((r = t->active)) {
		t->active = r->next;
		t->curl.multi_remove_handle(t->multi, r->easy);
		release_request(t, r);
	}
	while ((r = t->waiting)) {
		t->waiting = r->next;
		release_request(t, r);
	}
}

/* The library stays loaded: others may have loaded it too. */
static void close_curl(void *arg)
{
	struct curl_transport *t = arg;

	release_requests(t);
	for (unsigned i = 0; i < OTLP_TO_COUNT; i++) {
		t->curl.slist_free_all(t->of[i].headers);
		buf_release(&t->of[i].ca);
		buf_release(&t->of[i].cert);
		buf_release(&t->of[i].key);
	}
	if (t->multi)
		t->curl.multi_cleanup(t->multi);
	t->curl.global_cleanup();
	free(t);
}

static void *open_curl(const struct transport_config *config, char why[TRANSPORT_WHY_BYTES])
{
	struct curl_transport *t = calloc(1, sizeof(*t));

	if (!t) {
		snprintf(why, TRANSPORT_WHY_BYTES, "%s", strerror(ENOMEM));
		return NULL;
	}
	t->last_waiting = &t->waiting;
	if (!load_library(t, why)) {
		free(t);
		return NULL;
	}
	for (unsigned i = 0; i < OTLP_TO_COUNT; i++)
		if (!open_endpoint(t, &t->of[i], &config->otlp->of[i], why)) {
			close_curl(t);
			return NULL;
		}
	return t;
}

static size_t take_reply(char *bytes, size_t size, size_t n, void *arg)
{
	struct request *r = arg;
	size_t room = REPLY_KEPT - r->reply.len;

	n *= size;
	buf_add(&r->reply, bytes, n < room ? n : room);
	r->reply_bytes += n;
	return r->reply_bytes <= REPLY_MAX ? n : 0;
}

static CURLcode set_blob(const struct curl_transport *t, CURL *easy, CURLoption option,
			 const struct buf *b)
{
	struct curl_blob blob = { .data = b->data, .len = b->len, .flags = CURL_BLOB_NOCOPY };

	return b->len ? t->curl.easy_setopt(easy, option, &blob) : CURLE_OK;
}

/* libcurl checks the certificate and its host name by default, and follows no redirection. */
static bool set_options(const struct curl_transport *t, struct request *r)
{
	const struct endpoint *to = r->to;
	CURL *easy = r->easy;
	CURLcode rc = t->curl.easy_setopt(easy, CURLOPT_URL, to->config->url);

#define SET(option, value) rc = rc ? rc : t->curl.easy_setopt(easy, CURLOPT_##option, value)
	SET(PRIVATE, r);
	SET(ERRORBUFFER, r->error);
	SET(HTTPHEADER, to->headers);
	SET(USERAGENT, "tcpclose/" TCPCLOSE_VERSION);
	SET(POST, 1L);
	SET(POSTFIELDS, r->body.data);
	SET(POSTFIELDSIZE, (long)r->body.len);
	SET(WRITEFUNCTION, take_reply);
	SET(WRITEDATA, r);
	SET(TIMEOUT_MS, (long)to->config->timeout_ms);
	SET(NOSIGNAL, 1L);
#undef SET
	rc = rc ? rc : set_blob(t, easy, CURLOPT_CAINFO_BLOB, &to->ca);
	rc = rc ? rc : set_blob(t, easy, CURLOPT_SSLCERT_BLOB, &to->cert);
	rc = rc ? rc : set_blob(t, easy, CURLOPT_SSLKEY_BLOB, &to->key);
	return rc == CURLE_OK;
}

static void report(struct curl_transport *t, const struct request *r,
		   enum transport_event_kind kind, uint32_t retry_ms, const char *why)
{
	struct transport_event event = { .kind = kind, .id = r->id, .retry_ms = retry_ms };

	snprintf(event.why, sizeof(event.why), "%s", why);
	push_event(t, &event);
}

/* The server does not take anything now: what waits is for another attempt too. */
static void fail_waiting(struct curl_transport *t, uint32_t retry_ms, const char *why)
{
	struct request *r;

	while ((r = t->waiting)) {
		t->waiting = r->next;
		report(t, r, TRANSPORT_FAILED, retry_ms, why);
		release_request(t, r);
	}
	t->last_waiting = &t->waiting;
}

/* The rest of the pause between attempts. */
static uint32_t find_pause_ms(struct curl_transport *t)
{
	uint8_t random;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint8_t)getpid();
	return retry_pause_fail(&t->pause, read_clock_ns(CLOCK_MONOTONIC), random);
}

/* retry_ms 0: the server has not said when it wants the next attempt. */
static void fail(struct curl_transport *t, const struct request *r, uint32_t retry_ms,
		 const char *why)
{
	if (!retry_ms)
		retry_ms = find_pause_ms(t);
	report(t, r, TRANSPORT_FAILED, retry_ms, why);
	fail_waiting(t, retry_ms, why);
}

static void start_request(struct curl_transport *t, struct request *r)
{
	r->easy = t->curl.easy_init();
	if (!r->easy || !set_options(t, r) || t->curl.multi_add_handle(t->multi, r->easy)) {
		report(t, r, TRANSPORT_FAILED, 0, "libcurl cannot make a request");
		release_request(t, r);
		return;
	}
	r->next = t->active;
	t->active = r;
	t->nr_active++;
}

static void start_waiting(struct curl_transport *t)
{
	struct request *r;

	while (t->nr_active < ACTIVE_MAX && (r = t->waiting)) {
		t->waiting = r->next;
		if (!t->waiting)
			t->last_waiting = &t->waiting;
		start_request(t, r);
	}
}

static void send_curl(void *arg, const struct shipment *shipment)
{
	struct curl_transport *t = arg;
	struct request *r = calloc(1, sizeof(*r)), none = { .id = shipment->id };

	if (r) {
		r->id = shipment->id;
		r->units = shipment->units;
		r->to = &t->of[shipment->kind == SHIPMENT_TRACES ? OTLP_TO_TRACES : OTLP_TO_LOGS];
		buf_add(&r->body, shipment->bytes, shipment->size);
	}
	if (!r || r->body.failed || (r->to->config->gzip && !gzip_buf(&r->body))) {
		report(t, &none, TRANSPORT_FAILED, 0, strerror(ENOMEM));
		if (r)
			release_request(t, r);
		return;
	}
	*t->last_waiting = r;
	t->last_waiting = &r->next;
}

static bool is_for_another_attempt(long status)
{
	return status == 429 || status == 502 || status == 503 || status == 504;
}

/* Retry-After, in seconds or as a date, which libcurl parses; 0: there is none. */
static uint32_t find_retry_ms(const struct curl_transport *t, CURL *easy)
{
	curl_off_t s = 0;

	if (t->curl.easy_getinfo(easy, CURLINFO_RETRY_AFTER, &s) || s <= 0)
		return 0;
	return (uint32_t)(s < RETRY_AFTER_MAX_S ? s : RETRY_AFTER_MAX_S) * 1000;
}

/* A success, which may be one in part: that is never sent again. */
static void report_taken(struct curl_transport *t, const struct request *r,
			 const struct otlp_reply *reply)
{
	struct transport_event event = { .kind = TRANSPORT_TAKEN, .id = r->id };

	if (reply->rejected) {
		event.kind = TRANSPORT_REJECTED;
		event.units = reply->rejected < r->units ? (uint32_t)reply->rejected : r->units;
	}
	snprintf(event.why, sizeof(event.why), "%s",
		 reply->message[0] ? reply->message : "a part was not accepted");
	push_event(t, &event);
}

static void take_result(struct curl_transport *t, const struct request *r, CURLcode result)
{
	char why[TRANSPORT_WHY_BYTES];
	struct otlp_reply reply;
	long status = 0;

	t->curl.easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	if (result && !(result == CURLE_WRITE_ERROR && status)) {
		snprintf(why, sizeof(why), "%s", r->error[0] ? r->error :
							       t->curl.easy_strerror(result));
		fail(t, r, 0, why);
		return;
	}
	otlp_reply_parse(&reply, r->reply.data ? r->reply.data : "", r->reply.len);
	if (status / 100 == 2) {
		retry_pause_succeed(&t->pause);
		report_taken(t, r, &reply);
		return;
	}
	snprintf(why, sizeof(why), "HTTP %ld%s%s", status, reply.message[0] ? ": " : "",
		 reply.message);
	if (is_for_another_attempt(status))
		fail(t, r, find_retry_ms(t, r->easy), why);
	else
		report(t, r, TRANSPORT_REJECTED, 0, why);
}

static void end_request(struct curl_transport *t, struct request *r, CURLcode result)
{
	struct request **at = &t->active;

	take_result(t, r, result);
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	t->nr_active--;
	t->curl.multi_remove_handle(t->multi, r->easy);
	release_request(t, r);
}

/* Starts what can be started, and takes what has ended. */
static void run_requests(struct curl_transport *t)
{
	struct request *r;
	CURLMsg *message;
	int running, left;

	start_waiting(t);
	t->curl.multi_perform(t->multi, &running);
	while ((message = t->curl.multi_info_read(t->multi, &left)))
		if (message->msg == CURLMSG_DONE &&
		    !t->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &r))
			end_request(t, r, message->data.result);
}

/* How long to wait from now on, in ms. until_ns 0: no limit. */
static int find_wait_ms(uint64_t until_ns)
{
	uint64_t now_ns = read_clock_ns(CLOCK_MONOTONIC);

	if (!until_ns)
		return 60000;
	return until_ns <= now_ns ? 0 : (int)((until_ns - now_ns) / NS_PER_MS) + 1;
}

static bool wait_curl(void *arg, int fd, int ms, struct transport_event *event)
{
	uint64_t until_ns = ms < 0 ? 0 : read_clock_ns(CLOCK_MONOTONIC) +
					 (uint64_t)ms * NS_PER_MS + 1;
	struct curl_waitfd other = { .fd = fd, .events = CURL_WAIT_POLLIN };
	struct curl_transport *t = arg;
	int wait_ms;

	if (!t->multi)
		t->multi = t->curl.multi_init();
	if (!t->multi)
		_exit(1);	/* no memory: the next process may have some */
	if (!t->is_up) {
		t->is_up = true;
		*event = (struct transport_event){ .kind = TRANSPORT_UP };
		return true;
	}
	for (;;) {
		run_requests(t);
		if (pop_event(t, event))
			return true;
		wait_ms = find_wait_ms(until_ns);
		if (!wait_ms || other.revents)
			return false;
		t->curl.multi_poll(t->multi, &other, fd >= 0, wait_ms, NULL);
	}
}

const struct transport transport_curl = {
	.name = "tcpclose-otlp",
	.open = open_curl,
	.send = send_curl,
	.wait = wait_curl,
	.close = close_curl,
};
