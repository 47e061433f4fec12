/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The memory of the test itself, as the kernel side identifies that of any process.
 */
#pragma once

#include <inttypes.h>
#include <stdio.h>

#include "proc_maps.h"
#include "unit.h"

/* The memory id of this process, and of the children that it forks. */
static inline struct memory_id own_id(void)
{
	struct memory_id id = { 0 };
	FILE *f = fopen("/proc/self/stat", "re");
	char line[1024];
	char *p;

	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	p = strrchr(line, ')');
	for (int field = 2; field < 26; field++)
		p = strchr(p, ' ') + 1;
	assert_int_equal(sscanf(p, "%" SCNu64 " %" SCNu64 " %" SCNu64, &id.start_code,
				&id.end_code, &id.start_stack), 3);
	return id;
}
