/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Warnings about filters that can match nothing, whatever happens: the output would be empty, and
 * look as if no connection had ended. Only what is certain is reported; a process that does not
 * exist may still start.
 */
#pragma once

struct option_parser;

/* Print a line on stderr for each such filter. The options are complete. */
void filter_warnings_print(struct option_parser *p);
