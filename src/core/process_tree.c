/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "process_tree.h"

#include <stdlib.h>

#define PID_LIMIT (4u << 20)	/* PID_MAX_LIMIT of linux/threads.h */
#define WORD_BITS 64

/* One bit for each id: 512 KiB of address space, of which only the pages in use take memory. */
struct process_tree {
	uint64_t member[PID_LIMIT / WORD_BITS];
};

struct process_tree *process_tree_new(void)
{
	return calloc(1, sizeof(struct process_tree));
}

void process_tree_free(struct process_tree *t)
{
	free(t);
}

void process_tree_set(struct process_tree *t, uint32_t pid, bool member)
{
	uint64_t bit = UINT64_C(1) << pid % WORD_BITS;

	if (!pid || pid >= PID_LIMIT)
		return;
	if (member)
		t->member[pid / WORD_BITS] |= bit;
	else
		t->member[pid / WORD_BITS] &= ~bit;
}

bool process_tree_has(const struct process_tree *t, uint32_t pid)
{
	return pid < PID_LIMIT && t->member[pid / WORD_BITS] >> pid % WORD_BITS & 1;
}

uint32_t process_tree_next(const struct process_tree *t, uint32_t pid)
{
	while (++pid < PID_LIMIT) {
		if (!t->member[pid / WORD_BITS])
			pid |= WORD_BITS - 1;	/* the last id of this word */
		else if (process_tree_has(t, pid))
			return pid;
	}
	return 0;
}
