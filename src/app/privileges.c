/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "privileges.h"

#include "caps.h"

uint64_t privileges_needed(const struct options *o)
{
	const struct group_list *by = &o->view_options.groups;
	uint64_t keep = 0;

	if (group_list_has(by, GROUP_BY_EXE) || o->record.wanted)
		keep |= CAPS_BIT(SYS_PTRACE);
	if (o->capture.stack)	/* /proc/PID/{maps,root,map_files} and executables */
		keep |= CAPS_BIT(SYS_PTRACE) | CAPS_BIT(CHECKPOINT_RESTORE) |
			CAPS_BIT(DAC_READ_SEARCH);
	if (group_list_has(by, GROUP_BY_CGROUP) || group_list_has(by, GROUP_BY_UNIT) ||
	    group_list_has(by, GROUP_BY_CONTAINER) || o->view->id == VIEW_OTLP)
		keep |= CAPS_BIT(DAC_READ_SEARCH);
	if (o->record.rotate_bytes || o->record.rotate_ns || o->record.keep_ns ||
	    o->serve.textfile)
		keep |= CAPS_BIT(DAC_OVERRIDE) | CAPS_BIT(FOWNER);
	return keep;
}
