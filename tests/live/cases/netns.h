/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The network namespace around a workload: its sysctls, its packet filter, its table of sockets.
 *
 * All of it may be changed, so all of it must be the workload's own: in the host's own namespace
 * every function here that changes something ends the workload as one that cannot be done. So does
 * each that fails.
 */
#pragma once

#include "workload.h"

#define NETNS_TUN "workload"		/* the name of a TUN device that is ours */

/* Ends the process: this cannot be done here, for the reason given. */
_Noreturn void workload_skip(const char *why);

/* Skips the workload if the namespace is in use by anybody else. */
void netns_require_own(void);

/* name is below net.ipv4 */
void netns_set_sysctl(const char *name, const char *value);
void netns_set_sysctl_if_present(const char *name, const char *value);	/* if the kernel has it */

/* Gives nft a script: a table of its own with the chain "in" on the input hook, and these rules. */
void netns_add_filter(const char *rules);

/* Does the kernel have a function of that name (/proc/kallsyms)? */
bool kernel_has_symbol(const char *name);

/* The state that /proc/net/tcp shows, of minisocks the substate; 0 if it is not there (IPv4). */
int netns_tcp_state(const struct endpoint *e);
void netns_await_state(const struct endpoint *e, int state);

/* Waits until the socket is in the table no more, and notes when. */
void netns_await_gone(struct endpoint *e);
