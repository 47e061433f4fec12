/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The scan of scan.h without BPF, and so without privileges: the sockets come from sock_diag, the
 * descriptors from /proc. Its events are the same, SOCKET and then HOLDER, with these differences:
 *
 *   - Only the network namespaces that we may enter are seen, at least our own, and only the
 *     descriptors of processes that we may look into.
 *   - The age of a minisock, and of a FIN that is sent again, is unknown; so is when an orphan that
 *     is still a full socket expires.
 *   - A socket of the kernel's own looks like one that is held and whose holder was not found.
 *   - sk_key is the cookie of the socket.
 */
#pragma once

#include "scan.h"
#include "sock_diag.h"

struct scan_diag;

/*
 * Check that the kernel has sock_diag for TCP. Uses filter, states and partners of the config.
 * Returns 0, or -errno with the reason in why.
 */
int scan_diag_open(struct scan_diag **scan, const struct scan_config *config,
		   char why[LIVE_WHY_BYTES]);
void scan_diag_close(struct scan_diag *w);

/* As scan_run(). Sets stats->hidden_fds as well. */
int scan_diag_run(struct scan_diag *w, live_event_fn *fn, void *arg, struct scan_stats *stats);

/* The SOCKET event of a socket, for tests. */
struct event scan_diag_event(const struct sock_diag_socket *s);
