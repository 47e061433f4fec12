/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kept_story.h"

#include <stdlib.h>

#include "story_copy.h"

struct kept_story *kept_story_new(const struct story *s, const struct verdict *verdict)
{
	struct kept_story *k = malloc(sizeof(*k));

	if (!k)
		return NULL;
	if (!story_copy(&k->story, &k->verdict, s, verdict)) {
		free(k);
		return NULL;
	}
	k->story.names = NULL;
	k->story.tree = NULL;
	k->shares = 1;
	return k;
}

struct kept_story *kept_story_share(struct kept_story *k)
{
	if (k)
		k->shares++;
	return k;
}

void kept_story_drop(struct kept_story *k)
{
	if (!k || --k->shares)
		return;
	story_release(&k->story);
	free(k);
}
