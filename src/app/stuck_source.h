/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the view stuck gets its sockets from: the walk with BPF, or sock_diag and /proc where that
 * cannot be loaded or --no-bpf was given.
 */
#pragma once

#include "netns_visit.h"
#include "options.h"
#include "port_use.h"
#include "scan.h"
#include "stuck_table.h"

#define STUCK_WHY_BYTES (LIVE_WHY_BYTES + 64)

struct stuck_source {
	const struct options *o;
	struct scan *bpf;		/* NULL: diag is used */
	struct scan_diag *diag;
	struct netns_visits visits;	/* to count ports */
	struct port_use ports;		/* of the last scan */
	char why[STUCK_WHY_BYTES];	/* BPF is not used */
	bool explained;			/* what the source lacks was reported */
};

/*
 * max_ns: a scan stops after that time; 0: the default of the walk. Returns an exit status, with
 * the reason logged.
 */
int stuck_source_open(struct stuck_source *s, const struct options *o, uint64_t max_ns);
void stuck_source_close(struct stuck_source *s);

/* How the walk is made, for the meta line: "iter" or "sock_diag". */
const char *stuck_source_name(const struct stuck_source *s);

/* The capabilities that a scan needs, to keep. */
uint64_t stuck_source_caps(const struct stuck_source *s);

/*
 * Feed the table, and set its facts about the walk and the ports, which are valid until the next
 * scan or the end of the source. The first time, warns of what the source does
 * not show. Returns an exit status, with the reason logged.
 */
int stuck_source_scan(struct stuck_source *s, struct stuck_table *h);
