// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * deed demo: six connections that end in six ways, each told in a line on stderr. The show to
 * watch with `tcpclose -- build/deed demo`.
 */
#include <stdio.h>

#include "workload.h"

#define DEMO_PAUSE_MS 150	/* between two connections, for the eye */

struct scene {
	const char *name;	/* of the case */
	int hold_ms;
	const char *told;
};

static const struct scene scenes[] = {
	{ "three-way", 0, "the client calls close(), the server follows at once" },
	{ "peer-first", 20, "the server calls close() first, the client 20 ms later" },
	{ "shut-wr", 200, "the client half-closes, shutdown(SHUT_WR); the answer takes 200 ms" },
	{ "close-peer-later", 300, "the client closes; the server's application holds 300 ms" },
	{ "exit", 50, "the client exits with status 3 and never calls close()" },
	{ "unread-data", 0, "the client closes with 10 bytes unread: no goodbye, a RST" },
};

int demo_run(bool truth)
{
	const int count = (int)(sizeof(scenes) / sizeof(scenes[0]));
	struct deed gap = { .hold_ms = DEMO_PAUSE_MS };

	loopback_up();
	for (int i = 0; i < count; i++) {
		const struct deed_case *c = case_find(scenes[i].name);
		struct deed d;
		int status;

		/* 1/6 the client calls close(), the server follows at once */
		fprintf(stderr, "%d/%d %s\n", i + 1, count, scenes[i].told);
		status = deed_run(&d, c, scenes[i].hold_ms);
		if (status)
			return status;
		if (truth)
			truth_print(&d);
		deed_release(&d);
		if (i + 1 < count)
			deed_hold(&gap);
	}
	return 0;
}
