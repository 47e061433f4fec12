/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a walk over the sockets adds to a story: a connection whose close had begun before tracing
 * did is known from the state that it was found in, and by those who held it. Pure.
 */
#pragma once

#include "story.h"

/* Takes a SOCKET event. One that has been traced already tells nothing new. */
void story_scan_add_socket(struct story *s, const struct event *e);

/* Takes a HOLDER event; counted in holders_dropped where there is no room. */
void story_scan_add_holder(struct story *s, const struct event *e);

/*
 * A change comes after the walk. If it is from another state than the one found, it was made
 * before the walk came by, and is told only now: then it is the better witness, and what was found
 * is forgotten.
 */
void story_scan_supersede(struct story *s, const struct event *e);

/*
 * Is this, that the connection was established, an event of the one that the walk found? Then all its life was
 * after tracing began. With cookies that is sure; by time to a tick, to which ages are known.
 */
bool story_scan_is_same(const struct story *s, const struct event *e);
