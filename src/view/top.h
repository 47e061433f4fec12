/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view top for the run that shows it on a full screen (app/top_run.h). As text, the view needs
 * no help.
 */
#pragma once

#include "top_ui.h"

struct top {
	struct top_model model;
	struct top_frame frame;		/* of the latest refresh that was due to be shown */
	struct top_ui text_ui;		/* of the output as text */
	struct text_screen screen;	/* the same */
	uint64_t begun_ns, from_ns;	/* start of counting and of the interval; 0 unknown yet */
	uint64_t steps;			/* refreshes so far */
	bool fresh;			/* the frame is new; the caller clears it */
	bool paused;			/* full screen: the frame is not replaced */
};

/* The state of the view, NULL before it has started. */
struct top *top_of(const struct view_context *v);

/* Count from now on, by the groups of v. */
void top_restart(struct top *t, struct view_context *v, uint64_t now_ns);

/* The interval of v has changed. */
void top_set_due(struct top *t, struct view_context *v, uint64_t now_ns);
