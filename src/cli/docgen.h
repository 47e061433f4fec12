/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prints the tables of options, views and metrics for the manual, as scdoc.
 */
#pragma once

#include <stdio.h>

/*
 * Print the views, the options by the groups of the table, or the metrics, as scdoc's definition
 * lists.
 */
void docgen_views(FILE *out);
void docgen_options(FILE *out);
void docgen_metrics(FILE *out);
