/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prints the tables of options and views for the manual, as scdoc.
 */
#pragma once

#include <stdio.h>

/* Print the views, or the options by the groups of the table, as scdoc's definition lists. */
void docgen_views(FILE *out);
void docgen_options(FILE *out);
