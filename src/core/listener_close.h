/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Connections that nobody accepted: they end in their listener's close (inet_csk_listen_stop), or
 * else in some bystander's softirq. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

#define CLOSED_LISTENERS 16

/* A listener that was closed while connections waited in its queue. */
struct closed_listener {
	uint32_t netns, tid;
	uint16_t port;
};

/* The latest, in a ring. Starts as { 0 }. */
struct closed_listeners {
	struct closed_listener closed[CLOSED_LISTENERS];
	unsigned next;
};

/* Takes the close of a listener. */
void event_order_add_listener(struct closed_listeners *l, const struct event *e);

/*
 * Is this the end of a connection that was never accepted, and its task but a bystander: one that
 * did not just close a listener on the connection's port?
 */
bool event_order_is_bystander(const struct closed_listeners *l, const struct event *e);
