/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tables of the view top: see top_model.h.
 */
#pragma once

#include "top_model.h"
#include "who.h"
#include "who_text.h"

/* A row of the processes. The counts come first, so that the functions of who.h take it. */
struct top_row {
	struct who_row who;
	uint64_t closes_before;	/* those that the latest refresh has shown */
};

/* Print the heading and the rows of the tab, as many as fit on the screen. */
void top_table_print(struct top_model *m, struct view_context *v, const struct interval *interval);

/* The next rates are those of the next interval. */
void top_table_end_interval(struct top_model *m);
