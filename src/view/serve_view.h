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

/* What the page has that metrics have not. */
struct serve_page_facts {
	const struct stuck_rows *stuck;	/* what the walk found */
	unsigned refresh_s;	/* the browser loads the page again so often; 0: it does not */
};

/* Append the page: that of the view report, for the run so far. */
void serve_print_page(struct view_context *v, struct buf *b, const struct metrics_facts *f,
		      const struct serve_page_facts *page, uint64_t now_ns);
