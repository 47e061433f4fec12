/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_stream_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/* A run that begins the list of hosts. */
struct first_run {
	struct fleet_run *run;
	struct record_header *facts;
	uint64_t first_ns;
};

struct first_runs {
	struct replay_stream *r;
	struct first_run *run;
	unsigned nr;
	bool failed;
};

static int report_no_memory(void)
{
	log_error("cannot replay: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

static int compare_first_runs(const void *a, const void *b)
{
	const struct first_run *x = a, *y = b;
	int order = strcmp(run_info_host(&x->facts->meta), run_info_host(&y->facts->meta)) ?:
		    strcmp(x->facts->meta.boot_id, y->facts->meta.boot_id);

	return order ?: (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

static void collect_run(void *arg, struct fleet_run *run, uint64_t first_ns)
{
	struct first_runs *l = arg;
	struct first_run *grown = realloc(l->run, (l->nr + 1) * sizeof(*grown));
	struct record_header *facts = stream_facts_make(&l->r->facts, run->host, run->header);

	if (grown)
		l->run = grown;
	if (grown && facts)
		grown[l->nr++] = (struct first_run){ run, facts, first_ns };
	else
		free(facts);
	l->failed |= !grown || !facts;
}

/* Find the host of a run, or add it. Takes the facts, which keep the hooks of the host. */
static int set_host(struct replay_stream *r, struct fleet_run *run, struct record_header *facts)
{
	struct replay_host *h = NULL;
	int status;

	if (r->all.hosts.nr >= HOSTS_MAX &&
	    host_table_find(&r->all.hosts, run_info_host(&facts->meta), facts->meta.boot_id) < 0) {
		log_warn("host '%s' is left out: there are more than %d", run->host, HOSTS_MAX);
		free(facts);
		return EXIT_FINE;
	}
	status = replay_host_list_find(&r->hosts, &facts->meta, &h);
	if (status) {
		free(facts);
		return status;
	}
	run->user = h;
	run->shift_ns = h->session.shift_ns;
	if (!h->input) {
		h->session.meta = facts->meta;
		h->session.meta.boot_to_wall_ns -= h->session.shift_ns;
		free(h->facts);
		h->facts = facts;
	} else {
		free(facts);
	}
	return EXIT_FINE;
}

int replay_stream_begin(struct replay_stream *r)
{
	struct first_runs first = { .r = r };
	int status = EXIT_FINE;

	r->begun = true;
	fleet_visit_waiting(r->fleet, collect_run, &first);
	if (first.failed)
		status = report_no_memory();
	if (first.nr)
		qsort(first.run, first.nr, sizeof(*first.run), compare_first_runs);
	for (unsigned i = 0; i < first.nr; i++) {
		if (status)
			free(first.run[i].facts);
		else
			status = set_host(r, first.run[i].run, first.run[i].facts);
	}
	free(first.run);
	top_run_begin(r->top, &r->all);
	status = status ?: session_begin_hosts(&r->all) ?:
		 exports_begin(&r->exports, r->now_ns) ?: top_run_show(r->top);
	if (!status)
		serve_set_ready(&r->exports.serve);
	return status;
}

int replay_stream_find_host(struct replay_stream *r, struct fleet_run *run)
{
	struct record_header *facts;

	if (run->user)
		return EXIT_FINE;
	facts = stream_facts_make(&r->facts, run->host, run->header);
	return facts ? set_host(r, run, facts) : report_no_memory();
}
