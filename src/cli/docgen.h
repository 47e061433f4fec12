/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of options and the views in the forms that other programs read: completion for bash, and
 * the part of the manual that lists them, for scdoc. Neither is written by hand, so both are up to date.
 */
#pragma once

#include <stdio.h>

/* Print a script for bash-completion; to be sourced, or put in its folder under the name tcpclose. */
void docgen_bash_completion(FILE *out);

/* Print the views, or the options by the groups of the table, as scdoc's definition lists. */
void docgen_views(FILE *out);
void docgen_options(FILE *out);
