/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The network namespace of a workload: its sysctls, its packet filter, its table of sockets.
 *
 * These functions change the namespace, so it must belong to the workload alone: in the namespace
 * of the host, every function that would change something skips the workload. So does every
 * failure.
 */
#pragma once

#include "workload.h"

#define NETNS_TUN "workload"		/* name of our own TUN device */

/* Ends the process with WORKLOAD_SKIP and prints why the workload cannot run here. */
_Noreturn void workload_skip(const char *why);

/* Skips the workload if the namespace has other users. */
void netns_require_own(void);

/* Sets a sysctl; name is relative to net.ipv4. */
void netns_set_sysctl(const char *name, const char *value);
void netns_set_sysctl_if_present(const char *name, const char *value);	/* if the kernel has it */

/* Adds an nft table of its own, with the chain "in" on the input hook and these rules. */
void netns_add_filter(const char *rules);

/* Does /proc/kallsyms have a function of that name? */
bool kernel_has_symbol(const char *name);

/* Returns the state (for a timewait socket: substate) in /proc/net/tcp, 0 if not listed. IPv4. */
int netns_tcp_state(const struct endpoint *e);
void netns_await_state(const struct endpoint *e, int state);

/* Waits until the socket is no longer in the table, and records the time. */
void netns_await_gone(struct endpoint *e);
