/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Parses values from the command line. The whole text must be the value: no sign, no space, no
 * trailing characters. On failure (false or -errno) the result is not changed. The caller knows the
 * option and reports the error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"

/*
 * The smallest inode number taken for a network namespace. The kernel numbers namespaces from
 * 0xf0000000 (PROC_DYNAMIC_FIRST), the initial ones of newer kernels just below that
 * (NET_NS_INIT_INO is 0xeffffff9). Pids are always far smaller.
 */
#define PARSE_NETNS_FIRST 0xeffffff0u

/* Parse a decimal integer from min to max. */
bool parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *v);

/*
 * Parse a decimal fraction ("2", "0.25", ".5") and store it times `unit`, a power of ten, rounded
 * down. The result is at most max.
 */
bool parse_decimal(const char *text, uint64_t unit, uint64_t max, uint64_t *v);

/*
 * Parse a duration of at most max_ns and store it in nanoseconds. The text is a decimal fraction
 * with an optional unit s, m, h or d; the default is seconds: "30", "1.5h".
 */
bool parse_duration(const char *text, uint64_t max_ns, uint64_t *ns);

/*
 * Parse a number of bytes from min to max, with an optional K, M or G (powers of 1024, either
 * case). parse_bytes_pow2() accepts only powers of two.
 */
bool parse_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *v);
bool parse_bytes_pow2(const char *text, uint64_t min, uint64_t max, uint64_t *v);

/*
 * Parse ADDR[/PREFIX]. Host bits are cleared. An IPv4-mapped address (::ffff:10.0.0.1) becomes the
 * IPv4 address, since that is what is on the wire.
 */
bool parse_addr(const char *text, struct filter_addr *a);

/* Parse a uid, or a user name in /etc/passwd. Users of other directories (LDAP) need the uid. */
bool parse_user(const char *text, uint32_t *uid);

/*
 * Parse a network namespace, given as its inode number, a pid or a name in /run/netns, and store
 * its inode number. Returns 0, -ENOENT if the text is none of these, -EACCES or -EPERM if the
 * namespace may not be examined, or another -errno.
 */
int parse_netns(const char *text, uint32_t *inum);
