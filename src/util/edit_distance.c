/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "edit_distance.h"

#include <string.h>

static unsigned pick_less(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned edit_distance(const char *a, const char *b)
{
	/* three rows of the table of distances between prefixes of a and b */
	unsigned row[3][EDIT_WORD_MAX + 1];
	size_t len_a = strnlen(a, EDIT_WORD_MAX + 1), len_b = strnlen(b, EDIT_WORD_MAX + 1);

	if (len_a > EDIT_WORD_MAX || len_b > EDIT_WORD_MAX)
		return EDIT_WORD_MAX;
	for (unsigned k = 0; k <= len_b; k++)
		row[0][k] = k;
	for (unsigned i = 1; i <= len_a; i++) {
		unsigned *now = row[i % 3];
		const unsigned *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned k = 1; k <= len_b; k++) {
			now[k] = last[k - 1] + (a[i - 1] != b[k - 1]);
			now[k] = pick_less(now[k], pick_less(last[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				now[k] = pick_less(now[k], before[k - 2] + 1);
		}
	}
	return row[len_a % 3][len_b];
}

bool edit_is_near(const char *typed, const char *word)
{
	unsigned distance = edit_distance(typed, word);
	size_t len = strlen(word);

	return distance && distance <= (len < 6 ? 1 : len / 3) && distance < strlen(typed);
}
