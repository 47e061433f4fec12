// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "cases.h"

static const struct workload_case *const tables[] = {
	cases_basic, cases_trigger, cases_trigger_task, cases_trigger_far, cases_trigger_uring,
	cases_trigger_odd, cases_reset, cases_reset_in, cases_timeout,
	cases_never, cases_other,
};

const struct workload_case *case_at(unsigned i)
{
	for (unsigned t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (const struct workload_case *c = tables[t]; c->name; c++)
			if (!i--)
				return c;
	return NULL;
}

const struct workload_case *case_find(const char *name)
{
	const struct workload_case *c;

	for (unsigned i = 0; (c = case_at(i)); i++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}
