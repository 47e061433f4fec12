/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_fault.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"

static void explain_long_option(struct usage_error *u, const struct argp_option *options, const char *word)
{
	size_t len = strcspn(word, "=");
	const struct argp_option *found = NULL;
	char *name = strndup(word, len);
	unsigned matches = 0;

	for (const struct argp_option *o = options; o->name || o->doc; o++) {
		if (!o->name || len < 2 || strncmp(o->name, word + 2, len - 2) != 0)
			continue;
		matches++;
		found = o;
		if (strlen(o->name) == len - 2) {
			matches = 1;
			break;
		}
	}
	if (matches == 0)
		usage_error_report(u, EXIT_USAGE, "unknown option ", name ? name : word,
			       ": see tcpclose --help");
	else if (matches > 1)
		usage_error_report(u, EXIT_USAGE, "ambiguous option ", name ? name : word,
			       ": see tcpclose --help");
	else
		usage_error_report(u, EXIT_USAGE, "option ", name ? name : word, found->arg ?
			       " needs a value: see tcpclose --help" :
			       " takes no value: see tcpclose --help");
	free(name);
}

static void explain_short_option(struct usage_error *u, const struct argp_option *options, const char *word)
{
	const struct argp_option *o = options;

	for (word++; *word; word++) {
		char name[] = { '-', *word, '\0' };

		for (o = options; o->name || o->doc; o++)
			if (o->key == *word)
				break;
		if (o->name && !o->arg)
			continue;
		usage_error_report(u, EXIT_USAGE, o->name ? "option " : "unknown option ", name,
			       o->name ? " needs a value: see tcpclose --help" :
			       ": see tcpclose --help");
		return;
	}
}

void usage_error_explain(struct usage_error *u, const struct argp_option *options, const char *word)
{
	u->value = word;
	if (strncmp(word, "--", 2) == 0)
		explain_long_option(u, options, word);
	else if (word[0] == '-')
		explain_short_option(u, options, word);
	if (u->status < 0)
		usage_error_value(u, "cannot make sense of ", ": see tcpclose --help");
}
