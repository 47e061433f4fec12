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

/* Take all items out of a table, and pass each of them to release(). */
#define HASH_TABLE_RELEASE(head, release)                              \
	do {                                                           \
		__typeof__(head) item_ = (head), next_;                \
									\
		HASH_CLEAR(hh, head);                                  \
		for (; item_; item_ = next_) {                         \
			next_ = item_->hh.next;                        \
			release(item_);                                \
		}                                                      \
	} while (0)
