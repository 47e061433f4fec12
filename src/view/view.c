/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "view.h"

#include <stddef.h>
#include <string.h>

static const char record_manual[] =
	"Writes every event to a file. --replay shows it later with any view, on any host\n"
	"and without privileges. Filters by address, port and namespace limit what is\n"
	"recorded.\n"
	"\n"
	"  -o FILE             the recording; - is standard output. A recording that is\n"
	"                      there is continued\n"
	"  --rotate SIZE|TIME  start a new file at SIZE bytes or after TIME: 100M, 1h\n"
	"  --keep N|TIME       keep N full files, or those of the last TIME; FILE.1 is\n"
	"                      the latest\n"
	"  --host NAME         the name of this host, for a replay of several\n"
	"  --cmdline           also the command lines of processes: they may hold secrets\n"
	"  --redact            pseudonyms instead of addresses and names\n"
	"\n"
	"Examples:\n"
	"  tcpclose record -o ends.rec --rotate 100M --keep 9  in bounded space\n"
	"  tcpclose record --replay ends.rec -o public.rec --redact    to give away\n";

/* Prints nothing: the session writes the recording, as it does for any view with --record. */
static const struct view view_record = {
	.id = VIEW_RECORD,
	.name = "record",
	.help = "write all events to a file (-o), to view later with --replay",
	.manual = record_manual,
	.formats = 1 << FORMAT_TEXT,
};

static const char stream_manual[] =
	"Creates the streams of a fleet on a NATS server with JetStream, or reports what\n"
	"is in them: STREAM has the events of all hosts, STREAM_HOSTS their heartbeats\n"
	"and STREAM_CONFIG the number of partitions. STREAM is TCPCLOSE if not given.\n"
	"man tcpclose-fleet explains all of it.\n"
	"\n"
	"  init  create what is missing. On streams that are there, it changes only what\n"
	"        the options name, and reports what it cannot change\n"
	"  info  the streams and their replicas; each host's last heartbeat, its losses,\n"
	"        and the segments that are not in the stream yet (LAG)\n"
	"\n"
	"Exit status: 0 as wanted, 1 not, 69 this build cannot reach NATS.\n"
	"\n"
	"Examples:\n"
	"  tcpclose stream init tls://a,b,c/ --nats-ca ca.pem --max-age 30d\n"
	"  tcpclose stream info nats://127.0.0.1/ -j\n";

/* src/app/stream.c does it, and prints the result. */
static const struct view view_stream = {
	.id = VIEW_STREAM,
	.name = "stream",
	.help = "create the NATS streams of a fleet, or report what is in them",
	.manual = stream_manual,
	.source = SOURCE_STREAM,
	.formats = 1 << FORMAT_TEXT | 1 << FORMAT_JSON,
	.words = "init|info nats://HOST[,HOST...]/[STREAM]",
	.reports_itself = true,
};

static const struct view *const views[] = {
	[VIEW_TRACE] = &view_trace,
	[VIEW_JSON] = &view_json,
	[VIEW_EVENTS] = &view_events,
	[VIEW_TIMELINE] = &view_timeline,
	[VIEW_CONNECTIONS] = &view_connections,
	[VIEW_WHO] = &view_who,
	[VIEW_HIST] = &view_hist,
	[VIEW_TOP] = &view_top,
	[VIEW_REPORT] = &view_report,
	[VIEW_OTLP] = &view_otlp,
	[VIEW_SERVE] = &view_serve,
	[VIEW_RECORD] = &view_record,
	[VIEW_STUCK] = &view_stuck,
	[VIEW_DOCTOR] = &view_doctor,
	[VIEW_STREAM] = &view_stream,
};

const struct view *view_at(unsigned i)
{
	return i < sizeof(views) / sizeof(*views) ? views[i] : NULL;
}

const struct view *view_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(views) / sizeof(*views); i++)
		if (!strcmp(views[i]->name, name))
			return views[i];
	return NULL;
}

const struct view *view_printer(const struct view *v, enum format format)
{
	return format == FORMAT_JSON && v->json ? v->json : v;
}

const char *group_by_name(enum group_by by)
{
	static const char *const words[] = {
#define X(id, word) [GROUP_BY_##id] = word,
		GROUP_BY_WORDS(X)
#undef X
	};

	return by > GROUP_BY_NONE && by < GROUP_BY_COUNT ? words[by] : "";
}
