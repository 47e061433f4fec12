/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "columns.h"

#include "ansi.h"
#include "fmt.h"
#include "time_units.h"

void column_endpoint(struct view_context *v, const struct flow *w, bool local)
{
	const uint8_t *addr = local ? w->local_addr : w->peer_addr;
	uint16_t port = local ? w->local_port : w->peer_port;
	size_t from = v->out->len;

	if (v->terminal.wide) {
		fmt_endpoint(v->out, w->family, addr, port);
		buf_char(v->out, ' ');
	} else {
		fmt_endpoint_cut(v->out, w->family, addr, port, FLOW_END_WIDTH - 1);
	}
	buf_pad(v->out, from, FLOW_END_WIDTH);
}

void column_text(struct buf *b, const char *text, size_t width)
{
	size_t from = b->len;

	buf_str(b, text);
	buf_pad(b, from, width);
}

void column_known(struct buf *b, bool known, void (*print)(struct buf *b, uint64_t n), uint64_t n,
		  size_t width)
{
	size_t from = b->len;

	if (known)
		print(b, n);
	else
		buf_char(b, '-');
	buf_pad_before(b, from, width);
}

void column_number(struct buf *b, uint64_t n, size_t width)
{
	size_t from = b->len;

	buf_u64(b, n);
	buf_pad_before(b, from, width);
}

void column_heading(struct view_context *v, const char *text, size_t width)
{
	if (v->terminal.color)
		buf_str(v->out, ANSI_BOLD);
	column_text(v->out, text, width);
	if (v->terminal.color)
		buf_str(v->out, ANSI_RESET);
}

void column_at_least_ms(struct buf *b, uint64_t ns)
{
	buf_char(b, '>');
	if (ns < 10 * NS_PER_MS || ns >= 1000 * NS_PER_S) {
		fmt_ms(b, ns);
	} else if (ns < 10 * NS_PER_S) {
		buf_u64(b, ns / NS_PER_MS);
	} else {
		buf_u64(b, ns / NS_PER_S);
		buf_char(b, 's');
	}
}
