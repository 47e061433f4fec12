/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the places of an address (debug_info.h) from the DWARF of its unit: the line from the line
 * table, the inlined functions from the tree of entries. Part of debug_info_libdw.c.
 */
#pragma once

#include <elfutils/libdw.h>

#include "debug_info.h"

/*
 * Read the places of an address into *places, which is empty. Without `inlined` there is one place:
 * the line that has the instruction, which is that of an inlined function, if one is there.
 */
void debug_places_read(Dwarf_Die *unit, Dwarf_Addr address, bool inlined,
		       struct source_places *places);

/* Free the texts, and leave *places empty. */
void debug_places_release(struct source_places *places);
