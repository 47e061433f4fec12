/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "judge.h"

#include <stdio.h>

#include "log.h"

#define LINES_MAX 1000

void judge_init(struct judge *j, const struct fail_on *fail_on, const struct view_context *context)
{
	*j = (struct judge){ .fail_on = fail_on, .context = {
		.out = &j->lines, .meta = context->meta, .hosts = context->hosts,
		.terminal = { .utf8 = context->terminal.utf8, .wide = true } } };
}

void judge_release(struct judge *j)
{
	buf_release(&j->lines);
}

void judge_story(struct judge *j, const struct story *s, const struct verdict *v)
{
	if (!fail_on_matches(j->fail_on, v))
		return;
	if (!j->matched)
		view_trace.start(&j->context);
	if (j->matched++ < LINES_MAX)
		view_trace.story(&j->context, s, v);
}

void judge_print(struct judge *j)
{
	if (!j->matched)
		return;
	log_error("--fail-on matches %llu %s:", (unsigned long long)j->matched,
		  j->matched == 1 ? "close" : "closes");
	if (j->lines.len)	/* the view has escaped them */
		fwrite(j->lines.data, 1, j->lines.len, stderr);
	if (j->matched > LINES_MAX)
		fprintf(stderr, "(%llu more)\n", (unsigned long long)(j->matched - LINES_MAX));
}
