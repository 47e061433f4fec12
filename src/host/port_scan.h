/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds which ephemeral ports are in use, in every network namespace that we may enter, with
 * sock_diag and /proc/sys/net. Needs no privilege for our own.
 */
#pragma once

#include "netns_visit.h"
#include "port_use.h"

/*
 * Look once, and finish the counts. `visits` is opened by the caller, and has the namespaces that
 * are wanted. Returns 0, or -errno if none could be read.
 */
int port_scan_run(struct netns_visits *visits, struct port_use *use, const struct filter *filter);
