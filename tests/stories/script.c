/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

#define WALL_NS (1795335152ULL * 1000000000)	/* 2026-11-22T08:12:32Z, the wall clock at time 0 */
#define SECTION "--- "
#define SPDX "# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"

bool script_bad(struct script *s, const char *fmt, ...)
{
	va_list args;
	int n;

	if (s->why[0])
		return false;
	n = snprintf(s->why, sizeof(s->why), "%s:%u: ", s->path, s->line);
	if (n < 0 || (size_t)n >= sizeof(s->why))
		return false;
	va_start(args, fmt);
	vsnprintf(s->why + n, sizeof(s->why) - (size_t)n, fmt, args);
	va_end(args);
	return false;
}

struct script_socket *script_find(struct script *s, const char *name)
{
	for (unsigned i = 0; i < s->sockets; i++)
		if (!strcmp(s->socket[i].name, name))
			return &s->socket[i];
	script_bad(s, "no socket '%s'", name);
	return NULL;
}

/* Fills in the initial state of every socket: an established connection without any data. */
static void socket_default(struct event *e, unsigned index)
{
	e->sk_key = 0xa000 + 0x100 * index;
	e->cookie = 0x11 + index;
	e->netns = 4026531840u;
	e->snd_una = e->snd_nxt = e->write_seq = 1000;
	e->rcv_nxt = e->rcv_wup = e->copied_seq = 5000;
	e->snd_wnd = 65535;
	e->segs_in = 1;
}

static bool socket_option(struct script *s, struct event *e, const char *word)
{
	const char *value;
	uint64_t v;

	if ((value = words_value(word, "cookie")) && words_u64(value, &v)) {
		e->cookie = v;
		return true;
	}
	if ((value = words_value(word, "netns")) && words_u64(value, &v)) {
		e->netns = (__u32)v;
		return true;
	}
	if ((value = words_value(word, "sk"))) {
		const struct script_socket *other = script_find(s, value);

		if (other)
			e->sk_key = other->now.sk_key;
		return other;
	}
	return script_bad(s, "bad word '%s': want cookie=, netns= or sk=", word);
}

static bool take_socket(struct script *s, char **word, int n)
{
	struct script_socket *k = &s->socket[s->sockets];
	struct event *e = &k->now;
	uint8_t family;

	if (n < 4)
		return script_bad(s, "want: socket NAME LOCAL PEER");
	if (s->sockets == SCRIPT_SOCKETS)
		return script_bad(s, "more than %d sockets", SCRIPT_SOCKETS);
	socket_default(e, s->sockets);
	k->name = word[1];
	if (!words_endpoint(word[2], &e->family, e->local_addr, &e->local_port))
		return script_bad(s, "bad endpoint '%s'", word[2]);
	if (!words_endpoint(word[3], &family, e->peer_addr, &e->peer_port) || family != e->family)
		return script_bad(s, "bad endpoint '%s'", word[3]);
	for (int i = 4; i < n; i++)
		if (!socket_option(s, e, word[i]))
			return false;
	s->sockets++;
	return true;
}

static bool take_set(struct script *s, char **word, int n)
{
	struct script_socket *k = n > 1 ? script_find(s, word[1]) : NULL;

	if (!k)
		return script_bad(s, "want: set SOCKET key=value...");
	for (int i = 2; i < n; i++)
		if (!script_number(s, &k->now, word[i]))
			return script_bad(s, "bad word '%s'", word[i]);
	return true;
}

static bool take_options(struct script *s, char **word, int n)
{
	static char name[] = "tcpclose";
	char *said = NULL;
	size_t len = 0;
	FILE *err = open_memstream(&said, &len);
	int status;

	if (!err)
		return script_bad(s, "out of memory");
	word[0] = name;
	word[n] = NULL;
	status = options_parse(&s->options, n, word, err, err);
	fclose(err);
	if (status >= 0)
		script_bad(s, "bad options: %s", said);
	free(said);
	return status < 0;
}

static bool take_hooks(struct script *s, char **word, int n)
{
	for (int i = 1; i < n; i++) {
		const char *how = NULL;

		for (unsigned h = 0; h < s->meta.nr_hooks && !how; h++) {
			how = words_value(word[i], s->meta.hook[h].name);
			if (how)
				s->meta.hook[h].how = how;
		}
		if (!how)
			return script_bad(s, "no hook '%s'", word[i]);
	}
	return true;
}

static bool take_kernel(struct script *s, char **word, int n)
{
	static const char *const keys[] = { "ring-full", "calls-full", "filtered" };
	uint64_t *const count[] = { (uint64_t *)&s->kernel.ring_full[EVENT_STATE],
				    (uint64_t *)&s->kernel.calls_full,
				    (uint64_t *)&s->kernel.filtered };

	for (int i = 1; i < n; i++) {
		bool known = false;

		for (unsigned k = 0; k < sizeof(keys) / sizeof(*keys); k++) {
			const char *value = words_value(word[i], keys[k]);

			known |= value && words_u64(value, count[k]);
		}
		if (!known)
			return script_bad(s, "bad counter '%s'", word[i]);
	}
	return true;
}

static bool take_cgroup(struct script *s, char **word, int n)
{
	uint64_t id;

	if (n != 3 || !words_u64(word[1], &id))
		return script_bad(s, "want: cgroup ID PATH");
	if (!s->cgroups)
		s->cgroups = text_cache_new(CGROUPS_MAX);
	return s->cgroups && text_cache_add(s->cgroups, id, 0, word[2], strlen(word[2]));
}

static bool take_stack(struct script *s, char **word, int n)
{
	uint64_t at_ns, tid;

	if (n != 4 || !words_time(word[1], &at_ns) || !words_u64(word[2], &tid))
		return script_bad(s, "want: stack TIME TID TEXT");
	if (!s->stacks) {
		s->stacks = text_cache_new(STACKS_MAX);
		run_info_add_hook(&s->meta, "stack", "bpf_get_stack");
	}
	if (!s->stacks)
		return script_bad(s, "out of memory");
	text_cache_add(s->stacks, (uint32_t)tid, SCRIPT_BASE_NS + at_ns, word[3], strlen(word[3]));
	return true;
}

static bool take_expect(struct script *s, char **word, int n, int skip)
{
	struct expect *x = &s->expect[s->expects];

	if (s->expects == SCRIPT_EXPECTS)
		return script_bad(s, "more than %d expectations", SCRIPT_EXPECTS);
	if (n < skip)
		return script_bad(s, "expect what?");
	if (skip > 1 && !(x->socket = script_find(s, word[1])))
		return false;
	x->untold = !strcmp(word[0], "untold");
	x->line = s->line;
	x->nr_words = n - skip;
	x->word = calloc((size_t)(n - skip) + 1, sizeof(*x->word));
	if (!x->word)
		return script_bad(s, "out of memory");
	for (int i = skip; i < n; i++)
		x->word[i - skip] = word[i];
	s->expects++;
	return true;
}

static struct step *step_add(struct script *s, enum step_kind kind, uint64_t at_ns)
{
	struct step *t = &s->step[s->steps];

	if (s->steps == SCRIPT_STEPS) {
		script_bad(s, "more than %d steps", SCRIPT_STEPS);
		return NULL;
	}
	s->steps++;
	t->kind = kind;
	t->ts_ns = SCRIPT_BASE_NS + at_ns;
	if (t->ts_ns > s->end_ns)
		s->end_ns = t->ts_ns;
	return t;
}

static bool take_clock(struct script *s, char **word, int n)
{
	uint64_t at_ns;

	if (n != 2 || !words_time(word[1], &at_ns))
		return script_bad(s, "want: %s TIME", word[0]);
	if (!strcmp(word[0], "tick"))
		return step_add(s, STEP_TICK, at_ns);
	s->end_ns = SCRIPT_BASE_NS + at_ns;
	return true;
}

static bool take_gone(struct script *s, const char *name, uint64_t at_ns)
{
	const struct script_socket *k = script_find(s, name);
	struct step *t = k ? step_add(s, STEP_GONE, at_ns) : NULL;

	if (t)
		t->event = k->now;
	return t;
}

static bool take_step(struct script *s, char **word, int n)
{
	uint64_t at_ns;
	struct step *t;

	if (!words_time(word[0], &at_ns) || n < 3)
		return script_bad(s, "bad line: unknown word '%s'", word[0]);
	if (!strcmp(word[2], "gone"))
		return take_gone(s, word[1], at_ns);
	t = step_add(s, strcmp(word[1], "junk") ? STEP_EVENT : STEP_JUNK, at_ns);
	if (!t)
		return false;
	if (t->kind == STEP_EVENT)
		return script_event(s, t, word + 1, n - 1);
	return words_u64(word[2], &t->junk_bytes) || script_bad(s, "bad number '%s'", word[2]);
}

static bool take_line(struct script *s, char *line)
{
	char *word[WORDS_MAX + 1];
	int n = words_split(line, word);

	if (n < 0)
		return script_bad(s, "too many words, or a bad quote");
	if (!n)
		return true;
	if (!strcmp(word[0], "socket"))
		return take_socket(s, word, n);
	if (!strcmp(word[0], "set"))
		return take_set(s, word, n);
	if (!strcmp(word[0], "options"))
		return take_options(s, word, n);
	if (!strcmp(word[0], "hooks"))
		return take_hooks(s, word, n);
	if (!strcmp(word[0], "cgroup"))
		return take_cgroup(s, word, n);
	if (!strcmp(word[0], "stack"))
		return take_stack(s, word, n);
	if (!strcmp(word[0], "kernel"))
		return take_kernel(s, word, n);
	if (!strcmp(word[0], "expect") || !strcmp(word[0], "untold"))
		return take_expect(s, word, n, 2);
	if (!strcmp(word[0], "expect-tally"))
		return take_expect(s, word, n, 1);
	if (!strcmp(word[0], "tick") || !strcmp(word[0], "end"))
		return take_clock(s, word, n);
	return take_step(s, word, n);
}

static bool take_lines(struct script *s)
{
	char *line = s->cut, *end;

	s->line = 0;
	while (*line) {
		s->line++;
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		if (!take_line(s, line))
			return false;
		if (!end)
			break;
		line = end + 1;
	}
	return s->steps ? true : script_bad(s, "no events");
}

/* Finds the sections. The lines before the first section are the script. */
static bool find_sections(struct script *s)
{
	struct section *now = NULL;
	const char *line = s->text;

	s->head_len = strlen(s->text);
	for (; *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : line + strlen(line)) {
		if (strncmp(line, SECTION, strlen(SECTION)))
			continue;
		if (now)
			now->len = (size_t)(line - now->text);
		else
			s->head_len = (size_t)(line - s->text);
		if (s->sections == SCRIPT_SECTIONS)
			return script_bad(s, "more than %d sections", SCRIPT_SECTIONS);
		now = &s->section[s->sections++];
		now->name = line + strlen(SECTION);
		now->name_len = strcspn(now->name, "\n");
		now->text = now->name + now->name_len + !!now->name[now->name_len];
	}
	if (now)
		now->len = (size_t)(line - now->text);
	return true;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t len = 0, cap = 1 << 20;
	char *text = f ? malloc(cap) : NULL;

	if (text)
		len = fread(text, 1, cap - 1, f);
	if (text)
		text[len] = '\0';
	if (f)
		fclose(f);
	return text;
}

static void set_meta(struct run_info *m)
{
	*m = (struct run_info){ .hostname = "host", .kernel = "6.1.0", .machine = "x86_64",
			    .boot_id = "00000000-0000-4000-8000-000000000000",
			    .boot_to_wall_ns = (int64_t)(WALL_NS - SCRIPT_BASE_NS),
			    .hook = { { "calls", "tracepoint" }, { "late", "tp_btf" },
				      { "reset_sent", "tp_btf" }, { "reset_received", "tp_btf" },
				      { "fin_resent", "tp_btf" }, { "state", "tp_btf" },
				      { "destroy", "tp_btf" } },
			    .nr_hooks = 7 };
}

bool script_load(struct script *s, const char *path)
{
	char *argv[] = { (char[]){ "tcpclose" }, NULL };

	memset(s, 0, sizeof(*s));
	s->path = path;
	s->line = 1;
	set_meta(&s->meta);
	if (options_parse(&s->options, 1, argv, stdout, stderr) >= 0)
		return script_bad(s, "the options line is empty");
	s->text = read_file(path);
	if (!s->text)
		return script_bad(s, "cannot read: %s", strerror(errno));
	if (strncmp(s->text, SPDX, strlen(SPDX)))
		return script_bad(s, "the first line is not '%.*s'", (int)strlen(SPDX) - 1, SPDX);
	if (!find_sections(s))
		return false;
	s->cut = strndup(s->text, s->head_len);
	return s->cut ? take_lines(s) : script_bad(s, "out of memory");
}

void script_release(struct script *s)
{
	for (unsigned i = 0; i < s->expects; i++)
		free(s->expect[i].word);
	text_cache_free(s->cgroups);
	text_cache_free(s->stacks);
	free(s->text);
	free(s->cut);
}
