/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "shell_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Copy a word to *to, without its quotes. Returns the rest of the text, NULL if a quote is open. */
static const char *copy_word(char **to, const char *text)
{
	char quote = '\0';

	for (; *text && (quote || !is_blank(*text)); text++) {
		bool escapes = *text == '\\' &&
			       (!quote || (quote == '"' && (text[1] == '"' || text[1] == '\\')));

		if (escapes && !*++text)
			return NULL;
		if (escapes || (quote ? *text != quote : *text != '\'' && *text != '"'))
			*(*to)++ = *text;
		else
			quote = quote ? '\0' : *text;
	}
	*(*to)++ = '\0';
	return quote ? NULL : text;
}

int shell_words_split(struct shell_words *w, const char *text)
{
	size_t len = strlen(text);
	char *to;

	*w = (struct shell_words){ .bytes = malloc(len + 1),
				   .word = calloc(len / 2 + 2, sizeof(*w->word)) };
	if (!w->bytes || !w->word)
		return -ENOMEM;
	to = w->bytes;
	for (;;) {
		while (is_blank(*text))
			text++;
		if (!*text)
			return 0;
		w->word[w->n++] = to;
		text = copy_word(&to, text);
		if (!text)
			return -EINVAL;
	}
}

void shell_words_release(struct shell_words *w)
{
	free(w->bytes);
	free(w->word);
	*w = (struct shell_words){ .n = 0 };
}
