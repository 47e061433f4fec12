/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "debug_places.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demangle.h"

#define DIES_MAX 1000000	/* entries that a search for inlined functions passes */
#define RANGES_MAX 1000000
#define SCOPES_MAX 16		/* namespaces and classes in one another */

/*
 * A search for the functions that are inlined at an address. Own code, because that of libdw
 * recurses as deep as the DWARF says.
 */
struct walk {
	Dwarf_Addr address;
	unsigned dies, ranges;	/* that may still be passed */
	Dwarf_Die inlined[DEBUG_INLINED_MAX];	/* the outermost first */
	unsigned nr;
};

void debug_places_release(struct source_places *places)
{
	for (unsigned i = 0; i < places->nr; i++) {
		free(places->place[i].function);
		free(places->place[i].demangled);
		free(places->place[i].file);
	}
	*places = (struct source_places){ .nr = 0 };
}

static bool has_address(struct walk *w, Dwarf_Die *die)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t at = 0;

	while (w->ranges && (at = dwarf_ranges(die, at, &base, &low, &high)) > 0) {
		w->ranges--;
		if (low && w->address >= low && w->address < high)
			return true;
	}
	return false;
}

static bool is_code(int tag)
{
	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
	       tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

/* Test for an entry that has no address itself, but may contain functions. */
static bool is_scope(int tag)
{
	return tag == DW_TAG_namespace || tag == DW_TAG_structure_type ||
	       tag == DW_TAG_class_type || tag == DW_TAG_union_type || tag == DW_TAG_module ||
	       tag == DW_TAG_enumeration_type;
}

/* Find the entry below `in` that contains the address, and is not in another such entry. */
static bool find_code_below(struct walk *w, Dwarf_Die *in, unsigned depth, Dwarf_Die *found)
{
	Dwarf_Die die;
	int tag;

	if (dwarf_child(in, &die))
		return false;
	do {
		if (!w->dies || !w->ranges)
			return false;
		w->dies--;
		tag = dwarf_tag(&die);
		if (is_code(tag) && has_address(w, &die)) {
			*found = die;
			return true;
		}
		if (is_scope(tag) && depth < SCOPES_MAX &&
		    find_code_below(w, &die, depth + 1, found))
			return true;
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

/* Collect the functions that are inlined at the address. Returns false if some are left out. */
static bool find_inlined(struct walk *w, Dwarf_Die *unit)
{
	Dwarf_Die in = *unit, found;

	while (find_code_below(w, &in, 0, &found)) {
		if (dwarf_tag(&found) == DW_TAG_inlined_subroutine) {
			if (w->nr == DEBUG_INLINED_MAX)
				return false;
			w->inlined[w->nr++] = found;
		}
		in = found;
	}
	return w->dies && w->ranges;
}

static char *copy_text(const char *text)
{
	return text && *text ? strdup(text) : NULL;
}

static const char *read_string(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr_integrate(die, name, &attribute));
}

/* Set the function of a place, "?" if the DWARF does not name it. */
static void set_function(struct source_place *p, Dwarf_Die *die)
{
	const char *name = read_string(die, DW_AT_linkage_name);

	if (!name)
		name = read_string(die, DW_AT_MIPS_linkage_name);
	if (!name)
		name = read_string(die, DW_AT_name);
	p->function = copy_text(name ? name : "?");
	p->demangled = p->function ? demangle(p->function) : NULL;
}

/*
 * Copy a path from a line table. libdw puts the folder of the compilation in front of a relative
 * one, but not in DWARF 5.
 */
static char *copy_path(Dwarf_Die *unit, const char *path)
{
	const char *folder = read_string(unit, DW_AT_comp_dir);
	size_t len = folder ? strlen(folder) : 0;
	char *full;

	if (!path || !*path)
		return NULL;
	if (*path == '/' || !len || (!strncmp(path, folder, len) && path[len] == '/'))
		return strdup(path);
	return asprintf(&full, "%s/%s", folder, path) < 0 ? NULL : full;
}

/* Set the place from the line table. A line 0 belongs to no source text. */
static void set_line_of_address(struct source_place *p, Dwarf_Die *unit, Dwarf_Addr address)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	int number;

	if (!line || dwarf_lineno(line, &number) || number <= 0)
		return;
	p->file = copy_path(unit, dwarf_linesrc(line, NULL, NULL));
	p->line = (unsigned)number;
}

/* Set the place of the call that was replaced by the inlined function. */
static void set_line_of_call(struct source_place *p, Dwarf_Die *unit, Dwarf_Die *inlined)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file, line;
	Dwarf_Files *files;
	size_t n;

	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) || !line ||
	    line > UINT32_MAX ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) ||
	    dwarf_getsrcfiles(unit, &files, &n) || file >= n)
		return;
	p->file = copy_path(unit, dwarf_filesrc(files, file, NULL, NULL));
	p->line = (unsigned)line;
}

/* Return the bytes of a unit. */
static Dwarf_Off measure_unit(Dwarf_Die *unit)
{
	Dwarf_Off begin = dwarf_dieoffset(unit) - dwarf_cuoffset(unit), end;

	if (dwarf_next_unit(dwarf_cu_getdwarf(unit->cu), begin, &end, NULL, NULL, NULL, NULL, NULL,
			    NULL, NULL))
		return 0;
	return end - begin;
}

void debug_places_read(Dwarf_Die *unit, Dwarf_Addr address, bool inlined,
		       struct source_places *places)
{
	struct walk w = { .address = address, .dies = DIES_MAX, .ranges = RANGES_MAX };
	struct source_place *p = places->place;

	if (inlined && measure_unit(unit) > DEBUG_UNIT_MAX)
		places->left_out = true;
	else if (inlined)
		places->left_out = !find_inlined(&w, unit);
	set_line_of_address(p, unit, address);
	while (w.nr) {
		Dwarf_Die *call = &w.inlined[--w.nr];

		set_function(p++, call);
		set_line_of_call(p, unit, call);
	}
	places->nr = (unsigned)(p - places->place) + 1;
}
