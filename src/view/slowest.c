/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "slowest.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

struct step {
	uint64_t number;	/* time divided by SLOWEST_STEP_NS */
	struct slowest_rows list;
};

struct slowest {
	struct step steps[SLOWEST_STEPS];
};

struct slowest *slowest_new(void)
{
	return calloc(1, sizeof(struct slowest));
}

void slowest_free(struct slowest *t)
{
	free(t);
}

void slowest_reset(struct slowest *t)
{
	for (unsigned i = 0; i < SLOWEST_STEPS; i++)
		t->steps[i].list.nr = 0;
}

static unsigned find_fastest(const struct slowest_rows *t)
{
	unsigned found = 0;

	for (unsigned i = 1; i < t->nr; i++)
		if (close_row_compare(&t->rows[i], &t->rows[found]) > 0)
			found = i;
	return found;
}

void slowest_rows_add(struct slowest_rows *t, const struct close_row *row)
{
	if (t->nr < SLOWEST_MAX)
		t->rows[t->nr++] = *row;
	else if (close_row_compare(row, &t->rows[t->fastest]) < 0)
		t->rows[t->fastest] = *row;
	else
		return;
	if (t->nr == SLOWEST_MAX)
		t->fastest = find_fastest(t);
}

void slowest_add(struct slowest *t, const struct close_row *row)
{
	uint64_t number = row->settled_ns / SLOWEST_STEP_NS;
	struct step *step = &t->steps[number % SLOWEST_STEPS];

	if (!row->time_known || (step->list.nr && number < step->number))
		return;
	if (number != step->number)
		step->list.nr = 0;
	step->number = number;
	slowest_rows_add(&step->list, row);
}

/* Keep the slowest of the nr rows and those of a step, in order. Returns their number. */
static unsigned merge_step(struct close_row *rows, unsigned nr, const struct step *step)
{
	struct close_row all[2 * SLOWEST_MAX];

	memcpy(all, rows, nr * sizeof(*rows));
	memcpy(all + nr, step->list.rows, step->list.nr * sizeof(*rows));
	nr += step->list.nr;
	array_sort(all, nr, sizeof(*all), close_row_compare);
	if (nr > SLOWEST_MAX)
		nr = SLOWEST_MAX;
	memcpy(rows, all, nr * sizeof(*rows));
	return nr;
}

unsigned slowest_list(const struct slowest *t, uint64_t now_ns, struct close_row *rows)
{
	uint64_t latest = now_ns / SLOWEST_STEP_NS;
	unsigned nr = 0;

	for (unsigned i = 0; i < SLOWEST_STEPS; i++) {
		const struct step *step = &t->steps[i];

		if (step->list.nr && step->number + SLOWEST_STEPS > latest)
			nr = merge_step(rows, nr, step);
	}
	return nr;
}
