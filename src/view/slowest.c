/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "slowest.h"

#include <stdlib.h>

struct step {
	uint64_t number;	/* time divided by SLOWEST_STEP_NS */
	struct close_list list;
};

struct slowest {
	struct step steps[SLOWEST_STEPS];
};

struct slowest *slowest_new(void)
{
	struct slowest *t = calloc(1, sizeof(*t));

	for (unsigned i = 0; t && i < SLOWEST_STEPS; i++)
		t->steps[i].list.max = SLOWEST_MAX;
	return t;
}

void slowest_free(struct slowest *t)
{
	for (unsigned i = 0; t && i < SLOWEST_STEPS; i++)
		close_list_release(&t->steps[i].list);
	free(t);
}

void slowest_reset(struct slowest *t)
{
	for (unsigned i = 0; i < SLOWEST_STEPS; i++)
		close_list_clear(&t->steps[i].list);
}

bool slowest_wants(const struct slowest *t, const struct close_row *row)
{
	uint64_t number = row->settled_ns / SLOWEST_STEP_NS;
	const struct step *step = &t->steps[number % SLOWEST_STEPS];

	if (!row->time_known || (step->list.nr && number < step->number))
		return false;
	return number != step->number || close_list_wants(&step->list, row);
}

bool slowest_add(struct slowest *t, const struct close_row *row)
{
	uint64_t number = row->settled_ns / SLOWEST_STEP_NS;
	struct step *step = &t->steps[number % SLOWEST_STEPS];

	if (!slowest_wants(t, row))
		return true;
	if (number != step->number)
		close_list_clear(&step->list);
	step->number = number;
	return close_list_add(&step->list, row);
}

bool slowest_list(const struct slowest *t, uint64_t now_ns, struct close_list *list)
{
	uint64_t latest = now_ns / SLOWEST_STEP_NS;

	close_list_clear(list);
	for (unsigned i = 0; i < SLOWEST_STEPS; i++) {
		const struct step *step = &t->steps[i];

		if (!step->list.nr || step->number + SLOWEST_STEPS <= latest)
			continue;
		for (unsigned k = 0; k < step->list.nr; k++)
			if (!close_list_add(list, &step->list.rows[k]))
				return false;
	}
	close_list_sort(list);
	return true;
}
