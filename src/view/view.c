/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "view.h"

#include <stddef.h>
#include <string.h>

static const struct sink *const sinks[] = {
	&sink_trace,
	&sink_json,
	&sink_events,
	&sink_timeline,
	&sink_who,
	&sink_hist,
	&sink_record,
	&sink_stuck,
	&sink_doctor,
};

const struct sink *sink_at(unsigned i)
{
	return i < sizeof(sinks) / sizeof(*sinks) ? sinks[i] : NULL;
}

const struct sink *sink_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(sinks) / sizeof(*sinks); i++)
		if (!strcmp(sinks[i]->name, name))
			return sinks[i];
	return NULL;
}
