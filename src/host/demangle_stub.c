/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The build without libiberty: names stay as they are in the symbol table. */
#include "demangle.h"

#include <stddef.h>

bool demangler_is_built_in(void)
{
	return false;
}

char *demangle(const char *name)
{
	(void)name;
	return NULL;
}
