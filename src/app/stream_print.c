/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stream info:
 *
 *	STREAM          MESSAGES   SIZE    OLDEST    NEWEST   MAX-AGE MAX-SIZE  REPLICAS
 *	TCPCLOSE            1234  5678K     2d 3h        4s       7d    10240M 3, 3 current
 *
 *	2 hosts, 1 partition
 *	HOST                    HEARD     SEEN     LOST  DROPPED  WAITING     LAG
 *	web-1                      3s    12345        0        0        0       0
 *	web-2                   5h 2m      120        0        0        0       0 ended
 */
#include "stream_print.h"

#include <string.h>

#include "columns.h"
#include "escape.h"
#include "fmt.h"
#include "json_writer.h"
#include "time_units.h"

#define SILENT_NS (35 * (uint64_t)NS_PER_S)	/* three heartbeats did not come */

static uint64_t age_of(const struct stream_facts *f, uint64_t at_ns)
{
	return f->now_ns > at_ns ? f->now_ns - at_ns : 0;
}

static void put_name(struct buf *b, size_t width, const char *name)
{
	size_t from = b->len;

	escape_for_terminal(b, name, strlen(name), SIZE_MAX);
	buf_pad(b, from, width);
}

/* The leader is current; of the others the server reports it. */
static void put_replicas(struct buf *b, const struct nats_stream *s)
{
	unsigned current = *s->leader || !s->peers;
	uint64_t lag = 0;

	for (unsigned i = 0; i < s->peers; i++) {
		current += s->peer[i].current && !s->peer[i].offline;
		lag = s->peer[i].lag > lag ? s->peer[i].lag : lag;
	}
	buf_str(b, "  ");
	buf_i64(b, s->replicas);
	if (s->replicas > 1) {
		buf_str(b, ", ");
		buf_u64(b, current);
		buf_str(b, " current");
	}
	if (lag) {
		buf_str(b, ", lag ");
		buf_u64(b, lag);
	}
}

static void print_stream(struct buf *b, const struct stream_facts *f, const struct nats_stream *s)
{
	put_name(b, 16, s->name);
	column_known(b, true, buf_u64, s->messages, 8);
	column_known(b, true, fmt_bytes, s->bytes, 7);
	column_known(b, s->messages, fmt_age, age_of(f, s->first_ns), 10);
	column_known(b, s->messages, fmt_age, age_of(f, s->last_ns), 10);
	column_known(b, s->max_age_ns > 0, fmt_age, (uint64_t)s->max_age_ns, 10);
	column_known(b, s->max_bytes > 0, fmt_bytes, (uint64_t)s->max_bytes, 9);
	put_replicas(b, s);
	buf_char(b, '\n');
}

static bool is_silent(const struct stream_facts *f, const struct stream_host *h)
{
	return !h->ended && age_of(f, h->heard_ns) > SILENT_NS;
}

static void print_host(struct buf *b, const struct stream_facts *f, const struct stream_host *h)
{
	put_name(b, 20, h->host);
	column_known(b, true, fmt_age, age_of(f, h->heard_ns), 9);
	column_known(b, h->seen != UINT64_MAX, buf_u64, h->seen, 10);
	column_known(b, true, buf_u64, h->lost, 8);
	column_known(b, true, buf_u64, h->spool_dropped, 9);
	column_known(b, true, buf_u64, h->spool_waiting, 9);
	column_known(b, h->missing_known, buf_u64, h->missing, 7);
	buf_str(b, h->ended ? " ended\n" : is_silent(f, h) ? " silent\n" : "\n");
}

static void put_count(struct buf *b, uint64_t n, const char *what)
{
	buf_u64(b, n);
	buf_str(b, what);
	if (n != 1)
		buf_char(b, 's');
}

void stream_print_text(struct buf *b, const struct stream_facts *f)
{
	buf_str(b, "STREAM          MESSAGES   SIZE    OLDEST    NEWEST   MAX-AGE MAX-SIZE  "
		"REPLICAS\n");
	for (unsigned i = 0; i < f->nr; i++)
		print_stream(b, f, &f->stream[i]);
	buf_char(b, '\n');
	put_count(b, f->hosts.nr, " host");
	if (f->partitions) {
		buf_str(b, ", ");
		put_count(b, f->partitions, " partition");
	} else {
		buf_str(b, ", no configuration");
	}
	buf_char(b, '\n');
	if (!f->hosts.nr)
		return;
	buf_str(b, "HOST                    HEARD      SEEN    LOST  DROPPED  WAITING    LAG\n");
	for (size_t i = 0; i < f->hosts.nr; i++)
		print_host(b, f, &f->hosts.host[i]);
}

static void json_time(struct json *j, const char *key, uint64_t ns)
{
	struct buf text = { 0 };

	if (ns)
		fmt_time_utc(&text, ns);
	if (!json_key(j, key))
		;
	else if (ns && !text.failed)
		json_bytes(j, text.data, text.len);
	else
		json_null(j);
	buf_release(&text);
}

static void json_number_or_null(struct json *j, const char *key, bool known, uint64_t n)
{
	if (known)
		json_kv_u64(j, key, n);
	else
		json_kv_null(j, key);
}

static void json_text(struct json *j, const char *key, const char *text)
{
	if (*text)
		json_kv_bytes(j, key, text, strlen(text));
	else
		json_kv_null(j, key);
}

static void json_replicas(struct json *j, const struct nats_stream *s)
{
	if (!json_kv_array(j, "peers"))
		return;
	for (unsigned i = 0; i < s->peers; i++) {
		json_begin_object(j);
		json_text(j, "name", s->peer[i].name);
		json_kv_bool(j, "current", s->peer[i].current);
		json_kv_bool(j, "offline", s->peer[i].offline);
		json_kv_u64(j, "lag", s->peer[i].lag);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_stream(struct json *j, const struct stream_facts *f, const struct nats_stream *s)
{
	json_text(j, "name", s->name);
	json_kv_u64(j, "messages", s->messages);
	json_kv_u64(j, "bytes", s->bytes);
	json_time(j, "oldest", s->first_ns);
	json_time(j, "newest", s->last_ns);
	json_number_or_null(j, "max_age_ns", s->max_age_ns > 0, (uint64_t)s->max_age_ns);
	json_number_or_null(j, "max_bytes", s->max_bytes > 0, (uint64_t)s->max_bytes);
	json_number_or_null(j, "partitions", f->partitions, f->partitions);
	json_kv_u64(j, "replicas", (uint64_t)s->replicas);
	json_text(j, "leader", s->leader);
	json_replicas(j, s);
}

static void json_host(struct json *j, const struct stream_facts *f, const struct stream_host *h)
{
	json_text(j, "host", h->host);
	json_time(j, "heard", h->heard_ns);
	json_kv_u64(j, "heard_age_ns", age_of(f, h->heard_ns));
	json_kv_bool(j, "silent", is_silent(f, h));
	json_kv_bool(j, "ended", h->ended);
	json_text(j, "run", h->run);
	json_text(j, "version", h->version);
	json_text(j, "kernel", h->kernel);
	json_number_or_null(j, "seen", h->seen != UINT64_MAX, h->seen);
	json_number_or_null(j, "told", h->told != UINT64_MAX, h->told);
	json_kv_u64(j, "events_lost", h->lost);
	json_kv_u64(j, "spool_dropped", h->spool_dropped);
	json_kv_u64(j, "spool_waiting", h->spool_waiting);
	json_number_or_null(j, "lag_segments", h->missing_known, h->missing);
}

void stream_print_json(struct buf *b, const struct stream_facts *f,
		       const struct json_select *fields)
{
	for (size_t i = 0; i < f->nr + f->hosts.nr; i++) {
		bool stream = i < f->nr;
		struct json j;

		json_init(&j, b);
		json_begin_object(&j);
		json_kv_str(&j, "kind", stream ? "stream" : "host");
		json_select_keys(&j, fields);
		json_kv_u64(&j, "schema", 1);
		if (stream)
			json_stream(&j, f, &f->stream[i]);
		else
			json_host(&j, f, &f->hosts.host[i - f->nr]);
		json_end_object(&j);
		buf_char(b, '\n');
	}
}
