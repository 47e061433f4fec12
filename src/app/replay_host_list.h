/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hosts of a replay of several recordings. Their order is that of their names and boot ids, as
 * far as the headers at the beginning of the recordings name them; others follow as they come.
 *
 * Functions that return an exit status have logged the reason unless the status is EXIT_FINE.
 */
#pragma once

#include "replay_input.h"

struct replay_host_list {
	struct session *all;		/* of all hosts */
	struct replay_host **host;	/* by index in all->hosts; owned */
	struct replay_shifted shifted;	/* the present record */
	/*
	 * Hosts that name one boot and whose wall clocks are further apart do not share a clock: a
	 * publisher may name the boot of another host. 0: no limit, the recordings are trusted.
	 */
	uint64_t max_step_ns;
};

/* Add the hosts of the first headers of all inputs, and set those of their parts. */
int replay_host_list_begin(struct replay_host_list *l, struct replay_input *inputs, unsigned nr);

/* Find the host of a run, or add it. */
int replay_host_list_find(struct replay_host_list *l, const struct run_info *run,
			  struct replay_host **host);

/* Release the hosts, and the session of all of them. */
void replay_host_list_release(struct replay_host_list *l);
