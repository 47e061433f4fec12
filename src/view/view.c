/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "view.h"

#include <stddef.h>
#include <string.h>

static const struct view *const views[] = {
	&view_trace,
	&view_json,
	&view_events,
	&view_timeline,
	&view_who,
	&view_hist,
	&view_record,
	&view_stuck,
	&view_doctor,
};

const struct view *view_at(unsigned i)
{
	return i < sizeof(views) / sizeof(*views) ? views[i] : NULL;
}

const struct view *view_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(views) / sizeof(*views); i++)
		if (!strcmp(views[i]->name, name))
			return views[i];
	return NULL;
}
