/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

/*
 * The number of orphans of the host, -1 if it is unknown. Although it is in a file of one network
 * namespace, the kernel counts them in all of them (net/ipv4/proc.c, sockstat_seq_show).
 */
long host_orphans(void);
