// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * workload demo: six connections that close in six ways, each announced by a line on stderr. Watch
 * it with `tcpclose -- build/workload demo`.
 */
#include <stdio.h>

#include "workload.h"

#define DEMO_PAUSE_MS 150	/* between two connections, for readability */

struct demo_step {
	const char *name;	/* name of the case */
	int hold_ms;
	const char *told;
};

static const struct demo_step scenes[] = {
	{ "three-way", 0, "the client calls close(), the server follows immediately" },
	{ "peer-first", 20, "the server calls close() first, the client 20 ms later" },
	{ "shut-wr", 200, "the client half-closes, shutdown(SHUT_WR); the answer takes 200 ms" },
	{ "close-peer-later", 300, "the client closes; the server's application holds 300 ms" },
	{ "exit", 50, "the client exits with status 3 and never calls close()" },
	{ "unread-data", 0, "the client closes with 10 bytes unread: it sends a RST, no FIN" },
};

int demo_run(bool truth)
{
	const int count = (int)(sizeof(scenes) / sizeof(scenes[0]));
	struct workload gap = { .hold_ms = DEMO_PAUSE_MS };

	loopback_up();
	for (int i = 0; i < count; i++) {
		const struct workload_case *c = case_find(scenes[i].name);
		struct workload w;
		int status;

		/* 1/6 the client calls close(), the server follows immediately */
		fprintf(stderr, "%d/%d %s\n", i + 1, count, scenes[i].told);
		status = workload_run(&w, c, scenes[i].hold_ms);
		if (status)
			return status;
		if (truth)
			truth_print(&w);
		workload_release(&w);
		if (i + 1 < count)
			workload_hold(&gap);
	}
	return 0;
}
