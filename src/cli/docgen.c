/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "docgen.h"

#include <string.h>

#include "option_table.h"
#include "view.h"

static void print_words(FILE *out, const struct option_row *o)
{
	for (unsigned i = 0; o->word(i); i++)
		fprintf(out, "%s%s", i ? " " : "", o->word(i));
}

/* bash offers the words that compgen prints. */
#define COMPGEN_BEGIN "mapfile -t COMPREPLY < <(compgen "
#define COMPGEN_END " -- \"$cur\")\n"

/* "-o|--output)", a pattern of bash's case */
static void print_case_pattern(FILE *out, const struct option_row *o)
{
	fputs("\t", out);
	if (option_has_letter(o))
		fprintf(out, "-%c|", o->argp.key);
	fprintf(out, "--%s)\n", o->argp.name);
}

/* Print the case that completes the value of an option. */
static void print_value_case(FILE *out, const struct option_row *o)
{
	print_case_pattern(out, o);
	if (o->word) {
		fputs("\t\t" COMPGEN_BEGIN "-W '", out);
		print_words(out, o);
		fputs("'" COMPGEN_END, out);
	} else if (!strcmp(o->argp.arg, "FILE") || !strcmp(o->argp.arg, "PATH")) {
		fputs("\t\tcompopt -o filenames\n\t\t" COMPGEN_BEGIN "-f" COMPGEN_END, out);
	} else if (!strcmp(o->argp.arg, "PID")) {
		fputs("\t\t" COMPGEN_BEGIN "-W \"$(ps -eo pid=)\"" COMPGEN_END, out);
	} else if (!strcmp(o->argp.arg, "COMM")) {
		fputs("\t\t" COMPGEN_BEGIN "-W \"$(ps -eo comm=)\"" COMPGEN_END, out);
	} else if (!strcmp(o->argp.arg, "UID")) {
		fputs("\t\t" COMPGEN_BEGIN "-u" COMPGEN_END, out);
	}
	fputs("\t\treturn ;;\n", out);
}

/* Print "who) options='--pid ..' ;;"; v is NULL for the case without a view, with all options. */
static void print_options_of_view(FILE *out, const struct view *v)
{
	const struct option_row *o;

	fprintf(out, "\t%s) options='", v ? v->name : "*");
	for (unsigned i = 0, n = 0; (o = option_at(i)); i++)
		if (option_is_shown(o) && (!v || option_applies(o->views, v->id, false)))
			fprintf(out, "%s--%s", n++ ? " " : "", o->argp.name);
	fputs("' ;;\n", out);
}

static void print_view_names(FILE *out, const char *between)
{
	for (unsigned i = 0; view_at(i); i++)
		fprintf(out, "%s%s", i ? between : "", view_at(i)->name);
}

void docgen_bash_completion(FILE *out)
{
	const struct option_row *o;

	fputs("# shellcheck shell=bash\n"
	      "# Completion for tcpclose, made from its table of options\n"
	      "_tcpclose()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal word view='' options\n"
	      "\tCOMPREPLY=()\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tcase $word in\n"
	      "\t\t--)\n"
	      "\t\t\tcompopt -o default\n"
	      "\t\t\t" COMPGEN_BEGIN "-c" COMPGEN_END
	      "\t\t\treturn ;;\n\t\t", out);
	print_view_names(out, "|");
	fputs(")\n"
	      "\t\t\t[[ -n $view && $word = json ]] || view=$word ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\t[ \"$cur\" = = ] && cur=\n"
	      "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	      "\tcase $prev in\n", out);
	for (unsigned i = 0; (o = option_at(i)); i++)
		if (option_is_shown(o) && o->argp.arg)
			print_value_case(out, o);
	fputs("\tesac\n\tcase $view in\n", out);
	for (unsigned i = 0; view_at(i); i++)
		print_options_of_view(out, view_at(i));
	print_options_of_view(out, NULL);
	fputs("\tesac\n\tif [[ $cur == -* ]]; then\n"
	      "\t\t" COMPGEN_BEGIN "-W \"$options\"" COMPGEN_END
	      "\telse\n\t\t" COMPGEN_BEGIN "-W '", out);
	print_view_names(out, " ");
	fputs("'" COMPGEN_END "\tfi\n}\ncomplete -F _tcpclose tcpclose\n", out);
}

/* Print a text of the table for scdoc, with its markup characters escaped. */
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

/* Print ". Only in who, hist" or ". Not in doctor", whichever lists fewer views. */
static void print_views(FILE *out, uint32_t views)
{
	uint32_t others = ~views & ((1u << VIEW_COUNT) - 1);
	bool is_only = __builtin_popcount(views) < __builtin_popcount(others);
	uint32_t listed = is_only ? views : others;
	unsigned n = 0;

	for (unsigned i = 0; view_at(i); i++)
		if (listed >> i & 1)
			fprintf(out, "%s*%s*", n++ ? ", " : is_only ? ". Only in " : ". Not in ",
				view_at(i)->name);
}

void docgen_options(FILE *out)
{
	const struct option_row *o;

	for (unsigned i = 0; (o = option_at(i)); i++) {
		if (!o->argp.name) {
			fprintf(out, "## %s\n\n", o->argp.doc);
			continue;
		}
		if (!option_is_shown(o))
			continue;
		if (option_has_letter(o))
			fprintf(out, "*-%c*, ", o->argp.key);
		fprintf(out, "*--%s*", o->argp.name);
		if (o->argp.arg)
			fprintf(out, " _%s_", o->argp.arg);
		fputs("\n\t", out);
		print_scdoc(out, o->argp.doc);
		if (o->word && o->argp.arg && !strcmp(o->argp.arg, "NAME")) {
			fputs(". One of: ", out);
			print_words(out, o);
		}
		print_views(out, o->views);
		fputs("\n\n", out);
	}
}
