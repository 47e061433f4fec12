/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The HTTP server with libevent 2.1. Only this file uses libevent.
 *
 * evhttp has a timeout for idle connections, but a client that sends a byte now and then would keep
 * one for ever. So every connection has a slot here, with a reference to its bufferevent and a
 * deadline. evhttp frees its connections without notice: then the bufferevent has no callbacks.
 */
#include "http_server.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gzip.h"
#include "log.h"

#define CONTENT_POLICY "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "    \
		       "form-action 'none'; frame-ancestors 'none'"
#define STR(text) #text
#define XSTR(text) STR(text)	/* of what the macro stands for */
#define NO_BODY 0		/* of a request */
#define MISDIRECTED 421		/* RFC 9110 section 15.5.20 */

struct slot {
	struct bufferevent *bev;	/* a reference; NULL: free */
	time_t deadline_s;	/* CLOCK_MONOTONIC */
	uint64_t number;	/* in the order in which they were accepted */
};

struct http_server {
	struct http_server_config config;
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener;	/* http's */
	struct event *timeout;	/* of http_server_wait() */
	struct event *sweep;	/* at the earliest deadline */
	struct event *fd;	/* of http_server_wait() */
	struct slot slot[HTTP_CONNECTIONS];
	uint64_t accepted;
	struct evhttp_request *waiting[HTTP_CONNECTIONS];
	unsigned nr_waiting;
};

bool http_is_built_in(void)
{
	return true;
}

static void log_message(int severity, const char *text)
{
	(void)severity;
	log_info("http: %s", text);
}

static time_t read_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Has evhttp freed the connection? */
static bool is_over(struct bufferevent *bev)
{
	bufferevent_event_cb on_event;

	bufferevent_getcb(bev, NULL, NULL, &on_event, NULL);
	return !on_event;
}

/* End a connection: evhttp finds its end, and frees it. */
static void cut(struct slot *slot)
{
	shutdown(bufferevent_getfd(slot->bev), SHUT_RDWR);
}

static void arm_sweep(struct http_server *s)
{
	struct timeval tv = { .tv_sec = HTTP_DEADLINE_S };
	time_t now_s = read_seconds(), first_s = 0;

	for (unsigned i = 0; i < HTTP_CONNECTIONS; i++)
		if (s->slot[i].bev && (!first_s || s->slot[i].deadline_s < first_s))
			first_s = s->slot[i].deadline_s;
	if (!first_s) {
		event_del(s->sweep);
		return;
	}
	tv.tv_sec = first_s > now_s ? first_s - now_s : 1;
	event_add(s->sweep, &tv);
}

/* Release the slots of connections that are over, and end those that have had their time. */
static void sweep_slots(struct http_server *s)
{
	time_t now_s = read_seconds();
	unsigned used = 0;

	for (unsigned i = 0; i < HTTP_CONNECTIONS; i++) {
		struct slot *slot = &s->slot[i];

		if (!slot->bev)
			continue;
		if (is_over(slot->bev)) {
			bufferevent_decref(slot->bev);
			slot->bev = NULL;
			continue;
		}
		used++;
		if (now_s >= slot->deadline_s)
			cut(slot);
	}
	if (used < HTTP_CONNECTIONS)
		evconnlistener_enable(s->listener);
	arm_sweep(s);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	sweep_slots(arg);
}

/* All slots are taken. */
static struct slot *find_oldest(struct http_server *s)
{
	struct slot *oldest = &s->slot[0];

	for (unsigned i = 1; i < HTTP_CONNECTIONS; i++)
		if (s->slot[i].number < oldest->number)
			oldest = &s->slot[i];
	return oldest;
}

/* If the last slot is taken, nothing more is accepted until the oldest connection has ended. */
static void take_slot(struct http_server *s, struct bufferevent *bev)
{
	struct slot *free_slot = NULL;
	unsigned used = 1;

	for (unsigned i = 0; i < HTTP_CONNECTIONS; i++) {
		if (s->slot[i].bev)
			used++;
		else
			free_slot = &s->slot[i];
	}
	if (!free_slot)
		return;
	bufferevent_incref(bev);
	*free_slot = (struct slot){ bev, read_seconds() + HTTP_DEADLINE_S, s->accepted++ };
	if (used < HTTP_CONNECTIONS)
		return;
	evconnlistener_disable(s->listener);
	cut(find_oldest(s));
}

/* evhttp has accepted a connection, and asks for its bufferevent. */
static struct bufferevent *on_accept(struct event_base *base, void *arg)
{
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
	struct http_server *s = arg;

	if (!bev)
		return NULL;
	take_slot(s, bev);
	arm_sweep(s);
	return bev;
}

static void add_header(struct evhttp_request *r, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(r), name, value);
}

static void add_length(struct evhttp_request *r, size_t len)
{
	struct buf b = { 0 };

	buf_u64(&b, len);
	buf_char(&b, '\0');
	if (!b.failed)
		add_header(r, "Content-Length", b.data);
	buf_release(&b);
}

static const char *find_header(struct evhttp_request *r, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(r), name);
}

/* Send a reply, and end the connection. Takes the memory of the body. */
static void send_reply(struct evhttp_request *r, struct http_reply *reply)
{
	struct evbuffer *body = evhttp_request_get_output_buffer(r);
	int status = reply->body.failed ? HTTP_INTERNAL : reply->status;

	add_header(r, "Content-Type", reply->type);
	add_header(r, "Content-Security-Policy", CONTENT_POLICY);
	add_header(r, "X-Content-Type-Options", "nosniff");
	add_header(r, "Cache-Control", "no-store");
	add_header(r, "Vary", "Accept, Accept-Encoding");
	add_header(r, "Connection", "close");
	if (status == HTTP_BADMETHOD)
		add_header(r, "Allow", "GET, HEAD");
	if (reply->refreshes)
		add_header(r, "Refresh", XSTR(HTTP_REFRESH_S));
	if (status == HTTP_OK && http_accepts_gzip(find_header(r, "Accept-Encoding")) &&
	    gzip_buf(&reply->body))
		add_header(r, "Content-Encoding", "gzip");
	add_length(r, reply->body.len);
	if (evhttp_request_get_command(r) != EVHTTP_REQ_HEAD && reply->body.len)
		evbuffer_add(body, reply->body.data, reply->body.len);
	evhttp_send_reply(r, status, status == MISDIRECTED ? "Misdirected Request" : NULL, NULL);
	buf_release(&reply->body);
}

static struct http_reply make_reply(int status, const char *text)
{
	struct http_reply reply = { .status = status, .type = "text/plain; charset=utf-8" };

	if (text)
		buf_str(&reply.body, text);
	return reply;
}

static void refuse(struct evhttp_request *r, int status, const char *text)
{
	struct http_reply reply = make_reply(status, text);

	send_reply(r, &reply);
}

/* Returns false if the answer must wait. */
static bool answer(struct http_server *s, struct evhttp_request *r)
{
	struct http_reply reply = make_reply(HTTP_OK, NULL);
	const struct http_request request = {
		.path = http_path_of(evhttp_request_get_uri(r)),
		.openmetrics = http_prefers_openmetrics(find_header(r, "Accept")),
		.live = http_query_is_live(evhttp_request_get_uri(r)),
	};

	if (!s->config.answer(s->config.arg, &request, &reply)) {
		buf_release(&reply.body);
		return false;
	}
	send_reply(r, &reply);
	return true;
}

static void on_request(struct evhttp_request *r, void *arg)
{
	enum evhttp_cmd_type method = evhttp_request_get_command(r);
	struct http_server *s = arg;

	if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD)
		refuse(r, HTTP_BADMETHOD, "only GET and HEAD\n");
	else if (s->config.checks_host && !http_host_is_literal(find_header(r, "Host")))
		refuse(r, MISDIRECTED, "the Host header must be an IP address or localhost\n");
	else if (http_path_of(evhttp_request_get_uri(r)) == HTTP_PATH_OTHER)
		refuse(r, HTTP_NOTFOUND, "the paths are /metrics, /healthz and /\n");
	else if (s->nr_waiting == HTTP_CONNECTIONS)
		refuse(r, HTTP_SERVUNAVAIL, "too many requests\n");
	else if (!answer(s, r))
		s->waiting[s->nr_waiting++] = r;
}

void http_server_answer_waiting(struct http_server *s)
{
	unsigned n = s->nr_waiting;

	s->nr_waiting = 0;
	for (unsigned i = 0; i < n; i++)
		if (!answer(s, s->waiting[i]))
			s->waiting[s->nr_waiting++] = s->waiting[i];
}

bool http_server_has_waiting(const struct http_server *s)
{
	return s->nr_waiting;
}

static void do_nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static bool open_server(struct http_server *s)
{
	struct evhttp_bound_socket *bound;

	s->base = event_base_new();
	s->http = s->base ? evhttp_new(s->base) : NULL;
	if (!s->http)
		return false;
	evhttp_set_max_headers_size(s->http, HTTP_HEADER_BYTES);
	evhttp_set_max_body_size(s->http, NO_BODY);
	evhttp_set_timeout(s->http, HTTP_DEADLINE_S);
	evhttp_set_allowed_methods(s->http, (ev_uint16_t)~0u);	/* on_request() refuses others */
	evhttp_set_bevcb(s->http, on_accept, s);
	evhttp_set_gencb(s->http, on_request, s);
	bound = evhttp_accept_socket_with_handle(s->http, s->config.fd);
	s->listener = bound ? evhttp_bound_socket_get_listener(bound) : NULL;
	s->timeout = evtimer_new(s->base, do_nothing, NULL);
	s->sweep = evtimer_new(s->base, on_sweep, s);
	return s->listener && s->timeout && s->sweep;
}

struct http_server *http_server_new(const struct http_server_config *config)
{
	struct http_server *s = calloc(1, sizeof(*s));

	if (!s) {
		close(config->fd);
		return NULL;
	}
	event_set_log_callback(log_message);
	s->config = *config;
	if (open_server(s))
		return s;
	if (!s->listener)
		close(config->fd);
	http_server_free(s);
	return NULL;
}

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

void http_server_free(struct http_server *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->nr_waiting; i++)
		refuse(s->waiting[i], HTTP_SERVUNAVAIL, "stopping\n");
	for (unsigned i = 0; i < HTTP_CONNECTIONS; i++)
		if (s->slot[i].bev)
			bufferevent_decref(s->slot[i].bev);
	if (s->http)
		evhttp_free(s->http);
	free_event(s->timeout);
	free_event(s->sweep);
	free_event(s->fd);
	if (s->base)
		event_base_free(s->base);
	free(s);
}

void http_server_wait(struct http_server *s, int fd, int ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	if (!s->fd && fd >= 0) {
		s->fd = event_new(s->base, fd, EV_READ | EV_PERSIST, do_nothing, NULL);
		if (s->fd)
			event_add(s->fd, NULL);
	}
	if (ms > 0)
		event_add(s->timeout, &tv);
	event_base_loop(s->base, ms ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK);
	event_del(s->timeout);
	sweep_slots(s);
}
