/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The view serve: it prints nothing by itself. The caller asks it for the text of the metrics, or
 * for the page, whenever somebody wants to read them.
 */
#pragma once

#include "metrics_text.h"
#include "stuck_rows.h"
#include "view.h"

/* The metrics that the view counts; NULL if memory was missing at the start. */
struct metrics *serve_metrics(const struct view_context *v);

/* Append the page: that of the view report. stuck: what the walk of these facts found. */
void serve_print_page(struct view_context *v, struct buf *b, const struct metrics_facts *f,
		      const struct stuck_rows *stuck, uint64_t now_ns);
