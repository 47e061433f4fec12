/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * uthash for small and rarely used hash tables, configured not to exit when memory runs out: an
 * item that could not be added has hh.tbl == NULL and is not in the table. For the tables that
 * every event looks at, see hash_index.h.
 *
 * Use the _BYHASHVALUE macros with a hash from hash.h: uthash's own hash functions have no seed.
 */
#pragma once

#define HASH_NONFATAL_OOM 1

#include <uthash.h>
