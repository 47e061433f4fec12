/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "usage_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "exit_status.h"
#include "buf.h"
#include "edit_distance.h"
#include "escape.h"
#include "option_table.h"

#define QUOTE_WIDTH 80		/* columns of a bad value that are shown */
#define WORDS_LISTED 50		/* if there is a suggestion, a longer list is left out */

void usage_warning(struct usage_error *u, const char *before, const char *text, const char *after)
{
	struct buf b = { 0 };

	buf_str(&b, "tcpclose: ");
	if (u->origin)
		buf_str(&b, u->origin);
	buf_str(&b, before);
	if (text) {
		buf_char(&b, '\'');
		if (escape_for_terminal(&b, text, strlen(text), QUOTE_WIDTH) < strlen(text))
			buf_str(&b, "..");
		buf_char(&b, '\'');
	}
	buf_str(&b, after);
	buf_char(&b, '\n');
	if (b.len)
		fwrite(b.data, 1, b.len, u->err);
	buf_release(&b);
}

int usage_error_report(struct usage_error *u, int status, const char *before, const char *text,
		       const char *after)
{
	usage_warning(u, before, text, after);
	u->status = status;
	return EINVAL;
}

int usage_error_value(struct usage_error *u, const char *before, const char *after)
{
	return usage_error_report(u, EXIT_USAGE, before, u->value, after);
}

/* Return the valid word that the value was probably meant to be; NULL if it resembles none. */
static const char *find_nearest_word(const char *value, const char *(*word)(unsigned i))
{
	const char *nearest = NULL;

	for (unsigned i = 0; word(i); i++)
		if (edit_is_near(value, word(i)) &&
		    (!nearest || edit_distance(value, word(i)) < edit_distance(value, nearest)))
			nearest = word(i);
	return nearest;
}

/* Append "did you mean --color? ", or nothing. */
static void append_suggestion(struct buf *b, const char *dashes, const char *word)
{
	if (!word)
		return;
	buf_str(b, "did you mean ");
	buf_str(b, dashes);
	buf_str(b, word);
	buf_str(b, "? ");
}

static bool has_more_words(const char *(*word)(unsigned i), unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!word(i))
			return false;
	return word(n);
}

int usage_error_words(struct usage_error *u, const char *before, const char *(*word)(unsigned i))
{
	const char *nearest = find_nearest_word(u->value, word);
	struct buf b = { 0 };
	int rc;

	if (nearest && has_more_words(word, WORDS_LISTED))
		return usage_error_nearest(u, before, word, "see tcpclose(8)");
	buf_str(&b, ": ");
	append_suggestion(&b, "", nearest);
	for (unsigned i = 0; word(i); i++) {
		buf_str(&b, i ? ", " : "want ");
		buf_str(&b, word(i));
	}
	buf_char(&b, '\0');
	rc = usage_error_value(u, before, b.failed ? "" : b.data);
	buf_release(&b);
	return rc;
}

int usage_error_nearest(struct usage_error *u, const char *before, const char *(*word)(unsigned i),
			const char *see)
{
	struct buf b = { 0 };
	int rc;

	buf_str(&b, ": ");
	append_suggestion(&b, "", find_nearest_word(u->value, word));
	buf_str(&b, see);
	buf_char(&b, '\0');
	rc = usage_error_value(u, before, b.failed ? "" : b.data);
	buf_release(&b);
	return rc;
}

int usage_error_plain(struct usage_error *u, const char *format, ...)
{
	va_list args;

	fprintf(u->err, "tcpclose: %s", u->origin ?: "");
	va_start(args, format);
	vfprintf(u->err, format, args);
	va_end(args);
	fputc('\n', u->err);
	u->status = EXIT_USAGE;
	return EINVAL;
}

/*
 * Find an option whose name starts with the first len bytes of name. *matches is the number of such
 * options, 1 if one has exactly that name.
 */
static const struct option_row *find_by_prefix(const char *name, size_t len, unsigned *matches)
{
	const struct option_row *found = NULL, *o;

	*matches = 0;
	for (unsigned i = 0; (o = option_at(i)); i++) {
		if (!o->argp.name || strncmp(o->argp.name, name, len) != 0)
			continue;
		++*matches;
		found = o;
		if (strlen(o->argp.name) == len) {
			*matches = 1;
			break;
		}
	}
	return found;
}

/* The names of the options as words, the hidden ones left out. */
static const char *option_word(unsigned i)
{
	const struct option_row *o;

	for (unsigned k = 0; (o = option_at(k)); k++)
		if (option_is_shown(o) && i-- == 0)
			return o->argp.name;
	return NULL;
}

/* "unknown option '--colour': did you mean --color? see tcpclose --help" */
static void report_unknown_option(struct usage_error *u, const char *name)
{
	struct buf b = { 0 };

	buf_str(&b, ": ");
	append_suggestion(&b, "--", find_nearest_word(name + strlen("--"), option_word));
	buf_str(&b, "see tcpclose --help");
	buf_char(&b, '\0');
	usage_error_report(u, EXIT_USAGE, "unknown option ", name, b.failed ? "" : b.data);
	buf_release(&b);
}

static void explain_long_option(struct usage_error *u, const char *word)
{
	size_t len = strcspn(word, "=");
	char *name = strndup(word, len);
	unsigned matches;
	const struct option_row *found = find_by_prefix(word + 2, len - 2, &matches);

	if (matches == 0)
		report_unknown_option(u, name ? name : word);
	else if (matches > 1)
		usage_error_report(u, EXIT_USAGE, "ambiguous option ", name ? name : word,
				   ": see tcpclose --help");
	else
		usage_error_report(u, EXIT_USAGE, "option ", name ? name : word, found->argp.arg ?
				   " needs a value: see tcpclose --help" :
				   " takes no value: see tcpclose --help");
	free(name);
}

static const struct option_row *find_by_letter(char letter)
{
	const struct option_row *o;

	for (unsigned i = 0; (o = option_at(i)); i++)
		if (o->argp.name && o->argp.key == letter)
			return o;
	return NULL;
}

static void explain_short_option(struct usage_error *u, const char *word)
{
	for (word++; *word; word++) {
		const struct option_row *o = find_by_letter(*word);
		char name[] = { '-', *word, '\0' };

		if (o && !o->argp.arg)
			continue;
		usage_error_report(u, EXIT_USAGE, o ? "option " : "unknown option ", name,
				   o ? " needs a value: see tcpclose --help" :
				   ": see tcpclose --help");
		return;
	}
}

void usage_error_explain(struct usage_error *u, const char *word)
{
	u->value = word;
	if (strncmp(word, "--", 2) == 0)
		explain_long_option(u, word);
	else if (word[0] == '-')
		explain_short_option(u, word);
	if (u->status < 0)
		usage_error_value(u, "cannot parse ", ": see tcpclose --help");
}
