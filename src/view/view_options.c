/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "view_options.h"

const char *group_by_name(enum group_by by)
{
	static const char *const words[] = {
#define X(id, word) [GROUP_BY_##id] = word,
		GROUP_BY_WORDS(X)
#undef X
	};

	return by > GROUP_BY_DEFAULT && by < GROUP_BY_COUNT ? words[by] : "";
}
