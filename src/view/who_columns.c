/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stddef.h>

#include "who.h"

#define MAXIMUM 1000
#define COUNT(name, index) { name, false, index, 0 }
#define TIME(name, index, permille) { name, true, index, permille }

static const struct who_column columns[] = {
	COUNT("closes", WHO_CLOSES),
	COUNT("close", WHO_CLOSE),
	COUNT("shutdown_wr", WHO_SHUT_WR),
	COUNT("shutdown_rdwr", WHO_SHUT_RDWR),
	COUNT("exit", WHO_EXIT),
	COUNT("signal", WHO_SIGNAL),
	COUNT("other_call", WHO_OTHER_CALL),
	COUNT("no_call", WHO_NO_CALL),
	COUNT("clean", WHO_CLEAN),
	COUNT("reset", WHO_RESET),
	COUNT("timeout", WHO_TIMEOUT),
	COUNT("other_end", WHO_OTHER_END),
	COUNT("open", WHO_OPEN),
	COUNT("local", WHO_LOCAL),
	COUNT("peer", WHO_PEER),
	COUNT("both", WHO_BOTH),
	COUNT("nobody", WHO_NOBODY),
	COUNT("unknown", WHO_UNKNOWN),
	TIME("app_hold_p50", WHO_APP_HOLD, 500),
	TIME("app_hold_p99", WHO_APP_HOLD, 990),
	TIME("app_hold_max", WHO_APP_HOLD, MAXIMUM),
	TIME("peer_hold_p50", WHO_PEER_HOLD, 500),
	TIME("peer_hold_p99", WHO_PEER_HOLD, 990),
	TIME("peer_hold_max", WHO_PEER_HOLD, MAXIMUM),
};

const struct who_column *who_column_at(unsigned i)
{
	return i < sizeof(columns) / sizeof(*columns) ? &columns[i] : NULL;
}

bool who_column_value(const struct who_row *w, const struct who_column *c, uint64_t *value)
{
	if (!c->is_time) {
		*value = w->n[c->index];
		return true;
	}
	*value = c->permille == MAXIMUM ? w->hold[c->index].max :
		 histogram_quantile(&w->hold[c->index], c->permille);
	return w->hold[c->index].n;
}
