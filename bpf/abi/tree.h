/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processes of --tree: COMMAND and its descendants. In the ring the record of a process comes
 * before its first event.
 *
 * A process leaves the tree after its parent has reaped it, or when its id is used again. So the
 * sockets that it closes as it exits still belong to the tree.
 */
#pragma once

#include "event.h"

struct tree_change {
	__u64 ts_ns;		/* CLOCK_BOOTTIME */
	__u32 pid;		/* thread group */
	__u32 joined;		/* 1: it is in the tree from now on; 0: it is not */
};

/* How COMMAND is recognized before its id in the initial pid namespace is known. */
struct tree_root {
	__u32 pid;		/* in its pid namespace; 0: --tree was not given */
	__u32 pid_namespace;	/* inode number */
};
