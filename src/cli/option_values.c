/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "option_values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "hist.h"
#include "json_keys.h"
#include "option_table.h"
#include "parse.h"
#include "parse_time.h"
#include "stuck_table.h"
#include "time_units.h"
#include "who.h"

#define COUNT_MAX (1ull << 53)
#define MAX_OPEN_MAX 16777216
#define BUFFER_MIN (64ull << 10)
#define BUFFER_MAX (1ull << 30)
#define ROTATE_MIN (64ull << 10)
#define ROTATE_MAX (1ull << 50)
#define KEEP_MAX 9999
#define INTERVAL_MIN_NS (NS_PER_S / 10)
#define INTERVAL_MAX_NS (1000000 * (uint64_t)NS_PER_S)
#define TOP_MAX 1000000
#define TIME_MAX_NS 1000000000000000000ull	/* 10^9 s */

/* Options without a value: each sets one member of struct options. */
#define FLAG(name, member)                                         \
	int option_##name(struct option_parser *p, const char *arg) \
	{                                                          \
		(void)arg;                                         \
		p->o->member = true;                               \
		return 0;                                          \
	}

FLAG(set_all, capture.all)
FLAG(set_stack, capture.stack)
FLAG(set_no_fentry, capture.no_fentry)
FLAG(set_times, output.times)
FLAG(set_wide, output.wide)
FLAG(set_flush, output.flush)
FLAG(set_quiet, output.quiet)
FLAG(set_ascii, view_options.ascii)
FLAG(set_batch, view_options.batch)
FLAG(set_strict, run.strict)
FLAG(set_tree, run.tree)
FLAG(set_follow, record.follow)
FLAG(set_redact, record.redact)
FLAG(set_fail, stuck.fail)
FLAG(set_no_bpf, stuck.no_bpf)
FLAG(set_cmdline, record.cmdline)
FLAG(set_by_comm, view_options.by_comm)
FLAG(set_page, serve.page)

int option_set_inlined(struct option_parser *p, const char *arg)
{
	p->o->capture.inlined = true;
	return option_set_stack(p, arg);
}

int option_set_verbose(struct option_parser *p, const char *arg)
{
	(void)arg;
	if (p->o->output.verbose < INT_MAX)
		p->o->output.verbose++;
	return 0;
}

/* Return the index of arg among the words of an option, or report the valid words and return -1. */
static int find_word(struct option_parser *p, const char *what, const char *(*word)(unsigned),
		     const char *arg)
{
	for (int i = 0; word((unsigned)i); i++)
		if (strcmp(word((unsigned)i), arg) == 0)
			return i;
	usage_error_words(&p->error, what, word);
	return -1;
}

const char *option_color_word(unsigned i)
{
	static const char *const words[] = { [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always",
					     [COLOR_NEVER] = "never" };

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

int option_set_color(struct option_parser *p, const char *arg)
{
	int i = find_word(p, "bad color ", option_color_word, arg);

	if (i < 0)
		return EINVAL;
	p->o->output.color = (enum color_mode)i;
	return 0;
}

const char *option_calls_word(unsigned i)
{
	static const char *const words[] = { [CALLS_AUTO] = "auto",
					     [CALLS_FENTRY] = "fentry",
					     [CALLS_KPROBE] = "kprobe",
					     [CALLS_TRACEPOINT] = "tracepoint",
					     [CALLS_INLINE] = "inline" };

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

int option_set_calls(struct option_parser *p, const char *arg)
{
	int i = find_word(p, "bad calls mode ", option_calls_word, arg);

	if (i < 0)
		return EINVAL;
	p->o->capture.calls = (enum calls_mode)i;
	return 0;
}

const char *option_by_word(unsigned i)
{
	return i + 1 < GROUP_BY_COUNT ? group_by_name((enum group_by)(i + 1)) : NULL;
}

int option_add_by(struct option_parser *p, const char *arg)
{
	struct group_list *g = &p->o->view_options.groups;
	int i = find_word(p, "unknown group ", option_by_word, arg);

	if (i < 0)
		return EINVAL;
	if (p->by_in_env && !p->in_env)
		*g = (struct group_list){ .nr = 0 };
	p->by_in_env = p->in_env;
	if (group_list_has(g, (enum group_by)(i + 1)))
		return usage_error_value(&p->error, "group ", " is given twice");
	g->by[g->nr++] = (uint8_t)(i + 1);
	return 0;
}

/* The words are kept: whether the view has them, and what they select, is checked at the end. */
int option_add_fields(struct option_parser *p, const char *arg)
{
	uint32_t views;
	const char *path = json_key_find(arg, &views);

	if (!path)
		return usage_error_nearest(&p->error, "unknown key ", json_key_path,
					   "see JSON in tcpclose(8)");
	if (p->fields_in_env && !p->in_env)
		p->nr_fields = 0;
	p->fields_in_env = p->in_env;
	for (unsigned i = 0; i < p->nr_fields; i++)
		if (p->field[i] == path)
			return 0;
	if (p->nr_fields == OPTION_FIELDS_MAX)
		return usage_error_value(&p->error, "one key too many, ", "");
	p->field[p->nr_fields++] = path;
	return 0;
}

const char *option_sort_word(unsigned i)
{
	const struct who_column *c = who_column_at(i);

	return c ? c->name : NULL;
}

/* Time columns have _ns at the end of their names in CSV: accept both forms. */
int option_set_sort(struct option_parser *p, const char *arg)
{
	size_t len = strlen(arg);
	char name[32];
	int i;

	if (len > 3 && len < sizeof(name) && !strcmp(arg + len - 3, "_ns")) {
		memcpy(name, arg, len - 3);
		name[len - 3] = '\0';
		arg = name;
	}
	i = find_word(p, "unknown column ", option_sort_word, arg);
	if (i < 0)
		return EINVAL;
	p->o->view_options.sort = (unsigned)i;
	return 0;
}

int option_set_top(struct option_parser *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, TOP_MAX, &v))
		return usage_error_value(&p->error, "bad number of rows ", ": want 1-1000000");
	p->o->view_options.top = (unsigned)v;
	return 0;
}

/* The TIME of "who 5" or "top 5" too. */
int option_set_interval(struct option_parser *p, const char *arg)
{
	uint64_t ns;

	if (!parse_duration(arg, "s", INTERVAL_MAX_NS, &ns) || ns < INTERVAL_MIN_NS)
		return usage_error_value(&p->error, "bad interval ", ": want seconds from 0.1 on, "
					 "or a unit: 5, 0.5, 500ms, 1m");
	p->o->view_options.interval_ns = ns;
	return 0;
}

const char *option_tab_word(unsigned i)
{
	return top_tab_name(i);
}

int option_set_tab(struct option_parser *p, const char *arg)
{
	int i = find_word(p, "unknown table ", option_tab_word, arg);

	if (i < 0)
		return EINVAL;
	p->o->view_options.tab = (enum top_tab)i;
	return 0;
}

const char *option_phase_word(unsigned i)
{
	return hist_time_name(i);
}

int option_add_phase(struct option_parser *p, const char *arg)
{
	int i = find_word(p, "unknown phase ", option_phase_word, arg);

	if (i < 0)
		return EINVAL;
	p->o->view_options.phases |= 1u << i;
	return 0;
}

int option_set_output(struct option_parser *p, const char *arg)
{
	if (!*arg)
		return usage_error_value(&p->error, "bad file ",
					 ": want a path, or - for standard output");
	p->o->output.path = strcmp(arg, "-") == 0 ? NULL : arg;
	return 0;
}

int option_set_replay(struct option_parser *p, const char *arg)
{
	struct options_record *r = &p->o->record;

	if (!*arg)
		return usage_error_value(&p->error, "bad recording ",
					 ": want a path, or - for standard input");
	if (p->replay_in_env && !p->in_env)
		r->nr_replays = 0;
	p->replay_in_env = p->in_env;
	for (unsigned i = 0; i < r->nr_replays; i++)
		if (!strcmp(r->replays[i], arg))
			return usage_error_value(&p->error, "recording ", " is given twice");
	if (r->nr_replays == OPTIONS_REPLAYS_MAX)
		return usage_error_value(&p->error, "one recording too many: ",
					 ", want at most 256");
	r->replays[r->nr_replays++] = arg;
	r->replay = r->replays[0];
	return 0;
}

/* A header has one line for it, and some places show it: no control characters. */
int option_set_host(struct option_parser *p, const char *arg)
{
	bool printable = *arg;

	for (const char *c = arg; *c; c++)
		printable &= (unsigned char)*c >= ' ' && *c != 0x7f;
	if (!printable || strlen(arg) >= RUN_INFO_TEXT)
		return usage_error_value(&p->error, "bad host ",
					 ": want a name of 1 to 64 bytes, without control "
					 "characters");
	p->o->record.host = arg;
	return 0;
}

int option_set_redact_key(struct option_parser *p, const char *arg)
{
	if (!*arg)
		return usage_error_value(&p->error, "bad key ", ": want a path");
	p->o->record.redact_key = arg;
	return 0;
}

int option_set_no_follow(struct option_parser *p, const char *arg)
{
	(void)arg;
	p->o->record.follow = false;
	return 0;
}

static int set_time(struct option_parser *p, const char *arg, struct time_point *time)
{
	if (parse_time(arg, p->now, time))
		return 0;
	return usage_error_value(&p->error, "bad time ", ": want 08:12, 08:12:32, "
				 "2026-11-22T08:12:32Z (or +01:00), or -10m");
}

int option_set_since(struct option_parser *p, const char *arg)
{
	return set_time(p, arg, &p->o->record.since);
}

int option_set_until(struct option_parser *p, const char *arg)
{
	return set_time(p, arg, &p->o->record.until);
}

int option_set_record(struct option_parser *p, const char *arg)
{
	if (!*arg)
		return usage_error_value(&p->error, "bad file ",
					 ": want a path, or - for standard output");
	p->o->record.wanted = true;
	p->o->record.path = strcmp(arg, "-") == 0 ? NULL : arg;
	return 0;
}

/* The unit decides: s, m, h and d are times, K, M and G are sizes (m is a time, M a size). */
static bool has_time_unit(const char *arg)
{
	size_t len = strlen(arg);

	return len && strchr("smhd", arg[len - 1]);
}

int option_set_rotate(struct option_parser *p, const char *arg)
{
	struct options_record *r = &p->o->record;
	uint64_t ns;

	if (!has_time_unit(arg) && parse_bytes(arg, ROTATE_MIN, ROTATE_MAX, &r->rotate_bytes))
		return 0;
	if (!has_time_unit(arg) || !parse_duration(arg, "s", TIME_MAX_NS, &ns) || ns < NS_PER_S)
		return usage_error_value(&p->error, "bad size or time ",
					 ": want a size from 64K on, as 64M or 2G, or a time from "
					 "1s on, as 10m or 1h");
	r->rotate_ns = ns;
	return 0;
}

int option_set_keep(struct option_parser *p, const char *arg)
{
	struct options_record *r = &p->o->record;
	uint64_t v;

	if (parse_u64(arg, 1, KEEP_MAX, &v)) {
		r->keep = (unsigned)v;
		return 0;
	}
	if (!has_time_unit(arg) || !parse_duration(arg, "s", TIME_MAX_NS, &v) || v < NS_PER_S)
		return usage_error_value(&p->error, "bad number of files or time ",
					 ": want 1-9999, or a time from 1s on, as 24h or 7d");
	r->keep_ns = v;
	return 0;
}

static int parse_seconds(struct option_parser *p, const char *arg, uint64_t min_ns,
			 unsigned long long *ns)
{
	uint64_t v;

	if (!parse_duration(arg, "s", TIME_MAX_NS, &v) || v < min_ns)
		return usage_error_value(&p->error, "bad time ", min_ns ?
			": want seconds above 0, or a unit: 10, 0.5, 500ms, 5m, 2h" :
			": want seconds, or a unit: 10, 0.5, 500ms, 5m, 2h");
	*ns = v;
	return 0;
}

int option_set_duration(struct option_parser *p, const char *arg)
{
	return parse_seconds(p, arg, 1, &p->o->run.duration_ns);
}

int option_set_drain(struct option_parser *p, const char *arg)
{
	return parse_seconds(p, arg, 0, &p->o->run.drain_ns);
}

int option_set_watch(struct option_parser *p, const char *arg)
{
	return parse_seconds(p, arg, 1, &p->o->stuck.watch_ns);
}

const char *option_state_word(unsigned i)
{
	return stuck_state_word(i);
}

int option_add_state(struct option_parser *p, const char *item)
{
	unsigned state = stuck_state_of(item);

	if (!state)
		return usage_error_words(&p->error, "unknown state ", option_state_word);
	p->o->stuck.states |= 1u << state;
	return 0;
}

int option_set_older_than(struct option_parser *p, const char *arg)
{
	return parse_seconds(p, arg, 1, &p->o->stuck.older_than_ns);
}

int option_set_count(struct option_parser *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, COUNT_MAX, &v))
		return usage_error_value(&p->error, "bad count ", ": want a number from 1 on");
	p->o->run.count = v;
	return 0;
}

int option_set_ready_fd(struct option_parser *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 0, INT_MAX, &v) || fcntl((int)v, F_GETFD) < 0)
		return usage_error_value(&p->error, "bad descriptor ",
					 ": want the number of an open one");
	p->o->run.ready_fd = (int)v;
	return 0;
}

int option_add_fail_on(struct option_parser *p, const char *word)
{
	if (!fail_on_add(&p->o->run.fail_on, word))
		return usage_error_words(&p->error, "unknown word ", fail_on_word);
	return 0;
}

int option_set_btf(struct option_parser *p, const char *arg)
{
	if (!*arg)
		return usage_error_value(&p->error, "bad file ",
					 ": want one with the kernel's BTF");
	p->o->capture.btf = arg;
	return 0;
}

int option_set_buffer(struct option_parser *p, const char *arg)
{
	uint64_t v;

	if (!parse_bytes_pow2(arg, BUFFER_MIN, BUFFER_MAX, &v))
		return usage_error_value(&p->error, "bad buffer size ",
					 ": want a power of two from 64K to 1G");
	p->o->capture.buffer_bytes = v;
	return 0;
}

int option_set_max_open(struct option_parser *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, MAX_OPEN_MAX, &v))
		return usage_error_value(&p->error, "bad number of endpoints ",
					 ": want 1-16777216");
	p->o->capture.max_open = v;
	return 0;
}
