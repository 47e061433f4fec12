/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timeline.h"

#include <string.h>

#include "close_facts.h"
#include "fmt.h"
#include "time_units.h"

#define NAME_WIDTH 40
#define SILENCE_MIN_NS NS_PER_S	/* a shorter silence is not worth a sentence */
#define AGE_KEY "age_ns: "

/* Why a RST was sent: each text follows "client[100]". */
static const char *const sent_because[REASON_COUNT] = {
	[REASON_UNREAD_DATA] = "closed with data unread and so sent a RST",
	[REASON_LINGER_ZERO] = "closed with SO_LINGER of zero, which sends a RST",
	[REASON_LINGER2] = "had set TCP_LINGER2 below zero, so a RST ended it",
	[REASON_DATA_AFTER_CLOSE] =
		"had closed when more data came, which the kernel answered by a RST",
	[REASON_DISCONNECT] = "disconnected the socket, which sends a RST",
	[REASON_NOT_ACCEPTED] = "closed the listener before it had accepted, which sends a RST",
	[REASON_DESTROYED] = "destroyed the socket from outside, which sends a RST",
	[REASON_NO_MEMORY] = "left too many orphans, or memory was short: the kernel sent a RST",
	[REASON_KEEPALIVE] = "got no answer to keepalives, so the kernel sent a RST",
	[REASON_USER_TIMEOUT] = "got no answer within TCP_USER_TIMEOUT, so the kernel sent a RST",
};

static const char *const received_while[REASON_COUNT] = {
	[REASON_ESTABLISHED] = "while the connection was open",
	[REASON_HALF_CLOSED] = "while the connection was half closed",
	[REASON_CLOSING] = "while the connection was closing",
	[REASON_AFTER_CLOSE] = "after the socket was closed",
};

static const char *const timed_out_because[REASON_COUNT] = {
	[REASON_FIN_WAIT_1] = "the FIN was never acknowledged",
	[REASON_FIN_WAIT_2] = "the peer's FIN never came, and the kernel forgot the socket",
	[REASON_CLOSING] = "the FINs crossed, and ours was never acknowledged",
	[REASON_LAST_ACK] = "the last ACK never came",
	[REASON_RETRANSMISSION] = "data was never acknowledged",
	[REASON_ZERO_WINDOW] = "the peer never opened its window for the unsent data",
	[REASON_KEEPALIVE] = "keepalives were never answered",
	[REASON_USER_TIMEOUT] = "nothing was acknowledged within TCP_USER_TIMEOUT",
};

static const char *const never_open_because[REASON_COUNT] = {
	[REASON_REFUSED] = "the peer refused it by a RST",
	[REASON_TIMED_OUT] = "no answer came",
	[REASON_UNREACHABLE] = "an ICMP message said that the peer cannot be reached",
	[REASON_NO_PORT] = "no local port was free for connect()",
	[REASON_CLOSED] = "the program closed the socket before an answer came",
};

static const char *const aborted_because[REASON_COUNT] = {
	[REASON_REPAIR] = "closed in TCP_REPAIR mode, which sends nothing",
	[REASON_TIME_WAIT_OVERFLOW] = "ended here alone: there were too many in TIME_WAIT",
};

static enum side get_other_side(enum side side)
{
	return side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT;
}

/* "client[100]", "the peer", "this end" */
static void print_side_name(struct buf *b, const struct ladder *l, enum side side,
			    enum timeline_role role)
{
	size_t from = b->len;

	timeline_print_process(b, l, side, role, NAME_WIDTH);
	if (b->failed)
		return;
	if (!l->s[side] && b->len - from == 4 && !memcmp(b->data + from, "peer", 4)) {
		b->len = from;
		buf_str(b, "the peer");
	} else if (b->len - from == 1 && b->data[from] == '-') {
		b->len = from;
		buf_str(b, l->s[LADDER_RIGHT] ? side == LADDER_LEFT ? "the left end" :
			   "the right end" : "this end");
	}
}

/* "the peer's application" if its name is unknown */
static void print_holder(struct buf *b, const struct ladder *l, enum side side)
{
	size_t from = b->len;

	print_side_name(b, l, side, TIMELINE_HELD);
	if (!b->failed && b->len - from == 8 && !memcmp(b->data + from, "the peer", 8))
		buf_str(b, "'s application");
}

/* "four-way, begun by client[100]" */
static void print_clean_ending(struct buf *b, const struct ladder *l)
{
	const struct verdict *v = l->v[LADDER_LEFT];

	buf_str(b, ending_name(v->ending));
	if (v->initiator == INITIATOR_LOCAL || v->initiator == INITIATOR_PEER) {
		buf_str(b, ", begun by ");
		print_side_name(b, l, v->initiator == INITIATOR_LOCAL || l->is_self ? LADDER_LEFT :
				LADDER_RIGHT, TIMELINE_CLOSED);
	}
	if (v->ending == ENDING_SIMULTANEOUS)
		buf_str(b, ": each end sent a FIN before it received one");
	if (v->ending == ENDING_TWO_WAY)
		buf_str(b, ": the socket is connected to itself");
}

static void print_text_or_reason(struct buf *b, const char *text, enum reason reason)
{
	buf_str(b, text ? text : reason ? reason_name(reason) : "for a reason that was not seen");
}

static bool is_reset_from_between(const struct ladder *l, enum side side)
{
	return l->s[side] && l->v[side]->ending == ENDING_RESET_RECEIVED &&
	       l->v[side]->middlebox == MIDDLEBOX_YES;
}

/* Do the facts show that the other end sent the RST that arrived at this side? */
static bool is_reset_from_end(const struct ladder *l, enum side side)
{
	const struct story *far = l->s[get_other_side(side)];

	return l->v[side]->middlebox == MIDDLEBOX_NO || (far && far->reset.sent);
}

/*
 * "server[200] sent a RST while the connection was open" only if that was seen, else "a RST arrived
 * while the connection was open"
 */
static void print_reset_received(struct buf *b, const struct ladder *l, enum side side)
{
	bool between = is_reset_from_between(l, side);
	bool both = between && is_reset_from_between(l, get_other_side(side));
	enum reason reason = l->v[side]->reason;

	if (between) {
		buf_str(b, both ? "a RST that neither end had sent arrived at each end " :
				  "a RST that neither end had sent arrived ");
	} else if (is_reset_from_end(l, side)) {
		print_side_name(b, l, get_other_side(side), TIMELINE_ENDED);
		buf_str(b, " sent a RST ");
	} else {
		buf_str(b, "a RST arrived ");
	}
	print_text_or_reason(b, received_while[reason], reason);
	if (between)
		buf_str(b, ": something between the two ends ended the connection");
}

static void print_reset_sent(struct buf *b, const struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side];

	if (v->reason == REASON_DESTROYED && !v->trigger && !v->reset_by) {
		buf_str(b, "the socket was destroyed from outside, which sends a RST");
		return;
	}
	print_side_name(b, l, side, TIMELINE_ENDED);
	buf_char(b, ' ');
	buf_str(b, sent_because[v->reason] ? sent_because[v->reason] : "sent a RST");
}

/* "reset-sent: client[100] closed with data unread and so sent a RST (unread-data)" */
static void print_unclean_ending(struct buf *b, const struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side];

	buf_str(b, ending_name(v->ending));
	buf_str(b, ": ");
	switch (v->ending) {
	case ENDING_RESET_SENT:
		print_reset_sent(b, l, side);
		break;
	case ENDING_RESET_RECEIVED:
		print_reset_received(b, l, side);
		break;
	case ENDING_TIMED_OUT:
		print_text_or_reason(b, timed_out_because[v->reason], v->reason);
		break;
	case ENDING_ABORTED:
		buf_str(b, aborted_because[v->reason] ? aborted_because[v->reason] :
			   "ended here without a segment");
		break;
	case ENDING_NEVER_OPEN:
		buf_str(b, "it was never established");
		if (never_open_because[v->reason]) {
			buf_str(b, ": ");
			buf_str(b, never_open_because[v->reason]);
		}
		break;
	default:
		buf_str(b, "it was not over when the run ended");
		break;
	}
	if (v->reason && v->reason != REASON_OTHER) {
		buf_str(b, " (");
		buf_str(b, reason_name(v->reason));
		buf_char(b, ')');
	}
}

/* "the FIN of client[100]" if both ends are shown, else "our FIN" or "the peer's FIN" */
static void print_fin_of(struct buf *b, const struct ladder *l, enum side side)
{
	if (l->s[LADDER_RIGHT]) {
		buf_str(b, "the FIN of ");
		print_side_name(b, l, side, TIMELINE_CLOSED);
	} else {
		buf_str(b, side == LADDER_LEFT ? "our FIN" : "the peer's FIN");
	}
}

/* "for 197 ms", "for at least 6.9 s" */
static void print_duration(struct buf *b, const char *before, uint64_t ns, bool at_least)
{
	buf_str(b, before);
	if (at_least)
		buf_str(b, "at least ");
	fmt_duration(b, ns);
}

/* What ended the hold that one end saw, if no FIN did: "until the RST"; NULL if a FIN did. */
static const char *find_end_of_hold(const struct story *s, const struct verdict *v)
{
	if (s->seg[v->blame == BLAME_LOCAL_APP ? SEG_FIN_OUT : SEG_FIN_IN].seen)
		return NULL;
	switch (ending_class(v->ending)) {
	case CLASS_RESET:
		return ", until the RST";
	case CLASS_TIMEOUT:
		return ", until the kernel gave up";
	case CLASS_OPEN:
		return ", until the run ended";
	default:
		return NULL;
	}
}

/* "the peer's application held the connection open for 2.0 s after our FIN, until the RST" */
static void print_hold(struct buf *b, const struct ladder *l, enum side holder, enum side seen_by)
{
	const struct verdict *v = l->v[seen_by];
	const char *until = find_end_of_hold(l->s[seen_by], v);

	print_holder(b, l, holder);
	print_duration(b, " held the connection open for ", v->blame_ns, v->blame_at_least);
	buf_str(b, " after ");
	print_fin_of(b, l, get_other_side(holder));
	if (until)
		buf_str(b, until);
}

/* "the peer's kernel held the ACK of our FIN back for 40 ms (delayed ACK)" */
static void print_delayed_ack(struct buf *b, const struct ladder *l, enum side side)
{
	buf_str(b, l->s[LADDER_RIGHT] ? "the receiving kernel" : "the peer's kernel");
	buf_str(b, " held the ACK of ");
	print_fin_of(b, l, side);
	print_duration(b, " back for ", l->v[side]->blame_ns, l->v[side]->blame_at_least);
	buf_str(b, " (delayed ACK)");
}

/* The time that the sentence about the blame prints. An ACK took its whole phase. */
static uint64_t find_printed_ns(const struct verdict *v)
{
	uint64_t ack_ns = v->phase[PHASE_ACK_WAIT].ns + v->phase[PHASE_LAST_ACK_WAIT].ns;

	return v->blame == BLAME_NETWORK && ack_ns > v->blame_ns ? ack_ns : v->blame_ns;
}

/* Print where the time went, as the end on that side saw it. */
static void print_blame(struct buf *b, const struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side];
	bool acknowledged = l->s[side]->seg[SEG_ACK_IN].seen;
	const char *text;

	switch (v->blame) {
	case BLAME_PEER_APP:
		print_hold(b, l, get_other_side(side), side);
		return;
	case BLAME_LOCAL_APP:
		print_hold(b, l, side, side);
		return;
	case BLAME_DELAYED_ACK:
		print_delayed_ack(b, l, side);
		return;
	case BLAME_NETWORK:
		text = acknowledged ? "the ACK of the FIN took " :
				      "no ACK of the FIN arrived for ";
		break;
	case BLAME_SEND_QUEUE:
		text = "the FIN waited behind unsent data for ";
		break;
	case BLAME_LOST_FIN:
		text = acknowledged ? "the FIN was retransmitted, and acknowledged after " :
				      "the FIN was retransmitted without an ACK for ";
		break;
	default:
		buf_str(b, v->phase[PHASE_TOTAL].ns < NS_PER_MS ?
			"no end waited for 1 ms or more" : "what took the time was not seen");
		return;
	}
	print_duration(b, text, find_printed_ns(v), v->blame_at_least);
}

/* Does the blame add information to the ending? */
static bool blame_adds_information(const struct verdict *v)
{
	return !v->blame_known || v->blame != BLAME_NONE ||
	       (ending_class(v->ending) == CLASS_CLEAN && v->ending != ENDING_TWO_WAY);
}

/* "(200 ms in all)", unless that is the time that was printed before it */
static void print_total_duration(struct buf *b, uint64_t total_ns, uint64_t printed_ns)
{
	if (!total_ns || printed_ns >= total_ns - total_ns / 64)
		return;
	buf_str(b, " (");
	fmt_duration(b, total_ns);
	buf_str(b, " in all)");
}

/* Break the text at spaces into lines of at most that many columns. */
void timeline_wrap(struct buf *out, const struct buf *text, size_t columns)
{
	size_t from = 0;

	while (from < text->len) {
		size_t at = from, end = from, n = 0;

		for (; at < text->len && n <= columns; at++) {
			if (text->data[at] == ' ')
				end = at;
			n += ((unsigned char)text->data[at] & 0xc0) != 0x80;
		}
		if (at == text->len && n <= columns)
			end = at;
		else if (end == from)
			end = at;	/* a word longer than the line */
		buf_add(out, text->data + from, end - from);
		buf_char(out, '\n');
		from = end;
		while (from < text->len && text->data[from] == ' ')
			from++;
	}
	out->failed |= text->failed;
}

/*
 * The side whose view of the time to print. One end sees only a late ACK, or a late FIN. The other
 * end knows if these waited for its own program, and for how long.
 */
static enum side find_side_with_blame(const struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side], *far = l->v[get_other_side(side)];
	bool late = v->blame == BLAME_NETWORK || v->blame == BLAME_DELAYED_ACK ||
		    v->blame == BLAME_PEER_APP;

	if (far && late && far->blame_known && far->blame == BLAME_LOCAL_APP)
		return get_other_side(side);
	return side;
}

/*
 * The side whose ending to print. A RST from between the two ends is the cause even if one end
 * seems to have answered; otherwise the sender of a RST knows its reason. The story of the active
 * closer is the more complete one: it has both FINs and all between.
 */
static enum side find_side_with_ending(const struct ladder *l)
{
	if (!l->s[LADDER_RIGHT] || is_reset_from_between(l, LADDER_LEFT))
		return LADDER_LEFT;
	if (is_reset_from_between(l, LADDER_RIGHT))
		return LADDER_RIGHT;
	return l->v[LADDER_LEFT]->ending != ENDING_RESET_SENT &&
	       l->v[LADDER_RIGHT]->ending == ENDING_RESET_SENT ? LADDER_RIGHT : LADDER_LEFT;
}

/* "; server[200] held the connection open for 160 ms after our FIN (200 ms in all)" */
static void print_time(struct buf *b, const struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side];
	enum side knows = find_side_with_blame(l, side);

	if (!blame_adds_information(v))
		return;
	if (!v->blame_known) {
		buf_str(b, "; how long it took was not seen");
		return;
	}
	buf_str(b, "; ");
	print_blame(b, l, knows);
	print_total_duration(b, v->phase[PHASE_TOTAL].ns, find_printed_ns(l->v[knows]));
}

/* " It began after 60 s of silence, 65 s after the connection was established." */
static void print_silence(struct buf *b, const struct ladder *l, enum side side)
{
	const struct story *s = l->s[side];
	uint64_t ns, start_ns = l->v[side]->start_ns;

	if (!close_silence(s, &ns) || ns < SILENCE_MIN_NS)
		return;
	buf_str(b, " It began after ");
	fmt_duration(b, ns);
	buf_str(b, " of silence");
	if (s->established_ns && start_ns > s->established_ns) {
		buf_str(b, ", ");
		fmt_duration(b, start_ns - s->established_ns);
		buf_str(b, " after the connection was established");
	}
	buf_char(b, '.');
}

/* " 2079 bytes for server[200] arrived and were never read." */
static void print_bytes_lost(struct buf *b, const struct ladder *l, enum side side, uint32_t bytes,
			     const char *whose, const char *was, const char *were)
{
	if (!bytes)
		return;
	buf_char(b, ' ');
	buf_u64(b, bytes);
	buf_str(b, bytes == 1 ? " byte " : " bytes ");
	buf_str(b, whose);
	print_side_name(b, l, side, TIMELINE_ENDED);
	buf_str(b, bytes == 1 ? was : were);
}

static void print_data_lost(struct buf *b, const struct ladder *l, enum side side)
{
	const struct data_lost *d = &l->s[side]->data_lost;

	if (!close_lost_data(l->s[side]))
		return;
	print_bytes_lost(b, l, side, d->unread, "for ", " arrived and was never read.",
			 " arrived and were never read.");
	print_bytes_lost(b, l, side, d->unsent, "of ", " was never sent.", " were never sent.");
	print_bytes_lost(b, l, side, d->unacked, "of ", " was sent and never acknowledged.",
			 " were sent and never acknowledged.");
}

void timeline_print_text(struct view_context *v, const struct ladder *l)
{
	enum side side = find_side_with_ending(l);
	const struct verdict *verdict = l->v[side];
	struct buf text = { 0 };

	if (ending_class(verdict->ending) == CLASS_CLEAN)
		print_clean_ending(&text, l);
	else
		print_unclean_ending(&text, l, side);
	print_time(&text, l, side);
	buf_char(&text, '.');
	for (unsigned i = 0; i < LADDER_SIDES; i++) {
		if (!l->s[i])
			continue;
		timeline_print_delay(&text, l->s[i], l->v[i]);
		print_data_lost(&text, l, i);
	}
	print_silence(&text, l, side);
	timeline_wrap(v->out, &text, timeline_columns(v));
	for (unsigned i = 0; i < verdict->nr_missing; i++) {
		if (!strncmp(verdict->missing[i], AGE_KEY, strlen(AGE_KEY)))
			continue;	/* the timeline does not print the age */
		buf_reset(&text);
		buf_str(&text, "Not seen: ");
		buf_str(&text, verdict->missing[i]);
		timeline_wrap(v->out, &text, timeline_columns(v));
	}
	buf_release(&text);
}
