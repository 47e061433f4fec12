/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view doctor as text: what this kernel and this user can do.
 *
 *	Linux 6.18.44 x86_64: tcpclose can trace here.
 *	21 ok, 4 limited, 0 missing, 0 unknown
 *
 *	HOOKS, as they were attached just now
 *	 ok state               tp_btf      every change of a TCP socket's state
 *	                                    without: no close can be reported
 *	                                    costs 3448 ns per connection [1]
 *
 * "without:" is printed for every hook, and for other findings only if they are not ok or with -w.
 */
#include "view.h"

#include <string.h>

#include "escape.h"

#define LINE_COLUMNS 80
#define NAME_COLUMN 4
#define VALUE_COLUMN 24
#define TEXT_COLUMN 36

static const char *const group_titles[DIAGNOSIS_GROUPS] = {
	[DIAGNOSIS_HOOK] = "HOOKS, as they were attached just now",
	[DIAGNOSIS_KERNEL] = "KERNEL, found out by trying",
	[DIAGNOSIS_PRIVILEGE] = "PRIVILEGES of this process",
	[DIAGNOSIS_HOST] = "HOST, and the place of this process in it",
};

/* The title of a group. Hooks of which nothing is known were not tried. */
static const char *get_group_title(const struct diagnosis *h, enum diagnosis_group group)
{
	if (group != DIAGNOSIS_HOOK || h->can_trace)
		return group_titles[group];
	for (unsigned i = 0; i < h->nr; i++)
		if (h->finding[i].group == group && h->finding[i].level != DIAGNOSIS_UNKNOWN)
			return group_titles[group];
	return "HOOKS: none was tried, since loading BPF programs is not permitted";
}

static const char *level_mark(enum diagnosis_level level)
{
	switch (level) {
	case DIAGNOSIS_OK:
		return " ok ";
	case DIAGNOSIS_LIMITED:
		return " !  ";
	case DIAGNOSIS_MISSING:
		return " !! ";
	case DIAGNOSIS_UNKNOWN:
		break;
	}
	return " ?  ";
}

/* Pad to this column; start a new line first if the current one is already past it. */
static void pad_to_column(struct buf *b, size_t *line, size_t column)
{
	if (b->len - *line >= column && b->len > *line) {
		buf_char(b, '\n');
		*line = b->len;
	}
	buf_pad(b, *line, column);
}

/* Print text from TEXT_COLUMN on, wrapped between words at LINE_COLUMNS; wide: in one line. */
static void print_wrapped(struct buf *b, size_t *line, const char *text, bool wide)
{
	while (*text) {
		size_t word = strcspn(text, " ");

		if (!wide && b->len - *line > TEXT_COLUMN &&
		    b->len - *line + 1 + word > LINE_COLUMNS)
			pad_to_column(b, line, TEXT_COLUMN);
		else if (b->len - *line > TEXT_COLUMN)
			buf_char(b, ' ');
		buf_add(b, text, word);
		text += word + strspn(text + word, " ");
	}
}

static void print_labelled_text(struct view_context *v, size_t *line, const char *before,
				const char *text, const char *after)
{
	if (!text || !*text)
		return;
	pad_to_column(v->out, line, TEXT_COLUMN);
	print_wrapped(v->out, line, before, v->terminal.wide);
	print_wrapped(v->out, line, text, v->terminal.wide);
	print_wrapped(v->out, line, after, v->terminal.wide);
}

static void print_finding(struct view_context *v, const struct finding *f)
{
	size_t line = v->out->len;

	buf_str(v->out, level_mark(f->level));
	buf_str(v->out, f->name);
	pad_to_column(v->out, &line, VALUE_COLUMN);
	escape_for_terminal(v->out, *f->value ? f->value : "-", *f->value ? strlen(f->value) : 1,
			    ESCAPE_ANY_WIDTH);
	print_labelled_text(v, &line, "", f->about, "");
	if (f->level != DIAGNOSIS_OK || f->group == DIAGNOSIS_HOOK || v->terminal.wide)
		print_labelled_text(v, &line, "without:", f->impact, "");
	print_labelled_text(v, &line, "costs", f->cost,
			    f->cost_source == COST_MEASURED ? "[2]" : "[1]");
	print_labelled_text(v, &line, "do:", f->fix, "");
	buf_char(v->out, '\n');
}

static void print_level_counts(struct buf *b, const struct diagnosis *h)
{
	for (enum diagnosis_level l = DIAGNOSIS_OK; l <= DIAGNOSIS_UNKNOWN; l++) {
		if (l != DIAGNOSIS_OK)
			buf_str(b, ", ");
		buf_u64(b, diagnosis_count(h, l));
		buf_char(b, ' ');
		buf_str(b, diagnosis_level_name(l));
	}
	buf_char(b, '\n');
}

static void print_doctor_header(struct view_context *v, const struct diagnosis *h)
{
	struct buf *b = v->out;
	size_t line;

	buf_str(b, "Linux ");
	escape_for_terminal(b, v->meta->kernel, strlen(v->meta->kernel), 30);
	buf_char(b, ' ');
	escape_for_terminal(b, v->meta->machine, strlen(v->meta->machine), 15);
	buf_str(b, h->can_trace ? ": tcpclose can trace here.\n" :
				  ": tcpclose cannot trace here.\n");
	if (h->why_not) {
		line = b->len;
		buf_str(b, "Why: ");
		for (const char *p = h->why_not; *p; p++) /* trusted text: ours and strerror's */
			if (*p == ' ' && b->len - line + 1 + strcspn(p + 1, " ") > LINE_COLUMNS) {
				buf_char(b, '\n');
				line = b->len;
			} else {
				buf_char(b, *p);
			}
		buf_str(b, ".\n");
	}
	print_level_counts(b, h);
}

static void doctor_print(struct view_context *v, const struct diagnosis *h)
{
	print_doctor_header(v, h);
	for (unsigned i = 0; i < h->nr; i++) {
		const struct finding *f = &h->finding[i];

		if (!i || f->group != h->finding[i - 1].group) {
			buf_char(v->out, '\n');
			buf_str(v->out, get_group_title(h, f->group));
			buf_char(v->out, '\n');
		}
		print_finding(v, f);
	}
	buf_str(v->out, "\n[1] measured on Linux 6.18, 2 cores: tools/bench/README.md\n"
			"[2] measured here, before and after attaching\n");
}

static const char doctor_manual[] =
	"Reports what this kernel and this user can do: how each hook was attached, what\n"
	"you lose without it and what it costs; then the kernel, the privileges and the\n"
	"host.\n"
	"\n"
	"  ok  !  !!  ?  works; reduced or costly; tracing impossible; unknown\n"
	"  without:      what you lose without it\n"
	"  costs         as the benchmark measured it [1], or measured here and now [2]\n"
	"  do:           how to fix the problem\n"
	"\n"
	"  -w                 one line per finding, with every detail\n"
	"  --calls MODE       attach as a run with this option would\n"
	"  --btf FILE         read the kernel's types from FILE; if it describes another\n"
	"                     kernel, only check the fields that the programs read\n"
	"  -j                 print JSON\n"
	"\n"
	"Exit status: 0 tracing works, 69 this kernel cannot trace, 77 not permitted.\n"
	"\n"
	"Examples:\n"
	"  tcpclose doctor\n"
	"  tcpclose doctor -j --calls inline\n";

const struct view view_doctor = {
	.id = VIEW_DOCTOR,
	.name = "doctor",
	.help = "check what tracing needs on this host, and how to fix problems",
	.manual = doctor_manual,
	.source = SOURCE_DOCTOR,
	.formats = 1 << FORMAT_TEXT | 1 << FORMAT_JSON,
	.json = &view_json,
	.reports_itself = true,
	.doctor = doctor_print,
};
