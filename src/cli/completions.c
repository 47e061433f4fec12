/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "completions.h"

#include <string.h>

#include "option_table.h"
#include "view.h"

/* The kind of value that an option takes. */
enum value_kind { VALUE_NONE, VALUE_WORD, VALUE_FILE, VALUE_PID, VALUE_COMM, VALUE_UID, VALUE_ANY };

static enum value_kind find_value_kind(const struct option_row *o)
{
	static const struct { const char *arg; enum value_kind kind; } kinds[] = {
		{ "FILE", VALUE_FILE }, { "PATH", VALUE_FILE }, { "PID", VALUE_PID },
		{ "COMM", VALUE_COMM }, { "UID", VALUE_UID },
	};

	if (!o->argp.arg)
		return VALUE_NONE;
	if (o->word)
		return VALUE_WORD;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(o->argp.arg, kinds[i].arg) == 0)
			return kinds[i].kind;
	return VALUE_ANY;
}

static void print_words(FILE *out, const struct option_row *o)
{
	for (unsigned i = 0; o->word(i); i++)
		fprintf(out, "%s%s", i ? " " : "", o->word(i));
}

static void print_view_names(FILE *out, uint32_t views, const char *between)
{
	for (unsigned i = 0, n = 0; view_at(i); i++)
		if (views >> i & 1)
			fprintf(out, "%s%s", n++ ? between : "", view_at(i)->name);
}

#define EVERY_VIEW UINT32_MAX

/* Print a text within '...', where the shell takes "escaped" with a backslash before it. */
static void print_quoted(FILE *out, const char *text, const char *quote, const char *escaped)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs(quote, out);
		else if (strchr(escaped, *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

/* bash offers the words that compgen prints. */
#define COMPGEN_BEGIN "mapfile -t COMPREPLY < <(compgen "
#define COMPGEN_END " -- \"$cur\")\n"
#define COMPGEN_ITEM " -P \"$list\" -- \"${cur#\"$list\"}\")\n"

/* Print the case that completes the value of an option, as "-o|--output) ... ;;". */
static void print_bash_value(FILE *out, const struct option_row *o)
{
	const char *end = o->first_item ? COMPGEN_ITEM : COMPGEN_END;

	fputs("\t", out);
	if (option_has_letter(o))
		fprintf(out, "-%c|", o->argp.key);
	fprintf(out, "--%s)\n", o->argp.name);
	switch (find_value_kind(o)) {
	case VALUE_WORD:
		fputs("\t\t" COMPGEN_BEGIN "-W '", out);
		print_words(out, o);
		fprintf(out, "'%s", end);
		break;
	case VALUE_FILE:
		fputs("\t\tcompopt -o filenames\n\t\t" COMPGEN_BEGIN "-f" COMPGEN_END, out);
		break;
	case VALUE_PID:
		fprintf(out, "\t\t" COMPGEN_BEGIN "-W \"$(ps -eo pid=)\"%s", end);
		break;
	case VALUE_COMM:
		fprintf(out, "\t\t" COMPGEN_BEGIN "-W \"$(ps -eo comm=)\"%s", end);
		break;
	case VALUE_UID:
		fprintf(out, "\t\t" COMPGEN_BEGIN "-u%s", end);
		break;
	default:
		break;
	}
	fputs("\t\treturn ;;\n", out);
}

/* Print "who) options='--pid ..' ;;"; v is NULL for the case without a view, with all options. */
static void print_bash_options(FILE *out, const struct view *v)
{
	const struct option_row *o;

	fprintf(out, "\t%s) options='", v ? v->name : "*");
	for (unsigned i = 0, n = 0; (o = option_at(i)); i++)
		if (option_is_shown(o) && (!v || option_applies(o->views, v->id, false)))
			fprintf(out, "%s--%s", n++ ? " " : "", o->argp.name);
	fputs("' ;;\n", out);
}

/* Print the part of the function that finds the view and the word being typed. */
static void print_bash_start(FILE *out)
{
	fputs("# shellcheck shell=bash\n"
	      "# Completion for tcpclose, made from its table of options\n"
	      "_tcpclose()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal word view='' options list=''\n"
	      "\tCOMPREPLY=()\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tcase $word in\n"
	      "\t\t--)\n"
	      "\t\t\tcompopt -o default\n"
	      "\t\t\t" COMPGEN_BEGIN "-c" COMPGEN_END
	      "\t\t\treturn ;;\n\t\t", out);
	print_view_names(out, EVERY_VIEW, "|");
	fputs(")\n"
	      "\t\t\t[[ -n $view && $word = json ]] || view=$word ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\t[ \"$cur\" = = ] && cur=\n"
	      "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	      "\t# what precedes the item of a list that is being typed, with its !\n"
	      "\t[[ $cur = *,* ]] && list=${cur%,*},\n"
	      "\t[[ ${cur##*,} = !* ]] && list+=!\n"
	      "\tcase $prev in\n", out);
}

void completions_print_bash(FILE *out)
{
	const struct option_row *o;

	print_bash_start(out);
	for (unsigned i = 0; (o = option_at(i)); i++)
		if (option_is_shown(o) && o->argp.arg)
			print_bash_value(out, o);
	fputs("\tesac\n\tcase $view in\n", out);
	for (unsigned i = 0; view_at(i); i++)
		print_bash_options(out, view_at(i));
	print_bash_options(out, NULL);
	fputs("\tesac\n\tif [[ $cur == -* ]]; then\n"
	      "\t\t" COMPGEN_BEGIN "-W \"$options\"" COMPGEN_END
	      "\telse\n\t\t" COMPGEN_BEGIN "-W '", out);
	print_view_names(out, EVERY_VIEW, " ");
	fputs("'" COMPGEN_END "\tfi\n}\ncomplete -F _tcpclose tcpclose\n", out);
}

/* Print the action of _arguments that completes a value. Items of a list may begin with !. */
static void print_zsh_action(FILE *out, const struct option_row *o)
{
	switch (find_value_kind(o)) {
	case VALUE_WORD:
		fputs(o->first_item ? "_tcpclose_list" : "(", out);
		for (unsigned i = 0; o->word(i); i++) {
			fputc(' ', out);
			print_quoted(out, o->word(i), "'\\''", ":");
		}
		fputs(o->first_item ? "" : ")", out);
		break;
	case VALUE_FILE:
		fputs("_files", out);
		break;
	case VALUE_PID:
		fputs("_tcpclose_list ${(f)\"$(ps -eo pid=)\"}", out);
		break;
	case VALUE_COMM:
		fputs("_tcpclose_list ${(f)\"$(ps -eo comm=)\"}", out);
		break;
	case VALUE_UID:
		fputs("_tcpclose_list ${(k)userdirs}", out);
		break;
	default:
		fputs(" ", out);
		break;
	}
}

/* "_tcpclose_has who hist && options+=('*--by=[group by]:WHAT:(comm pid)')" */
static void print_zsh_option(FILE *out, const struct option_row *o)
{
	const char *equals = o->argp.arg ? "=" : "";

	fputs("\t_tcpclose_has ", out);
	print_view_names(out, o->views, " ");
	fputs(" && options+=('*'", out);
	if (option_has_letter(o))
		fprintf(out, "{-%c%s,--%s%s}", o->argp.key, o->argp.arg ? "+" : "", o->argp.name,
			equals);
	else
		fprintf(out, "--%s%s", o->argp.name, equals);
	fputs("'[", out);
	print_quoted(out, o->argp.doc, "'\\''", "[]:\\");
	fputs("]", out);
	if (o->argp.arg) {
		fputs(":", out);
		print_quoted(out, o->argp.arg, "'\\''", "[]:\\");
		fputs(":", out);
		print_zsh_action(out, o);
	}
	fputs("')\n", out);
}

/* Print the functions that the rows of _tcpclose use; they see its variable view. */
static void print_zsh_functions(FILE *out)
{
	fputs("#compdef tcpclose\n"
	      "# Completion for tcpclose, made from its table of options\n"
	      "_tcpclose_has() {\n"
	      "\t[[ -z $view ]] || (( ${@[(Ie)$view]} ))\n"
	      "}\n"
	      "_tcpclose_list() {\n"
	      "\tcompset -P '*,'\n"
	      "\tcompset -S ',*'\n"
	      "\tlocal -a items=(\"${(@)@## #}\")\n"
	      "\t[[ $PREFIX = (\\\\|)!* ]] && items=(\\!${^items})\n"
	      "\tcompadd -q -S , -a items\n"
	      "}\n"
	      "_tcpclose_views() {\n"
	      "\tlocal -a views=(\n", out);
	for (unsigned i = 0; view_at(i); i++) {
		fprintf(out, "\t\t'%s:", view_at(i)->name);
		print_quoted(out, view_at(i)->help, "'\\''", ":\\");
		fputs("'\n", out);
	}
	fputs("\t)\n"
	      "\t_describe view views\n"
	      "}\n", out);
}

void completions_print_zsh(FILE *out)
{
	const struct option_row *o;

	print_zsh_functions(out);
	fputs("_tcpclose() {\n"
	      "\tlocal view='' word\n"
	      "\tlocal -i dashes=${words[(Ie)--]}\n"
	      "\tlocal -a options\n"
	      "\tif (( dashes && dashes < CURRENT )); then\n"
	      "\t\tshift $dashes words\n"
	      "\t\t(( CURRENT -= dashes ))\n"
	      "\t\t_normal\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\tfor word in \"${(@)words[2,CURRENT-1]}\"; do\n"
	      "\t\tcase $word in\n"
	      "\t\t(", out);
	print_view_names(out, EVERY_VIEW, "|");
	fputs(")\n"
	      "\t\t\t[[ -n $view && $word = json ]] || view=$word ;;\n"
	      "\t\tesac\n"
	      "\tdone\n", out);
	for (unsigned i = 0; (o = option_at(i)); i++)
		if (option_is_shown(o))
			print_zsh_option(out, o);
	fputs("\t_arguments -s -S : $options '*:view:_tcpclose_views'\n"
	      "}\n"
	      "_tcpclose \"$@\"\n", out);
}

/* Print what fish offers as the value of an option: -a '...', -F for files. */
static void print_fish_value(FILE *out, const struct option_row *o)
{
	switch (find_value_kind(o)) {
	case VALUE_NONE:
		return;
	case VALUE_WORD:
		fputs(o->first_item ? " -x -a '(__tcpclose_list " : " -x -a '", out);
		print_words(out, o);
		fputs(o->first_item ? ")'" : "'", out);
		return;
	case VALUE_FILE:
		fputs(" -r -F", out);
		return;
	case VALUE_PID:
		fputs(" -x -a '(__tcpclose_list (ps -eo pid= | string trim))'", out);
		return;
	case VALUE_COMM:
		fputs(" -x -a '(__tcpclose_list (ps -eo comm= | string trim))'", out);
		return;
	case VALUE_UID:
		fputs(" -x -a '(__tcpclose_list (__fish_complete_users | string split -f1 \\t))'",
		      out);
		return;
	default:
		fputs(" -x", out);
		return;
	}
}

static void print_fish_functions(FILE *out)
{
	fputs("# Completion for tcpclose, made from its table of options\n"
	      "function __tcpclose_words -d 'The words before the cursor'\n"
	      "\tcommandline -opc | tail -n +2\n"
	      "end\n"
	      "function __tcpclose_in_command -d 'Is the cursor behind --?'\n"
	      "\tcontains -- -- (__tcpclose_words)\n"
	      "end\n"
	      "function __tcpclose_view -d 'The view that was named'\n"
	      "\tset -l found\n"
	      "\tfor word in (__tcpclose_words)\n"
	      "\t\tif contains -- $word ", out);
	print_view_names(out, EVERY_VIEW, " ");
	fputs("\n"
	      "\t\t\ttest -n \"$found\" -a $word = json; or set found $word\n"
	      "\t\tend\n"
	      "\tend\n"
	      "\techo $found\n"
	      "end\n"
	      "function __tcpclose_has -d 'Is the view one of these, or not named yet?'\n"
	      "\t__tcpclose_in_command; and return 1\n"
	      "\tset -l view (__tcpclose_view)\n"
	      "\ttest -z \"$view\"; or contains -- $view $argv\n"
	      "end\n"
	      "function __tcpclose_list -d 'The items of a list, behind what was typed of it'\n"
	      "\tset -l typed (commandline -ct | string replace -r '^--[^=]*=' '')\n"
	      "\tset -l before (string match -r '^.*,' -- $typed)\n"
	      "\tstring match -q '!*' -- (string replace -- \"$before\" '' \"$typed\")\n"
	      "\tand set before $before!\n"
	      "\tprintf '%s\\n' \"$before\"$argv\n"
	      "end\n"
	      "complete -c tcpclose -f\n"
	      "function __tcpclose_command -d 'The completions of the command behind --'\n"
	      "\tset -l words (__tcpclose_words)\n"
	      "\tset -e words[1..(contains -i -- -- $words)]\n"
	      "\t__fish_complete_subcommand --commandline $words (commandline -ct)\n"
	      "end\n"
	      "complete -c tcpclose -n __tcpclose_in_command -x -a '(__tcpclose_command)'\n", out);
}

static void print_fish_option(FILE *out, const struct option_row *o)
{
	fputs("complete -c tcpclose -n '__tcpclose_has ", out);
	print_view_names(out, o->views, " ");
	fputs("'", out);
	if (option_has_letter(o))
		fprintf(out, " -s %c", o->argp.key);
	fprintf(out, " -l %s", o->argp.name);
	print_fish_value(out, o);
	fputs(" -d '", out);
	print_quoted(out, o->argp.doc, "\\'", "\\");
	fputs("'\n", out);
}

void completions_print_fish(FILE *out)
{
	const struct option_row *o;

	print_fish_functions(out);
	for (unsigned i = 0; view_at(i); i++) {
		fprintf(out, "complete -c tcpclose -n 'not __tcpclose_in_command' -a %s -d '",
			view_at(i)->name);
		print_quoted(out, view_at(i)->help, "\\'", "\\");
		fputs("'\n", out);
	}
	for (unsigned i = 0; (o = option_at(i)); i++)
		if (option_is_shown(o))
			print_fish_option(out, o);
}
