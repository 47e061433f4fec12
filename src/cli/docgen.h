/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prints the tables of options, views and metrics for the manual, as scdoc.
 */
#pragma once

#include <stdio.h>

/* Print the views, or the options by the groups of the table, as scdoc's definition lists. */
void docgen_views(FILE *out);
void docgen_options(FILE *out);

/* Print the metrics of the view serve, with type, labels and help. */
void docgen_metrics(FILE *out);

/*
 * Print a line for each metric, for programs that check queries:
 *
 *   tcpclose_blame_total counter blame
 *   tcpclose_walk_seconds gauge -
 */
void docgen_metric_names(FILE *out);
