/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The build without libevent: --listen is refused, so nothing here is used. */
#include "http_server.h"

#include <stddef.h>

bool http_is_built_in(void)
{
	return false;
}

struct http_server *http_server_new(const struct http_server_config *config)
{
	(void)config;
	return NULL;
}

void http_server_free(struct http_server *s)
{
	(void)s;
}

void http_server_wait(struct http_server *s, int fd, int ms)
{
	(void)s;
	(void)fd;
	(void)ms;
}

void http_server_answer_waiting(struct http_server *s)
{
	(void)s;
}

bool http_server_has_waiting(const struct http_server *s)
{
	(void)s;
	return false;
}
