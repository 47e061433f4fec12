/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is wrong with a command line, said in one line that quotes it and says what is wanted
 * instead.
 */
#pragma once

#include <stdio.h>

struct usage_error {
	FILE *err;
	const char *value;	/* what is being looked at: quoted by usage_error_value */
	int status;		/* exit status once it is decided, -1 before */
};

/* "tcpclose: BEFORE'TEXT'AFTER": text is escaped, cut where long. Sets status, returns EINVAL. */
int usage_error_report(struct usage_error *u, int status, const char *before, const char *text,
		   const char *after);

/* The same of u->value with EXIT_USAGE: usage_error_value(u, "bad port ", ": want 1-65535") */
int usage_error_value(struct usage_error *u, const char *before, const char *after);
