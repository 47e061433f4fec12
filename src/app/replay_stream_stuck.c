/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view stuck of a stream: of each host the sockets that the last walk found which has ended.
 * The walk at the start of a run has no annotation: the first mark after the start mark ends it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "log.h"
#include "replay_stream_private.h"
#include "stuck.h"

struct stream_walk {
	struct stuck_table table, next;	/* the last one that has ended, and the one that goes on */
	uint64_t now_ns;		/* when the last one had ended; 0: none has */
	bool walking, at_start;
};

static void begin_walk(struct replay_stream *r, struct replay_host *h, struct stream_walk *w,
		       bool at_start)
{
	const struct stuck_table_config config = { .filter = &r->o->filter,
						   .story_filter = &h->session.story_filter,
						   .older_than_ns = r->o->stuck.older_than_ns,
						   .states = r->o->stuck.states,
						   .max = r->o->capture.max_open };

	if (w->walking)
		stuck_table_release(&w->next);
	stuck_table_init(&w->next, &config);
	w->walking = true;
	w->at_start = at_start;
}

static void end_walk(struct stream_walk *w, uint64_t now_ns)
{
	if (!w->walking)
		return;
	if (w->now_ns)
		stuck_table_release(&w->table);
	w->table = w->next;
	w->now_ns = now_ns;
	w->walking = false;
}

/* NULL: out of memory. */
static struct stream_walk *get_walk(struct replay_stream *r, const struct replay_host *h)
{
	unsigned nr = r->all.hosts.nr;
	struct stream_walk **grown;

	if (nr > r->nr_walks) {
		grown = realloc(r->walks, nr * sizeof(*grown));
		if (!grown)
			return NULL;
		memset(grown + r->nr_walks, 0, (nr - r->nr_walks) * sizeof(*grown));
		r->walks = grown;
		r->nr_walks = nr;
	}
	if (!r->walks[h->session.host])
		r->walks[h->session.host] = calloc(1, sizeof(struct stream_walk));
	return r->walks[h->session.host];
}

static void take_annotation(struct replay_stream *r, struct replay_host *h, struct stream_walk *w,
			    const struct record_annotation *a)
{
	if (a->type != RECORD_ANNOTATION_WALK)
		session_annotate(&h->session, a);
	else if (a->key)
		begin_walk(r, h, w, false);
	else
		end_walk(w, a->at_ns + (uint64_t)h->session.shift_ns);
}

static void take_record(struct replay_stream *r, struct replay_host *h, struct stream_walk *w,
			const struct record *record)
{
	const struct event *e = record->event;

	if (record->got == RECORD_GOT_ANNOTATION)
		take_annotation(r, h, w, record->annotation);
	else if (record->got == RECORD_GOT_EVENT && w->walking &&
		 (e->kind == EVENT_SOCKET || e->kind == EVENT_HOLDER))
		stuck_table_feed(&w->next, e, sizeof(*e));
	else if (record->got == RECORD_GOT_MARK && record->mark->type != RECORD_MARK_START &&
		 w->at_start)
		end_walk(w, record->mark->now_ns + (uint64_t)h->session.shift_ns);
}

int replay_stream_walk(struct replay_stream *r, const struct fleet_item *item)
{
	int status = item->got == FLEET_BEGIN ? replay_stream_find_host(r, item->run) : EXIT_FINE;
	struct replay_host *h = item->run->user;
	struct stream_walk *w = status || !h ? NULL : get_walk(r, h);

	if (status || !h)
		return status;
	if (!w) {
		log_error("cannot replay: %s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	if (item->got == FLEET_BEGIN && run_info_has_hook(&h->session.meta, "walk"))
		begin_walk(r, h, w, true);
	else if (item->got == FLEET_RECORD || item->record.got == RECORD_GOT_MARK)
		take_record(r, h, w, &item->record);
	return EXIT_FINE;
}

/* "host web-1:" */
static void print_name(struct replay_stream *r, const struct replay_host *h)
{
	const char *name = r->all.hosts.host[h->session.host]->name;

	if (r->o->view_options.format != FORMAT_TEXT)
		return;
	buf_str(&r->all.out.buf, "host ");
	escape_for_terminal(&r->all.out.buf, name, strlen(name), SIZE_MAX);
	buf_str(&r->all.out.buf, ":\n");
}

int replay_stream_show_walks(struct replay_stream *r)
{
	struct view_context *v = &r->all.context;
	int status = EXIT_FINE;
	bool found = false;

	for (unsigned i = 0; i < r->nr_walks && !status; i++) {
		struct stream_walk *w = r->walks[i];

		if (!w || !w->now_ns)
			continue;
		print_name(r, r->hosts.host[i]);
		v->use_host(v->use_host_arg, i);
		status = stuck_show(r->all.view, v, &w->table, w->now_ns);
		found |= w->table.nr > 0;
	}
	return status ?: r->o->stuck.fail && found ? EXIT_FAILED : EXIT_FINE;
}

void replay_stream_release_walks(struct replay_stream *r)
{
	for (unsigned i = 0; i < r->nr_walks; i++) {
		struct stream_walk *w = r->walks[i];

		if (w && w->walking)
			stuck_table_release(&w->next);
		if (w && w->now_ns)
			stuck_table_release(&w->table);
		free(w);
	}
	free(r->walks);
	r->walks = NULL;
	r->nr_walks = 0;
}
