/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view who: per process, or per key of --by, how connections end and who waits for whom.
 *
 *                            ------------ ENDED BY, % ----------- ---- BEGAN, % ----
 *   COMM              CLOSES close   WR RDWR exit  sig other none   us peer both   -
 *   nginx                120    98    2    .    .    .     .    .   90   10    .   .
 *
 * who_text.c prints this table, the others and CSV. This file counts the stories and prints JSON.
 */
#include "who.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "aggregate.h"
#include "close_facts.h"
#include "group_key.h"
#include "json_fields.h"
#include "time_units.h"
#include "who_text.h"

#define GROUPS_MAX 1024
#define MAXIMUM 1000
#define RATE_MIN_NS NS_PER_MS	/* a shorter interval has no rates */
#define COUNT(name, index) { name, WHO_IS_COUNT, index, 0 }
#define RATE(name, index) { name, WHO_IS_RATE, index, 0 }
#define TIME(name, index, permille) { name, WHO_IS_TIME, index, permille }
#define CUT(name, index) { name, WHO_IS_CUT, index, 0 }

static const struct who_column columns[] = {
	COUNT("closes", WHO_CLOSES),
	COUNT("close", WHO_CLOSE),
	COUNT("shutdown_wr", WHO_SHUT_WR),
	COUNT("shutdown_rdwr", WHO_SHUT_RDWR),
	COUNT("exit", WHO_EXIT),
	COUNT("signal", WHO_SIGNAL),
	COUNT("other_call", WHO_OTHER_CALL),
	COUNT("no_call", WHO_NO_CALL),
	COUNT("clean", WHO_CLEAN),
	COUNT("reset", WHO_RESET),
	COUNT("timeout", WHO_TIMEOUT),
	COUNT("other_end", WHO_OTHER_END),
	COUNT("open", WHO_OPEN),
	COUNT("local", WHO_LOCAL),
	COUNT("peer", WHO_PEER),
	COUNT("both", WHO_BOTH),
	COUNT("nobody", WHO_NOBODY),
	COUNT("unknown", WHO_UNKNOWN),
	TIME("app_hold_p50", WHO_APP_HOLD, 500),
	TIME("app_hold_p99", WHO_APP_HOLD, 990),
	TIME("app_hold_max", WHO_APP_HOLD, MAXIMUM),
	TIME("peer_hold_p50", WHO_PEER_HOLD, 500),
	TIME("peer_hold_p99", WHO_PEER_HOLD, 990),
	TIME("peer_hold_max", WHO_PEER_HOLD, MAXIMUM),
	COUNT("data_lost", WHO_DATA_LOST),
	CUT("app_hold_cut", WHO_APP_HOLD),
	CUT("peer_hold_cut", WHO_PEER_HOLD),
	COUNT("time_wait", WHO_TIME_WAIT),
	RATE("closes_per_1000s", WHO_CLOSES),
	RATE("time_wait_per_1000s", WHO_TIME_WAIT),
	COUNT("reset_sent", WHO_RESET_SENT),
	COUNT("reset_received", WHO_RESET_RECEIVED),
};

const struct who_column *who_column_at(unsigned i)
{
	return i < sizeof(columns) / sizeof(*columns) ? &columns[i] : NULL;
}

bool who_rate(uint64_t n, uint64_t seconds, uint64_t interval_ns, uint64_t *rate)
{
	uint64_t us = interval_ns / NS_PER_US;	/* n * seconds in ns could overflow */

	if (interval_ns < RATE_MIN_NS)
		return false;
	*rate = (n * seconds * (NS_PER_S / NS_PER_US) + us / 2) / us;
	return true;
}

bool who_column_value(const struct who_row *w, const struct who_column *c, uint64_t interval_ns,
		      uint64_t *value)
{
	const struct histogram *h = &w->hold[c->kind >= WHO_IS_TIME ? c->index : 0];

	switch ((enum who_kind)c->kind) {
	case WHO_IS_COUNT:
		*value = w->n[c->index];
		return true;
	case WHO_IS_RATE:
		return who_rate(w->n[c->index], WHO_RATE_SECONDS, interval_ns, value);
	case WHO_IS_CUT:
		*value = h->cuts;
		return true;
	default:
		*value = c->permille == MAXIMUM ? h->max : histogram_quantile(h, c->permille);
		return h->n;
	}
}

static enum who_count find_count_of_call(const struct socket_call *a)
{
	if (!a)
		return WHO_NO_CALL;
	switch (a->trigger) {
	case TRIGGER_CLOSE:
		return WHO_CLOSE;
	case TRIGGER_SHUTDOWN:
		return a->how == SHUT_WR ? WHO_SHUT_WR : a->how == SHUT_RDWR ? WHO_SHUT_RDWR :
			WHO_OTHER_CALL;
	case TRIGGER_EXIT:
		return WHO_EXIT;
	case TRIGGER_SIGNAL:
		return WHO_SIGNAL;
	default:
		return WHO_OTHER_CALL;
	}
}

static enum who_count find_count_of_class(enum class class)
{
	switch (class) {
	case CLASS_CLEAN:
		return WHO_CLEAN;
	case CLASS_RESET:
		return WHO_RESET;
	case CLASS_TIMEOUT:
		return WHO_TIMEOUT;
	default:
		return WHO_OTHER_END;
	}
}

static enum who_count find_count_of_initiator(enum initiator initiator)
{
	switch (initiator) {
	case INITIATOR_LOCAL:
		return WHO_LOCAL;
	case INITIATOR_PEER:
		return WHO_PEER;
	case INITIATOR_BOTH:
		return WHO_BOTH;
	case INITIATOR_NONE:
		return WHO_NOBODY;
	default:
		return WHO_UNKNOWN;
	}
}

/* Add a hold that is over, or that no wave ended. */
static bool add_hold(struct histogram *h, const struct verdict *verdict, enum phase phase)
{
	if (verdict->phase[phase].known)
		return histogram_add(h, verdict->phase[phase].ns);
	if (verdict->cut.known && verdict->cut.phase == phase)
		return histogram_add_cut(h, verdict->cut.ns);
	return true;
}

static void count_close(struct who_row *w, const struct story *s, const struct verdict *verdict)
{
	w->n[WHO_CLOSES]++;
	w->n[find_count_of_call(close_ended_by(verdict))]++;
	w->n[find_count_of_class(ending_class(verdict->ending))]++;
	w->n[find_count_of_initiator(verdict->initiator)]++;
	w->n[WHO_RESET_SENT] += verdict->ending == ENDING_RESET_SENT;
	w->n[WHO_RESET_RECEIVED] += verdict->ending == ENDING_RESET_RECEIVED;
	w->n[WHO_TIME_WAIT] += close_left_time_wait(s);
	if (close_lost_data(s)) {
		w->n[WHO_DATA_LOST]++;
		w->lost_data[verdict->ending][verdict->reason]++;
	}
}

static bool who_row_add(void *row, const struct story *s, const struct verdict *verdict)
{
	struct who_row *w = row;

	w->ended[verdict->ending][verdict->reason]++;
	if (verdict->ending == ENDING_OPEN)
		w->n[WHO_OPEN]++;
	else
		count_close(w, s, verdict);
	return add_hold(&w->hold[WHO_APP_HOLD], verdict, PHASE_APP_HOLD) &&
	       add_hold(&w->hold[WHO_PEER_HOLD], verdict, PHASE_PEER_HOLD);
}

static bool who_row_merge(void *to, const void *from)
{
	const struct who_row *f = from;
	struct who_row *w = to;

	for (unsigned i = 0; i < WHO_COUNTS; i++)
		w->n[i] += f->n[i];
	for (unsigned i = 0; i < ENDING_COUNT; i++)
		for (unsigned k = 0; k < REASON_COUNT; k++) {
			w->ended[i][k] += f->ended[i][k];
			w->lost_data[i][k] += f->lost_data[i][k];
		}
	return histogram_merge(&w->hold[WHO_APP_HOLD], &f->hold[WHO_APP_HOLD]) &&
	       histogram_merge(&w->hold[WHO_PEER_HOLD], &f->hold[WHO_PEER_HOLD]);
}

static void who_row_release(void *row)
{
	struct who_row *w = row;

	histogram_release(&w->hold[WHO_APP_HOLD]);
	histogram_release(&w->hold[WHO_PEER_HOLD]);
}

/*
 * Order rows by the column of --sort: the largest value first, unknown values last. Rows with the
 * same value are in the order of their stories.
 */
static int who_row_compare(const struct view_options *o, const void *a, const void *b)
{
	const struct who_column *c = who_column_at(o->sort);
	const struct who_row *v = a, *w = b;
	uint64_t x = 0, y = 0;
	bool has_x = who_column_value(v, c, NS_PER_S, &x);
	bool has_y = who_column_value(w, c, NS_PER_S, &y);

	if (has_x != has_y)
		return has_x ? -1 : 1;
	if (x != y)
		return x > y ? -1 : 1;
	x = v->n[WHO_CLOSES] + v->n[WHO_OPEN];
	y = w->n[WHO_CLOSES] + w->n[WHO_OPEN];
	return x > y ? -1 : x < y;
}

/* Print the counts of these columns, which are neighbours. */
static void json_print_counts(struct json *j, const char *key, const struct who_row *w,
			      enum who_count from, enum who_count to)
{
	const struct who_column *c;
	bool in = false;

	if (!json_kv_object(j, key))
		return;
	for (unsigned i = 0; (c = who_column_at(i)) && c->kind == WHO_IS_COUNT; i++) {
		in |= c->index == from;
		if (in)
			json_kv_u64(j, c->name, w->n[c->index]);
		if (c->index == to)
			break;
	}
	json_end_object(j);
}

static void json_print_resets(struct json *j, const struct who_row *w)
{
	if (!json_kv_object(j, "resets"))
		return;
	json_kv_u64(j, "sent", w->n[WHO_RESET_SENT]);
	json_kv_u64(j, "received", w->n[WHO_RESET_RECEIVED]);
	json_end_object(j);
}

/* Print the number of closes in this row per 1000 s; null if the interval is too short. */
static void json_kv_rate(struct json *j, const char *key, uint64_t n,
			 const struct interval *interval)
{
	uint64_t rate = 0;
	bool known = who_rate(n, WHO_RATE_SECONDS, interval->to_ns - interval->from_ns, &rate);

	json_kv_u64_or_null(j, key, known, rate);
}

static void json_print_hold(struct json *j, const char *key, const struct histogram *h)
{
	if (!json_kv_object(j, key))
		return;
	json_kv_u64(j, "count", h->n);
	json_kv_u64_or_null(j, "p50", h->n, histogram_quantile(h, 500));
	json_kv_u64_or_null(j, "p99", h->n, histogram_quantile(h, 990));
	json_kv_u64_or_null(j, "max", h->n, h->max);
	json_kv_u64(j, "cut", h->cuts);
	json_end_object(j);
}

/* Print the endings that occurred, with their counts. */
static void json_print_endings(struct json *j, const struct who_row *w)
{
	uint64_t n;

	if (!json_kv_object(j, "endings"))
		return;
	for (unsigned i = 0; i < ENDING_COUNT; i++) {
		n = 0;
		for (unsigned k = 0; k < REASON_COUNT; k++)
			n += w->ended[i][k];
		if (n)
			json_kv_u64(j, ending_name(i), n);
	}
	json_end_object(j);
}

static void json_print_reasons(struct json *j, const struct who_row *w)
{
	if (!json_kv_array(j, "reasons"))
		return;
	for (unsigned i = 0; i < ENDING_COUNT; i++)
		for (unsigned k = REASON_NONE + 1; k < REASON_COUNT; k++) {
			if (!w->ended[i][k])
				continue;
			json_begin_object(j);
			json_kv_str(j, "ending", ending_name(i));
			json_kv_str(j, "reason", reason_name(k));
			json_kv_u64(j, "count", w->ended[i][k]);
			json_kv_u64(j, "data_lost", w->lost_data[i][k]);
			json_end_object(j);
		}
	json_end_array(j);
}

static void who_print_json(struct view_context *v, const struct keyed_table *g,
			   const struct interval *interval)
{
	const struct keyed_entry *o;
	struct json j;

	for (uint32_t i = 0; (o = keyed_table_at(g, i)); i++) {
		const struct who_row *w = o->row;

		json_line_begin(v, &j, "who");
		json_kv_time(v, &j, "start", interval->from_ns);
		json_kv_time(v, &j, "time", interval->to_ns);
		json_kv_bool(&j, "total", interval->total);
		group_key_json(&j, &v->options.groups, o, o == g->other);
		if (v->options.top)
			json_kv_u64(&j, "groups", HASH_COUNT(g->entries));
		json_kv_u64(&j, "closes", w->n[WHO_CLOSES]);
		json_kv_u64(&j, "open", w->n[WHO_OPEN]);
		json_kv_u64(&j, "time_wait", w->n[WHO_TIME_WAIT]);
		json_kv_rate(&j, "closes_per_1000s", w->n[WHO_CLOSES], interval);
		json_kv_rate(&j, "time_wait_per_1000s", w->n[WHO_TIME_WAIT], interval);
		json_print_counts(&j, "calls", w, WHO_CLOSE, WHO_NO_CALL);
		json_print_counts(&j, "classes", w, WHO_CLEAN, WHO_OPEN);
		json_print_resets(&j, w);
		json_print_counts(&j, "initiators", w, WHO_LOCAL, WHO_UNKNOWN);
		json_print_endings(&j, w);
		json_print_reasons(&j, w);
		json_kv_u64(&j, "data_lost", w->n[WHO_DATA_LOST]);
		json_print_hold(&j, "app_hold_ns", &w->hold[WHO_APP_HOLD]);
		json_print_hold(&j, "peer_hold_ns", &w->hold[WHO_PEER_HOLD]);
		json_line_end(v, &j);
		view_flush(v);
	}
}

static void who_show(struct view_context *v, const struct keyed_table *g,
		     const struct interval *interval)
{
	if (v->options.format == FORMAT_JSON)
		who_print_json(v, g, interval);
	else if (v->options.format == FORMAT_CSV)
		who_print_csv(v, g, interval);
	else if (v->options.format == FORMAT_FOLDED)
		who_print_folded(v, g, interval);
	else
		who_print_text(v, g, interval);
}

#define WHO_ROW_OPS                                                                                \
	.row_size = sizeof(struct who_row), .max_groups = GROUPS_MAX, .add = who_row_add,          \
	.merge = who_row_merge, .release = who_row_release, .compare = who_row_compare

struct aggregate_ops who_row_ops(void)
{
	return (struct aggregate_ops){ WHO_ROW_OPS };
}

static void who_start(struct view_context *v)
{
	static const struct aggregate_ops ops = { WHO_ROW_OPS, .show = who_show };

	aggregate_start(v, &ops, GROUP_BY_COMM);
	if (v->options.format == FORMAT_CSV)
		who_print_csv_header(v);
}

const struct view view_who = {
	.id = VIEW_WHO,
	.name = "who",
	.help = "per process: how it ends its connections, and who waits for whom",
	.manual = who_manual,
	.has_intervals = true,
	.formats = 1 << FORMAT_TEXT | 1 << FORMAT_JSON | 1 << FORMAT_CSV |
		   1 << FORMAT_FOLDED,
	.start = who_start,
	.begin_host = aggregate_begin_host,
	.story = aggregate_add_story,
	.lost = aggregate_print_lost,
	.end = aggregate_end,
	.tick = aggregate_tick,
	.release = aggregate_release,
};
