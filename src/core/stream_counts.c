/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_counts.h"

const char *stream_refusal_name(unsigned v)
{
	static const char *const words[] = {
#define X(id, word) [STREAM_REFUSED_##id] = word,
		STREAM_REFUSALS(X)
#undef X
	};

	return v < STREAM_REFUSALS_COUNT ? words[v] : "?";
}
