/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "option_table.h"

#include "options_doctor.h"
#include "options_record.h"
#include "options_view.h"

const struct argp_option option_table[] = {
	{ .doc = "Filters (any of one kind, all kinds together):",
	  .group = 1 },
	{ "pid", 'p', "PID", 0, "a process that acted on the socket", 1 },
	{ "comm", 'c', "COMM", 0, "its name, as ps -o comm shows it", 1 },
	{ "uid", 'u', "UID", 0, "its user: a number or a name", 1 },
	{ "local-port", 'L', "PORTS", 0, "local port, or several: 80,443", 1 },
	{ "remote-port", 'D', "PORTS", 0, "remote port", 1 },
	{ "port", 'P', "PORTS", 0, "port of either end", 1 },
	{ "addr", 'a', "ADDR[/PREFIX]", 0, "address of either end", 1 },
	{ "ipv4", '4', NULL, 0, "IPv4 only", 1 },
	{ "ipv6", '6', NULL, 0, "IPv6 only", 1 },
	{ "netns", KEY_NETNS, "NETNS", 0, "network namespace: a pid, a name, an inode", 1 },
	{ "cgroup", KEY_CGROUP, "PATH", 0, "a process in that cgroup, or below it", 1 },
	{ "container", KEY_CONTAINER, "ID", 0, "a process in that container: the id or its first digits", 1 },
	{ "slow", KEY_SLOW, "MS", 0, "some phase took at least so long", 1 },
	{ "call", KEY_CALL, "NAME", 0, "the call that ended it: close, shutdown, exit...", 1 },
	{ "ending", KEY_ENDING, "NAME", 0, "four-way, reset-sent, timed-out...", 1 },
	{ "class", KEY_CLASS, "NAME", 0, "clean, reset, timeout, aborted, failed, open", 1 },
	{ "initiator", KEY_INITIATOR, "NAME", 0, "local, peer, both, none, unknown", 1 },
	{ "all", KEY_ALL, NULL, 0, "also what never was established", 1 },

	{ .doc = "Output:", .group = 2 },
	{ "json", 'j', NULL, 0, "the view json", 2 },
	{ "output", 'o', "FILE", 0, "write to FILE, - is standard output", 2 },
	{ "times", 'T', NULL, 0, "begin lines with the time of day", 2 },
	{ "wide", 'w', NULL, 0, "do not cut lines to 80 columns", 2 },
	{ "color", KEY_COLOR, "WHEN", 0, "auto, always or never; NO_COLOR is heeded", 2 },
	{ "stack", KEY_STACK, NULL, 0, "also how the program came to end it: its user stack", 2 },
	{ "flush", KEY_FLUSH, NULL, 0, "write each line at once, not in batches", 2 },
	{ "quiet", 'q', NULL, 0, "say nothing but errors and losses", 2 },
	{ "verbose", 'v', NULL, 0, "say more; twice: even more", 2 },

	{ "by", KEY_BY, "WHAT", 0, "who, hist: for each comm, pid, exe, cgroup, container, port, peer", 2 },
	{ "sort", KEY_SORT, "COLUMN", 0, "who: the most of it first", 2 },
	{ "csv", KEY_CSV, NULL, 0, "who: comma-separated values", 2 },
	{ "phase", KEY_PHASE, "NAMES", 0, "hist: of these alone: ack_wait, peer_hold, app_hold...", 2 },
	{ "ascii", KEY_ASCII, NULL, 0, "timeline, hist: draw with plain characters", 2 },

	{ .doc = "Recordings:", .group = 3 },
	{ "replay", KEY_REPLAY, "FILE", 0, "view a recording, - is standard input", 3 },
	{ "record", KEY_RECORD, "FILE", 0, "record besides what the view shows", 3 },
	{ "rotate", KEY_ROTATE, "SIZE", 0, "go on in a new file at so many bytes", 3 },
	{ "keep", KEY_KEEP, "N", 0, "keep so many full files, FILE.1 the latest (4)", 3 },

	{ .doc = "Running:", .group = 4 },
	{ "duration", 'd', "SECONDS", 0, "stop after so long", 4 },
	{ "count", 'n', "COUNT", 0, "stop after so many", 4 },
	{ "strict", KEY_STRICT, NULL, 0, "exit 3 if any event was lost", 4 },
	{ "drain", KEY_DRAIN, "SECONDS", 0, "wait so long for COMMAND's closes to settle (1)", 4 },
	{ "ready-fd", KEY_READY_FD, "N", 0, "write one byte to descriptor N when attached", 4 },
	{ "calls", KEY_CALLS, "MODE", 0, "watch calls by: auto, fentry, kprobe, tracepoint, inline", 4 },
	{ "btf", KEY_BTF, "FILE", 0, "the kernel's types, if not as it shows them itself", 4 },
	{ "no-fentry", KEY_NO_FENTRY, NULL, OPTION_HIDDEN, "as on a kernel without fentry", 4 },
	{ "buffer", KEY_BUFFER, "SIZE", 0, "ring buffer, a power of two: 64K to 1G (8M)", 4 },
	{ "max-open", KEY_MAX_OPEN, "N", 0, "follow so many endpoints at once (131072)", 4 },
	{ "older-than", KEY_OLDER_THAN, "TIME", 0, "stuck: for so long at least: 30, 5m, 2h, 1d", 4 },
	{ "watch", KEY_WATCH, "SECONDS", 0, "stuck: look again every so often", 4 },
	{ "fail", KEY_FAIL, NULL, 0, "stuck: exit 1 if anything is found", 4 },
	{ "help", 'h', NULL, 0, "this", 4 },
	{ "document", KEY_DOCUMENT, "FORM", OPTION_HIDDEN, "bash, views or options: src/cli/docgen.h", 4 },
	{ "version", KEY_VERSION, NULL, 0, "the version", 4 },
	{ 0 },
};

const char option_table_doc[] =
	"Tells how each TCP connection of this host ends: who said goodbye first, which\n"
	"call of which process did it, how it ended and where the time went."
	"\v"
	"Examples:\n"
	"  tcpclose                           every connection that ends, one line each\n"
	"  tcpclose -c nginx -T               those that nginx ends, with times\n"
	"  tcpclose -D 5432 --slow 200        slow goodbyes with a PostgreSQL server\n"
	"  tcpclose --class reset,timeout     only what went wrong\n"
	"  tcpclose json -d 60 -o ends.json   one minute, for jq\n"
	"  tcpclose stuck                     who holds what hangs now, and why\n"
	"  tcpclose -- curl -s example.org    while one command runs\n"
	"  tcpclose record -o ends.rec        now, to look at later and elsewhere:\n"
	"  tcpclose json --replay ends.rec";
