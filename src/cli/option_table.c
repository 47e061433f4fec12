/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "option_table.h"

#include <stddef.h>

#include "json_keys.h"
#include "option_values.h"
#include "options_filter.h"
#include "options_nats.h"
#include "options_stream.h"

#define BIT(view) (1u << VIEW_##view)

/* Sets of views, for the member views of a row. */
#define STORIES                                                                                    \
	(BIT(TRACE) | BIT(JSON) | BIT(TIMELINE) | BIT(CONNECTIONS) | BIT(WHO) | BIT(HIST) |        \
	 BIT(TOP) | BIT(REPORT) | BIT(OTLP) | BIT(SERVE))
#define TRACING (STORIES | BIT(EVENTS) | BIT(RECORD))
#define EVERY ((1u << VIEW_COUNT) - 1)
#define SENDING (BIT(OTLP) | BIT(RECORD))	/* to another host */
#define NATS (TRACING | BIT(STUCK) | BIT(STREAM))	/* if they have a nats:// address */
#define PRINTING (~BIT(SERVE))	/* with EVERY or TRACING: the views that have an output */

#define LIST .first_item = option_first_item
#define FILTER_LIST LIST, .can_exclude = true
#define FILTER_NAMES .first_item = option_first_name, .can_exclude = true
#define FILTER_PATHS .first_item = option_first_path, .can_exclude = true
#define LIVE .live_only = true
#define REPLAYS .replay_only = true
#define TITLE(text, n) { .argp = { .doc = text, .group = n } }

#define FILTERS 1
#define OUTPUT 2
#define RECORDINGS 3
#define FLEET 4
#define RUNNING 5

static const struct option_row options[] = {
	TITLE("Filters (one value of each kind must match, !VALUE excludes):", FILTERS),
	{ .argp = { "pid", 'p', "PID", 0, "a process that acted on the socket", FILTERS },
	  .set = option_add_pid, .views = STORIES | BIT(STUCK), FILTER_LIST },
	{ .argp = { "comm", 'c', "COMM", 0,
	    "a process or thread of that name: nginx, 'php*', '!curl'",
	    FILTERS },
	  .set = option_add_comm, .views = STORIES | BIT(STUCK), FILTER_NAMES },
	{ .argp = { "uid", 'u', "UID", 0, "a process of that user: a uid or a name", FILTERS },
	  .set = option_add_uid, .views = STORIES | BIT(STUCK), FILTER_LIST },
	{ .argp = { "local-port", 'L', "PORTS", 0,
	    "local ports: 80,443, 8000-8999, https", FILTERS },
	  .set = option_add_local_port, .views = TRACING | BIT(STUCK), FILTER_LIST },
	{ .argp = { "remote-port", 'D', "PORTS", 0, "remote port", FILTERS },
	  .set = option_add_peer_port, .views = TRACING | BIT(STUCK), FILTER_LIST },
	{ .argp = { "port", 'P', "PORTS", 0, "port of either end", FILTERS },
	  .set = option_add_either_port, .views = TRACING | BIT(STUCK), FILTER_LIST },
	{ .argp = { "addr", 'a', "ADDR[/PREFIX]", 0, "address of either end", FILTERS },
	  .set = option_add_addr, .views = TRACING | BIT(STUCK), FILTER_LIST },
	{ .argp = { "ipv4", '4', NULL, 0, "IPv4 only", FILTERS },
	  .set = option_set_ipv4, .views = TRACING | BIT(STUCK) },
	{ .argp = { "ipv6", '6', NULL, 0, "IPv6 only", FILTERS },
	  .set = option_set_ipv6, .views = TRACING | BIT(STUCK) },
	{ .argp = { "netns", KEY_NETNS, "NETNS", 0,
	    "network namespace: a pid, a name, an inode", FILTERS },
	  .set = option_add_netns, .views = TRACING | BIT(STUCK), FILTER_LIST },
	{ .argp = { "cgroup", KEY_CGROUP, "PATH", 0,
	    "a process in that cgroup, or below it", FILTERS },
	  .set = option_add_cgroup, .views = STORIES | BIT(STUCK), FILTER_PATHS },
	{ .argp = { "container", KEY_CONTAINER, "ID", 0,
	    "a process in that container: the id or its first digits", FILTERS },
	  .set = option_add_container, .views = STORIES | BIT(STUCK), FILTER_LIST },
	{ .argp = { "slow", KEY_SLOW, "TIME", 0,
	    "only closes with a phase of at least TIME: ms, or 1s, 5m", FILTERS },
	  .set = option_set_slow, .views = STORIES },
	{ .argp = { "data-lost", KEY_DATA_LOST, NULL, 0,
	    "only closes that lost data: unread, unsent or unacknowledged", FILTERS },
	  .set = option_set_data_lost, .views = STORIES },
	{ .argp = { "call", KEY_CALL, "NAME", 0,
	    "the call that ended this side: close, exit...", FILTERS },
	  .set = option_add_call, .word = option_call_word, .views = STORIES, FILTER_LIST },
	{ .argp = { "ending", KEY_ENDING, "NAME", 0,
	    "four-way, reset-sent, timed-out...", FILTERS },
	  .set = option_add_ending, .word = option_ending_word, .views = STORIES, FILTER_LIST },
	{ .argp = { "class", KEY_CLASS, "NAME", 0,
	    "clean, reset, timeout, aborted, failed, open", FILTERS },
	  .set = option_add_class, .word = option_class_word, .views = STORIES, FILTER_LIST },
	{ .argp = { "initiator", KEY_INITIATOR, "NAME", 0,
	    "local, peer, both, none, unknown", FILTERS },
	  .set = option_add_initiator, .word = option_initiator_word, .views = STORIES,
	  FILTER_LIST },
	{ .argp = { "all", KEY_ALL, NULL, 0,
	    "also connections that were never established", FILTERS },
	  .set = option_set_all, .views = TRACING },

	TITLE("Output:", OUTPUT),
	{ .argp = { "json", 'j', NULL, 0,
	    "print JSON: the view json, or who, hist, stuck, doctor", OUTPUT },
	  .views = BIT(JSON) | BIT(CONNECTIONS) | BIT(WHO) | BIT(HIST) | BIT(STUCK) |
		   BIT(DOCTOR) | BIT(STREAM) },
	{ .argp = { "fields", KEY_FIELDS, "KEYS", 0,
	    "print only these keys of JSON: time,ending,trigger.pid", OUTPUT },
	  .set = option_add_fields, .word = json_key_word,
	  .views = BIT(JSON) | BIT(CONNECTIONS) | BIT(WHO) | BIT(HIST) | BIT(STUCK) |
		   BIT(DOCTOR) | BIT(STREAM), LIST },
	{ .argp = { "output", 'o', "FILE", 0, "write to FILE, - is standard output", OUTPUT },
	  .set = option_set_output, .views = EVERY & PRINTING },
	{ .argp = { "times", 'T', NULL, 0, "begin lines with the time of day", OUTPUT },
	  .set = option_set_times, .views = BIT(TRACE) | BIT(CONNECTIONS) | BIT(STUCK) },
	{ .argp = { "wide", 'w', NULL, 0, "do not cut lines to 80 columns", OUTPUT },
	  .set = option_set_wide,
	  .views = BIT(TRACE) | BIT(TIMELINE) | BIT(CONNECTIONS) | BIT(WHO) | BIT(STUCK) |
		   BIT(DOCTOR) },
	{ .argp = { "color", KEY_COLOR, "WHEN", 0,
	    "auto, always or never; NO_COLOR is honoured", OUTPUT },
	  .set = option_set_color, .word = option_color_word, .views = EVERY },
	{ .argp = { "stack", KEY_STACK, NULL, 0, "print the user stack of the close", OUTPUT },
	  .set = option_set_stack, .views = BIT(TRACE) | BIT(JSON) | BIT(RECORD) },
	{ .argp = { "inlined", KEY_INLINED, NULL, 0,
	    "print the stack with the functions that the compiler has inlined", OUTPUT },
	  .set = option_set_inlined,
	  .views = BIT(TRACE) | BIT(JSON) | BIT(WHO) | BIT(HIST) | BIT(TOP) | BIT(RECORD), LIVE },
	{ .argp = { "flush", KEY_FLUSH, NULL, 0,
	    "write each line at once, not in batches", OUTPUT },
	  .set = option_set_flush, .views = TRACING & PRINTING },
	{ .argp = { "quiet", 'q', NULL, 0, "print only errors and losses on stderr", OUTPUT },
	  .set = option_set_quiet, .views = EVERY },
	{ .argp = { "verbose", 'v', NULL, 0, "print more on stderr; twice: even more", OUTPUT },
	  .set = option_set_verbose, .views = EVERY },
	{ .argp = { "by", KEY_BY, "WHAT", 0,
	    "who, hist, top: group by comm, pid, exe, unit, port, peer, peer:port, stack...",
	    OUTPUT },
	  .set = option_add_by, .word = option_by_word,
	  .views = BIT(WHO) | BIT(HIST) | BIT(TOP), LIST },
	{ .argp = { "sort", KEY_SORT, "COLUMN", 0,
	    "who, top: sort by COLUMN, the largest first", OUTPUT },
	  .set = option_set_sort, .word = option_sort_word, .views = BIT(WHO) | BIT(TOP) },
	{ .argp = { "top", KEY_TOP, "N", 0, "who, top: only the first N rows", OUTPUT },
	  .set = option_set_top, .views = BIT(WHO) | BIT(TOP) },
	{ .argp = { "batch", 'b', NULL, 0, "top: print text, even to a terminal", OUTPUT },
	  .set = option_set_batch, .views = BIT(TOP) },
	{ .argp = { "interval", KEY_INTERVAL, "TIME", 0, "top: refresh every TIME (2)", OUTPUT },
	  .set = option_set_interval, .views = BIT(TOP) },
	{ .argp = { "tab", KEY_TAB, "NAME", 0,
	    "top: show the table slowest, open or stuck", OUTPUT },
	  .set = option_set_tab, .word = option_tab_word, .views = BIT(TOP) },
	{ .argp = { "csv", KEY_CSV, NULL, 0, "who: comma-separated values", OUTPUT },
	  .views = BIT(WHO) },
	{ .argp = { "folded", KEY_FOLDED, NULL, 0,
	    "who: a line per stack for flame graphs; --by comm,stack unless given", OUTPUT },
	  .views = BIT(WHO) },
	{ .argp = { "phase", KEY_PHASE, "NAMES", 0,
	    "hist: only these phases: ack_wait, app_hold, age, idle...", OUTPUT },
	  .set = option_add_phase, .word = option_phase_word, .views = BIT(HIST), LIST },
	{ .argp = { "ascii", KEY_ASCII, NULL, 0,
	    "timeline, hist, top: draw with plain characters", OUTPUT },
	  .set = option_set_ascii, .views = BIT(TIMELINE) | BIT(HIST) | BIT(TOP) },
	{ .argp = { "listen", KEY_LISTEN, "ADDR:PORT", 0,
	    "serve: where Prometheus reads (" OPTIONS_LISTEN "); or unix:PATH", OUTPUT },
	  .set = option_set_listen, .views = BIT(SERVE), LIVE, .stream_too = true },
	{ .argp = { "textfile", KEY_TEXTFILE, "PATH", 0,
	    "serve: write the metrics to PATH, for node_exporter", OUTPUT },
	  .set = option_set_textfile, .views = BIT(SERVE) },
	{ .argp = { "by-comm", KEY_BY_COMM, NULL, 0,
	    "serve: count the closes by process name too", OUTPUT },
	  .set = option_set_by_comm, .views = BIT(SERVE) },
	{ .argp = { "page", KEY_PAGE, NULL, 0,
	    "serve: show the page to other hosts too", OUTPUT },
	  .set = option_set_page, .views = BIT(SERVE), LIVE, .stream_too = true },
	{ .argp = { "fleet-key", KEY_FLEET_KEY, "FILE", 0,
	    "otlp: make trace ids with the key in FILE; serve: also exemplars", OUTPUT },
	  .set = option_set_fleet_key, .views = BIT(OTLP) | BIT(SERVE) },
	{ .argp = { "to", KEY_TO, "URL", 0,
	    "otlp: send to this collector: http://HOST:4318, https://HOST", OUTPUT },
	  .set = option_set_to, .views = BIT(OTLP) },
	{ .argp = { "spool", KEY_SPOOL, "DIR", 0,
	    "keep what is not sent yet in DIR, also for the next run", OUTPUT },
	  .set = option_set_spool, .views = SENDING },
	{ .argp = { "spool-max", KEY_SPOOL_MAX, "SIZE", 0,
	    "the most that waits to be sent (256M in a DIR, else 32M of memory)", OUTPUT },
	  .set = option_set_spool_max, .views = SENDING },
	{ .argp = { "max-rate", KEY_MAX_RATE, "N", 0,
	    "to a stream: above N endpoints per second, leave out clean ones", OUTPUT },
	  .set = option_set_max_rate, .views = BIT(RECORD), LIVE },
	{ .argp = { "walk-every", KEY_WALK_EVERY, "TIME", 0,
	    "to a stream: record which sockets are stuck every TIME (5m), 0 never", OUTPUT },
	  .set = option_set_walk_every, .views = BIT(RECORD), LIVE },

	TITLE("Recordings:", RECORDINGS),
	{ .argp = { "replay", KEY_REPLAY, "FILE", 0,
	    "view a recording, - is standard input; several: those of several hosts; "
	    "nats://HOST: that of a fleet", RECORDINGS },
	  .set = option_set_replay, .views = TRACING | BIT(STUCK) },
	{ .argp = { "follow", KEY_FOLLOW, NULL, 0,
	    "at the end of the recording, wait for more (default for a fleet)", RECORDINGS },
	  .set = option_set_follow, .views = TRACING, REPLAYS },
	{ .argp = { "no-follow", KEY_NO_FOLLOW, NULL, 0,
	    "stop at the recording's present end (default for files)", RECORDINGS },
	  .set = option_set_no_follow, .views = TRACING, REPLAYS },
	{ .argp = { "since", KEY_SINCE, "TIME", 0,
	    "only closes that were over at TIME or later: 08:12, -10m, or RFC 3339", RECORDINGS },
	  .set = option_set_since, .views = TRACING, REPLAYS },
	{ .argp = { "until", KEY_UNTIL, "TIME", 0,
	    "only closes that were over at TIME or earlier", RECORDINGS },
	  .set = option_set_until, .views = TRACING, REPLAYS },
	{ .argp = { "record", KEY_RECORD, "FILE", 0, "also write a recording", RECORDINGS },
	  .set = option_set_record, .views = STORIES | BIT(EVENTS) },
	{ .argp = { "rotate", KEY_ROTATE, "SIZE|TIME", 0,
	    "start a new file at SIZE bytes (100M) or after TIME (1h)", RECORDINGS },
	  .set = option_set_rotate, .views = TRACING },
	{ .argp = { "keep", KEY_KEEP, "N|TIME", 0,
	    "keep N full files (4), or those of the last TIME (24h); FILE.1 is the latest",
	    RECORDINGS },
	  .set = option_set_keep, .views = TRACING },
	{ .argp = { "host", KEY_HOST, "NAME", 0,
	    "the name of this host in the recording (default: the host name)", RECORDINGS },
	  .set = option_set_host, .views = TRACING, LIVE },
	{ .argp = { "cmdline", KEY_CMDLINE, NULL, 0,
	    "record the command lines of processes too: they may contain secrets", RECORDINGS },
	  .set = option_set_cmdline, .views = TRACING, LIVE },
	{ .argp = { "redact", KEY_REDACT, NULL, 0,
	    "record pseudonyms instead of addresses and names", RECORDINGS },
	  .set = option_set_redact, .views = BIT(RECORD) },
	{ .argp = { "redact-key", KEY_REDACT_KEY, "FILE", 0,
	    "derive the pseudonyms from FILE, to get the same ones again", RECORDINGS },
	  .set = option_set_redact_key, .views = BIT(RECORD) },

	TITLE("Fleet (man tcpclose-fleet):", FLEET),
	{ .argp = { "nats-creds", KEY_NATS_CREDS, "FILE", 0,
	    "a .creds file; or set NATS_USER and NATS_PASSWORD, or NATS_TOKEN", FLEET },
	  .set = option_set_nats_creds, .views = NATS },
	{ .argp = { "nats-ca", KEY_NATS_CA, "FILE", 0,
	    "PEM file of the authority that signed the certificates of the servers", FLEET },
	  .set = option_set_nats_ca, .views = NATS },
	{ .argp = { "nats-cert", KEY_NATS_CERT, "FILE", 0,
	    "PEM file with a certificate for the servers to check", FLEET },
	  .set = option_set_nats_cert, .views = NATS },
	{ .argp = { "nats-key", KEY_NATS_KEY, "FILE", 0,
	    "PEM file with its key, if not in the same file", FLEET },
	  .set = option_set_nats_key, .views = NATS },
	{ .argp = { "max-age", KEY_MAX_AGE, "TIME", 0,
	    "stream init: keep events for TIME (7d)", FLEET },
	  .set = option_set_max_age, .views = BIT(STREAM) },
	{ .argp = { "max-bytes", KEY_MAX_BYTES, "SIZE", 0,
	    "stream init: keep at most SIZE bytes of events (10G)", FLEET },
	  .set = option_set_max_bytes, .views = BIT(STREAM) },
	{ .argp = { "replicas", KEY_REPLICAS, "N", 0,
	    "stream init: store everything on N servers (3 in a cluster, else 1)", FLEET },
	  .set = option_set_replicas, .views = BIT(STREAM) },
	{ .argp = { "partitions", KEY_PARTITIONS, "N|LIST", 0,
	    "stream init: split the events in N parts, a power of two (1); --replay: read only "
	    "these parts, as 0-3", FLEET },
	  .set = option_set_partitions, .views = NATS },

	TITLE("Running:", RUNNING),
	{ .argp = { "duration", 'd', "TIME", 0,
	    "stop after TIME: seconds, or 500ms, 5m, 2h, 1d", RUNNING },
	  .set = option_set_duration, .views = TRACING | BIT(STUCK) },
	{ .argp = { "count", 'n', "COUNT", 0,
	    "stop after COUNT closes, or events, walks of stuck, refreshes of top", RUNNING },
	  .set = option_set_count, .views = (TRACING & PRINTING) | BIT(STUCK) },
	{ .argp = { "strict", KEY_STRICT, NULL, 0, "exit 3 if any event was lost", RUNNING },
	  .set = option_set_strict, .views = TRACING | BIT(STUCK) },
	{ .argp = { "fail-on", KEY_FAIL_ON, "WORDS", 0,
	    "exit 4 if a close has one of these classes, endings, reasons or calls", RUNNING },
	  .set = option_add_fail_on, .word = fail_on_word, .views = TRACING, LIST },
	{ .argp = { "tree", KEY_TREE, NULL, 0,
	    "only sockets that COMMAND or a descendant opened, held or closed", RUNNING },
	  .set = option_set_tree, .views = TRACING, LIVE },
	{ .argp = { "drain", KEY_DRAIN, "TIME", 0,
	    "wait TIME for COMMAND's closes to settle (1)", RUNNING },
	  .set = option_set_drain, .views = TRACING },
	{ .argp = { "ready-fd", KEY_READY_FD, "N", 0,
	    "write one byte to descriptor N when attached", RUNNING },
	  .set = option_set_ready_fd, .views = TRACING | BIT(STUCK) },
	{ .argp = { "calls", KEY_CALLS, "MODE", 0,
	    "hooks for calls: auto, fentry, kprobe, tracepoint, inline", RUNNING },
	  .set = option_set_calls, .word = option_calls_word, .views = TRACING | BIT(DOCTOR) },
	{ .argp = { "btf", KEY_BTF, "FILE", 0,
	    "BTF file to use instead of the kernel's own", RUNNING },
	  .set = option_set_btf, .views = EVERY & ~BIT(STREAM), LIVE },
	{ .argp = { "no-fentry", KEY_NO_FENTRY, NULL, OPTION_HIDDEN,
	    "act as on a kernel without fentry", RUNNING },
	  .set = option_set_no_fentry, .views = TRACING | BIT(DOCTOR) },
	{ .argp = { "buffer", KEY_BUFFER, "SIZE", 0,
	    "size of the ring buffer: a power of two, 64K to 1G (8M)", RUNNING },
	  .set = option_set_buffer, .views = TRACING | BIT(DOCTOR) },
	{ .argp = { "max-open", KEY_MAX_OPEN, "N", 0,
	    "follow at most N endpoints at once (131072)", RUNNING },
	  .set = option_set_max_open, .views = TRACING | BIT(STUCK) },
	{ .argp = { "state", KEY_STATE, "STATES", 0,
	    "stuck: close-wait, fin-wait-2... or established", RUNNING },
	  .set = option_add_state, .word = option_state_word, .views = BIT(STUCK), LIST },
	{ .argp = { "older-than", KEY_OLDER_THAN, "TIME", 0,
	    "stuck: only sockets stuck for TIME", RUNNING },
	  .set = option_set_older_than, .views = BIT(STUCK) },
	{ .argp = { "watch", KEY_WATCH, "TIME", 0, "stuck: look again every TIME", RUNNING },
	  .set = option_set_watch, .views = BIT(STUCK), LIVE },
	{ .argp = { "fail", KEY_FAIL, NULL, 0, "stuck: exit 1 if a socket is found", RUNNING },
	  .set = option_set_fail, .views = BIT(STUCK) },
	{ .argp = { "no-bpf", KEY_NO_BPF, NULL, 0,
	    "stuck: use sock_diag and /proc, as without privileges", RUNNING },
	  .set = option_set_no_bpf, .views = BIT(STUCK), LIVE },
	{ .argp = { "help", 'h', NULL, 0, "print this help", RUNNING },
	  .set = option_print_help, .views = EVERY },
	{ .argp = { "document", KEY_DOCUMENT, "FORM", OPTION_HIDDEN,
	    "see src/cli/options_help.c", RUNNING },
	  .set = option_print_document, .word = option_document_word, .views = EVERY },
	{ .argp = { "version", KEY_VERSION, NULL, 0, "print the version", RUNNING },
	  .set = option_print_version, .views = EVERY },
};

#define OPTIONS (sizeof(options) / sizeof(*options))

_Static_assert(OPTIONS < OPTION_TABLE_MAX, "the table has no room for its closing row");

const struct option_row *option_at(unsigned i)
{
	return i < OPTIONS ? &options[i] : NULL;
}

unsigned option_index(int key)
{
	unsigned i = 0;

	while (i + 1 < OPTIONS && options[i].argp.key != key)
		i++;
	return i;
}

uint32_t option_command_views(void)
{
	return TRACING | BIT(STUCK);
}

void option_table_argp(struct argp_option rows[OPTION_TABLE_MAX])
{
	for (unsigned i = 0; i < OPTIONS; i++)
		rows[i] = options[i].argp;
	rows[OPTIONS] = (struct argp_option){ 0 };
}

const char option_table_doc[] =
	"Shows how each TCP connection of this host ends: which side closed first,\n"
	"which call of which process ended it, how it ended and where the time went."
	"\v"
	"Examples:\n"
	"  tcpclose                           every connection that ends, one line each\n"
	"  tcpclose -c nginx -T               the closes of nginx, with the time of day\n"
	"  tcpclose -D 5432 --slow 200        slow closes with a PostgreSQL server\n"
	"  tcpclose --class reset,timeout     only resets and timeouts\n"
	"  tcpclose json -d 60 -o ends.json   one minute, for jq\n"
	"  tcpclose stuck                     who holds sockets that are stuck, and why\n"
	"  tcpclose -- curl -s example.org    while one command runs\n"
	"  tcpclose record -o ends.rec        record now, to view later and elsewhere:\n"
	"  tcpclose json --replay ends.rec";
