/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The judge of --fail-on: keeps a line of the view trace for each close that matches, and prints
 * the lines on standard error when the run is over.
 */
#pragma once

#include "fail_on.h"
#include "view.h"

struct judge {
	const struct fail_on *fail_on;
	struct view_context context;	/* of the view trace, with lines as its output */
	struct buf lines;
	uint64_t matched;		/* closes; not all of them have a line */
};

/* The context is that of the run's view: its facts and lookups are used. */
void judge_init(struct judge *j, const struct fail_on *fail_on, const struct view_context *context);
void judge_release(struct judge *j);

void judge_story(struct judge *j, const struct story *s, const struct verdict *v);

/* Print the closes that matched, with -q too. */
void judge_print(struct judge *j);
