/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Errors of the command line: one line each on stderr, which quotes the bad value and names the
 * valid ones.
 */
#pragma once

#include <stdio.h>

struct usage_error {
	FILE *err;
	const char *origin;	/* printed before the error, NULL: the command line */
	const char *value;	/* the value being parsed, which usage_error_value() quotes */
	int status;		/* the exit status; -1: no error so far */
};

/* Report "tcpclose: BEFORE'TEXT'AFTER", text escaped and cut. Sets status, returns EINVAL. */
int usage_error_report(struct usage_error *u, int status, const char *before, const char *text,
		       const char *after);

/* As above for u->value and EXIT_USAGE: usage_error_value(u, "bad port ", ": want 1-65535") */
int usage_error_value(struct usage_error *u, const char *before, const char *after);

/*
 * As above, and list the valid words; word(i) is NULL past the last. The word that the value was
 * probably meant to be comes first: "unknown ending 'fourway': did you mean four-way? want ...".
 * With such a word, a long list is left out.
 */
int usage_error_words(struct usage_error *u, const char *before, const char *(*word)(unsigned i));

/* As above for words that are too many to list; `see` names where they are explained. */
int usage_error_nearest(struct usage_error *u, const char *before, const char *(*word)(unsigned i),
			const char *see);

/* Report "tcpclose: MESSAGE" without quoting the bad value. Sets status, returns EINVAL. */
__attribute__((format(printf, 2, 3)))
int usage_error_plain(struct usage_error *u, const char *format, ...);

/* Print such a line that is no error; text may be NULL. */
void usage_warning(struct usage_error *u, const char *before, const char *text, const char *after);

/* Report why getopt rejected word. getopt's own messages are disabled. */
void usage_error_explain(struct usage_error *u, const char *word);
