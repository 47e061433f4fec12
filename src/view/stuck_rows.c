/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stuck_rows.h"

#include <string.h>

static const char *const owner_words[] = {
	[OWNER_PROCESS] = "?", [OWNER_UNKNOWN] = "(holder not found)",
	[OWNER_LISTENER] = "(not yet accepted)", [OWNER_KERNEL] = "(the kernel)",
	[OWNER_NOBODY] = "(orphans)",
};

const char *stuck_owner_words(unsigned owner)
{
	return owner < OWNER_COUNT ? owner_words[owner] : "?";
}

void stuck_row_set_holder(struct stuck_row *row, const struct lookup *lookup,
			  const struct stuck_holder *o)
{
	const struct view_context v = { .lookup = *lookup };
	size_t len = 0;
	const char *cmdline = view_cmdline(&v, o, &len);

	row->has_holder = true;
	row->pid = o->pid;
	row->fd = o->fd;
	memcpy(row->comm, o->comm, sizeof(row->comm));
	memcpy(row->process, o->process, sizeof(row->process));
	if (!cmdline)
		return;
	row->cmdline_cut = len > sizeof(row->cmdline);
	row->cmdline_len = (uint16_t)(row->cmdline_cut ? sizeof(row->cmdline) : len);
	memcpy(row->cmdline, cmdline, row->cmdline_len);
}

void stuck_row_make(struct stuck_row *row, const struct lookup *lookup, const struct stuck_table *h,
		    const struct stuck_socket *g)
{
	*row = (struct stuck_row){
		.flow = g->flow, .age_ns = g->age_ns, .unread = g->unread,
		.unread_known = !g->substate && !(g->sock_flags & SOCKF_MPTCP),
		.state = g->state, .advice = g->advice, .owner = g->owner,
	};
	if (!g->nr_holders)
		return;
	stuck_row_set_holder(row, lookup, &h->holder[g->holder]);
	row->more_holders = g->nr_holders - 1;
}

void stuck_rows_make(struct stuck_rows *rows, const struct lookup *lookup,
		     const struct stuck_table *h)
{
	*rows = (struct stuck_rows){ .sockets = h->nr };
	memcpy(rows->advised, h->advised, sizeof(h->advised));
	for (; rows->nr < STUCK_ROWS && rows->nr < h->nr; rows->nr++)
		stuck_row_make(&rows->row[rows->nr], lookup, h, &h->sockets[rows->nr]);
}
