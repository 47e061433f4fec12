/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "heartbeat.h"

#include <string.h>

#include "fmt.h"

static void put_number(struct buf *b, const char *key, uint64_t n)
{
	buf_str(b, key);
	buf_char(b, ' ');
	buf_u64(b, n);
	buf_char(b, '\n');
}

static void put_counts(struct buf *b, const struct run_counts *t)
{
	put_number(b, "seen", t->seen);
	put_number(b, "told", t->reported);
	put_number(b, "filtered", t->filtered);
	put_number(b, "open", t->open);
	put_number(b, "lost table_full", t->lost_table_full);
	put_number(b, "lost end_missed", t->lost_end_missed);
	put_number(b, "lost vanished", t->lost_vanished);
	put_number(b, "lost ring_full", t->events_ring_full);
	put_number(b, "lost calls_full", t->events_calls_full);
	put_number(b, "lost malformed", t->events_malformed);
}

static void put_addresses(struct buf *b, const struct heartbeat *h)
{
	const struct addresses *a = h->addresses;

	buf_str(b, a->complete ? "addresses complete\n" : "addresses incomplete\n");
	for (unsigned i = 0; i < a->nr; i++) {
		uint8_t addr[16];

		memcpy(addr, a->at[i].addr, sizeof(addr));
		if (h->redactor)
			redact_addr(h->redactor, a->at[i].family, addr);
		buf_str(b, "address ");
		fmt_addr(b, a->at[i].family, addr);
		buf_char(b, '\n');
	}
}

void heartbeat_write(struct buf *b, const struct heartbeat *h)
{
	buf_str(b, "tcpclose heartbeat\n");
	record_header_write_heartbeat(b, h->meta, h->run, h->rate);
	put_number(b, "time_ns", h->time_ns);
	for (unsigned i = 0; i < h->partitions; i++) {
		if (!h->sequence[i])
			continue;
		buf_str(b, "sequence ");
		buf_u64(b, i);
		put_number(b, "", h->sequence[i]);
	}
	put_counts(b, &h->counts);
	put_number(b, "sampled_out", h->sampled_out);
	put_number(b, "spool_waiting", h->spool_waiting);
	put_number(b, "spool_dropped", h->spool_dropped);
	put_addresses(b, h);
	if (h->ended)
		buf_str(b, "ended\n");
}
