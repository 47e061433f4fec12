/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The last words of the sockets that were told lately. Pure.
 *
 * A hook's two programs may tell a change twice (bpf/twice.bpf.h). The second time the story may be
 * gone already: without this it would be taken for a socket that nobody knew, and told again.
 */
#pragma once

#include <stdbool.h>

#include "event.h"
#include "story.h"

#define ECHO_SOCKETS 32		/* an echo is as close as other CPUs let it: a few events */

struct echo {
	struct echo_word {
		uint64_t sk, cookie;
		uint8_t old_state, new_state;
	} last[ECHO_SOCKETS];	/* a ring */
	unsigned at;
};

/* A story was told. */
void echo_note(struct echo *o, const struct story *s);

/* Is this change the last one that such a story had? Never without a cookie: keys come again. */
bool echo_is_known(const struct echo *o, const struct event *e);

/* The same of a story that goes on. */
bool echo_is_last(const struct story *s, const struct event *e);
