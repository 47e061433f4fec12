/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "docgen.h"

#include <stdbool.h>
#include <string.h>

#include "names.h"
#include "view.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool is_option_shown(const struct argp_option *o)
{
	return o->name && !(o->flags & OPTION_HIDDEN);
}

static bool has_option_letter(const struct argp_option *o)
{
	return o->key > ' ' && o->key < 127;
}

/* The words that an option takes, by its name; one table for those that a name function lists. */
struct option_words {
	const char *option;
	const char *plain;			/* or else: */
	const char *(*name)(unsigned v);
	unsigned from, count;
};

static const char *group_by_word(unsigned v)
{
	return group_by_name((enum group_by)v);
}

static const struct option_words option_words[] = {
	{ .option = "calls", .plain = "auto fentry kprobe tracepoint inline" },
	{ .option = "color", .plain = "auto always never" },
	{ .option = "call", .name = trigger_name, .from = TRIGGER_CLOSE, .count = TRIGGER_SYSCALL },
	{ .option = "ending", .name = ending_name, .count = ENDING_COUNT },
	{ .option = "class", .name = class_name, .count = CLASS_COUNT },
	{ .option = "initiator", .name = initiator_name, .count = INITIATOR_COUNT },
	{ .option = "by", .name = group_by_word, .from = GROUP_BY_DEFAULT + 1, .count = GROUP_BY_COUNT },
	{ .option = "phase", .name = phase_name, .count = PHASE_COUNT },
};

static const struct option_words *find_option_words(const char *option)
{
	for (size_t i = 0; i < COUNT(option_words); i++)
		if (!strcmp(option_words[i].option, option))
			return &option_words[i];
	return NULL;
}

static void print_words(FILE *out, const struct option_words *w)
{
	if (w->plain)
		fputs(w->plain, out);
	for (unsigned v = w->from; v < w->count; v++)
		fprintf(out, "%s%s", v > w->from ? " " : "", w->name(v));
}

/* What compgen makes of these words is what bash offers. */
#define COMPGEN_BEGIN "mapfile -t COMPREPLY < <(compgen "
#define COMPGEN_END " -- \"$cur\")\n"

/* "-o|--output)", a pattern of bash's case */
static void print_case_pattern(FILE *out, const struct argp_option *o)
{
	fputs("\t", out);
	if (has_option_letter(o))
		fprintf(out, "-%c|", o->key);
	fprintf(out, "--%s)\n", o->name);
}

/* What may follow an option that takes a value. */
static void print_value_case(FILE *out, const struct argp_option *o)
{
	const struct option_words *w = find_option_words(o->name);

	print_case_pattern(out, o);
	if (w) {
		fputs("\t\t" COMPGEN_BEGIN "-W '", out);
		print_words(out, w);
		fputs("'" COMPGEN_END, out);
	} else if (!strcmp(o->arg, "FILE") || !strcmp(o->arg, "PATH")) {
		fputs("\t\tcompopt -o filenames\n\t\t" COMPGEN_BEGIN "-f" COMPGEN_END, out);
	} else if (!strcmp(o->arg, "PID")) {
		fputs("\t\t" COMPGEN_BEGIN "-W \"$(ps -eo pid=)\"" COMPGEN_END, out);
	} else if (!strcmp(o->arg, "COMM")) {
		fputs("\t\t" COMPGEN_BEGIN "-W \"$(ps -eo comm=)\"" COMPGEN_END, out);
	} else if (!strcmp(o->arg, "UID")) {
		fputs("\t\t" COMPGEN_BEGIN "-u" COMPGEN_END, out);
	}
	fputs("\t\treturn ;;\n", out);
}

void docgen_bash_completion(FILE *out, const struct argp_option *options)
{
	fputs("# shellcheck shell=bash\n"
	      "# Completion for tcpclose, made from its table of options\n"
	      "_tcpclose()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} word\n"
	      "\tCOMPREPLY=()\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tif [ \"$word\" = -- ]; then\n"
	      "\t\t\tcompopt -o default\n"
	      "\t\t\t" COMPGEN_BEGIN "-c" COMPGEN_END
	      "\t\t\treturn\n"
	      "\t\tfi\n"
	      "\tdone\n"
	      "\t[ \"$cur\" = = ] && cur=\n"
	      "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	      "\tcase $prev in\n", out);
	for (const struct argp_option *o = options; o->name || o->doc; o++)
		if (is_option_shown(o) && o->arg)
			print_value_case(out, o);
	fputs("\tesac\n\tif [[ $cur == -* ]]; then\n\t\t" COMPGEN_BEGIN "-W '--", out);
	for (const struct argp_option *o = options; o->name || o->doc; o++)
		if (is_option_shown(o))
			fprintf(out, " --%s", o->name);
	fputs("'" COMPGEN_END "\telse\n\t\t" COMPGEN_BEGIN "-W '", out);
	for (unsigned i = 0; view_at(i); i++)
		fprintf(out, "%s%s", i ? " " : "", view_at(i)->name);
	fputs("'" COMPGEN_END "\tfi\n}\ncomplete -F _tcpclose tcpclose\n", out);
}

/* A text of the table as scdoc takes it: its marks made plain. */
static void print_scdoc(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\*_[#", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

void docgen_views(FILE *out)
{
	for (unsigned i = 0; view_at(i); i++) {
		fprintf(out, "*%s*\n\t", view_at(i)->name);
		print_scdoc(out, view_at(i)->help);
		fputs("\n\n", out);
	}
}

void docgen_options(FILE *out, const struct argp_option *options)
{
	for (const struct argp_option *o = options; o->name || o->doc; o++) {
		if (!o->name) {
			fprintf(out, "## %s\n\n", o->doc);
			continue;
		}
		if (!is_option_shown(o))
			continue;
		if (has_option_letter(o))
			fprintf(out, "*-%c*, ", o->key);
		fprintf(out, "*--%s*", o->name);
		if (o->arg)
			fprintf(out, " _%s_", o->arg);
		fputs("\n\t", out);
		print_scdoc(out, o->doc);
		if (o->arg && !strcmp(o->arg, "NAME") && find_option_words(o->name)) {
			fputs(". One of: ", out);
			print_words(out, find_option_words(o->name));
		}
		fputs("\n\n", out);
	}
}
