/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is wrong with a command line, said in one line that quotes it and says what is wanted
 * instead.
 */
#pragma once

#include <stdio.h>

struct usage {
	FILE *err;
	const char *value;	/* what is being looked at: quoted by usage_bad */
	int status;		/* exit status once it is decided, -1 before */
};

/* "tcpclose: BEFORE'TEXT'AFTER": text is escaped, cut where long. Sets status, returns EINVAL. */
int usage_complain(struct usage *u, int status, const char *before, const char *text,
		   const char *after);

/* The same of u->value with EXIT_USAGE: usage_bad(u, "bad port ", ": want 1-65535") */
int usage_bad(struct usage *u, const char *before, const char *after);
