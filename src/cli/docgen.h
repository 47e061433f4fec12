/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prints the table of options and the views in the forms that other programs read: completion for
 * bash, and the part of the manual that lists them, for scdoc.
 */
#pragma once

#include <stdio.h>

/* Print a script to source, or to put into the folder of bash-completion as "tcpclose". */
void docgen_bash_completion(FILE *out);

/* Print the views, or the options by the groups of the table, as scdoc's definition lists. */
void docgen_views(FILE *out);
void docgen_options(FILE *out);
