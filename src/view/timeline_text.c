/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "timeline.h"

#include <string.h>

#include "escape.h"
#include "fmt.h"

#define NAME_WIDTH 40
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
	[REASON_DESTROYED] = "had its socket destroyed from outside, which sends a RST",
	[REASON_NO_MEMORY] = "left too many orphans, or memory was short: the kernel sent a RST",
	[REASON_KEEPALIVE] = "got no answer to keepalives, so the kernel sent a RST",
	[REASON_USER_TIMEOUT] = "got no answer within TCP_USER_TIMEOUT, so the kernel sent a RST",
};

static const char *const received_while[REASON_COUNT] = {
	[REASON_ESTABLISHED] = "while the connection was open",
	[REASON_HALF_CLOSED] = "when it was half closed",
	[REASON_CLOSING] = "while it was closing",
	[REASON_AFTER_CLOSE] = "after the descriptor was gone",
};

static const char *const timed_out_because[REASON_COUNT] = {
	[REASON_FIN_WAIT_1] = "the FIN was never acknowledged",
	[REASON_FIN_WAIT_2] = "the peer's FIN never came, and the kernel forgot the socket",
	[REASON_CLOSING] = "the FINs crossed, and ours was never acknowledged",
	[REASON_LAST_ACK] = "the last ACK never came",
	[REASON_RETRANSMISSION] = "data was never acknowledged",
	[REASON_ZERO_WINDOW] = "the peer never made room for what was still to be sent",
	[REASON_KEEPALIVE] = "keepalives were never answered",
	[REASON_USER_TIMEOUT] = "nothing was acknowledged within TCP_USER_TIMEOUT",
};

static const char *const aborted_because[REASON_COUNT] = {
	[REASON_REPAIR] = "taken away in repair mode, without a word to the peer",
	[REASON_TIME_WAIT_OVERFLOW] = "ended here alone: there were too many in TIME_WAIT",
};

static enum side get_other_side(enum side side)
{
	return side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT;
}

/* "client[100]", "the peer", "this end" */
static void print_side_name(struct buf *b, const struct ladder *l, enum side side)
{
	size_t from = b->len;

	timeline_print_process(b, l, side, NAME_WIDTH);
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
static void print_application(struct buf *b, const struct ladder *l, enum side side)
{
	size_t from = b->len;

	print_side_name(b, l, side);
	if (!b->failed && b->len - from == 8 && !memcmp(b->data + from, "the peer", 8))
		buf_str(b, "'s application");
}

/* "four-way, begun by client[100]" */
static void print_clean_ending(struct buf *b, const struct ladder *l)
{
	const struct verdict *v = l->v[LADDER_LEFT];

	buf_str(b, v->ending == ENDING_SIMULTANEOUS ?
		"simultaneous: both ends said goodbye at once" : ending_name(v->ending));
	if (v->initiator == INITIATOR_LOCAL || v->initiator == INITIATOR_PEER) {
		buf_str(b, ", begun by ");
		print_side_name(b, l, v->initiator == INITIATOR_LOCAL ? LADDER_LEFT : LADDER_RIGHT);
	}
}

static void print_text_or_reason(struct buf *b, const char *text, enum reason reason)
{
	buf_str(b, text ? text : reason ? reason_name(reason) : "for a reason that was not seen");
}

/* "reset-sent: client[100] closed with data unread and so sent a RST (unread-data)" */
static void print_unclean_ending(struct buf *b, const struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side];

	buf_str(b, ending_name(v->ending));
	buf_str(b, ": ");
	switch (v->ending) {
	case ENDING_RESET_SENT:
		print_side_name(b, l, side);
		buf_char(b, ' ');
		buf_str(b, sent_because[v->reason] ? sent_because[v->reason] : "sent a RST");
		break;
	case ENDING_RESET_RECEIVED:
		print_side_name(b, l, get_other_side(side));
		buf_str(b, " sent a RST ");
		print_text_or_reason(b, received_while[v->reason], v->reason);
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
		break;
	default:
		buf_str(b, "it was not over when this was asked for");
		break;
	}
	if (v->reason && v->reason != REASON_OTHER) {
		buf_str(b, " (");
		buf_str(b, reason_name(v->reason));
		buf_char(b, ')');
	}
}

/* The time that the blamed party took: its phase, otherwise the part of the total in no phase. */
static uint64_t compute_blamed_ns(const struct verdict *v)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < PHASE_TOTAL; i++)
		sum += v->phase[i].ns;
	switch (v->blame) {
	case BLAME_PEER_APP:
		if (v->phase[PHASE_PEER_HOLD].known)
			return v->phase[PHASE_PEER_HOLD].ns;
		break;
	case BLAME_LOCAL_APP:
		if (v->phase[PHASE_APP_HOLD].known)
			return v->phase[PHASE_APP_HOLD].ns;
		break;
	default:
		if (v->phase[PHASE_ACK_WAIT].known || v->phase[PHASE_LAST_ACK_WAIT].known)
			return v->phase[PHASE_ACK_WAIT].ns + v->phase[PHASE_LAST_ACK_WAIT].ns;
		break;
	}
	return v->phase[PHASE_TOTAL].ns - sum;
}

/* "the peer's application held the connection open for 197 ms after our FIN" */
static void print_hold(struct buf *b, const struct ladder *l, enum side side, uint64_t ns)
{
	print_application(b, l, side);
	buf_str(b, " held the connection open for ");
	fmt_duration(b, ns);
	buf_str(b, " after ");
	if (l->s[LADDER_RIGHT]) {
		buf_str(b, "the FIN of ");
		print_side_name(b, l, get_other_side(side));
	} else {
		buf_str(b, side == LADDER_LEFT ? "the peer's FIN" : "our FIN");
	}
}

static void print_blame(struct buf *b, const struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side];
	uint64_t ns = v->blame_known ? compute_blamed_ns(v) : 0;

	if (!v->blame_known) {
		buf_str(b, "how long it took was not seen");
		return;
	}
	switch (v->blame) {
	case BLAME_PEER_APP:
		print_hold(b, l, get_other_side(side), ns);
		break;
	case BLAME_LOCAL_APP:
		print_hold(b, l, side, ns);
		break;
	case BLAME_NETWORK:
		fmt_duration(b, ns);
		buf_str(b, l->s[side]->seg[SEG_ACK_IN].seen ?
			" went by until the FIN was acknowledged: "
			"the network, or the other kernel" :
			" went by without an ACK of the FIN");
		break;
	case BLAME_SEND_QUEUE:
		buf_str(b, "the FIN stood behind data still to be sent for ");
		fmt_duration(b, ns);
		break;
	case BLAME_LOST_FIN:
		buf_str(b, l->s[side]->seg[SEG_ACK_IN].seen ?
			"the FIN had to be sent again, and was acknowledged after " :
			"the FIN was sent again in vain for ");
		fmt_duration(b, ns);
		break;
	default:
		buf_str(b, "nobody kept anybody waiting");
		break;
	}
}

/* Does the blame add information to the ending? */
static bool blame_adds_information(const struct verdict *v)
{
	return !v->blame_known || v->blame != BLAME_NONE ||
	       ending_class(v->ending) == CLASS_CLEAN;
}

static void print_total_duration(struct buf *b, const struct verdict *v)
{
	uint64_t ns = v->phase[PHASE_TOTAL].ns;
	bool same = v->blame != BLAME_NONE && compute_blamed_ns(v) >= ns - ns / 64;

	if (!v->phase[PHASE_TOTAL].known || !ns || same)
		return;
	buf_str(b, " (");
	fmt_duration(b, ns);
	buf_str(b, " in all)");
}

/* Break the text at spaces into lines of at most that many columns. */
static void wrap_text(struct buf *out, const struct buf *text, size_t columns)
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
 * The side whose blame to print. One end sees only a late ACK and blames the network; the other end
 * knows if the ACK was late because it waited for the FIN of its own program.
 */
static enum side find_side_with_blame(const struct ladder *l, enum side side)
{
	const struct verdict *v = l->v[side], *far = l->v[get_other_side(side)];

	if (far && v->blame == BLAME_NETWORK && far->blame_known && far->blame == BLAME_LOCAL_APP)
		return get_other_side(side);
	return side;
}

/* The story of the active closer is the more complete one: it has both FINs and all between. */
void timeline_print_text(struct view_context *v, const struct ladder *l)
{
	const struct verdict *verdict = l->v[LADDER_LEFT];
	enum side side = LADDER_LEFT;
	struct buf text = { 0 };

	if (l->s[LADDER_RIGHT] && verdict->ending != ENDING_RESET_SENT &&
	    l->v[LADDER_RIGHT]->ending == ENDING_RESET_SENT) {
		side = LADDER_RIGHT;	/* the sender of a RST knows the reason */
		verdict = l->v[side];
	}
	if (ending_class(verdict->ending) == CLASS_CLEAN)
		print_clean_ending(&text, l);
	else
		print_unclean_ending(&text, l, side);
	if (blame_adds_information(verdict)) {
		buf_str(&text, "; ");
		print_blame(&text, l, find_side_with_blame(l, side));
		print_total_duration(&text, verdict);
	}
	buf_char(&text, '.');
	wrap_text(v->out, &text, timeline_columns(v));
	for (unsigned i = 0; i < verdict->nr_missing; i++) {
		if (!strncmp(verdict->missing[i], AGE_KEY, strlen(AGE_KEY)))
			continue;	/* the timeline does not print the age */
		buf_reset(&text);
		buf_str(&text, "Not seen: ");
		buf_str(&text, verdict->missing[i]);
		wrap_text(v->out, &text, timeline_columns(v));
	}
	buf_release(&text);
}
