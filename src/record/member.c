/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "member.h"

#include <string.h>

#define TRY_BASE_EVERY 16	/* full members: how often the other base of the records is tried */

_Static_assert(sizeof(struct event) == DELTA_RECORD_BYTES,
	       "delta.h encodes records of an event's size");

/* Use the base that made the smaller members of late, and the other one now and then. */
static enum delta_base choose_base(struct base_choice *c)
{
	enum delta_base other = c->best == DELTA_BASE_SOCKET ? DELTA_BASE_CHANGE :
							       DELTA_BASE_SOCKET;

	if (c->cost[other] && c->cost[other] < c->cost[c->best]) {
		c->best = other;
		return other;
	}
	return c->members % TRY_BASE_EVERY == 1 ? other : c->best;
}

/* Note the size of a member. Those that time fills are too different to be compared. */
static void note_base_cost(struct record_member *m, size_t compressed)
{
	if (m->len < sizeof(m->bytes) / 2 || !m->records)
		return;
	m->choice.cost[m->delta.base] = compressed * 1000 / m->records;
	m->choice.members++;
}

void record_member_begin(struct record_member *m)
{
	delta_begin(&m->delta);
	m->delta.base = choose_base(&m->choice);
	m->records = 0;
	m->bytes[0] = RECORD_BODY;
	m->len = 1;
}

size_t record_member_compress(struct record_member *m, struct gzip_encoder *gzip, uint8_t *out)
{
	size_t n = gzip_encode(gzip, m->bytes, m->len, out, RECORD_MEMBER_OUT);

	note_base_cost(m, n);
	return n;
}

bool record_annotation_next(struct record_annotation_parts *a, struct record_annotation_part *part)
{
	size_t n = a->left < sizeof(part->bytes) ? a->left : sizeof(part->bytes);

	*part = (struct record_annotation_part){
		.near_ns = a->near_ns, .key = a->key, .at_ns = a->at_ns,
		.kind = RECORD_KIND_ANNOTATION, .type = (uint8_t)a->type, .len = (uint8_t)n,
		.more = a->left > n,
	};
	if (n) {
		memcpy(part->bytes, a->bytes, n);
		a->bytes = (const uint8_t *)a->bytes + n;
	}
	a->left -= n;
	return part->more;
}
