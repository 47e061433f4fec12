/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "decode.h"

#include <stdint.h>

#define PID_MAX 4194304	/* PID_MAX_LIMIT, include/linux/threads.h; the columns fit 7 digits */

static bool is_state(unsigned state)
{
	return state >= STATE_ESTABLISHED && state <= STATE_CLOSING;
}

static bool is_kind(unsigned kind)
{
	switch (kind) {
#define X(id, nr, word) case EVENT_##id:
	EVENT_KINDS(X)
#undef X
		return true;
	default:
		return false;
	}
}

const struct event *decode_event(const void *bytes, size_t len)
{
	const struct event *e = bytes;

	if (len != sizeof(*e) || (uintptr_t)bytes % _Alignof(struct event))
		return NULL;
	if (!is_kind(e->kind) || e->syscall >= SYSCALL_COUNT || (e->family != 4 && e->family != 6))
		return NULL;
	if (!is_state(e->old_state) || !is_state(e->new_state))
		return NULL;
	if (e->pid > PID_MAX || e->tid > PID_MAX)
		return NULL;
	return e;
}
