/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The options that print a text and end the parsing: --help, --version and --document.
 */
#include <errno.h>
#include <string.h>

#include "completions.h"
#include "docgen.h"
#include "option_table.h"
#include "option_values.h"

#define HELP_COLUMNS 80

/* Print the names of the options that apply to the view, in lines of at most HELP_COLUMNS. */
static void print_view_options(FILE *out, const struct view *v)
{
	const struct option_row *o;
	size_t column = HELP_COLUMNS;

	fputs("\nOptions (tcpclose --help explains them):", out);
	for (unsigned i = 0; (o = option_at(i)); i++) {
		size_t len;

		if (!option_is_shown(o) || !option_applies(o->views, v->id, false))
			continue;
		len = strlen(" --") + strlen(o->argp.name);
		if (column + len >= HELP_COLUMNS) {
			fputs("\n ", out);
			column = 1;
		}
		fprintf(out, " --%s", o->argp.name);
		column += len;
	}
	fputc('\n', out);
}

/* Print the help of a view. It ends with the examples, so the options come before them. */
static void print_view_help(FILE *out, const struct view *v)
{
	const char *examples = strstr(v->manual, "\nExamples:\n");
	size_t len = examples ? (size_t)(examples - v->manual) : strlen(v->manual);

	fprintf(out, "Usage: tcpclose %s %s%s[OPTION...]%s\n\n%.*s", v->name,
		v->has_intervals ? "[TIME] " : v->words ? v->words : "", v->words ? " " : "",
		option_applies(option_command_views(), v->id, false) ?
		" [-- COMMAND [ARG...]]" : "", (int)len, v->manual);
	print_view_options(out, v);
	if (examples)
		fputs(examples, out);
}

int option_print_help(struct option_parser *p, const char *arg)
{
	const struct view *v = p->view ? p->view : p->json_word ? view_at(VIEW_JSON) : NULL;
	char name[] = "tcpclose";

	(void)arg;
	p->error.status = EXIT_FINE;
	if (v) {
		print_view_help(p->out, v);
		return ECANCELED;
	}
	fputs("Usage: tcpclose [VIEW] [OPTION...] [-- COMMAND [ARG...]]\n", p->out);
	argp_help(&p->argp, p->out, ARGP_HELP_PRE_DOC, name);
	fputs("\n Views:\n", p->out);
	for (unsigned i = 0; view_at(i); i++)
		fprintf(p->out, "  %-10s %s\n", view_at(i)->name, view_at(i)->help);
	fputs("\n VIEW --help explains the view and lists its options.\n\n", p->out);
	argp_help(&p->argp, p->out, ARGP_HELP_LONG | ARGP_HELP_POST_DOC, name);
	return ECANCELED;
}

int option_print_version(struct option_parser *p, const char *arg)
{
	(void)arg;
	fprintf(p->out, "tcpclose %s\n", TCPCLOSE_VERSION);
	p->error.status = EXIT_FINE;
	return ECANCELED;
}

static const struct {
	const char *word;
	void (*print)(FILE *out);
} documents[] = {
	{ "bash", completions_print_bash }, { "zsh", completions_print_zsh },
	{ "fish", completions_print_fish }, { "views", docgen_views },
	{ "options", docgen_options }, { "metrics", docgen_metrics },
	{ "metric-names", docgen_metric_names },
};

#define DOCUMENTS (sizeof(documents) / sizeof(*documents))

const char *option_document_word(unsigned i)
{
	return i < DOCUMENTS ? documents[i].word : NULL;
}

/* Used by the build, to make the manual and the completion scripts. */
int option_print_document(struct option_parser *p, const char *form)
{
	unsigned i = 0;

	while (i < DOCUMENTS && strcmp(documents[i].word, form) != 0)
		i++;
	if (i == DOCUMENTS)
		return usage_error_words(&p->error, "bad form ", option_document_word);
	documents[i].print(p->out);
	p->error.status = EXIT_FINE;
	return ECANCELED;
}
