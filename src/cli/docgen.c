/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "docgen.h"

#include <string.h>

#include "metrics_text.h"
#include "option_table.h"
#include "view.h"

static void print_words(FILE *out, const struct option_row *o)
{
	for (unsigned i = 0; o->word(i); i++)
		fprintf(out, "%s%s", i ? " " : "", o->word(i));
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

/* Print " {initiator, ending}" in italics. */
static void print_labels(FILE *out, const char *labels)
{
	const char *rest = labels;

	if (!*labels)
		return;
	fputs(" {", out);
	while (*rest) {
		size_t len = strcspn(rest, ",");

		fprintf(out, "%s_%.*s_", rest == labels ? "" : ", ", (int)len, rest);
		rest += len + !!rest[len];
	}
	fputc('}', out);
}

void docgen_metrics(FILE *out)
{
	const struct metric *m;

	for (unsigned i = 0; (m = metric_at(i)); i++) {
		fputc('*', out);
		print_scdoc(out, m->name);
		print_scdoc(out, metric_suffix(m));
		fputc('*', out);
		print_labels(out, m->labels);
		fprintf(out, "\n\t(%s) ", metrics_text_type_word(m));
		print_scdoc(out, m->help);
		fputs("\n\n", out);
	}
}

void docgen_metric_names(FILE *out)
{
	const struct metric *m;

	for (unsigned i = 0; (m = metric_at(i)); i++)
		fprintf(out, "%s%s %s %s\n", m->name, metric_suffix(m),
			metrics_text_type_word(m), *m->labels ? m->labels : "-");
}
