/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "start_notes.h"

#include <string.h>

#include "caps.h"
#include "log.h"

void start_notes_hooks(const struct run_info *m)
{
	for (unsigned i = 0; i < m->nr_hooks; i++)
		if (!strcmp(m->hook[i].how, "none") && strcmp(m->hook[i].name, "reset_late") != 0)
			log_note("cannot attach the hook %s: what it reports will be missing "
				 "(see tcpclose doctor)", m->hook[i].name);
}

void start_notes_scan(const struct scan_stats *stats, int err)
{
	if (err)
		log_warn("the walk over the existing sockets failed: %s", strerror(-err));
	if (stats->left_out)
		log_note("cannot enter %u network namespaces (%s): for closes already in progress "
			 "there, the start is unknown", stats->left_out,
			 strerror(stats->left_out_why));
	if (stats->hidden && !(caps_effective() & CAPS_BIT(SYS_PTRACE)))
		log_note("the network namespaces of %u processes may not be looked up without "
			 "CAP_SYS_PTRACE", stats->hidden);
	if (stats->cut_short)
		log_warn("the walk over the existing sockets took too long: some are left out");
}
