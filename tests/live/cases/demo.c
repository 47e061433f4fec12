// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * workload demo: nine connections that end in nine ways, each announced by a line on stderr. Watch
 * it with `tcpclose -- build/workload demo`. tools/sample records it.
 */
#include <stdio.h>

#include "workload.h"

#define DEMO_PAUSE_MS 150	/* between two connections, for readability */
#define DEMO_STAY_MS 50		/* time to look up their executables */

struct demo_step {
	const char *name;	/* name of the case */
	int hold_ms;
	struct workload_names names;
	const char *told;
};

static const struct demo_step scenes[] = {
	{ "three-way", 0, { "fetch", "web" },
	  "fetch calls close(), web follows immediately" },
	{ "peer-first", 20, { "browser", "web" },
	  "web calls close() first, browser 20 ms later" },
	{ "unread-data", 0, { "player", "media" },
	  "player closes with 10 bytes unread: it sends a RST, no FIN" },
	{ "shut-wr", 200, { "backup", "storage" },
	  "backup half-closes, shutdown(SHUT_WR); the answer of storage takes 200 ms" },
	{ "close-peer-later", 300, { "panel", "reports" },
	  "panel closes; reports holds the connection for 300 ms" },
	{ "exit", 50, { "cron", "mail" },
	  "cron exits with status 3 and never calls close()" },
	{ "shut-wr-unread", 30, { "import", "ledger" },
	  "import half-closes and never reads the 1000 bytes of the answer: they are lost" },
	{ "close-by-thread", 80, { "api", "cache" },
	  "a thread of api closes; it has a name of its own" },
	{ "refused-port", 0, { "probe", NULL },
	  "probe connects to a port where nobody listens (see it with --all)" },
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

		/* 1/9 fetch calls close(), web follows immediately */
		fprintf(stderr, "%d/%d %s\n", i + 1, count, scenes[i].told);
		status = workload_run(&w, c, scenes[i].hold_ms, DEMO_STAY_MS, &scenes[i].names);
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
