/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of options. A row has the name and help of an option (for argp), its parser, the words
 * that it accepts and the views that use it. The command line parser, the usage errors, --help, the
 * completion and the manual read this table.
 *
 * A new view needs its bit in the rows of the options that it uses: see the sets in option_table.c.
 */
#pragma once

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "options.h"
#include "usage_error.h"

#define OPTION_TABLE_MAX 110	/* rows, the closing one included */
#define OPTION_FIELDS_MAX 800	/* paths in json_keys.c */

/* Keys of the options that have no letter; the key of the others is their letter. */
enum option_key {
	KEY_NETNS = 256,
	KEY_CGROUP,
	KEY_CONTAINER,
	KEY_SLOW,
	KEY_DATA_LOST,
	KEY_CALL,
	KEY_ENDING,
	KEY_CLASS,
	KEY_INITIATOR,
	KEY_ALL,
	KEY_COLOR,
	KEY_STACK,
	KEY_INLINED,
	KEY_FLUSH,
	KEY_FIELDS,
	KEY_BY,
	KEY_SORT,
	KEY_TOP,
	KEY_INTERVAL,
	KEY_TAB,
	KEY_CSV,
	KEY_FOLDED,
	KEY_PHASE,
	KEY_ASCII,
	KEY_REPLAY,
	KEY_HOST,
	KEY_FOLLOW,
	KEY_NO_FOLLOW,
	KEY_SINCE,
	KEY_UNTIL,
	KEY_RECORD,
	KEY_ROTATE,
	KEY_KEEP,
	KEY_CMDLINE,
	KEY_REDACT,
	KEY_REDACT_KEY,
	KEY_STRICT,
	KEY_FAIL_ON,
	KEY_TREE,
	KEY_DRAIN,
	KEY_READY_FD,
	KEY_CALLS,
	KEY_BTF,
	KEY_NO_FENTRY,
	KEY_BUFFER,
	KEY_MAX_OPEN,
	KEY_OLDER_THAN,
	KEY_STATE,
	KEY_WATCH,
	KEY_FAIL,
	KEY_NO_BPF,
	KEY_LISTEN,
	KEY_TEXTFILE,
	KEY_BY_COMM,
	KEY_PAGE,
	KEY_FLEET_KEY,
	KEY_TO,
	KEY_SPOOL,
	KEY_SPOOL_MAX,
	KEY_MAX_RATE,
	KEY_WALK_EVERY,
	KEY_NATS_CREDS,
	KEY_NATS_CA,
	KEY_NATS_CERT,
	KEY_NATS_KEY,
	KEY_MAX_AGE,
	KEY_MAX_BYTES,
	KEY_REPLICAS,
	KEY_PARTITIONS,
	KEY_DOCUMENT,
	KEY_VERSION,
};

/* A command line while it is parsed. */
struct option_parser {
	struct options *o;
	FILE *out;
	struct usage_error error;
	const struct view *view;	/* the view named so far, except json; NULL: none */
	bool json_word;			/* the view json was named */
	struct filter_text item;	/* the item being parsed, in argv, without its ! */
	bool excluded;			/* that item began with ! */
	struct filter_text long_name;	/* a name that was cut to what the kernel keeps; or empty */
	bool ipv4, ipv6;		/* -4, -6; both together are no filter */
	time_t now;			/* today's date, for --since 08:12 */
	int next;			/* index in argv of the word that getopt looks at next */
	bool given[OPTION_TABLE_MAX];	/* by row */
	bool given_in_env[OPTION_TABLE_MAX];	/* only in TCPCLOSE_OPTS */
	const struct option_parser *probe;	/* while TCPCLOSE_OPTS is parsed: see options.c */
	bool by_in_env;			/* --by was given there: that of argv replaces it */
	bool fields_in_env;		/* the same of --fields */
	const char *field[OPTION_FIELDS_MAX];	/* paths of --fields, each once */
	unsigned nr_fields;
	bool replay_in_env;		/* --replay was given there: those of argv replace it */
	bool in_env;			/* the words are those of TCPCLOSE_OPTS */
	bool probing;			/* find the view, do not check anything */
	struct argp argp;
	struct argp_option rows[OPTION_TABLE_MAX];
};

struct option_row {
	struct argp_option argp;	/* a row without a name is the title of a group */
	/* Parses one value. Returns 0, or an errno with the exit status in p->error. */
	int (*set)(struct option_parser *p, const char *arg);
	const char *(*word)(unsigned i);	/* the i-th valid value, NULL past the last */
	uint32_t views;			/* set of 1 << enum view_id */
	/* If values may be separated by commas: the length of the first value of a list. */
	size_t (*first_item)(const char *list);
	bool can_exclude;		/* a value may begin with !, to exclude it */
	bool live_only;			/* refused with --replay */
	bool stream_too;	/* ... except for that of a stream, which goes on */
	bool replay_only;		/* refused without --replay */
};

/* The i-th row, NULL past the last. */
const struct option_row *option_at(unsigned i);

/* The index of the row with that key; the last index if there is no such row. */
unsigned option_index(int key);

static inline bool option_is_given(const struct option_parser *p, int key)
{
	return p->given[option_index(key)];
}

/* Does an option of these views apply to view? With --record (records), those of record do too. */
static inline bool option_applies(uint32_t views, enum view_id view, bool records)
{
	return views >> view & 1 || (records && views >> VIEW_RECORD & 1);
}

/* The views that may run around a COMMAND. */
uint32_t option_command_views(void);

/* Is the option listed in help, completion and manual? */
static inline bool option_is_shown(const struct option_row *o)
{
	return o->argp.name && !(o->argp.flags & OPTION_HIDDEN);
}

static inline bool option_has_letter(const struct option_row *o)
{
	return o->argp.key > ' ' && o->argp.key < 127;
}

/* Copy the rows for argp, with a closing row of zeros. */
void option_table_argp(struct argp_option rows[OPTION_TABLE_MAX]);

/* Two texts of --help, separated by \v: the one before the options and the one after them. */
extern const char option_table_doc[];
