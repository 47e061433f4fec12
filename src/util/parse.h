/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Words of the command line made into values: the whole text must be the value, without sign,
 * space or leftovers. False, or -errno, leaves the result untouched; the caller knows the option
 * and says so.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"

/*
 * Namespaces have inode numbers from here on: dynamic ones from 0xf0000000 (PROC_DYNAMIC_FIRST),
 * the initial ones of newer kernels just below (NET_NS_INIT_INO is 0xeffffff9). Pids end far
 * before.
 */
#define PARSE_NETNS_FIRST 0xeffffff0u

/* Decimal digits, from min to max. */
bool parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *v);

/* "2", "0.25" or ".5" times unit, a power of ten; at most max. Less than one is dropped. */
bool parse_decimal(const char *text, uint64_t unit, uint64_t max, uint64_t *v);

/* Seconds, or with s, m, h or d what that is, as 30, 1.5h: in nanoseconds, at most max_ns. */
bool parse_duration(const char *text, uint64_t max_ns, uint64_t *ns);

/* Bytes, with K, M or G for the powers of 1024, from min to max; _size: a power of two. */
bool parse_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *v);
bool parse_bytes_pow2(const char *text, uint64_t min, uint64_t max, uint64_t *v);

/* ADDR[/PREFIX]. Host bits are cleared; ::ffff:10.0.0.1 is 10.0.0.1, which is what travels. */
bool parse_addr(const char *text, struct filter_addr *a);

/* A uid, or a name in /etc/passwd (which other directories know is given as a number). */
bool parse_user(const char *text, uint32_t *uid);

/*
 * The inode number of a network namespace: from a pid, a name in /run/netns, or that number.
 * -ENOENT: there is none of them; -EACCES: it may not be looked at.
 */
int parse_netns(const char *text, uint32_t *inum);
