/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The words of --fail-on: classes, endings, reasons and calls of the closes that make a run fail. A
 * word with several meanings stands for all of them. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

/* Sets: bit n is value n of the enum. All empty: no close matches. */
struct fail_on {
	uint32_t classes;	/* enum class */
	uint32_t endings;	/* enum ending */
	uint32_t reasons;	/* enum reason */
	uint64_t calls;		/* enum trigger */
};

/* Add all meanings of a word. Returns false if it has none. */
bool fail_on_add(struct fail_on *f, const char *word);

/* Return the i-th word that fail_on_add() knows, each of them once; NULL past the last. */
const char *fail_on_word(unsigned i);

static inline bool fail_on_is_empty(const struct fail_on *f)
{
	return !f->classes && !f->endings && !f->reasons && !f->calls;
}

/* Does a connection that was never established have to be traced to find a match? */
bool fail_on_wants_never_open(const struct fail_on *f);

/*
 * Does the close match one of the words? Its calls are the one that sent the FIN and the one that
 * sent the RST. What is still open matches only the word open.
 */
bool fail_on_matches(const struct fail_on *f, const struct verdict *v);
