/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_stream.h"

#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "option_values.h"

#define PARTITIONS 64

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

int option_add_partitions(struct option_parser *p, const char *arg)
{
	unsigned long first, last;

	if (!parse_range(arg, &first, &last))
		return usage_error_value(&p->error, "bad partitions ",
					 ": want numbers from 0 to 63, or ranges: 0-3,7");
	for (; first <= last; first++)
		p->o->record.partitions |= 1ULL << first;
	return 0;
}

static bool is_stream(const char *replay)
{
	return !strncmp(replay, "nats://", 7) || !strncmp(replay, "tls://", 6);
}

int options_stream_check(struct option_parser *p)
{
	struct options_record *r = &p->o->record;

	for (unsigned i = 0; i < r->nr_replays; i++)
		r->is_stream |= is_stream(r->replays[i]);
	if (r->is_stream && r->nr_replays > 1)
		return usage_error_plain(&p->error, "--replay nats://... is the recording of a fleet: "
					 "want no other --replay");
	if (r->partitions && !r->is_stream)
		return usage_error_plain(&p->error, "--partitions requires --replay nats://...");
	if (r->is_stream && !option_is_given(p, KEY_NO_FOLLOW))
		r->follow = true;
	return 0;
}
