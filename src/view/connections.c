/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view connections: one line per connection, with both ends. Each end is a story; pair.h joins
 * them. The clock is that of the events, so a replay joins and prints the same as the live run.
 */
#include "connections.h"

#include <stdlib.h>

#include "fleet_ends.h"

#define WAITING_MAX 65536	/* stories, of about 1 KiB each */

struct connections {
	struct pair_table *pairs;
	struct clock_pairs clocks;
	struct view_context *context;
	void (*print)(struct view_context *v, const struct connection_shown *shown);
	uint64_t alone, clock_steps;	/* connections with one end; that show a step */
	bool lossy;		/* events were lost: that no RST was seen proves nothing */
};

static const char connections_manual[] =
	"One line per connection, printed when both ends have ended. The ends are joined\n"
	"by their initial sequence numbers, across containers and NAT, on one host or in\n"
	"the recordings of several.\n"
	"\n"
	"  CLIENT   the process at the end that connected: the one that ended it, or else\n"
	"           the last that acted on it; with several hosts process@host\n"
	"  SERVER   the same at the end that accepted. In place of an end that is not\n"
	"           known: (not-found), nothing shows it; (open), it had not ended when\n"
	"           the run did; (peer-lost), its end was missed\n"
	"  BY       who ended it: -> the client, <- the server, <> both, -- neither, ** a\n"
	"           RST from something between them, ?? not seen. A ? behind it: nothing\n"
	"           shows which end connected\n"
	"  ADDRESS  the server's own; if its end is not known, as the client has it\n"
	"  ENDING   as in trace, of the end that ended the connection; MS too\n"
	"  SPENT    with -w: the cause of most of MS, and whose it is\n"
	"  FLIGHT   with -w: how long the client's FIN took, and the server's; between\n"
	"           two clocks, the least and the most\n"
	"  NOTES    with -w: middlebox, clock-stepped, and where the ends disagree\n"
	"\n"
	"  -w     do not cut lines\n"
	"  -T     start each line with the time of day\n"
	"  -n N   stop after N connections\n"
	"\n"
	"Examples:\n"
	"  tcpclose connections -D 5432 -w       both sides of each close with PostgreSQL\n"
	"  tcpclose connections --replay web.rec --replay db.rec -j\n";

static void find_twin_view(const struct view_context *v, const struct story *s, bool lossy,
			   struct twin_view *view)
{
	view_use_host(v, s);
	*view = (struct twin_view){ .resets = run_info_has_hook(v->meta, "reset_sent") && !lossy,
				    .minisock_resets = run_info_has_hook(v->meta, "reset_late") };
}

static void show_connection(void *arg, const struct pair_end *a, const struct pair_end *b,
			    enum one_sided why)
{
	struct connections *t = arg;
	struct view_context *v = t->context;
	struct connection_shown shown = { .times = { .contradicts = false } };
	struct connection_views views = { .a = { .resets = false } };
	const struct pair_end *const *end = shown.c.end;

	if (v->count_max && v->counted >= v->count_max)
		return;
	if (b)
		fleet_ends_learn(v, a, b);
	find_twin_view(v, &a->story, t->lossy, &views.a);
	if (b) {
		find_twin_view(v, &b->story, t->lossy, &views.b);
		views.a.other_clock = views.b.other_clock = a->story.clock != b->story.clock;
	}
	connection_make(&shown.c, a, b, why, &views);
	if (b)
		clock_pairs_add(&t->clocks, v->hosts, &end[CONNECTION_CLIENT]->story,
				&end[CONNECTION_SERVER]->story, &shown.times);
	view_use_host(v, &connection_main_end(&shown.c)->story);
	t->print(v, &shown);
	v->counted++;
	t->alone += !b;
	t->clock_steps += shown.times.contradicts;
	view_flush(v);
}

static void start_view(struct view_context *v,
		       void (*print)(struct view_context *v, const struct connection_shown *shown))
{
	struct connections *t = calloc(1, sizeof(*t));
	struct pair_config config = { .max = WAITING_MAX, .seed = v->seed,
					    .report = show_connection, .arg = t };

	fleet_ends_configure(v, &config);
	if (t)
		t->pairs = pair_table_new(&config);
	if (!t || !t->pairs) {
		free(t);
		v->out->failed = true;
		return;
	}
	t->context = v;
	t->print = print;
	clock_pairs_init(&t->clocks, v->seed);
	v->state = t;
}

static void connections_start_text(struct view_context *v)
{
	connections_print_header(v);
	start_view(v, connections_print_text);
}

static void connections_begin_host_json(struct view_context *v, const struct host *host)
{
	view_json.begin_host(v, host);
}

static void connections_start_json(struct view_context *v)
{
	view_json.start(v);
	start_view(v, connections_print_json);
}

static void take_story(struct view_context *v, const struct story *s, const struct verdict *verdict,
		       bool wanted)
{
	struct connections *t = v->state;

	if (!t)
		return;
	if (v->members)
		pair_table_expire(t->pairs, v->now_ns);
	pair_table_add(t->pairs, s, verdict, wanted, fleet_ends_window(v, s));
	v->due_ns = pair_table_next_ns(t->pairs);
}

static void connections_add_story(struct view_context *v, const struct story *s,
				  const struct verdict *verdict)
{
	take_story(v, s, verdict, true);
}

static void connections_add_other_end(struct view_context *v, const struct story *s,
				      const struct verdict *verdict)
{
	take_story(v, s, verdict, false);
}

static void connections_lose_end(struct view_context *v, const struct story *s)
{
	struct connections *t = v->state;

	if (!t)
		return;
	pair_table_lose(t->pairs, s);
	v->due_ns = pair_table_next_ns(t->pairs);
}

static void connections_tick(struct view_context *v, uint64_t now_ns)
{
	struct connections *t = v->state;

	pair_table_expire(t->pairs, now_ns);
	v->due_ns = pair_table_next_ns(t->pairs);
}

static void connections_note_loss(struct view_context *v, const struct run_counts *t,
				  uint64_t now_ns)
{
	struct connections *state = v->state;

	if (state)
		state->lossy |= run_counts_lost_events(t) > 0;
	if (v->options.format == FORMAT_JSON)
		view_json.lost(v, t, now_ns);
}

static void connections_end(struct view_context *v, const struct run_counts *t, uint64_t now_ns)
{
	struct connections *state = v->state;
	const struct run_info *meta = v->meta;	/* of no host, where there are several */
	struct connections_counts counts;

	if (state) {
		pair_table_end(state->pairs);
		v->meta = meta;
		counts = (struct connections_counts){ pair_table_counts(state->pairs),
						      state->alone, state->clock_steps };
		if (v->options.format == FORMAT_JSON)
			connections_print_json_counts(v, &counts, now_ns);
		else
			connections_print_text_counts(v, &counts);
	}
	if (v->options.format == FORMAT_JSON)
		view_json.end(v, t, now_ns);
}

static void connections_release(struct view_context *v)
{
	struct connections *t = v->state;

	if (!t)
		return;
	pair_table_free(t->pairs);
	clock_pairs_release(&t->clocks);
	free(t);
	v->state = NULL;
}

const struct view view_connections_json = {
	.id = VIEW_CONNECTIONS,
	.name = "connections",
	.formats = 1 << FORMAT_JSON,
	.reports_itself = true,
	.counts_itself = true,
	.start = connections_start_json,
	.begin_host = connections_begin_host_json,
	.story = connections_add_story,
	.other_end = connections_add_other_end,
	.lost_end = connections_lose_end,
	.lost = connections_note_loss,
	.end = connections_end,
	.tick = connections_tick,
	.release = connections_release,
};

const struct view view_connections = {
	.id = VIEW_CONNECTIONS,
	.name = "connections",
	.help = "one line per connection, with both of its ends",
	.manual = connections_manual,
	.formats = 1 << FORMAT_TEXT | 1 << FORMAT_JSON,
	.json = &view_connections_json,
	.counts_itself = true,
	.start = connections_start_text,
	.story = connections_add_story,
	.other_end = connections_add_other_end,
	.lost_end = connections_lose_end,
	.lost = connections_note_loss,
	.end = connections_end,
	.tick = connections_tick,
	.release = connections_release,
};
