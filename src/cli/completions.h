/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prints the completion scripts for bash, zsh and fish from the tables of options and views. All
 * three offer the views, the options that the view has, the words of an option (item by item in a
 * list), files, processes and users, and after -- a command.
 */
#pragma once

#include <stdio.h>

/* To be sourced, or installed as bash-completion/completions/tcpclose. */
void completions_print_bash(FILE *out);

/* To be installed as site-functions/_tcpclose, in a directory of fpath. */
void completions_print_zsh(FILE *out);

/* To be installed as fish/vendor_completions.d/tcpclose.fish. */
void completions_print_fish(FILE *out);
