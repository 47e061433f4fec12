/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "repaired.h"

#include <string.h>

#include "story.h"

static struct flow get_flow_anywhere(const struct event *e)
{
	struct flow w = story_flow(e);

	w.netns = 0;
	return w;
}

void repaired_add(struct repaired *r, const struct event *e, const struct twin_key *isns)
{
	r->sockets[r->next++ % REPAIRED_MAX] = (struct repaired_socket){
		.flow = get_flow_anywhere(e), .isns = *isns, .snd_una = e->snd_una,
		.write_seq = e->write_seq, .copied_seq = e->copied_seq, .rcv_nxt = e->rcv_nxt,
	};
}

static bool is_between(uint32_t seq, uint32_t from, uint32_t to)
{
	return seq - from <= to - from;
}

const struct twin_key *repaired_find(const struct repaired *r, const struct event *e)
{
	struct flow w = get_flow_anywhere(e);

	for (unsigned i = 0; i < REPAIRED_MAX; i++) {
		const struct repaired_socket *old = &r->sockets[i];

		if (!memcmp(&old->flow, &w, sizeof(w)) &&
		    is_between(e->write_seq, old->snd_una, old->write_seq) &&
		    is_between(e->rcv_nxt, old->copied_seq, old->rcv_nxt))
			return &old->isns;
	}
	return NULL;
}
