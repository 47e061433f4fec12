/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The perf maps that runtimes write. The result must not depend on the pieces in which a file is
 * read, and an address must have the name of the last line that covers it.
 */
#include "fuzz.h"

#include "perf_map.h"

/* Return the last line that covers an address, by looking at all. */
static const struct perf_map_line *find_slowly(const struct perf_map *m, uint64_t address)
{
	const struct perf_map_line *found = NULL;

	for (size_t i = 0; i < m->nr; i++)
		if (address >= m->lines[i].start && address - m->lines[i].start < m->lines[i].size)
			found = &m->lines[i];
	return found;
}

static void check_address(struct perf_map *m, uint64_t address)
{
	const struct perf_map_line *want = find_slowly(m, address);
	uint64_t offset = UINT64_MAX;
	const char *name = perf_map_find(m, address, &offset);

	HOLDS(!name == !want);
	HOLDS(!name || (name == m->names + want->name && offset == address - want->start));
}

static void check_lines(struct perf_map *m)
{
	for (size_t i = 0; i < m->nr; i++) {
		const struct perf_map_line *line = &m->lines[i];
		size_t len = strlen(m->names + line->name);

		HOLDS(line->size && line->start + line->size > line->start);
		HOLDS(len && len <= PERF_MAP_NAME_MAX && line->name + len < m->names_len);
		check_address(m, line->start);
		check_address(m, line->start - 1);
		check_address(m, line->start + line->size - 1);
		check_address(m, line->start + line->size);
	}
}

static void check_pieces(const struct perf_map *whole, const uint8_t *data, size_t size,
			 size_t piece)
{
	struct perf_map m = { 0 };

	for (size_t at = 0; at < size; at += piece)
		perf_map_add(&m, (const char *)data + at, size - at < piece ? size - at : piece);
	HOLDS(m.nr == whole->nr && m.names_len == whole->names_len);
	HOLDS(!m.nr || !memcmp(m.lines, whole->lines, m.nr * sizeof(*m.lines)));
	HOLDS(!m.nr || !memcmp(m.names, whole->names, m.names_len));
	perf_map_release(&m);
}

/* So many lines that they are indexed. */
static void check_index(struct input in)
{
	struct perf_map m = { 0 };
	uint64_t seed = take_u64(&in);
	char line[64];

	for (unsigned i = 0; i < 1100; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL + take_u8(&in);
		snprintf(line, sizeof(line), "%x %x f\n", (unsigned)(seed >> 33) % 4096,
			 (unsigned)(seed >> 48) % (1u << seed % 11) + 1);
		perf_map_add(&m, line, strlen(line));
	}
	for (unsigned i = 0; i < 32; i++)
		check_address(&m, (seed >> i) % 5200);
	HOLDS(m.nr == 1100 && m.indexed == m.nr);
	perf_map_release(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct perf_map m = { 0 };

	perf_map_add(&m, (const char *)data, size);
	HOLDS(!m.failed);
	if (m.nr < 100)
		check_lines(&m);
	check_pieces(&m, data, size, size % 7 + 1);
	if (size && data[0] % 64 == 1)
		check_index((struct input){ data, size });
	perf_map_release(&m);
	return 0;
}
