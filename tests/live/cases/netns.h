/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The network namespace around a deed: its sysctls, its packet filter, its table of sockets.
 *
 * All of it may be changed, so all of it must be the deed's own: in the host's own namespace every
 * function here that changes something ends the deed as one that cannot be done. So does each that
 * fails.
 */
#pragma once

#include "workload.h"

#define HOST_TUN "deed"		/* the name of a TUN device that is ours */

/* Ends the process: this cannot be done here, for the reason given. */
_Noreturn void deed_skip(const char *why);

/* Skips the deed if the namespace is in use by anybody else. */
void host_must_be_own(void);

/* name is below net.ipv4 */
void host_sysctl(const char *name, const char *value);
void host_sysctl_if(const char *name, const char *value);	/* if the kernel has it */

/* Gives nft a script: a table of its own with the chain "in" on the input hook, and these rules. */
void host_filter(const char *rules);

/* Does the kernel have a function of that name (/proc/kallsyms)? */
bool host_has_symbol(const char *name);

/* The state that /proc/net/tcp shows, of minisocks the substate; 0 if it is not there (IPv4). */
int host_tcp_state(const struct endpoint *e);
void host_await_state(const struct endpoint *e, int state);

/* Waits until the socket is in the table no more, and notes when. */
void host_await_gone(struct endpoint *e);
