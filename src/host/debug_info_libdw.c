/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "debug_info.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "array.h"
#include "debug_file.h"
#include "debug_places.h"
#include "read_clock.h"

#define CACHED_PLACES 256		/* a power of two */
#define POOL_LINES_MAX (16u << 20)	/* bytes of line tables kept in memory, all files */
#define RANGES_MAX (1u << 20)		/* of a file's units */
#define UNIT_RANGES_MAX 65536		/* of one unit */

/* Addresses of a compilation unit. */
struct unit_range {
	uint64_t low, high;	/* high is not part of it */
	Dwarf_Off unit;		/* the offset of its first entry */
};

struct cached_places {
	uint64_t address_plus_1;	/* 0: an empty slot */
	struct source_places places;
};

struct debug_info {
	struct debug_pool *pool;
	struct debug_info *next;	/* in the pool */
	int fd;				/* of the file that has the DWARF */
	bool separate;			/* that is not the file with the code */
	Elf *elf;			/* NULL: closed to save memory, or not yet open */
	Dwarf *dwarf;
	Dwarf_CU *indexed;		/* the last unit in the index */
	bool too_large;			/* nothing is read */
	bool index_complete;
	bool index_cut;			/* more units than RANGES_MAX, or out of memory */
	struct unit_range *range;	/* sorted once the index is complete */
	size_t nr_ranges, max_ranges;
	struct source_places left_out;
	struct cached_places cached[CACHED_PLACES];	/* direct-mapped, by address */
};

struct debug_pool {
	bool inlined;
	struct debug_info *first;
	size_t line_bytes;	/* of the line tables in memory */
	uint64_t credit_ns;	/* time that may be spent now */
	uint64_t refilled_ns;
};

struct debug_pool *debug_pool_new(bool inlined)
{
	struct debug_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->inlined = inlined;
	pool->credit_ns = DEBUG_BURST_NS;
	pool->refilled_ns = read_clock_ns(CLOCK_MONOTONIC);
	return pool;
}

void debug_pool_free(struct debug_pool *pool)
{
	free(pool);
}

/* The CPU time of this thread: other processes do not use up what may be spent. */
static uint64_t read_cpu_ns(void)
{
	return read_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* Add the share of the time that has passed. */
static void refill_credit(struct debug_pool *pool)
{
	uint64_t now = read_clock_ns(CLOCK_MONOTONIC);

	pool->credit_ns += (now - pool->refilled_ns) / DEBUG_SHARE;
	if (pool->credit_ns > DEBUG_BURST_NS)
		pool->credit_ns = DEBUG_BURST_NS;
	pool->refilled_ns = now;
}

static void spend_credit(struct debug_pool *pool, uint64_t since_ns)
{
	uint64_t spent = read_cpu_ns() - since_ns;

	pool->credit_ns -= spent < pool->credit_ns ? spent : pool->credit_ns;
}

static void close_dwarf(struct debug_info *d)
{
	dwarf_end(d->dwarf);
	elf_end(d->elf);
	d->dwarf = NULL;
	d->elf = NULL;
	if (d->index_complete)
		return;
	d->indexed = NULL;
	d->nr_ranges = 0;
}

/* Return the size of a section when uncompressed; *compressed says whether it must be. */
static uint64_t measure_section(Elf_Scn *section, const GElf_Shdr *header, const char *name,
				bool *compressed)
{
	const uint8_t *gnu;
	uint64_t size = 0;
	Elf_Data *data;
	GElf_Chdr how;

	*compressed = true;
	if (header->sh_flags & SHF_COMPRESSED)
		return gelf_getchdr(section, &how) ? how.ch_size : UINT64_MAX;
	*compressed = !strncmp(name, ".zdebug", 7);
	if (!*compressed)
		return header->sh_size;
	data = elf_rawdata(section, NULL);	/* "ZLIB", and the size in 8 bytes, big-endian */
	if (!data || data->d_size < 12)
		return UINT64_MAX;
	gnu = data->d_buf;
	for (unsigned i = 4; i < 12; i++)
		size = size << 8 | gnu[i];
	return size;
}

/* Test whether an ELF file has DWARF; *too_large: more than is read. */
static bool has_dwarf(Elf *elf, bool *too_large)
{
	Elf_Scn *section = NULL;
	uint64_t sum = 0;
	size_t strings;
	bool found = false;

	*too_large = false;
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &strings))
		return false;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name;
		bool compressed;
		uint64_t size;

		if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
			continue;
		name = elf_strptr(elf, strings, header.sh_name);
		if (!name || (strncmp(name, ".debug_", 7) && strncmp(name, ".zdebug_", 8)))
			continue;
		found |= !strcmp(strchr(name, '_'), "_info");
		size = measure_section(section, &header, name, &compressed);
		if (compressed && (size > DEBUG_COMPRESSED_MAX || sum + size < sum))
			*too_large = true;
		else if (compressed)
			sum += size;
	}
	*too_large |= sum > DEBUG_COMPRESSED_MAX;
	return found;
}

static bool open_dwarf(struct debug_info *d)
{
	if (d->dwarf)
		return true;
	d->elf = elf_begin(d->fd, ELF_C_READ_MMAP, NULL);
	d->dwarf = d->elf ? dwarf_begin_elf(d->elf, DWARF_C_READ, NULL) : NULL;
	if (!d->dwarf)
		close_dwarf(d);
	return d->dwarf;
}

static bool file_has_dwarf(int fd, bool *too_large)
{
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	bool found = has_dwarf(elf, too_large);

	elf_end(elf);
	return found;
}

struct debug_info *debug_info_open(struct debug_pool *pool, int fd, const char *path, uint32_t tid)
{
	struct debug_info *d;
	bool too_large, separate;
	int own;

	elf_version(EV_CURRENT);
	separate = !file_has_dwarf(fd, &too_large);
	own = separate ? debug_file_open(fd, path, tid) : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return NULL;
	if (separate)
		file_has_dwarf(own, &too_large);
	d = calloc(1, sizeof(*d));
	if (!d) {
		close(own);
		return NULL;
	}
	d->pool = pool;
	d->fd = own;
	d->separate = separate;
	d->left_out.left_out = true;
	d->too_large = too_large;
	d->next = pool->first;
	pool->first = d;
	return d;
}

void debug_info_close(struct debug_info *d)
{
	struct debug_info **at;

	if (!d)
		return;
	for (at = &d->pool->first; *at != d; at = &(*at)->next)
		;
	*at = d->next;
	for (unsigned i = 0; i < CACHED_PLACES; i++)
		debug_places_release(&d->cached[i].places);
	close_dwarf(d);
	close(d->fd);
	free(d->range);
	free(d);
}

int debug_info_separate_fd(const struct debug_info *d)
{
	return d && d->separate ? d->fd : -1;
}

static bool add_range(struct debug_info *d, uint64_t low, uint64_t high, Dwarf_Off unit)
{
	if (!ARRAY_GROW(d->range, d->nr_ranges, d->max_ranges, RANGES_MAX))
		return false;
	d->range[d->nr_ranges++] = (struct unit_range){ low, high, unit };
	return true;
}

/* Add the addresses of a unit. The linker gives 0 or 1 to what it has discarded. */
static bool index_unit(struct debug_info *d, Dwarf_Die *unit)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t at = 0;

	for (unsigned i = 0; i < UNIT_RANGES_MAX; i++) {
		at = dwarf_ranges(unit, at, &base, &low, &high);
		if (at <= 0)
			return true;
		if (low > 1 && high > low && !add_range(d, low, high, dwarf_dieoffset(unit)))
			return false;
	}
	return false;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct unit_range *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

/* Continue the list of units. Returns false if it is not complete yet. */
static bool index_units(struct debug_info *d)
{
	uint64_t since_ns = d->index_complete ? 0 : read_cpu_ns();
	Dwarf_CU *next = d->indexed;
	Dwarf_Die unit;
	unsigned n = 0;
	uint8_t type;

	while (!d->index_complete) {
		if (n++ % 16 == 15 && read_cpu_ns() - since_ns > DEBUG_STEP_NS)
			return false;
		if (dwarf_get_units(d->dwarf, next, &next, NULL, &type, &unit, NULL)) {
			d->index_complete = true;
		} else if (type != DW_UT_type && !index_unit(d, &unit)) {
			d->index_cut = true;
			d->index_complete = true;
		}
		d->indexed = next;
	}
	if (n && d->nr_ranges)
		qsort(d->range, d->nr_ranges, sizeof(*d->range), compare_ranges);
	return true;
}

/* Return the unit that has an address, NULL if there is none. */
static const struct unit_range *find_range(const struct debug_info *d, uint64_t address)
{
	size_t from = 0, to = d->nr_ranges;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (d->range[middle].low <= address)
			from = middle + 1;
		else
			to = middle;
	}
	return from && address < d->range[from - 1].high ? &d->range[from - 1] : NULL;
}

/* Return the bytes of the line table of a unit, SIZE_MAX if its place is wrong. */
static size_t measure_lines(const struct debug_info *d, Dwarf_Die *unit)
{
	Elf_Scn *section = NULL;
	Dwarf_Attribute attribute;
	size_t strings;
	Dwarf_Word at;

	if (dwarf_formudata(dwarf_attr(unit, DW_AT_stmt_list, &attribute), &at) ||
	    elf_getshdrstrndx(d->elf, &strings))
		return 0;
	while ((section = elf_nextscn(d->elf, section))) {
		GElf_Shdr header;
		uint32_t len32;
		uint64_t len64;
		Elf_Data *data;
		const char *name;

		name = gelf_getshdr(section, &header) ?
			       elf_strptr(d->elf, strings, header.sh_name) : NULL;
		if (!name || (strcmp(name, ".debug_line") && strcmp(name, ".zdebug_line")))
			continue;
		data = elf_getdata(section, NULL);	/* libdw has uncompressed it */
		if (!data || data->d_size < sizeof(len32) || at > data->d_size - sizeof(len32))
			return SIZE_MAX;
		memcpy(&len32, (const char *)data->d_buf + at, sizeof(len32));
		if (len32 != UINT32_MAX)
			return len32;
		if (data->d_size - at < sizeof(len32) + sizeof(len64))
			return SIZE_MAX;
		memcpy(&len64, (const char *)data->d_buf + at + sizeof(len32), sizeof(len64));
		return len64;
	}
	return 0;
}

/* Close the DWARF of all files if their line tables take too much memory. */
static void limit_memory(struct debug_pool *pool)
{
	if (pool->line_bytes <= POOL_LINES_MAX)
		return;
	for (struct debug_info *d = pool->first; d; d = d->next)
		close_dwarf(d);
	pool->line_bytes = 0;
}

/* Look an address up. Returns false if that needs another call. */
static bool read_places(struct debug_info *d, uint64_t address, struct source_places *places)
{
	const struct unit_range *range;
	Dwarf_Die unit;
	size_t lines;

	if (!open_dwarf(d))
		return true;
	if (!index_units(d))
		return false;
	range = find_range(d, address);
	if (!range || !dwarf_offdie(d->dwarf, range->unit, &unit)) {
		places->left_out = !range && d->index_cut;
		return true;
	}
	lines = measure_lines(d, &unit);
	if (lines > DEBUG_LINES_MAX) {
		places->left_out = true;
		return true;
	}
	d->pool->line_bytes += lines;
	debug_places_read(&unit, address, d->pool->inlined, places);
	return true;
}

const struct source_places *debug_info_find(struct debug_info *d, uint64_t address)
{
	struct cached_places *c = &d->cached[(address ^ address >> 8) & (CACHED_PLACES - 1)];
	uint64_t since_ns;
	bool done;

	if (c->address_plus_1 == address + 1)
		return &c->places;
	refill_credit(d->pool);
	since_ns = read_cpu_ns();
	if (!d->pool->credit_ns || d->too_large)
		return &d->left_out;
	debug_places_release(&c->places);
	done = read_places(d, address, &c->places);
	limit_memory(d->pool);
	spend_credit(d->pool, since_ns);
	c->address_plus_1 = done ? address + 1 : 0;
	return done ? &c->places : &d->left_out;
}
