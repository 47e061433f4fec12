/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ladder_text.h"

void ladder_text_print_flags(struct buf *b, const struct rung *r)
{
	if (r->wave) {
		buf_u64(b, r->wave);
		if (r->wave2) {
			buf_char(b, '+');
			buf_u64(b, r->wave2);
		}
		buf_char(b, ' ');
	}
	buf_str(b, r->rst ? "RST" : !r->fin ? "ACK" : r->wave2 ? "FIN,ACK" : "FIN");
}

void ladder_text_print_relative(struct buf *b, const struct ladder *l, const char *what,
				enum side side, uint32_t number)
{
	int32_t n = (int32_t)(number - l->base_seq[side]);

	buf_str(b, what);
	if (n >= 0)
		buf_char(b, '+');
	buf_i64(b, n);
}

static void print_retransmits(struct buf *b, uint64_t count)
{
	buf_str(b, "FIN again, ");
	if (count > 1) {
		buf_u64(b, count);
		buf_str(b, " times");
	} else {
		buf_str(b, "once");
	}
}

bool ladder_text_print_count(struct buf *b, const struct rung *r)
{
	if (r->kind == RUNG_RETRANSMIT) {
		print_retransmits(b, r->count);
	} else if (r->kind == RUNG_DATA && r->count) {
		buf_u64(b, r->count);
		buf_str(b, r->count == 1 ? " byte of data" : " bytes of data");
	} else if (r->kind == RUNG_DATA) {
		buf_str(b, "data");
	} else {
		return false;
	}
	return true;
}

const char *ladder_text_outcome(const struct socket_call *a)
{
	if (a->effect == EFFECT_RELEASED)
		return "last reference gone";
	if (a->effect != EFFECT_NONE)
		return NULL;
	return a->returned && a->ret < 0 ? "failed" : "nothing sent";
}

const char *ladder_text_end(const struct verdict *v)
{
	if (v->ending == ENDING_OPEN)
		return "still open";
	return v->ending == ENDING_TIMED_OUT ? "the kernel gave up" : "ended";
}
