/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A small HTTP server for one process with one loop: libevent's evhttp waits, the caller answers.
 *
 * It answers GET and HEAD with one reply per connection. A connection ends HTTP_DEADLINE_S after it
 * was accepted, or earlier, whatever its client does. At most HTTP_CONNECTIONS are open at a time;
 * if there are more, the oldest ends. So memory is bounded, and a slow client delays no other.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "http_request.h"

#define HTTP_CONNECTIONS 32
#define HTTP_DEADLINE_S 10
#define HTTP_REFRESH_S 5
#define HTTP_HEADER_BYTES 8192	/* of a request, its first line included */

struct http_request {
	enum http_path path;
	bool openmetrics;	/* the client prefers OpenMetrics */
	bool live;		/* the query is "live" */
};

struct http_reply {
	int status;
	const char *type;	/* of the content; static */
	bool refreshes;		/* the browser shall ask again every HTTP_REFRESH_S */
	struct buf body;
};

struct http_server_config {
	int fd;			/* listens; the server takes it over, and closes it */
	bool checks_host;	/* the Host header must be an address or localhost */
	/*
	 * Fills in a reply, whose type and status are those of a text and 200. Returns false to
	 * answer later: see http_server_answer_waiting().
	 */
	bool (*answer)(void *arg, const struct http_request *request, struct http_reply *reply);
	void *arg;
};

struct http_server;

/* False: this build has no libevent, and http_server_new() fails. */
bool http_is_built_in(void);

/* NULL if out of memory; the descriptor is closed then. */
struct http_server *http_server_new(const struct http_server_config *config);
void http_server_free(struct http_server *s);

/*
 * Wait until fd is readable, or for at most `ms` milliseconds (-1: without limit), or until a
 * request was handled. Requests are handled during the call. fd is the same in each call.
 */
void http_server_wait(struct http_server *s, int fd, int ms);

/* Call answer() again for the requests that wait; it must return true in the end. */
void http_server_answer_waiting(struct http_server *s);
bool http_server_has_waiting(const struct http_server *s);
