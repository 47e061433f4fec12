/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the option table and the list of views say, in the forms that other programs read: completion for
 * bash, and the part of the manual (scdoc) that lists them. So neither is written by hand, nor out of date.
 */
#pragma once

#include <argp.h>
#include <stdio.h>

/* A script for bash-completion; to be sourced, or put in its folder under the name tcpclose. */
void docgen_bash_completion(FILE *out, const struct argp_option *options);

/* Each view, each option and each filter in scdoc's definition lists, by the groups of the table. */
void docgen_views(FILE *out);
void docgen_options(FILE *out, const struct argp_option *options);
