/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_text.h"

#include <string.h>

#include "ansi.h"
#include "columns.h"
#include "fmt.h"

const char *close_text_arrow(enum initiator initiator)
{
	switch (initiator) {
	case INITIATOR_LOCAL:
		return "->";
	case INITIATOR_PEER:
		return "<-";
	case INITIATOR_BOTH:
		return "<>";
	case INITIATOR_NONE:
		return "--";
	default:
		return "??";
	}
}

const char *close_text_short_ending(enum ending ending)
{
	switch (ending) {
	case ENDING_SIMULTANEOUS:
		return "crossed";
	case ENDING_RESET_SENT:
	case ENDING_RESET_RECEIVED:
		return "reset";
	case ENDING_NEVER_OPEN:
		return "failed";
	default:
		return ending_name(ending);
	}
}

const char *close_text_ending_color(enum ending ending)
{
	switch (ending_class(ending)) {
	case CLASS_RESET:
		return ANSI_RED;
	case CLASS_TIMEOUT:
	case CLASS_ABORTED:
		return ANSI_YELLOW;
	case CLASS_OPEN:
		return ANSI_CYAN;
	default:
		return NULL;
	}
}

/* Cut "602.57" to "602" if there is no space before it in that many columns. */
static void cut_decimals(struct buf *b, size_t from, size_t width)
{
	const char *dot = b->len - from < width ? NULL : memchr(b->data + from, '.', b->len - from);

	if (dot)
		b->len = (size_t)(dot - b->data);
}

/*
 * The least time that a close with an unknown start took: since the scan found it closing, or in
 * the phase that no wave ended; 0 unknown.
 */
static uint64_t find_least_total_ns(const struct story *s, const struct verdict *verdict)
{
	uint64_t since_ns = s->scan.closing_since_ns;

	if (since_ns && verdict->settled_ns > since_ns + verdict->cut.ns)
		return verdict->settled_ns - since_ns;
	return verdict->cut.ns;
}

uint64_t close_text_total_ns(const struct story *s, const struct verdict *verdict, bool *at_least)
{
	*at_least = !verdict->phase[PHASE_TOTAL].known;
	return *at_least ? find_least_total_ns(s, verdict) : verdict->phase[PHASE_TOTAL].ns;
}

void close_text_print_total_ms(struct buf *b, const struct story *s, const struct verdict *verdict,
			       size_t width)
{
	bool at_least;
	uint64_t ns = close_text_total_ns(s, verdict, &at_least);
	size_t from = b->len;

	if (!at_least) {
		fmt_ms(b, ns);
		cut_decimals(b, from, width);
	} else if (ns) {
		column_at_least_ms(b, ns);
	} else {
		buf_char(b, '-');
	}
	buf_pad_before(b, from, width);
}
