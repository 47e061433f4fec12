/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "view_options.h"

const char *by_name(enum by by)
{
	static const char *const words[] = {
#define X(id, word) [BY_##id] = word,
		BY_WORDS(X)
#undef X
	};

	return by > BY_DEFAULT && by < BY_COUNT ? words[by] : "";
}
