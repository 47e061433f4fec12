/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "close_list.h"

#include "array.h"

static unsigned find_fastest(const struct close_list *l)
{
	unsigned found = 0;

	for (unsigned i = 1; i < l->nr; i++)
		if (close_row_compare(&l->rows[i], &l->rows[found]) > 0)
			found = i;
	return found;
}

bool close_list_wants(const struct close_list *l, const struct close_row *row)
{
	return l->nr < l->max || close_row_compare(row, &l->rows[l->fastest]) < 0;
}

bool close_list_add(struct close_list *l, const struct close_row *row)
{
	if (!l->rows)
		l->rows = calloc(l->max, sizeof(*l->rows));
	if (!l->rows)
		return false;
	if (!close_list_wants(l, row))
		return true;
	kept_story_share(row->kept);
	if (l->nr == l->max)
		kept_story_drop(l->rows[l->fastest].kept);
	l->rows[l->nr == l->max ? l->fastest : l->nr++] = *row;
	if (l->nr == l->max)
		l->fastest = find_fastest(l);
	return true;
}

void close_list_sort(struct close_list *l)
{
	array_sort(l->rows, l->nr, sizeof(*l->rows), close_row_compare);
	l->fastest = l->nr ? l->nr - 1 : 0;
}

bool close_list_copy(struct close_list *to, const struct close_list *from)
{
	close_list_clear(to);
	for (unsigned i = 0; i < from->nr; i++)
		if (!close_list_add(to, &from->rows[i]))
			return false;
	return true;
}

void close_list_clear(struct close_list *l)
{
	for (unsigned i = 0; i < l->nr; i++)
		kept_story_drop(l->rows[i].kept);
	l->nr = 0;
	l->fastest = 0;
}

void close_list_release(struct close_list *l)
{
	close_list_clear(l);
	free(l->rows);
	l->rows = NULL;
}
