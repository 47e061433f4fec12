/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Parsers for the values of filters: addresses, ports, network namespaces. As in parse.h, the whole
 * text must be the value. On failure the result is unchanged, and the caller reports the error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"

/*
 * The first inode number of a network namespace. Dynamic ones start at 0xf0000000
 * (PROC_DYNAMIC_FIRST), the initial ones of newer kernels just below (NET_NS_INIT_INO is
 * 0xeffffff9). Pids end far below.
 */
#define PARSE_NETNS_FIRST 0xeffffff0u

/*
 * Parse ADDR[/PREFIX]. Host bits are cleared. ::ffff:10.0.0.1 becomes 10.0.0.1, the address in the
 * packets.
 */
bool parse_addr(const char *text, struct filter_addr *a);

/*
 * Parse a port, a range "8000-8999", or the name of a TCP service in /etc/services. -EINVAL: text
 * is none of them. -ERANGE: the range has no port, its last one is below its first.
 */
int parse_ports(const char *text, struct filter_range *range);

/*
 * Find the inode number of a network namespace: text is a pid, a name in /run/netns, or the number
 * itself. -ENOENT: there is no such namespace. -EACCES: no permission to look at it.
 */
int parse_netns(const char *text, uint32_t *inum);
