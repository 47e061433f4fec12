/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A copy of a story and its verdict that several lists share.
 */
#pragma once

#include "verdict.h"

struct kept_story {
	unsigned shares;
	struct story story;	/* without names and tree, which end with the run */
	struct verdict verdict;
};

/* Copy a story, with one share for the caller. NULL if out of memory. */
struct kept_story *kept_story_new(const struct story *s, const struct verdict *verdict);

/* Take another share. k may be NULL; returns k. */
struct kept_story *kept_story_share(struct kept_story *k);

/* Give up a share; the last one frees the story. k may be NULL. */
void kept_story_drop(struct kept_story *k);
