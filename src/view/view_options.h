/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a user may ask of a view, beyond what all views heed. All zero: as the view does by itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* By what stories are summed up, and its word. */
#define BY_WORDS(X)                                                                                \
	X(COMM, "comm")           /* name of the task that did it */                               \
	X(PID, "pid")                                                                              \
	X(EXE, "exe")             /* the program's file */                                         \
	X(CGROUP, "cgroup")                                                                        \
	X(CONTAINER, "container")                                                                  \
	X(PORT, "port")           /* the service's: ours if we accepted, else the peer's */        \
	X(PEER, "peer")           /* the peer's address */

enum by {
	BY_DEFAULT,	/* who: COMM; hist: all in one */
#define X(id, word) BY_##id,
	BY_WORDS(X)
#undef X
	BY_COUNT,
};

struct sink_options {
	enum by by;
	unsigned sort;		/* column of who, see sink_who.h; 0 closes */
	unsigned phases;	/* set of enum phase; 0 all */
	uint64_t interval_ns;	/* 0: at the end alone */
	bool json, csv, ascii;
};

/* "comm"; "" of BY_DEFAULT */
const char *by_name(enum by by);
