/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Destinations that use up the ephemeral ports, in the view stuck:
 *
 *	87 of 100 ports in use towards 10.0.0.9:80 (87 %):
 *	  netns 4026532805: 80 in TIME_WAIT, 16 closes/s leave TIME_WAIT here;
 *	  exhausted in 3 s at this rate;
 *	  tcpclose who --by comm,peer:port --sort time_wait shows whose they are.
 */
#include "json_fields.h"
#include "stuck_text.h"
#include "time_units.h"

#define ENDPOINT_WIDTH 30

/* "412", "1.4" */
static void print_rate(struct buf *b, uint32_t recent)
{
	uint64_t tenths = (uint64_t)recent * 10 / PORT_RATE_S;

	buf_u64(b, tenths / 10);
	if (tenths < 100) {
		buf_char(b, '.');
		buf_u64(b, tenths % 10);
	}
}

static void print_time_wait(struct buf *b, const struct port_dest *d)
{
	buf_str(b, "  netns ");
	buf_u64(b, d->netns);
	buf_str(b, ": ");
	buf_u64(b, d->time_wait);
	buf_str(b, " in TIME_WAIT, ");
	if (d->recent) {
		print_rate(b, d->recent);
		buf_str(b, " closes/s leave TIME_WAIT here;\n");
	} else {
		buf_str(b, "none of them new;\n");
	}
}

static void print_forecast(struct buf *b, const struct port_dest *d)
{
	if (d->reusable) {
		buf_str(b, "  connect() reuses those in TIME_WAIT (tcp_tw_reuse);\n");
	} else if (d->runs_out && !d->exhausted_s) {
		buf_str(b, "  none is left;\n");
	} else if (d->runs_out) {
		buf_str(b, "  exhausted in ");
		buf_u64(b, d->exhausted_s);
		buf_str(b, " s at this rate;\n");
	}
}

static void print_dest(struct view_context *v, const struct port_dest *d)
{
	struct buf *b = v->out;

	buf_char(b, '\n');
	buf_u64(b, d->used);
	buf_str(b, " of ");
	buf_u64(b, d->usable);
	buf_str(b, " ports in use towards ");
	if (v->terminal.wide)
		fmt_endpoint(b, d->family, d->peer_addr, d->peer_port);
	else
		fmt_endpoint_cut(b, d->family, d->peer_addr, d->peer_port, ENDPOINT_WIDTH);
	buf_str(b, " (");
	buf_u64(b, port_dest_percent(d));
	buf_str(b, " %):\n");
	print_time_wait(b, d);
	print_forecast(b, d);
	buf_str(b, "  tcpclose who --by comm,peer:port --sort time_wait shows whose they are.\n");
}

void stuck_print_ports(struct view_context *v, const struct stuck_table *h)
{
	for (unsigned i = 0; h->ports && i < h->ports->nr; i++)
		if (port_dest_percent(&h->ports->dest[i]) >= h->ports_percent)
			print_dest(v, &h->ports->dest[i]);
}

static void json_print_dest(struct json *j, const struct port_dest *d)
{
	json_begin_object(j);
	json_kv_u64(j, "family", d->family);
	json_kv_u64(j, "netns", d->netns);
	json_kv_addr(j, "local_addr", d->family, d->local_addr);
	json_kv_addr(j, "peer_addr", d->family, d->peer_addr);
	json_kv_u64(j, "peer_port", d->peer_port);
	json_kv_u64(j, "range_low", d->low);
	json_kv_u64(j, "range_high", d->high);
	json_kv_u64(j, "usable", d->usable);
	json_kv_u64(j, "used", d->used);
	json_kv_u64(j, "time_wait", d->time_wait);
	json_kv_u64(j, "closes_last_5s", d->recent);
	json_kv_bool(j, "reusable", d->reusable);
	json_kv_u64_or_null(j, "exhausted_in_ns", d->runs_out, d->exhausted_s * NS_PER_S);
	json_end_object(j);
}

void json_kv_ports(struct json *j, const struct port_use *u)
{
	if (!u) {
		json_kv_null(j, "ports");
		return;
	}
	if (!json_kv_object(j, "ports"))
		return;
	if (json_kv_array(j, "destinations")) {
		for (unsigned i = 0; i < u->nr; i++)
			json_print_dest(j, &u->dest[i]);
		json_end_array(j);
	}
	json_kv_u64(j, "omitted", u->omitted);
	json_kv_u64(j, "lost", u->lost);
	json_kv_u64(j, "left_out", u->unread);
	json_end_object(j);
}
