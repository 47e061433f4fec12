/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processes that are in the tree of COMMAND (--tree) at this point of the events. Pure.
 *
 * The kernel side reports each process before its first event (bpf/abi/tree.h). A story asks when
 * it takes an event, so it does not matter what becomes of the process, or of its id, later.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct process_tree;

/* Create an empty tree. Returns NULL if out of memory. */
struct process_tree *process_tree_new(void);

/* Free a tree. NULL is allowed. */
void process_tree_free(struct process_tree *t);

/* Add or remove a process. Ids that Linux does not give to processes are ignored. */
void process_tree_set(struct process_tree *t, uint32_t pid, bool member);

bool process_tree_has(const struct process_tree *t, uint32_t pid);

/* Return the smallest member that is greater than pid, 0 if there is none. */
uint32_t process_tree_next(const struct process_tree *t, uint32_t pid);
