/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_host_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

static int report_no_memory(void)
{
	log_error("cannot replay: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

/* May the boot that has this shift be that of the run? */
static bool is_near(const struct replay_host_list *l, int64_t shift_ns, const struct run_info *run)
{
	uint64_t apart = (uint64_t)shift_ns - (uint64_t)run->boot_to_wall_ns;

	return !l->max_step_ns || apart + l->max_step_ns <= 2 * l->max_step_ns;
}

/* The shift of a boot that a host has already, otherwise that of this run. */
static int64_t find_shift(const struct replay_host_list *l, const struct run_info *run)
{
	const struct host_table *t = &l->all->hosts;

	for (unsigned i = 0; i < t->nr; i++)
		if (host_is_boot_of(run->boot_id, t->host[i]->boot_id) &&
		    is_near(l, t->host[i]->shift_ns, run))
			return t->host[i]->shift_ns;
	return run->boot_to_wall_ns;
}

int replay_host_list_find(struct replay_host_list *l, const struct run_info *run,
			  struct replay_host **host)
{
	const struct host_table *t = &l->all->hosts;
	int nr = host_table_find(t, run_info_host(run), run->boot_id);
	struct replay_host *h, **grown;
	int status;

	if (nr >= 0) {
		*host = l->host[nr];
		return EXIT_FINE;
	}
	grown = realloc(l->host, (t->nr + 1) * sizeof(struct replay_host *));
	h = grown ? calloc(1, sizeof(*h)) : NULL;
	if (grown)
		l->host = grown;
	if (!h)
		return report_no_memory();
	status = session_add_host(l->all, &h->session, run, find_shift(l, run));
	if (!h->session.all) {		/* it was not added */
		free(h);
		return status;
	}
	l->host[h->session.host] = h;
	replay_host_init(h);
	h->shifted = &l->shifted;
	*host = h;
	return status;
}

/*
 * A part that was read with the headers at the beginning of an input. The hosts are listed in the
 * order of these.
 */
struct first_part {
	struct replay_part *part;
	uint64_t begin_ns;		/* of the first record of its input */
};

static int compare_first_parts(const void *a, const void *b)
{
	const struct first_part *x = a, *y = b;
	int order = strcmp(run_info_host(x->part->run), run_info_host(y->part->run)) ?:
		    strcmp(x->part->run->boot_id, y->part->run->boot_id);

	if (order)
		return order;
	if (x->begin_ns != y->begin_ns)
		return x->begin_ns < y->begin_ns ? -1 : 1;
	return (x->part->run->boot_to_wall_ns > y->part->run->boot_to_wall_ns) -
	       (x->part->run->boot_to_wall_ns < y->part->run->boot_to_wall_ns);
}

static unsigned count_parts(const struct replay_input *inputs, unsigned nr)
{
	unsigned n = 0;

	for (unsigned i = 0; i < nr; i++)
		n += inputs[i].nr_parts;
	return n;
}

static void collect_parts(struct replay_input *inputs, unsigned nr, struct first_part *parts)
{
	for (unsigned i = 0, n = 0; i < nr; i++) {
		struct replay_input *in = &inputs[i];
		bool has_time = in->record.got == RECORD_GOT_EVENT ||
				in->record.got == RECORD_GOT_MARK;
		uint64_t begin_ns = has_time ? replay_record_ns(&in->record) : 0;

		for (unsigned k = 0; k < in->nr_parts; k++)
			parts[n++] = (struct first_part){ &in->parts[k], begin_ns };
	}
}

int replay_host_list_begin(struct replay_host_list *l, struct replay_input *inputs, unsigned nr)
{
	unsigned n = count_parts(inputs, nr);
	struct first_part *parts = calloc(n ? n : 1, sizeof(*parts));
	int status = EXIT_FINE;

	if (!parts)
		return report_no_memory();
	collect_parts(inputs, nr, parts);
	qsort(parts, n, sizeof(*parts), compare_first_parts);
	for (unsigned i = 0; i < n && !status; i++)
		status = replay_host_list_find(l, parts[i].part->run, &parts[i].part->host);
	free(parts);
	return status;
}

void replay_host_list_release(struct replay_host_list *l)
{
	unsigned nr = l->all ? l->all->hosts.nr : 0;

	if (l->all)
		session_release_hosts(l->all);
	for (unsigned i = 0; i < nr; i++)
		replay_host_free(l->host[i]);
	free(l->host);
	l->host = NULL;
}
