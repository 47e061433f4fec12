/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The command line, parsed and checked: what the user asked for.
 *
 * Filters on addresses are in struct filter (bpf/abi/filter.h), compiled in the kernel too; those
 * that need a finished story are in struct story_filter. A connection passes if it matches one
 * value of each kind of filter that was given.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "exit_status.h"
#include "calls_mode.h"
#include "fail_on.h"
#include "filter.h"
#include "listen_address.h"
#include "shell_words.h"
#include "story_filter.h"
#include "time_range.h"
#include "view.h"

#define OPTIONS_BUFFER_BYTES (8ul << 20)	/* the default of --buffer */
#define OPTIONS_MAX_OPEN 131072ul		/* the default of --max-open */
#define OPTIONS_REPLAYS_MAX 256			/* the number of --replay */
#define OPTIONS_LISTEN "127.0.0.1:9436"	/* the default of --listen */
#define OPTIONS_REFRESH_NS 2000000000ull	/* the default of --interval */
#define OPTIONS_WALK_NS 300000000000ull		/* the default of --walk-every */
#define OPTIONS_DRAIN_NS 1000000000ull		/* the default of --drain */

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options_run {
	char **command;			/* after --, NULL-terminated; NULL none */
	unsigned long long duration_ns;	/* -d, 0 unlimited */
	unsigned long long count;	/* -n, 0 unlimited */
	unsigned long long drain_ns;	/* --drain: how long closes may settle after COMMAND */
	int ready_fd;			/* --ready-fd, -1 none */
	bool strict;			/* --strict */
	bool tree;			/* --tree: only the sockets of the command's processes */
	struct fail_on fail_on;		/* --fail-on, empty: not given */
};

/* How events are captured, and how many endpoints are kept. */
struct options_capture {
	enum calls_mode calls;		/* --calls */
	const char *btf;		/* --btf, NULL none */
	unsigned long buffer_bytes;	/* --buffer, a power of two */
	unsigned long max_open;		/* --max-open */
	bool no_fentry;			/* --no-fentry: as on a kernel without fentry */
	bool stack;			/* --stack */
	bool inlined;			/* --inlined: stack, with inlined functions */
	bool all;			/* --all: also connections that were never established */
};

struct options_output {
	const char *path;		/* -o, NULL is standard output */
	enum color_mode color;		/* --color */
	int verbose;			/* -v, counted */
	bool quiet;			/* -q */
	bool wide;			/* -w */
	bool times;			/* -T */
	bool flush;			/* --flush: write each line at once */
	struct json_select fields;	/* --fields, empty: all keys of JSON */
	const char *fleet_key;		/* --fleet-key, NULL none */
};

struct options_record {
	/* the first recording to play, "-" is standard input; NULL: live */
	const char *replay;
	const char *replays[OPTIONS_REPLAYS_MAX];	/* all of them */
	unsigned nr_replays;
	bool is_stream;		/* it is the stream of a fleet: nats:// or tls:// */
	uint64_t partitions;	/* --partitions: bit N: partition N of the stream; 0 all */
	const char *host;	/* --host, NULL: the host name */
	struct time_point since, until;	/* --since, --until */
	bool follow;		/* --follow: wait for more at the end */
	bool wanted;		/* make a recording */
	const char *path;	/* of the recording to make, NULL is standard output */
	uint64_t rotate_bytes, rotate_ns;	/* --rotate, 0 never */
	unsigned keep;		/* --keep, 0 all */
	uint64_t keep_ns;	/* --keep, 0 for ever */
	bool cmdline;		/* --cmdline: also the command lines of processes */
	bool to_stream;		/* path is nats://HOST/ or tls://HOST/ */
	uint64_t max_rate;	/* --max-rate, 0: all endpoints */
	uint64_t walk_ns;	/* --walk-every, 0: never */
	bool redact;		/* --redact: with pseudonyms for addresses and names */
	const char *redact_key;	/* --redact-key, NULL: a random key */
};

struct options_stuck {
	unsigned long long watch_ns;	/* --watch, 0 one look */
	unsigned long long older_than_ns;	/* --older-than, 0 any age */
	uint32_t states;		/* --state: set of 1 << enum tcp_state_id, 0 all closing */
	bool fail;			/* --fail: exit 1 if a socket is found */
	bool no_bpf;			/* --no-bpf: as without the privilege for BPF */
};

/* The view serve: at least one of listen and textfile is given. */
struct options_serve {
	const char *listen;		/* --listen, NULL: no HTTP */
	struct listen_address address;	/* the same, parsed */
	const char *textfile;		/* --textfile, NULL none */
	bool page;			/* --page: show the page to other hosts too */
};

/* The view otlp: requests are sent, or written to the output. */
struct options_otlp {
	const char *to;			/* --to; NULL: what the environment says */
	bool sends;
};

/* What is sent to another host waits in a spool. */
struct options_ship {
	const char *spool;		/* --spool, NULL: in memory */
	uint64_t spool_max;		/* --spool-max, 0: the default */
};

/* How a nats:// address is reached, whatever is done there. */
struct options_nats {
	const char *creds;		/* --nats-creds, NULL none; as the others */
	const char *ca;			/* --nats-ca */
	const char *cert;		/* --nats-cert */
	const char *key;		/* --nats-key */
};

enum stream_action { STREAM_NO_ACTION, STREAM_INIT, STREAM_INFO };

/* The view stream; 0 or NULL: the option was not given. */
struct options_stream {
	enum stream_action action;
	const char *url;
	uint64_t max_age_ns;		/* --max-age */
	uint64_t max_bytes;		/* --max-bytes */
	unsigned replicas;		/* --replicas */
	const char *partitions_text;	/* --partitions, as it was given */
	unsigned partitions;		/* the same, a power of two */
};

struct options {
	const struct view *view;	/* never NULL; printed in view_options.format */
	struct view_options view_options;
	struct filter filter;
	struct story_filter story_filter;
	struct options_run run;
	struct options_capture capture;
	struct options_output output;
	struct options_record record;
	struct options_stuck stuck;
	struct options_serve serve;
	struct options_otlp otlp;
	struct options_ship ship;
	struct options_nats nats;
	struct options_stream stream;
	struct shell_words env;		/* of TCPCLOSE_OPTS */
};

/*
 * Parse the options in TCPCLOSE_OPTS and then the command line into o. Returns -1 to continue,
 * otherwise the exit status: a usage error (one line that quotes the bad value) was written to err,
 * or the text of --help or --version to out. Of TCPCLOSE_OPTS, the options that the view does not
 * have are left out; a set-id process, or one whose file has capabilities, ignores the variable.
 * Reads /proc and /run/netns for --netns, /etc/passwd for -u, /etc/services for ports, and NO_COLOR
 * (color is then COLOR_NEVER unless --color was given); changes nothing. o points into argv, which
 * ends with a NULL. Release o in any case. --ending or --class with a kind of never-open ending
 * implies --all.
 */
int options_parse(struct options *o, int argc, char **argv, FILE *out, FILE *err);
void options_release(struct options *o);
