/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "partition_hash.h"
#include "syscall_names.h"

/* Append a line. Newlines in the value (a hostname may have any bytes) become '?'. */
static void put_line(struct buf *b, const char *key, const char *value)
{
	buf_str(b, key);
	buf_char(b, ' ');
	for (; *value; value++)
		buf_char(b, *value == '\n' ? '?' : *value);
	buf_char(b, '\n');
}

/* calls: those to put, NULL: all that this machine has. */
static void put_syscalls(struct buf *b, const char *key, bool compat,
			 const struct record_syscalls *calls)
{
	for (int nr = 0; nr < RECORD_SYSCALLS; nr++) {
		const char *name = syscall_name(nr, compat);

		if (!name || (calls && !(calls->used[compat][nr / 64] >> nr % 64 & 1)))
			continue;
		buf_str(b, key);
		buf_char(b, ' ');
		buf_i64(b, nr);
		buf_char(b, ' ');
		buf_str(b, name);
		buf_char(b, '\n');
	}
}

/* What is needed to decode the events. */
static void put_format(struct buf *b, unsigned schema)
{
	buf_str(b, "schema ");
	buf_u64(b, schema);
	buf_str(b, "\nevent_size ");
	buf_u64(b, sizeof(struct event));
	put_line(b, "\nbyte_order", RECORD_BYTE_ORDER);
}

static void put_tool(struct buf *b, const struct run_info *m)
{
	put_line(b, "tool", TCPCLOSE_VERSION);
	put_line(b, "kernel", m->kernel);
	put_line(b, "machine", m->machine);
}

/* What the run sees. */
static void put_abilities(struct buf *b, const struct run_info *m)
{
	for (unsigned i = 0; i < m->nr_hooks; i++) {
		buf_str(b, "hook ");
		put_line(b, m->hook[i].name, m->hook[i].how);
	}
	put_line(b, "exe", m->exe ? "proc" : "none");
	if (m->tree)
		put_line(b, "tree", "command");
}

void record_header_write_run(struct buf *b, const struct run_info *m)
{
	put_tool(b, m);
	put_abilities(b, m);
}

void record_header_write(struct buf *b, const struct run_info *m)
{
	buf_str(b, RECORD_MAGIC);
	put_format(b, m->merged ? RECORD_SCHEMA_MERGED : EVENT_SCHEMA);
	put_tool(b, m);
	put_line(b, "hostname", m->hostname);
	if (m->host[0])
		put_line(b, "host", m->host);
	put_line(b, "boot_id", m->boot_id);
	if (m->merged)
		put_line(b, "merged", "hosts");
	buf_str(b, "boot_to_wall_ns ");
	buf_i64(b, m->boot_to_wall_ns);
	buf_char(b, '\n');
	put_abilities(b, m);
	put_syscalls(b, "syscall", false, NULL);
	put_syscalls(b, "syscall32", true, NULL);
}

static void put_rate(struct buf *b, uint32_t millionths)
{
	buf_str(b, "rate ");
	buf_u64(b, millionths / SAMPLING_ALL);
	buf_char(b, '.');
	buf_digits(b, millionths % SAMPLING_ALL, 6);
	buf_char(b, '\n');
}

static void put_stream_host(struct buf *b, const struct run_info *m, const char *run)
{
	put_line(b, "host", m->host);
	put_line(b, "boot_id", m->boot_id);
	buf_str(b, "boot_to_wall_ns ");
	buf_i64(b, m->boot_to_wall_ns);
	put_line(b, "\nrun", run);
}

void record_header_write_heartbeat(struct buf *b, const struct run_info *m, const char *run,
				   uint32_t rate)
{
	put_format(b, EVENT_SCHEMA);
	put_stream_host(b, m, run);
	put_rate(b, rate);
	record_header_write_run(b, m);
}

void record_header_write_segment(struct buf *b, const struct run_info *m,
				 const struct record_segment *segment,
				 const struct record_syscalls *calls)
{
	buf_str(b, RECORD_MAGIC);
	put_format(b, EVENT_SCHEMA);
	put_stream_host(b, m, segment->run);
	buf_str(b, "partition ");
	buf_u64(b, segment->partition);
	buf_str(b, "\nsequence ");
	buf_u64(b, segment->sequence);
	buf_char(b, '\n');
	put_rate(b, segment->rate);
	if (!segment->sequence)
		record_header_write_run(b, m);
	put_syscalls(b, "syscall", false, calls);
	put_syscalls(b, "syscall32", true, calls);
}

/* Copy one of the tool's own words. Anything else is refused, because views print it unescaped. */
static bool parse_hook_word(char to[RECORD_WORD], const char *from, size_t len)
{
	if (!len || len >= RECORD_WORD)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", from[i]) || !from[i])
			return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

static void parse_hook(struct record_header *h, const char *value)
{
	unsigned n = h->meta.nr_hooks;
	size_t len = strcspn(value, " ");

	if (n == RUN_INFO_HOOKS || !value[len] || !parse_hook_word(h->hook[n][0], value, len) ||
	    !parse_hook_word(h->hook[n][1], value + len + 1, strlen(value + len + 1)))
		return;
	h->meta.hook[n] = (struct hook){ h->hook[n][0], h->hook[n][1] };
	h->meta.nr_hooks++;
}

/*
 * Return this machine's number for the system call that the recorder knew as nr, -1 if there is
 * none. Tries nr first, since most recordings come from the same architecture.
 */
static int16_t find_syscall_number(long nr, const char *name, bool compat)
{
	const char *ours = syscall_name((int)nr, compat);

	if (ours && !strcmp(ours, name))
		return (int16_t)nr;
	for (int i = 0; i < RECORD_SYSCALLS; i++) {
		ours = syscall_name(i, compat);
		if (ours && !strcmp(ours, name))
			return (int16_t)i;
	}
	return -1;
}

static void parse_syscall(struct record_header *h, const char *value, bool compat)
{
	char *name;
	long nr = strtol(value, &name, 10);

	if (nr < 0 || nr >= RECORD_SYSCALLS || *name != ' ')
		return;
	h->syscall[compat][nr] = find_syscall_number(nr, name + 1, compat);
	if (h->syscall[compat][nr] != nr)
		h->syscalls_differ = true;
}

static void copy_text(char to[RUN_INFO_TEXT], const char *value)
{
	snprintf(to, RUN_INFO_TEXT, "%s", value);
}

/* The number of a run: exactly 32 hexadecimal digits in lower case. */
static void parse_run(struct record_segment *s, const char *value)
{
	size_t len = strspn(value, "0123456789abcdef");

	s->present = len == RECORD_RUN_BYTES - 1 && !value[len];
	if (s->present)
		memcpy(s->run, value, RECORD_RUN_BYTES);
}

bool record_header_parse_rate(const char *text, uint32_t *millionths)
{
	uint32_t unit = SAMPLING_ALL, n;

	if ((*text != '0' && *text != '1') || (text[1] && text[1] != '.'))
		return false;
	n = (uint32_t)(*text - '0') * unit;
	for (text += text[1] ? 2 : 1; *text >= '0' && *text <= '9' && unit > 1; text++) {
		unit /= 10;
		n += (uint32_t)(*text - '0') * unit;
	}
	*millionths = n;
	return !*text && n && n <= SAMPLING_ALL;
}

static void parse_segment_line(struct record_header *h, const char *key, const char *value)
{
	struct record_segment *s = &h->segment;

	if (!strcmp(key, "run"))
		parse_run(s, value);
	else if (!strcmp(key, "partition"))
		s->partition = (unsigned)strtoul(value, NULL, 10);
	else if (!strcmp(key, "sequence"))
		s->sequence = strtoull(value, NULL, 10);
	else if (!strcmp(key, "rate") && !record_header_parse_rate(value, &s->rate))
		s->rate = SAMPLING_ALL;
}

static void parse_line(struct record_header *h, const char *key, const char *value)
{
	struct run_info *m = &h->meta;

	if (!strcmp(key, "schema"))
		h->schema = strtoul(value, NULL, 10);
	else if (!strcmp(key, "event_size"))
		h->event_size = strtoul(value, NULL, 10);
	else if (!strcmp(key, "byte_order"))
		h->byte_order = !strcmp(value, RECORD_BYTE_ORDER);
	else if (!strcmp(key, "tool"))
		copy_text(h->tool, value);
	else if (!strcmp(key, "kernel"))
		copy_text(m->kernel, value);
	else if (!strcmp(key, "machine"))
		copy_text(m->machine, value);
	else if (!strcmp(key, "hostname"))
		copy_text(m->hostname, value);
	else if (!strcmp(key, "host"))
		copy_text(m->host, value);
	else if (!strcmp(key, "boot_id"))
		copy_text(m->boot_id, value);
	else if (!strcmp(key, "boot_to_wall_ns"))
		m->boot_to_wall_ns = strtoll(value, NULL, 10);
	else if (!strcmp(key, "exe"))
		m->exe = !strcmp(value, "proc");
	else if (!strcmp(key, "merged"))
		m->merged = true;
	else if (!strcmp(key, "tree"))
		m->tree = true;
	else if (!strcmp(key, "hook"))
		parse_hook(h, value);
	else if (!strcmp(key, "syscall"))
		parse_syscall(h, value, false);
	else if (!strcmp(key, "syscall32"))
		parse_syscall(h, value, true);
	else
		parse_segment_line(h, key, value);
}

static bool is_readable(const struct record_header *h, char why[RECORD_WHY])
{
	if (h->schema != (h->meta.merged ? RECORD_SCHEMA_MERGED : EVENT_SCHEMA))
		snprintf(why, RECORD_WHY, "it has schema %lu, written by tcpclose %s; "
			 "this version reads schema %d", h->schema, h->tool, EVENT_SCHEMA);
	else if (!h->byte_order)
		snprintf(why, RECORD_WHY, "it was recorded on a machine (%s) with the other byte "
			 "order; this machine is " RECORD_BYTE_ORDER "-endian", h->meta.machine);
	else if (h->event_size != sizeof(struct event))
		snprintf(why, RECORD_WHY, "its events have %lu bytes; this version reads %zu",
			 h->event_size, sizeof(struct event));
	else
		return true;
	return false;
}

bool record_header_parse(struct record_header *h, const char *text, size_t len,
			 char why[RECORD_WHY])
{
	const char *end = text + len, *eol;
	char line[256];

	memset(h, 0, sizeof(*h));
	h->segment.rate = SAMPLING_ALL;
	memset(h->syscall, 0xff, sizeof(h->syscall));
	if (len < strlen(RECORD_MAGIC) || memcmp(text, RECORD_MAGIC, strlen(RECORD_MAGIC))) {
		snprintf(why, RECORD_WHY, "it is not a tcpclose recording");
		return false;
	}
	for (text += strlen(RECORD_MAGIC); text < end; text = eol + 1) {
		size_t n, key;

		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			break;
		n = (size_t)(eol - text);
		if (n >= sizeof(line))
			continue;
		memcpy(line, text, n);
		line[n] = '\0';
		key = strcspn(line, " ");
		if (!line[key])
			continue;
		line[key] = '\0';
		parse_line(h, line, line + key + 1);
	}
	return is_readable(h, why);
}

void record_header_copy(struct record_header *to, const struct record_header *from)
{
	*to = *from;
	for (unsigned i = 0; i < to->meta.nr_hooks; i++)
		to->meta.hook[i] = (struct hook){ to->hook[i][0], to->hook[i][1] };
}
