/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A command line: words that end with a NUL or a newline. If the first word begins with @, the rest
 * of it is TCPCLOSE_OPTS. It must be accepted, or refused with a line that is safe to print to a
 * terminal; warnings may come with it.
 */
#include <stdlib.h>

#include "fuzz.h"

#include "options.h"
#include "../stories/check.h"

#define WORDS 24
#define SAID (1u << 16)

static int split_words(char *text, size_t len, char *argv[WORDS + 1])
{
	static char name[] = "tcpclose";
	int argc = 1;

	argv[0] = name;
	for (size_t i = 0; i < len && argc < WORDS; i += strlen(text + i) + 1)
		argv[argc++] = text + i;
	argv[argc] = NULL;
	return argc;
}

static void check_options(const struct options *o)
{
	HOLDS(o->view && o->capture.max_open && o->capture.buffer_bytes);
	HOLDS(!(o->capture.buffer_bytes & (o->capture.buffer_bytes - 1)));
	HOLDS(o->output.color == COLOR_AUTO || o->output.color == COLOR_ALWAYS ||
	      o->output.color == COLOR_NEVER);
	HOLDS(o->view->formats >> o->view_options.format & 1);
	HOLDS(!o->record.rotate_bytes || o->record.wanted);
	HOLDS(!o->run.command || o->run.command[0]);
	HOLDS((o->view->id == VIEW_SERVE) == (o->serve.listen || o->serve.textfile));
	HOLDS(o->view->source != SOURCE_DOCTOR ||
	      !(o->run.command || o->record.replay || o->record.wanted));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char out_text[SAID], err_text[SAID];
	char *text = malloc(size + 1), *argv[WORDS + 1];
	FILE *out, *err;
	struct options o;
	size_t said;
	int status, words;

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n')
			text[i] = '\0';
	memset(err_text, 0, sizeof(err_text));
	out = fmemopen(out_text, sizeof(out_text), "w");
	err = fmemopen(err_text, sizeof(err_text), "w");
	HOLDS(out && err);
	words = split_words(text, size, argv);
	unsetenv("TCPCLOSE_OPTS");
	if (words > 1 && *argv[1] == '@') {
		HOLDS(!setenv("TCPCLOSE_OPTS", argv[1] + 1, 1));
		words--;
		memmove(&argv[1], &argv[2], (size_t)words * sizeof(*argv));
	}
	status = options_parse(&o, words, argv, out, err);
	fclose(out);
	fclose(err);
	said = strlen(err_text);
	HOLDS(status == -1 || status == EXIT_FINE || status == EXIT_USAGE ||
	      status == EXIT_PERMISSION || status == EXIT_INPUT);
	HOLDS(status <= 0 || said > 0);
	HOLDS(status <= 0 || strchr(err_text, '\n'));
	HOLDS(!said || err_text[said - 1] == '\n');
	HOLDS(!check_output("", err_text, said));
	if (status < 0)
		check_options(&o);
	options_release(&o);
	free(text);
	return 0;
}
