/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "report_rows.h"

#include <stdlib.h>
#include <string.h>

#include "call_text.h"
#include "close_facts.h"

/* A story that is offered to the lists; its row is made once one of them wants it. */
struct candidate {
	const struct view_context *v;
	const struct story *s;
	const struct verdict *verdict;
	struct report_process *process;
	uint64_t nr, longest_ns;
	struct report_row *row;
	bool failed;
};

bool rows_find_longest(const struct verdict *v, uint64_t *ns, bool *at_least)
{
	bool any = v->cut.known;

	*ns = v->cut.known ? v->cut.ns : 0;
	*at_least = any;
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		if (!v->phase[i].known)
			continue;
		any = true;
		if (v->phase[i].ns < *ns || (v->phase[i].ns == *ns && !*at_least))
			continue;
		*ns = v->phase[i].ns;
		*at_least = v->ending == ENDING_OPEN;
	}
	return any;
}

/* The process of the group that counts the story: see group_key_set(). */
static void set_process(struct report_row *row, const struct story *s, const struct verdict *v)
{
	const struct socket_call *a = close_actor(s, v);
	const struct holder *o = !a && s->scan.nr_holders ? s->scan.holders : NULL;

	row->has_process = a || o;
	if (!row->has_process)
		return;
	row->pid = a ? a->pid : o->pid;
	memcpy(row->comm, a ? a->comm : o->comm, sizeof(row->comm));
	memcpy(row->name, a ? a->process : o->process, sizeof(row->name));
}

static void set_call(struct report_row *row, const struct verdict *v)
{
	const struct socket_call *a = close_ended_by(v);
	struct buf text = { 0 };

	if (a)
		call_text_print(&text, a);
	if (!text.failed && text.len < sizeof(row->call))
		memcpy(row->call, text.data ? text.data : "", text.len);
	buf_release(&text);
}

static struct report_row *make_row(const struct candidate *c)
{
	const struct verdict *verdict = c->verdict;
	struct report_row *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->nr = c->nr;
	row->process = c->process;
	row->longest_ns = c->longest_ns;
	row->start_ns = verdict->start_ns ? view_wall_ns(c->v, verdict->start_ns) : 0;
	row->settled_ns = view_wall_ns(c->v, verdict->settled_ns);
	row->flow = c->s->flow;
	row->cookie = c->s->cookie;
	row->sk_key = c->s->sk_key;
	row->host = c->s->host;
	row->ending = (uint8_t)verdict->ending;
	row->reason = (uint8_t)verdict->reason;
	row->initiator = (uint8_t)verdict->initiator;
	row->lost_data = close_lost_data(c->s);
	row->left_time_wait = close_left_time_wait(c->s);
	for (unsigned i = 0; i < HIST_TIMES; i++)
		row->time[i].known = hist_find_time(c->s, verdict, i, &row->time[i].ns,
						    &row->time[i].cut);
	set_process(row, c->s, verdict);
	set_call(row, verdict);
	return row;
}

static void drop_row(struct report_row *row)
{
	if (row && !--row->refs)
		free(row);
}

/* Put a row into its place among `kept` rows, the slowest first. */
static void put_row(struct report_row **rows, uint64_t *times, unsigned kept,
		    struct report_row *row, uint64_t ns)
{
	unsigned at = kept - 1;

	drop_row(rows[at]);
	for (; at && (!rows[at - 1] || times[at - 1] < ns); at--) {
		rows[at] = rows[at - 1];
		times[at] = times[at - 1];
	}
	rows[at] = row;
	times[at] = ns;
	row->refs++;
}

/* Of two closes that took the same time, the first one has precedence. */
static bool wants_row(struct report_row *const *rows, const uint64_t *times, unsigned kept,
		      uint64_t ns)
{
	return !rows[kept - 1] || ns > times[kept - 1];
}

static void offer_to_rows(struct candidate *c, struct report_row **rows, uint64_t *times,
			  unsigned kept, uint64_t ns)
{
	if (!wants_row(rows, times, kept, ns))
		return;
	if (!c->row)
		c->row = make_row(c);
	if (c->row)
		put_row(rows, times, kept, c->row, ns);
	else
		c->failed = true;
}

static void offer(struct candidate *c, struct row_list *l, uint64_t ns)
{
	offer_to_rows(c, l->row, l->ns, ROWS_KEPT, ns);
}

static void clear_list(struct row_list *l)
{
	for (unsigned i = 0; i < ROWS_KEPT; i++)
		drop_row(l->row[i]);
	*l = (struct row_list){ .ns = { 0 } };
}

static struct row_list *find_ended(struct candidate *c, struct report_process *p)
{
	struct ended_rows **at = &p->ended;

	while (*at && ((*at)->ending != c->verdict->ending || (*at)->reason != c->verdict->reason))
		at = &(*at)->next;
	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return NULL;
		(*at)->ending = (uint8_t)c->verdict->ending;
		(*at)->reason = (uint8_t)c->verdict->reason;
	}
	return &(*at)->list;
}

static void offer_hold(struct candidate *c, struct row_list *l, enum phase phase)
{
	uint64_t ns;
	bool cut;

	if (hist_find_time(c->s, c->verdict, phase, &ns, &cut))
		offer(c, l, ns);
}

static void offer_to_process(struct candidate *c, struct report_process *p)
{
	struct row_list *ended = find_ended(c, p);
	enum initiator initiator = c->verdict->initiator;

	if (ended)
		offer(c, ended, c->longest_ns);
	else
		c->failed = true;
	offer_hold(c, &p->figure[FIGURE_APP_HOLD], PHASE_APP_HOLD);
	offer_hold(c, &p->figure[FIGURE_PEER_HOLD], PHASE_PEER_HOLD);
	if (c->verdict->ending == ENDING_OPEN)
		return;
	if (initiator == INITIATOR_LOCAL || initiator == INITIATOR_PEER)
		offer(c, &p->figure[initiator == INITIATOR_LOCAL ? FIGURE_LOCAL : FIGURE_PEER],
		      c->longest_ns);
	if (close_lost_data(c->s))
		offer(c, &p->figure[FIGURE_LOST_DATA], c->longest_ns);
	if (close_left_time_wait(c->s))
		offer(c, &p->figure[FIGURE_TIME_WAIT], c->longest_ns);
}

static void offer_to_buckets(struct report_rows *r, struct candidate *c)
{
	uint64_t ns;
	bool cut;

	for (unsigned i = 0; i < HIST_TIMES; i++) {
		if (!hist_find_time(c->s, c->verdict, i, &ns, &cut))
			continue;
		offer(c, &r->bucket[i][histogram_bucket_of(ns)], ns);
		if (cut)
			offer(c, &r->cut[i][histogram_bucket_of(ns)], ns);
	}
}

static struct row_list *find_bin(struct report_rows *r, uint64_t width_ns, uint64_t wall_ns,
				 enum ending ending)
{
	return &r->bin[wall_ns / width_ns - r->bin_first][ending_class(ending)];
}

/* The bins have become wider, or begin earlier. */
static bool move_to_new_bins(struct report_rows *r, const struct time_bins *bins)
{
	struct row_list *old = malloc(sizeof(r->bin));
	uint64_t width_ns = time_bins_width_ns(bins);

	if (!old)
		return false;
	memcpy(old, r->bin, sizeof(r->bin));
	memset(r->bin, 0, sizeof(r->bin));
	r->bin_first = bins->first;
	r->bin_scale = bins->scale;
	for (unsigned i = 0; i < TIME_BINS * CLASS_COUNT; i++) {
		for (unsigned k = 0; k < ROWS_KEPT && old[i].row[k]; k++) {
			struct report_row *row = old[i].row[k];
			struct row_list *to = find_bin(r, width_ns, row->settled_ns, row->ending);

			if (wants_row(to->row, to->ns, ROWS_KEPT, old[i].ns[k]))
				put_row(to->row, to->ns, ROWS_KEPT, row, old[i].ns[k]);
		}
		clear_list(&old[i]);
	}
	free(old);
	return true;
}

static void offer_to_bins(struct report_rows *r, struct candidate *c, const struct time_bins *bins)
{
	uint64_t wall_ns = view_wall_ns(c->v, c->verdict->settled_ns);

	if (r->bin_first != bins->first || r->bin_scale != bins->scale)
		c->failed |= !move_to_new_bins(r, bins);
	if (!c->failed)
		offer(c, find_bin(r, time_bins_width_ns(bins), wall_ns, c->verdict->ending),
		      c->longest_ns);
}

bool rows_take(struct report_rows *r, const struct view_context *v, struct report_process *process,
	       const struct time_bins *bins, const struct story *s, const struct verdict *verdict)
{
	struct candidate c = { .v = v, .s = s, .verdict = verdict, .process = process,
			       .nr = r->taken++ };
	bool at_least;

	rows_find_longest(verdict, &c.longest_ns, &at_least);
	offer_to_process(&c, process);
	if (c.longest_ns)
		offer_to_rows(&c, r->slowest, r->slowest_ns, ROWS_SLOWEST, c.longest_ns);
	offer_to_buckets(r, &c);
	if (verdict->ending != ENDING_OPEN)
		offer_to_bins(r, &c, bins);
	return !c.failed;
}

static void gather_row(struct report_rows *r, struct report_row *row)
{
	size_t bytes;

	if (!row || row->id || r->nr_shown == ROWS_MAX)
		return;
	bytes = r->room->measure(r->room->arg, row);
	if (bytes > r->bytes_left)
		return;
	r->bytes_left -= bytes;
	row->id = 1;
	r->shown[r->nr_shown++] = row;
}

static void gather(struct report_rows *r, const struct row_list *l, unsigned rank)
{
	gather_row(r, l->row[rank]);
}

static void gather_process(struct report_rows *r, const struct report_process *p, unsigned rank)
{
	for (const struct ended_rows *e = p->ended; e; e = e->next)
		gather(r, &e->list, rank);
	for (unsigned i = 0; i < FIGURE_COUNT; i++)
		gather(r, &p->figure[i], rank);
}

static void gather_rank(struct report_rows *r, const struct keyed_table *processes, unsigned nr,
			unsigned rank)
{
	const struct keyed_entry *e;

	for (uint32_t i = 0; i < nr && (e = keyed_table_at(processes, i)); i++)
		gather_process(r, e->row, rank);
	for (unsigned i = 0; i < HIST_TIMES; i++)
		for (unsigned k = 0; k < HISTOGRAM_BUCKETS; k++) {
			gather(r, &r->bucket[i][k], rank);
			gather(r, &r->cut[i][k], rank);
		}
	for (unsigned i = 0; i < TIME_BINS; i++)
		for (unsigned c = 0; c < CLASS_COUNT; c++)
			gather(r, &r->bin[i][c], rank);
}

/* By process, ending and reason; of those the slowest first. */
static int compare_rows(const void *a, const void *b)
{
	const struct report_row *x = *(struct report_row *const *)a;
	const struct report_row *y = *(struct report_row *const *)b;

	if (x->process != y->process)
		return x->process->index < y->process->index ? -1 : 1;
	if (x->ending != y->ending)
		return x->ending < y->ending ? -1 : 1;
	if (x->reason != y->reason)
		return x->reason < y->reason ? -1 : 1;
	if (x->longest_ns != y->longest_ns)
		return x->longest_ns > y->longest_ns ? -1 : 1;
	return x->nr < y->nr ? -1 : 1;
}

static void set_index(struct report_process *p, unsigned index)
{
	p->index = index;
	p->first_row = 0;
}

static void number_row(struct report_rows *r, unsigned i)
{
	struct report_row *row = r->shown[i];

	row->id = i + 1;
	row->group = i && rows_are_of_group(row, r->shown[i - 1]) ? r->shown[i - 1]->group :
								    row->id;
	if (!row->process->first_row)
		row->process->first_row = row->id;
}

bool rows_gather(struct report_rows *r, const struct keyed_table *processes, unsigned nr,
		 const struct rows_room *room)
{
	const struct keyed_entry *e;

	if (!r->shown)
		r->shown = calloc(ROWS_MAX, sizeof(struct report_row *));
	if (!r->shown)
		return false;
	r->room = room;
	r->bytes_left = room->bytes;
	for (uint32_t i = 0; (e = keyed_table_at(processes, i)); i++)
		set_index(e->row, i);
	for (unsigned i = 0; i < ROWS_SLOWEST; i++)
		gather_row(r, r->slowest[i]);
	for (unsigned rank = 0; rank < ROWS_KEPT; rank++)
		gather_rank(r, processes, nr, rank);
	qsort(r->shown, r->nr_shown, sizeof(struct report_row *), compare_rows);
	for (unsigned i = 0; i < r->nr_shown; i++)
		number_row(r, i);
	return true;
}

void rows_forget_shown(struct report_rows *r)
{
	for (unsigned i = 0; i < r->nr_shown; i++)
		r->shown[i]->id = 0;
	r->nr_shown = 0;
}

unsigned rows_first_id(const struct row_list *l)
{
	for (unsigned i = 0; i < ROWS_KEPT; i++)
		if (l->row[i] && l->row[i]->id)
			return l->row[i]->id;
	return 0;
}

unsigned rows_find_id(const struct report_rows *r, const struct story *s)
{
	for (unsigned i = 0; i < r->nr_shown; i++)
		if (r->shown[i]->host == s->host && r->shown[i]->cookie == s->cookie &&
		    r->shown[i]->sk_key == s->sk_key &&
		    !memcmp(&r->shown[i]->flow, &s->flow, sizeof(s->flow)))
			return r->shown[i]->id;
	return 0;
}

void rows_release_process(void *process)
{
	struct report_process *p = process;
	struct ended_rows *next;

	for (struct ended_rows *e = p->ended; e; e = next) {
		next = e->next;
		clear_list(&e->list);
		free(e);
	}
	for (unsigned i = 0; i < FIGURE_COUNT; i++)
		clear_list(&p->figure[i]);
}

void rows_release(struct report_rows *r)
{
	for (unsigned i = 0; i < HIST_TIMES; i++)
		for (unsigned k = 0; k < HISTOGRAM_BUCKETS; k++) {
			clear_list(&r->bucket[i][k]);
			clear_list(&r->cut[i][k]);
		}
	for (unsigned i = 0; i < TIME_BINS; i++)
		for (unsigned c = 0; c < CLASS_COUNT; c++)
			clear_list(&r->bin[i][c]);
	for (unsigned i = 0; i < ROWS_SLOWEST; i++)
		drop_row(r->slowest[i]);
	free(r->shown);
	r->shown = NULL;
	r->nr_shown = 0;
}
