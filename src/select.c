/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "select.h"

static bool has_u32(const uint32_t *list, unsigned n, uint32_t v)
{
	for (unsigned i = 0; i < n && i < SELECT_MAX; i++)
		if (list[i] == v)
			return true;
	return n == 0;
}

static bool has_comm(const struct select *f, const uint8_t *comm)
{
	for (unsigned i = 0; i < f->comms && i < SELECT_MAX; i++)
		if (strncmp(f->comm[i], (const char *)comm, EVENT_COMM_LEN - 1) == 0)
			return true;
	return f->comms == 0;
}

bool select_wants_uid(const struct select *f, uint32_t uid)
{
	return has_u32(f->uid, f->uids, uid);
}

bool select_wants_task(const struct select *f, uint32_t pid, uint32_t uid, const uint8_t *comm)
{
	return has_u32(f->pid, f->pids, pid) && select_wants_uid(f, uid) && has_comm(f, comm);
}

static bool has_act(const struct select *f, const struct story *s)
{
	for (unsigned i = 0; i < s->nr_acts; i++)
		if (select_wants_task(f, s->acts[i].pid, s->acts[i].uid, s->acts[i].comm))
			return true;
	return false;
}

static bool has_slow_phase(const struct verdict *v, uint64_t slow_ns)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (v->phase[i].known && v->phase[i].ns >= slow_ns)
			return true;
	return false;
}

/* An empty set holds everything. */
static bool set_has(uint64_t set, unsigned v)
{
	return set == 0 || (v < 64 && set >> v & 1);
}

bool select_wants(const struct select *f, const struct story *s, const struct verdict *v)
{
	if (!set_has(f->endings, v->ending) || !set_has(f->classes, ending_class(v->ending)) ||
	    !set_has(f->initiators, v->initiator))
		return false;
	if (f->calls && !(v->trigger && set_has(f->calls, v->trigger->trigger)))
		return false;
	if (f->slow_ns && !has_slow_phase(v, f->slow_ns))
		return false;
	return !(f->pids || f->comms || f->uids) || has_act(f, s);
}
