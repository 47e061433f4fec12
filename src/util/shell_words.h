/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Splits a text into words as a shell does: at blanks, outside of '...' and "...". A backslash
 * makes the next character an ordinary one, inside "..." only before " and another backslash.
 * Nothing is expanded. Pure.
 */
#pragma once

#include <stdbool.h>

struct shell_words {
	char **word;		/* n words, then NULL */
	unsigned n;
	char *bytes;		/* of the words */
};

/*
 * Split the text. Returns 0, -EINVAL if a quote is not closed or a backslash ends the text, or
 * -ENOMEM. Release the words in any case.
 */
int shell_words_split(struct shell_words *w, const char *text);
void shell_words_release(struct shell_words *w);
