/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prints the tables of options and views for other programs: the completion script for bash, and
 * the lists in the manual, as scdoc.
 */
#pragma once

#include <stdio.h>

/* Print a script for bash to source, or to install as bash-completion/completions/tcpclose. */
void docgen_bash_completion(FILE *out);

/* Print the views, or the options by the groups of the table, as scdoc's definition lists. */
void docgen_views(FILE *out);
void docgen_options(FILE *out);
