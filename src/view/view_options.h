/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a user may ask of a view, beyond what all views heed. All zero: as the view does by itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* By what stories are summed up, and its word. */
#define GROUP_BY_WORDS(X)                                                                                \
	X(COMM, "comm")           /* name of the task that did it */                               \
	X(PID, "pid")                                                                              \
	X(EXE, "exe")             /* the program's file */                                         \
	X(CGROUP, "cgroup")                                                                        \
	X(CONTAINER, "container")                                                                  \
	X(PORT, "port")           /* the service's: ours if we accepted, else the peer's */        \
	X(PEER, "peer")           /* the peer's address */

enum group_by {
	GROUP_BY_DEFAULT,	/* who: COMM; hist: all in one */
#define X(id, word) GROUP_BY_##id,
	GROUP_BY_WORDS(X)
#undef X
	GROUP_BY_COUNT,
};

struct view_options {
	enum group_by by;
	unsigned sort;		/* column of who, see who.h; 0 closes */
	unsigned phases;	/* set of enum phase; 0 all */
	uint64_t interval_ns;	/* 0: at the end alone */
	bool json, csv, ascii;
};

/* "comm"; "" of GROUP_BY_DEFAULT */
const char *group_by_name(enum group_by by);
