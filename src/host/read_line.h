/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdbool.h>

/* Read the first line of a file, or as much of it as has room, as fgets() does. False: no line. */
bool read_line(const char *path, char *line, int size);
