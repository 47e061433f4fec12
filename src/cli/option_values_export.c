/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of what leaves the process: metrics, pages, traces and logs. */
#include "option_values.h"

#include "http_url.h"
#include "option_table.h"
#include "parse.h"

#define SPOOL_MAX_MIN (4ull << 20)
#define SPOOL_MAX_MAX (1ull << 40)

int option_set_listen(struct option_parser *p, const char *arg)
{
	struct options_serve *s = &p->o->serve;

	if (!listen_address_parse(arg, &s->address))
		return usage_error_value(&p->error, "bad address ",
					 ": want 127.0.0.1:9436, [::1]:9436 or unix:PATH");
	s->listen = arg;
	return 0;
}

int option_set_textfile(struct option_parser *p, const char *arg)
{
	if (!*arg)
		return usage_error_value(&p->error, "bad file ", ": want a path");
	p->o->serve.textfile = arg;
	return 0;
}

int option_set_fleet_key(struct option_parser *p, const char *arg)
{
	if (!*arg)
		return usage_error_value(&p->error, "bad file ", ": want a path");
	p->o->output.fleet_key = arg;
	return 0;
}

int option_set_to(struct option_parser *p, const char *arg)
{
	if (!http_url_is_valid(arg))
		return usage_error_value(&p->error, "bad URL ",
					 ": want http://HOST:4318 or https://HOST, without a "
					 "password: OTEL_EXPORTER_OTLP_HEADERS is for those");
	p->o->otlp.to = arg;
	return 0;
}

int option_set_spool(struct option_parser *p, const char *arg)
{
	if (!*arg)
		return usage_error_value(&p->error, "bad directory ", ": want a path");
	p->o->ship.spool = arg;
	return 0;
}

int option_set_spool_max(struct option_parser *p, const char *arg)
{
	if (!parse_bytes(arg, SPOOL_MAX_MIN, SPOOL_MAX_MAX, &p->o->ship.spool_max))
		return usage_error_value(&p->error, "bad size ", ": want 4M to 1T");
	return 0;
}
