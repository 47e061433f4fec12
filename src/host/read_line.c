/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "read_line.h"

#include <stdio.h>

bool read_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool read = f && fgets(line, size, f);

	if (f)
		fclose(f);
	return read;
}
