/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "docgen.h"

#include <stdbool.h>
#include <string.h>

#include "names.h"
#include "view.h"
#include "view_options.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool is_shown(const struct argp_option *o)
{
	return o->name && !(o->flags & OPTION_HIDDEN);
}

static bool has_letter(const struct argp_option *o)
{
	return o->key > ' ' && o->key < 127;
}

/* The words that an option takes, by its name; one table for those that a name function lists. */
struct words {
	const char *option;
	const char *plain;			/* or else: */
	const char *(*name)(unsigned v);
	unsigned from, count;
};

static const char *by_word(unsigned v)
{
	return group_by_name((enum group_by)v);
}

static const struct words words[] = {
	{ .option = "calls", .plain = "auto fentry kprobe tracepoint inline" },
	{ .option = "color", .plain = "auto always never" },
	{ .option = "call", .name = trigger_name, .from = TRIGGER_CLOSE, .count = TRIGGER_SYSCALL },
	{ .option = "ending", .name = ending_name, .count = ENDING_COUNT },
	{ .option = "class", .name = class_name, .count = CLASS_COUNT },
	{ .option = "initiator", .name = initiator_name, .count = INITIATOR_COUNT },
	{ .option = "by", .name = by_word, .from = GROUP_BY_DEFAULT + 1, .count = GROUP_BY_COUNT },
	{ .option = "phase", .name = phase_name, .count = PHASE_COUNT },
};

static const struct words *words_of(const char *option)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (!strcmp(words[i].option, option))
			return &words[i];
	return NULL;
}

static void put_words(FILE *out, const struct words *w)
{
	if (w->plain)
		fputs(w->plain, out);
	for (unsigned v = w->from; v < w->count; v++)
		fprintf(out, "%s%s", v > w->from ? " " : "", w->name(v));
}

/* What compgen makes of these words is what bash offers. */
#define OFFER "mapfile -t COMPREPLY < <(compgen "
#define FROM " -- \"$cur\")\n"

/* "-o|--output)", a pattern of bash's case */
static void put_pattern(FILE *out, const struct argp_option *o)
{
	fputs("\t", out);
	if (has_letter(o))
		fprintf(out, "-%c|", o->key);
	fprintf(out, "--%s)\n", o->name);
}

/* What may follow an option that takes a value. */
static void put_values(FILE *out, const struct argp_option *o)
{
	const struct words *w = words_of(o->name);

	put_pattern(out, o);
	if (w) {
		fputs("\t\t" OFFER "-W '", out);
		put_words(out, w);
		fputs("'" FROM, out);
	} else if (!strcmp(o->arg, "FILE") || !strcmp(o->arg, "PATH")) {
		fputs("\t\tcompopt -o filenames\n\t\t" OFFER "-f" FROM, out);
	} else if (!strcmp(o->arg, "PID")) {
		fputs("\t\t" OFFER "-W \"$(ps -eo pid=)\"" FROM, out);
	} else if (!strcmp(o->arg, "COMM")) {
		fputs("\t\t" OFFER "-W \"$(ps -eo comm=)\"" FROM, out);
	} else if (!strcmp(o->arg, "UID")) {
		fputs("\t\t" OFFER "-u" FROM, out);
	}
	fputs("\t\treturn ;;\n", out);
}

void document_bash(FILE *out, const struct argp_option *options)
{
	fputs("# shellcheck shell=bash\n"
	      "# Completion for tcpclose, made from its table of options\n"
	      "_tcpclose()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} word\n"
	      "\tCOMPREPLY=()\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tif [ \"$word\" = -- ]; then\n"
	      "\t\t\tcompopt -o default\n"
	      "\t\t\t" OFFER "-c" FROM
	      "\t\t\treturn\n"
	      "\t\tfi\n"
	      "\tdone\n"
	      "\t[ \"$cur\" = = ] && cur=\n"
	      "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	      "\tcase $prev in\n", out);
	for (const struct argp_option *o = options; o->name || o->doc; o++)
		if (is_shown(o) && o->arg)
			put_values(out, o);
	fputs("\tesac\n\tif [[ $cur == -* ]]; then\n\t\t" OFFER "-W '--", out);
	for (const struct argp_option *o = options; o->name || o->doc; o++)
		if (is_shown(o))
			fprintf(out, " --%s", o->name);
	fputs("'" FROM "\telse\n\t\t" OFFER "-W '", out);
	for (unsigned i = 0; view_at(i); i++)
		fprintf(out, "%s%s", i ? " " : "", view_at(i)->name);
	fputs("'" FROM "\tfi\n}\ncomplete -F _tcpclose tcpclose\n", out);
}

/* A text of the table as scdoc takes it: its marks made plain. */
static void put_scdoc(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\*_[#", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

void document_views(FILE *out)
{
	for (unsigned i = 0; view_at(i); i++) {
		fprintf(out, "*%s*\n\t", view_at(i)->name);
		put_scdoc(out, view_at(i)->help);
		fputs("\n\n", out);
	}
}

void document_options(FILE *out, const struct argp_option *options)
{
	for (const struct argp_option *o = options; o->name || o->doc; o++) {
		if (!o->name) {
			fprintf(out, "## %s\n\n", o->doc);
			continue;
		}
		if (!is_shown(o))
			continue;
		if (has_letter(o))
			fprintf(out, "*-%c*, ", o->key);
		fprintf(out, "*--%s*", o->name);
		if (o->arg)
			fprintf(out, " _%s_", o->arg);
		fputs("\n\t", out);
		put_scdoc(out, o->doc);
		if (o->arg && !strcmp(o->arg, "NAME") && words_of(o->name)) {
			fputs(". One of: ", out);
			put_words(out, words_of(o->name));
		}
		fputs("\n\n", out);
	}
}
