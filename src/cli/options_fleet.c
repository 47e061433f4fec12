/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "options_stream.h"

#define PARTITIONS 64
#define PARTITIONS_BYTES 256	/* of a list of them */

/* Parse "3" or "0-3". False if it is neither. */
static bool parse_range(const char *text, unsigned long *first, unsigned long *last)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*first = *last = strtoul(text, &end, 10);
	if (*end == '-' && end[1] >= '0' && end[1] <= '9')
		*last = strtoul(end + 1, &end, 10);
	return !*end && *first <= *last && *last < PARTITIONS;
}

/* Parse "0-3,7". */
static int parse_partitions(struct option_parser *p, const char *text)
{
	char list[PARTITIONS_BYTES], *rest = list, *item;
	unsigned long first, last;

	p->error.value = text;
	if (snprintf(list, sizeof(list), "%s", text) >= (int)sizeof(list))
		list[0] = '\0';
	do {
		item = strsep(&rest, ",");
		if (!parse_range(item, &first, &last))
			return usage_error_value(&p->error, "bad partitions ",
						 ": want numbers from 0 to 63, or ranges: 0-3,7");
		for (; first <= last; first++)
			p->o->record.partitions |= 1ULL << first;
	} while (rest);
	return 0;
}

int options_fleet_check(struct option_parser *p)
{
	struct options_record *r = &p->o->record;

	for (unsigned i = 0; i < r->nr_replays; i++)
		r->is_stream |= options_stream_is_address(r->replays[i]);
	if (r->is_stream && p->o->view->source != SOURCE_SCAN &&
	    !option_is_given(p, KEY_NO_FOLLOW))
		r->follow = true;
	if (r->is_stream && r->nr_replays > 1)
		return usage_error_plain(&p->error, "--replay nats://... is the recording of a "
					 "fleet: want no other --replay");
	if (!p->o->stream.partitions_text || p->o->view->source == SOURCE_STREAM)
		return 0;
	if (r->is_stream)
		return parse_partitions(p, p->o->stream.partitions_text);
	return p->given_in_env[option_index(KEY_PARTITIONS)] ? 0 :
	       usage_error_plain(&p->error, "--partitions does not apply to %s without "
				 "--replay nats://HOST/", p->o->view->name);
}
