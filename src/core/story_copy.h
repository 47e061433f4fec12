/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies of stories that outlive the endpoint table's. Pure.
 */
#pragma once

#include <stdbool.h>

#include "verdict.h"

/*
 * Copy a story and its verdict. The copy owns its calls and holders: story_release() frees them. It
 * still borrows the names and the tree. Returns false if out of memory; then nothing is owned.
 */
bool story_copy(struct story *to, struct verdict *verdict_to, const struct story *s,
		const struct verdict *verdict);

/* Add ns to all times of a copy and its verdict: show it by another clock. */
void story_move(struct story *copy, struct verdict *verdict, int64_t ns);
