/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The folded format of flame graphs: one line per group, its frames and how many closes it has.
 *
 *	server;main;handler;pool_release;__close 42
 *	server;[no call] 3
 *
 * The counts of all lines add up to the closes of the run, also with --top.
 */
#include "group_key.h"
#include "who.h"
#include "who_text.h"

static void end_folded_line(struct view_context *v, uint64_t count)
{
	buf_char(v->out, ' ');
	buf_u64(v->out, count);
	buf_char(v->out, '\n');
	view_flush(v);
}

void who_print_folded(struct view_context *v, const struct keyed_table *g,
		      const struct interval *interval)
{
	uint64_t left = interval->closes;
	const struct keyed_entry *o;

	for (uint32_t i = 0; (o = keyed_table_at(g, i)); i++) {
		uint64_t closes = ((const struct who_row *)o->row)->n[WHO_CLOSES];

		if (!closes)
			continue;	/* they are still open */
		group_key_fold(v->out, &v->options.groups, o, o == g->other);
		end_folded_line(v, closes);
		left -= closes;
	}
	if (!left)
		return;
	buf_str(v->out, "(more)");
	end_folded_line(v, left);
}
