/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options_nats.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "nats_url.h"
#include "option_table.h"
#include "parse.h"
#include "time_units.h"

#define AGE_MIN_NS (60 * NS_PER_S)
#define AGE_MAX_NS (3650 * 86400 * (uint64_t)NS_PER_S)
#define BYTES_MIN (1ull << 20)
#define BYTES_MAX (1ull << 50)
#define REPLICAS_MAX 5		/* of NATS */

static int set_file(struct option_parser *p, const char **to, const char *path)
{
	if (!*path)
		return usage_error_value(&p->error, "bad file ", ": want a path");
	*to = path;
	return 0;
}

int option_set_nats_creds(struct option_parser *p, const char *path)
{
	return set_file(p, &p->o->nats.creds, path);
}

int option_set_nats_ca(struct option_parser *p, const char *path)
{
	return set_file(p, &p->o->nats.ca, path);
}

int option_set_nats_cert(struct option_parser *p, const char *path)
{
	return set_file(p, &p->o->nats.cert, path);
}

int option_set_nats_key(struct option_parser *p, const char *path)
{
	return set_file(p, &p->o->nats.key, path);
}

int option_set_max_age(struct option_parser *p, const char *arg)
{
	uint64_t ns;

	if (!parse_duration(arg, "s", AGE_MAX_NS, &ns) || ns < AGE_MIN_NS)
		return usage_error_value(&p->error, "bad time ",
					 ": want 1m to 3650d, as 12h or 7d");
	p->o->stream.max_age_ns = ns;
	return 0;
}

int option_set_max_bytes(struct option_parser *p, const char *arg)
{
	uint64_t v;

	if (!parse_bytes(arg, BYTES_MIN, BYTES_MAX, &v))
		return usage_error_value(&p->error, "bad size ", ": want one from 1M on, as 500G");
	p->o->stream.max_bytes = v;
	return 0;
}

int option_set_replicas(struct option_parser *p, const char *arg)
{
	uint64_t v;

	if (!parse_u64(arg, 1, REPLICAS_MAX, &v))
		return usage_error_value(&p->error, "bad number of replicas ", ": want 1-5");
	p->o->stream.replicas = (unsigned)v;
	return 0;
}

int option_set_partitions(struct option_parser *p, const char *arg)
{
	p->o->stream.partitions_text = arg;
	return 0;
}

static const char *action_word(unsigned i)
{
	static const char *const words[] = { "init", "info" };

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

int option_set_stream_word(struct option_parser *p, const char *word)
{
	struct options_stream *s = &p->o->stream;

	p->error.value = word;
	if (!s->action) {
		if (strcmp(word, "init") == 0)
			s->action = STREAM_INIT;
		else if (strcmp(word, "info") == 0)
			s->action = STREAM_INFO;
		return s->action ? 0 : usage_error_words(&p->error, "unknown action ", action_word);
	}
	if (s->url)
		return usage_error_value(&p->error, "one word too many, ", "");
	s->url = word;
	return 0;
}

/* Given on the command line, where it is an error if it cannot apply? */
static bool is_required(const struct option_parser *p, int key)
{
	return option_is_given(p, key) && !p->given_in_env[option_index(key)];
}

static int check_partitions(struct option_parser *p)
{
	struct options_stream *s = &p->o->stream;
	uint64_t v;

	if (!s->partitions_text)
		return 0;
	p->error.value = s->partitions_text;
	if (!parse_u64(s->partitions_text, 1, NATS_PARTITIONS_MAX, &v) || (v & (v - 1)))
		return usage_error_value(&p->error, "bad number of partitions ",
					 ": want a power of two from 1 to 64");
	s->partitions = (unsigned)v;
	return 0;
}

/* What init sets, info does not use; and what is not text, init does not print. */
static int check_action(struct option_parser *p)
{
	static const int of_init[] = { KEY_MAX_AGE, KEY_MAX_BYTES, KEY_REPLICAS, KEY_PARTITIONS };
	bool init = p->o->stream.action == STREAM_INIT;

	for (size_t i = 0; i < sizeof(of_init) / sizeof(*of_init) && !init; i++)
		if (is_required(p, of_init[i]))
			return usage_error_plain(&p->error, "--%s requires stream init",
						 option_at(option_index(of_init[i]))->argp.name);
	if (init && is_required(p, 'j'))
		return usage_error_plain(&p->error, "--json requires stream info");
	if (init && is_required(p, KEY_FIELDS))
		return usage_error_plain(&p->error, "--fields requires stream info");
	return 0;
}

static int check_stream(struct option_parser *p)
{
	struct options_stream *s = &p->o->stream;
	struct nats_url url;
	const char *why;

	if (!s->action || !s->url)
		return usage_error_plain(&p->error, "stream requires %s: want stream init|info "
					 "nats://HOST[:PORT][,HOST...]/[STREAM]",
					 s->action ? "an address" : "an action and an address");
	p->error.value = s->url;
	if (!nats_url_parse(s->url, &url, &why)) {
		char after[256] = ": ";

		strncat(after, why, sizeof(after) - 3);
		return usage_error_value(&p->error, "bad address ", after);
	}
	return check_partitions(p) ?: check_action(p);
}

/* Does the command line name a NATS server? */
static bool has_address(const struct options *o)
{
	if (o->view->source == SOURCE_STREAM)
		return true;
	for (unsigned i = 0; i < o->record.nr_replays; i++)
		if (nats_url_is_one(o->record.replays[i]))
			return true;
	return o->record.wanted && o->record.path && nats_url_is_one(o->record.path);
}

int options_nats_check(struct option_parser *p)
{
	static const int keys[] = { KEY_NATS_CREDS, KEY_NATS_CA, KEY_NATS_CERT, KEY_NATS_KEY };
	struct options *o = p->o;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys) && !has_address(o); i++)
		if (is_required(p, keys[i]))
			return usage_error_plain(&p->error, "--%s requires an address nats://HOST: "
						 "%s has none",
						 option_at(option_index(keys[i]))->argp.name,
						 o->view->name);
	if (is_required(p, KEY_NATS_KEY) && !o->nats.cert)
		return usage_error_plain(&p->error, "--nats-key requires --nats-cert");
	return o->view->source == SOURCE_STREAM ? check_stream(p) : 0;
}
