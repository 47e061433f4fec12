/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_stream.h"

#include <stddef.h>
#include <string.h>

#include "option_table.h"
#include "parse.h"
#include "time_units.h"

#define WALK_MAX_NS (86400 * NS_PER_S)
#define MAX_RATE 100000000	/* endpoints per second */

int option_set_max_rate(struct option_parser *p, const char *arg)
{
	if (!parse_u64(arg, 1, MAX_RATE, &p->o->record.max_rate))
		return usage_error_value(&p->error, "bad rate ",
					 ": want endpoints per second, 1 to 100000000");
	return 0;
}

int option_set_walk_every(struct option_parser *p, const char *arg)
{
	if (!parse_duration(arg, "s", WALK_MAX_NS, &p->o->record.walk_ns))
		return usage_error_value(&p->error, "bad time ", ": want 0 to 1d, as 30s or 5m");
	return 0;
}

bool options_stream_is_address(const char *path)
{
	return path && (!strncmp(path, "nats://", 7) || !strncmp(path, "tls://", 6));
}

/* The options that need a stream; the first two also serve a view that sends. */
static int check_need(struct option_parser *p)
{
	static const int keys[] = { KEY_SPOOL, KEY_SPOOL_MAX, KEY_MAX_RATE, KEY_WALK_EVERY };
	const struct options *o = p->o;

	for (size_t i = o->otlp.sends ? 2 : 0; i < sizeof(keys) / sizeof(*keys); i++) {
		unsigned row = option_index(keys[i]);

		if (p->given[row] && !p->given_in_env[row])
			return usage_error_plain(&p->error, "--%s requires record -o nats://HOST/ "
						 "or --record nats://HOST/",
						 option_at(row)->argp.name);
	}
	return 0;
}

int options_stream_check(struct option_parser *p)
{
	struct options *o = p->o;

	if (!o->record.to_stream)
		return check_need(p);
	if (o->record.replay)
		return usage_error_plain(&p->error, "%s does not apply to %s with --replay: "
					 "a recording that exists goes into a file",
					 o->record.path, o->view->name);
	if (o->otlp.sends && o->ship.spool)
		return usage_error_plain(&p->error, "--spool serves either --to or --record "
					 "nats://HOST/: want one of them");
	return 0;
}
