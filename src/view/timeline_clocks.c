/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The times of a ladder whose two ends have two clocks.
 */
#include "timeline.h"

#include <string.h>

#include "escape.h"
#include "fmt.h"
#include "time_units.h"

#define DECIMALS 6	/* of the seconds between two clocks */

/* The length of "12.4" in "12.4 us". */
static size_t find_unit(const struct buf *b)
{
	size_t i = b->len;

	while (i && b->data[i - 1] != ' ')
		i--;
	return i;
}

static bool have_one_unit(const struct buf *x, const struct buf *y)
{
	size_t at_x = find_unit(x), at_y = find_unit(y);

	return at_x && x->len - at_x == y->len - at_y &&
	       !memcmp(x->data + at_x, y->data + at_y, x->len - at_x);
}

void timeline_print_range(struct buf *b, uint64_t low_ns, uint64_t high_ns)
{
	struct buf low = { 0 }, high = { 0 };

	fmt_duration(&low, low_ns);
	fmt_duration(&high, high_ns);
	if (!low_ns && high_ns)
		buf_char(b, '0');
	else if (low_ns != high_ns)
		buf_add(b, low.data, have_one_unit(&low, &high) ? find_unit(&low) - 1 : low.len);
	if (low_ns != high_ns)
		buf_str(b, "..");
	buf_add(b, high.data, high.len);
	b->failed |= low.failed | high.failed;
	buf_release(&low);
	buf_release(&high);
}

static void print_host(struct buf *b, const struct view_context *v, const struct story *s)
{
	const struct host *host = v->hosts->host[s->host];

	escape_for_terminal(b, (const uint8_t *)host->name, strlen(host->name), ESCAPE_ANY_WIDTH);
}

/* "10800.000012 s" */
static void print_seconds(struct buf *b, uint64_t ns)
{
	buf_u64(b, ns / NS_PER_S);
	buf_char(b, '.');
	buf_digits(b, ns % NS_PER_S / 1000, DECIMALS);
	buf_str(b, " s");
}

/* " The FIN of web took 0..12 us." */
static void print_flight(struct buf *b, const struct view_context *v, const struct story *from,
			 const struct clock_interval *flight)
{
	if (!flight->known)
		return;
	buf_str(b, " The FIN of ");
	print_host(b, v, from);
	buf_str(b, " took ");
	timeline_print_range(b, (uint64_t)flight->low, (uint64_t)flight->high);
	buf_char(b, '.');
}

void timeline_print_clocks(struct view_context *v, const struct story *a, const struct story *b,
			   const struct pair_times *times, int64_t moved)
{
	const struct clock_interval *offset = &times->offset;
	struct buf text = { 0 };

	if (!offset->known) {
		buf_str(&text, "How far the clocks of ");
		print_host(&text, v, a);
		buf_str(&text, " and ");
		print_host(&text, v, b);
		buf_str(&text, " are apart is unknown: each side has its own times.");
	} else {
		buf_str(&text, "The clock of ");
		print_host(&text, v, b);
		buf_str(&text, " was ");
		print_seconds(&text, (uint64_t)(moved < 0 ? -moved : moved));
		buf_str(&text, moved < 0 ? " ahead of that of " : " behind that of ");
		print_host(&text, v, a);
		buf_str(&text, " (+-");
		fmt_duration(&text, (uint64_t)(offset->high - offset->low + 1) / 2);
		buf_str(&text, "): its times are moved by that.");
		print_flight(&text, v, a, &times->from_a);
		print_flight(&text, v, b, &times->from_b);
	}
	timeline_wrap(v->out, &text, timeline_columns(v));
	buf_release(&text);
}
