/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "story_private.h"

#define TH_FIN 0x01
#define TH_SYN 0x02
#define TH_RST 0x04
#define TH_ACK 0x10

void story_timewait_finish(struct story *s, const struct event *e)
{
	s->progress = CLOSE_BY_SEGMENT;
	s->end_ns = e->ts_ns;
	s->timewait_tcp_flags = e->kind == EVENT_TIMEWAIT ? e->tcp_flags : 0;
}

void story_expire(struct story *s)
{
	if (s->progress != CLOSE_MINISOCK)
		return;
	s->progress = CLOSE_EXPIRED;
	s->end_ns = s->expires_ns;
	story_add_state(s, STATE_CLOSE);
}

static void finish_by_fin(struct story *s, const struct event *e)
{
	uint32_t fin = e->rcv_nxt + e->payload;

	story_set_segment(s, SEG_FIN_IN, e->ts_ns, fin, e->snd_nxt);
	story_set_segment(s, SEG_ACK_OUT, e->ts_ns, s->seg[SEG_ACK_IN].ack, fin + 1);
	s->seg[SEG_ACK_OUT].has_seq = s->seg[SEG_ACK_IN].seen;
	s->fins.same_segment_known = true;
	story_add_state(s, STATE_TIME_WAIT);
	story_timewait_finish(s, e);
}

static void finish_by_rst_or_data(struct story *s, const struct event *e)
{
	story_add_state(s, STATE_CLOSE);
	story_timewait_finish(s, e);
}

static bool is_seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* tcp_in_window() */
static bool is_in_window(uint32_t seq, uint32_t end, uint32_t from, uint32_t size)
{
	if (seq == from || (is_seq_before(from, end) && is_seq_before(seq, from + size)))
		return true;
	return seq == from + size && seq == end;
}

/* The rules of tcp_timewait_state_process() in FIN_WAIT2, in its order. */
static void infer_from_seq(struct story *s, const struct event *e)
{
	uint32_t next = s->at_close.rcv_nxt, seq = e->rcv_nxt;
	uint32_t end = seq + e->payload + !!(e->tcp_flags & TH_FIN) + !!(e->tcp_flags & TH_SYN);
	struct event data = *e;

	if (s->progress != CLOSE_MINISOCK || s->at_close.tw_full)
		return; /* without a minisock the segment has no effect */
	if (e->ts_ns >= s->expires_ns) {
		story_expire(s);
		return;
	}
	if (!is_in_window(seq, end, next, s->at_close.rcv_wnd))
		return;
	if (e->tcp_flags & TH_RST) {
		finish_by_rst_or_data(s, e);
		return;
	}
	if (!(e->tcp_flags & TH_ACK) || !is_seq_before(next, end))
		return;
	if (e->tcp_flags & TH_FIN && end == next + 1) {
		finish_by_fin(s, e);
		return;
	}
	data.tcp_flags = 0;	/* new data, or a FIN behind a gap: answered by a RST */
	finish_by_rst_or_data(s, &data);
}

void story_timewait_feed(struct story *s, const struct event *e)
{
	if (!e->substate) {
		infer_from_seq(s, e);
		return;
	}
	if (s->progress == CLOSE_NOT_YET) /* the CLOSE event was lost: our FIN was sent */
		story_add_state(s, STATE_FIN_WAIT2);
	else if (s->progress != CLOSE_MINISOCK)
		return;
	if (e->tcp_flags & TH_FIN && e->substate == STATE_TIME_WAIT)
		finish_by_fin(s, e);
	else if (e->tcp_flags & TH_RST &&
		 is_in_window(e->rcv_nxt, e->rcv_nxt, e->rcv_wup, e->snd_wnd))
		finish_by_rst_or_data(s, e);
}
