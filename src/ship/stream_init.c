/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_init.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "fmt.h"
#include "nats_url.h"
#include "parse.h"

#define CONFIG_MAGIC "tcpclose config\n"
#define CLUSTER_REPLICAS 3
#define LEAST_BYTES (64 << 20)	/* of a stream that is made smaller to fit */

static bool is_hex(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdef") >= len;
}

static bool take_config_line(struct stream_config *config, const char *line)
{
	uint64_t n;

	if (strncmp(line, "partitions ", 11) == 0) {
		if (!parse_u64(line + 11, 1, NATS_PARTITIONS_MAX, &n) || n & (n - 1))
			return false;
		config->partitions = (unsigned)n;
	} else if (strncmp(line, "hash_key ", 9) == 0) {
		if (strlen(line + 9) != 32 || !is_hex(line + 9, 32))
			return false;
		strcpy(config->hash_key, line + 9);
	}
	return true;
}

bool stream_config_parse(const char *text, size_t len, struct stream_config *config)
{
	const char *end = text + len;
	size_t magic = strlen(CONFIG_MAGIC);

	*config = (struct stream_config){ 0 };
	if (len < magic || memcmp(text, CONFIG_MAGIC, magic) != 0)
		return false;
	for (text += magic; text < end;) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);
		char line[128];

		if (n < sizeof(line)) {
			memcpy(line, text, n);
			line[n] = '\0';
			if (!take_config_line(config, line))
				return false;
		}
		text += n + 1;
	}
	return config->partitions && *config->hash_key;
}

int stream_config_read(struct nats_client *c, const char *stream, struct stream_config *config,
		       char why[NATS_WHY_BYTES])
{
	struct nats_last last;
	int found = nats_last(c, stream, NATS_SUBJECT ".config", &last, why);

	if (found <= 0)
		return found;
	if (stream_config_parse(last.text, last.len, config))
		return 1;
	snprintf(why, NATS_WHY_BYTES, "%s: what it has is not a configuration", stream);
	return -1;
}

static void put_age(struct buf *b, int64_t ns)
{
	if (ns > 0)
		fmt_age(b, (uint64_t)ns);
	else
		buf_str(b, "unlimited");
}

static void put_size(struct buf *b, int64_t bytes)
{
	if (bytes > 0)
		fmt_bytes(b, (uint64_t)bytes);
	else
		buf_str(b, "unlimited");
}

/* "max age 7d -> 30d", with a comma if it is not the first. */
static void begin_change(struct buf *b, unsigned *changes, const char *what)
{
	buf_str(b, (*changes)++ ? ", " : ": ");
	buf_str(b, what);
	buf_char(b, ' ');
}

static void change_replicas(struct nats_stream *s, unsigned replicas, struct buf *b,
			    unsigned *changes)
{
	if (!replicas || s->replicas == (int)replicas)
		return;
	begin_change(b, changes, "replicas");
	buf_i64(b, s->replicas);
	buf_str(b, " -> ");
	buf_u64(b, replicas);
	s->replicas = (int)replicas;
}

static void change_limits(struct nats_stream *s, const struct stream_wanted *w, struct buf *b,
			  unsigned *changes)
{
	if (w->max_age_ns && s->max_age_ns != (int64_t)w->max_age_ns) {
		begin_change(b, changes, "max age");
		put_age(b, s->max_age_ns);
		buf_str(b, " -> ");
		put_age(b, (int64_t)w->max_age_ns);
		s->max_age_ns = (int64_t)w->max_age_ns;
	}
	if (w->max_bytes && s->max_bytes != (int64_t)w->max_bytes) {
		begin_change(b, changes, "max bytes");
		put_size(b, s->max_bytes);
		buf_str(b, " -> ");
		put_size(b, (int64_t)w->max_bytes);
		s->max_bytes = (int64_t)w->max_bytes;
	}
}

/* What a stream of that name must be to be ours. Nothing of it can be changed, or should be. */
static bool is_ours(const struct nats_stream *there, const struct nats_stream *wanted,
		    char why[NATS_WHY_BYTES])
{
	const char *what = NULL;

	if (there->subjects != 1 || strcmp(there->subject, wanted->subject) != 0)
		what = "other subjects";
	else if (there->in_memory)
		what = "its messages in memory";
	else if (there->discards_new)
		what = "the rule to refuse new messages when it is full";
	else if (there->max_per_subject != wanted->max_per_subject)
		what = "another number of messages per subject";
	if (!what)
		return true;
	snprintf(why, NATS_WHY_BYTES, "%s exists and has %s (%.63s): want another name, or delete "
		 "it", there->name, what, there->subject);
	return false;
}

/*
 * In a cluster three replicas, else one: the server knows which. A server with little room gets a
 * smaller stream, unless the size was asked for.
 */
static bool create(struct nats_client *c, struct nats_stream *s, const struct stream_wanted *w,
		   char why[NATS_WHY_BYTES])
{
	enum nats_stream_error error;

	s->replicas = w->replicas ? (int)w->replicas : CLUSTER_REPLICAS;
	for (;;) {
		error = nats_stream_make(c, s, false, why);
		if (error == NATS_STREAM_NO_REPLICAS && !w->replicas && s->replicas > 1)
			s->replicas = 1;
		else if (error == NATS_STREAM_NO_ROOM && !w->max_bytes &&
			 s->max_bytes > LEAST_BYTES)
			s->max_bytes /= 8;
		else
			break;
	}
	if (error == NATS_STREAM_NO_ROOM)
		snprintf(why + strlen(why), NATS_WHY_BYTES - strlen(why), ": want a smaller "
			 "--max-bytes");
	return error == NATS_STREAM_FINE;
}

static bool update(struct nats_client *c, const struct nats_stream *s, char why[NATS_WHY_BYTES])
{
	return nats_stream_make(c, s, true, why) == NATS_STREAM_FINE;
}

static void report_created(struct buf *b, const struct nats_stream *s)
{
	buf_str(b, ": created, max age ");
	put_age(b, s->max_age_ns);
	buf_str(b, ", max bytes ");
	put_size(b, s->max_bytes);
	buf_str(b, s->replicas == 1 ? ", 1 replica\n" : ", ");
	if (s->replicas != 1) {
		buf_i64(b, s->replicas);
		buf_str(b, " replicas\n");
	}
}

/* events: the stream whose limits --max-age and --max-bytes set. Its messages: *messages. */
static bool make_stream(struct nats_client *c, const struct nats_stream *wanted, bool events,
			const struct stream_wanted *w, struct buf *b, uint64_t *messages,
			char why[NATS_WHY_BYTES])
{
	struct nats_stream s = *wanted, there;
	enum nats_stream_error error = nats_stream_info(c, wanted->name, &there, why);
	unsigned changes = 0;
	size_t start = b->len;

	if (error == NATS_STREAM_FAILED)
		return false;
	if (error == NATS_STREAM_MISSING) {
		if (!create(c, &s, w, why))
			return false;
		buf_str(b, s.name);
		report_created(b, &s);
		return true;
	}
	*messages = there.messages;
	if (!is_ours(&there, wanted, why))
		return false;
	if (w->replicas > 1 && !*there.leader) {	/* 2.9 would accept it, without effect */
		snprintf(why, NATS_WHY_BYTES, "%s: %u replicas need a cluster with a leader",
			 there.name, w->replicas);
		return false;
	}
	buf_str(b, there.name);
	if (events)
		change_limits(&there, w, b, &changes);
	change_replicas(&there, w->replicas, b, &changes);
	if (there.duplicates_ns < STREAM_DUPLICATES_NS &&
	    (there.max_age_ns <= 0 || there.max_age_ns >= STREAM_DUPLICATES_NS)) {
		begin_change(b, &changes, "duplicate window 10min");
		there.duplicates_ns = STREAM_DUPLICATES_NS;
	}
	buf_str(b, changes ? "\n" : ": unchanged\n");
	if (!changes || update(c, &there, why))
		return true;
	b->len = start;	/* nothing of it was done */
	return false;
}

static bool write_config(struct nats_client *c, unsigned partitions, const char *key,
			 char why[NATS_WHY_BYTES])
{
	uint64_t random[2];
	char text[128], new_key[33];
	int len;

	if (!key) {
		if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
			snprintf(why, NATS_WHY_BYTES, "no random numbers: %s", strerror(errno));
			return false;
		}
		snprintf(new_key, sizeof(new_key), "%016" PRIx64 "%016" PRIx64, random[0],
			 random[1]);
		key = new_key;
	}
	len = snprintf(text, sizeof(text), CONFIG_MAGIC "partitions %u\nhash_key %s\n", partitions,
		       key);
	return nats_store(c, NATS_SUBJECT ".config", text, (size_t)len, why);
}

/* Recorders and readers must agree on the partition of every event that the stream has. */
static bool make_config(struct nats_client *c, const char *stream, unsigned partitions,
			uint64_t messages, struct buf *b, char why[NATS_WHY_BYTES])
{
	struct stream_config config;
	int found = stream_config_read(c, stream, &config, why);

	if (found < 0)
		return false;
	if (found && (!partitions || config.partitions == partitions)) {
		buf_str(b, "configuration: unchanged, partitions ");
	} else if (found && messages) {
		snprintf(why, NATS_WHY_BYTES, "partitions: there are %u, not %u, and they cannot "
			 "change while the stream has events", config.partitions, partitions);
		return false;
	} else {
		config.partitions = partitions ?: 1;
		if (!write_config(c, config.partitions, found ? config.hash_key : NULL, why))
			return false;
		buf_str(b, "configuration: partitions ");
	}
	buf_u64(b, config.partitions);
	buf_char(b, '\n');
	return true;
}

bool stream_init(struct nats_client *c, const struct stream_wanted *w, struct buf *b,
		 char why[NATS_WHY_BYTES])
{
	struct nats_stream events = { .subject = NATS_SUBJECT ".events.*.*",
				      .max_age_ns = (int64_t)(w->max_age_ns ?: STREAM_MAX_AGE_NS),
				      .max_bytes = (int64_t)(w->max_bytes ?: STREAM_MAX_BYTES) };
	struct nats_stream hosts = { .subject = NATS_SUBJECT ".hosts.*", .max_per_subject = 1,
				     .max_age_ns = STREAM_MAX_AGE_NS };
	struct nats_stream config = { .subject = NATS_SUBJECT ".config", .max_per_subject = 1 };
	uint64_t messages = 0, others;

	events.duplicates_ns = hosts.duplicates_ns = config.duplicates_ns = STREAM_DUPLICATES_NS;
	if (events.max_age_ns < STREAM_DUPLICATES_NS)
		events.duplicates_ns = events.max_age_ns;
	events.max_per_subject = -1;
	snprintf(events.name, sizeof(events.name), "%s", w->events);
	snprintf(hosts.name, sizeof(hosts.name), "%s_HOSTS", w->events);
	snprintf(config.name, sizeof(config.name), "%s_CONFIG", w->events);
	return make_stream(c, &events, true, w, b, &messages, why) &&
	       make_stream(c, &hosts, false, w, b, &others, why) &&
	       make_stream(c, &config, false, w, b, &others, why) &&
	       make_config(c, config.name, w->partitions, messages, b, why);
}
