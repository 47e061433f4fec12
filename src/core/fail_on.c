/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "fail_on.h"

#include <stddef.h>
#include <string.h>

_Static_assert(REASON_COUNT <= 32 && ENDING_COUNT <= 32 && TRIGGER_COUNT <= 64, "a set is full");

static bool is_in_set(uint64_t set, unsigned v)
{
	return v < 64 && set >> v & 1;
}

/* Return the reason that a word stands for, or -1. The word of REASON_NONE is empty. */
static int find_reason(const char *word)
{
	for (int i = REASON_NONE + 1; i < REASON_COUNT; i++)
		if (strcmp(reason_name((unsigned)i), word) == 0)
			return i;
	return -1;
}

bool fail_on_add(struct fail_on *f, const char *word)
{
	int class = class_of(word), ending = ending_of(word), reason = find_reason(word),
	    call = trigger_of(word);

	if (class >= 0)
		f->classes |= 1u << class;
	if (ending >= 0)
		f->endings |= 1u << ending;
	if (reason >= 0)
		f->reasons |= 1u << reason;
	if (call >= 0)
		f->calls |= 1ull << call;
	return class >= 0 || ending >= 0 || reason >= 0 || call >= 0;
}

const char *fail_on_word(unsigned i)
{
	for (unsigned v = 0; v < CLASS_COUNT; v++)
		if (i-- == 0)
			return class_name(v);
	for (unsigned v = 0; v < ENDING_COUNT; v++)
		if (class_of(ending_name(v)) < 0 && i-- == 0)
			return ending_name(v);
	for (unsigned v = REASON_NONE + 1; v < REASON_COUNT; v++)
		if (class_of(reason_name(v)) < 0 && ending_of(reason_name(v)) < 0 && i-- == 0)
			return reason_name(v);
	for (unsigned v = 0; v < TRIGGER_COUNT; v++)
		if (trigger_of(trigger_name(v)) >= 0 && class_of(trigger_name(v)) < 0 &&
		    ending_of(trigger_name(v)) < 0 && find_reason(trigger_name(v)) < 0 && i-- == 0)
			return trigger_name(v);
	return NULL;
}

bool fail_on_wants_never_open(const struct fail_on *f)
{
	return is_in_set(f->classes, CLASS_FAILED) || is_in_set(f->endings, ENDING_NEVER_OPEN) ||
	       f->reasons >> REASON_REFUSED;	/* its reasons are the last ones, see names.h */
}

bool fail_on_matches(const struct fail_on *f, const struct verdict *v)
{
	if (v->ending == ENDING_OPEN)
		return is_in_set(f->endings, ENDING_OPEN);
	return is_in_set(f->endings, v->ending) || is_in_set(f->classes, ending_class(v->ending)) ||
	       (v->reason != REASON_NONE && is_in_set(f->reasons, v->reason)) ||
	       (v->trigger && is_in_set(f->calls, v->trigger->trigger)) ||
	       (v->reset_by && is_in_set(f->calls, v->reset_by->trigger));
}
