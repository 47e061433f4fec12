/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "filter_warnings.h"

#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "pattern.h"

#define NAME_MAX_LEN (EVENT_COMM_LEN - 1)	/* bytes that the kernel keeps of a name */

static void warn_of_name(struct option_parser *p, const struct filter_text *name, const char *why)
{
	char *text = strndup(name->bytes, name->len);

	if (text)
		usage_warning(&p->error, "-c ", text, why);
	free(text);
}

static void check_names(struct option_parser *p, const struct task_filter *f)
{
	for (unsigned i = 0; i < f->comms; i++)
		if (pattern_min_len(f->comm[i].bytes, f->comm[i].len) > NAME_MAX_LEN)
			warn_of_name(p, &f->comm[i], " matches no process: the kernel keeps 15 "
				     "bytes of a name");
}

static bool is_in_set(uint64_t set, unsigned v)
{
	return set >> v & 1;
}

static bool allows_ending(const struct story_filter *f, unsigned ending)
{
	const struct word_filter *w = &f->words, *x = &f->excluded_words;
	unsigned class = ending_class(ending);

	return (!w->endings || is_in_set(w->endings, ending)) &&
	       (!w->classes || is_in_set(w->classes, class)) &&
	       !is_in_set(x->endings, ending) && !is_in_set(x->classes, class);
}

static void check_endings(struct option_parser *p)
{
	const struct story_filter *f = &p->o->story_filter;
	const struct fail_on *fail_on = &p->o->run.fail_on;
	bool any = false, may_fail = fail_on->reasons || fail_on->calls;

	for (unsigned i = 0; i < ENDING_COUNT; i++) {
		if (!allows_ending(f, i))
			continue;
		any = true;
		may_fail |= is_in_set(fail_on->endings, i) ||
			    is_in_set(fail_on->classes, ending_class(i));
	}
	if (!any)
		usage_warning(&p->error, "no ending passes --ending and --class", NULL, "");
	else if (!fail_on_is_empty(fail_on) && !may_fail)
		usage_warning(&p->error, "no ending of --fail-on passes --ending and --class", NULL,
			      "");
}

static void check_words(struct option_parser *p)
{
	const struct word_filter *w = &p->o->story_filter.words;
	const struct word_filter *x = &p->o->story_filter.excluded_words;

	if (w->calls && !(w->calls & ~x->calls))
		usage_warning(&p->error, "--call excludes every call that it wants", NULL, "");
	if ((w->initiators && !(w->initiators & ~x->initiators)) ||
	    x->initiators == (1u << INITIATOR_COUNT) - 1)
		usage_warning(&p->error, "--initiator excludes every side that it wants", NULL, "");
}

/* Is each wanted range within an excluded one? */
static bool excludes_all_ports(const struct filter_ports *ports)
{
	unsigned left = ports->nr;

	for (unsigned i = 0; i < ports->nr; i++)
		for (unsigned k = 0; k < ports->nr_excluded; k++)
			if (ports->range[i].first >= ports->excluded[k].first &&
			    ports->range[i].last <= ports->excluded[k].last) {
				left--;
				break;
			}
	return ports->nr && !left;
}

static void check_flows(struct option_parser *p)
{
	const struct filter *f = &p->o->filter;
	bool other_family = f->family && f->nr_addrs;

	for (unsigned i = 0; i < f->nr_addrs; i++)
		other_family &= f->addr[i].family != f->family;
	if (other_family)
		usage_warning(&p->error, f->family == 4 ? "-4 excludes every address of -a" :
			      "-6 excludes every address of -a", NULL, "");
	if (excludes_all_ports(&f->local_ports))
		usage_warning(&p->error, "-L excludes every port that it wants", NULL, "");
	if (excludes_all_ports(&f->peer_ports))
		usage_warning(&p->error, "-D excludes every port that it wants", NULL, "");
	if (excludes_all_ports(&f->either_ports))
		usage_warning(&p->error, "-P excludes every port that it wants", NULL, "");
}

void filter_warnings_print(struct option_parser *p)
{
	if (p->long_name.len)
		warn_of_name(p, &p->long_name, ": only its first 15 bytes are compared, the kernel "
			     "keeps no more");
	check_names(p, &p->o->story_filter.wanted);
	check_names(p, &p->o->story_filter.excluded);
	check_endings(p);
	check_words(p);
	check_flows(p);
}
