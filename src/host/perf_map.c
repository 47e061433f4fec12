/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "perf_map.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

/* Lines behind the index are searched one by one; then there is a new index of all. */
#define UNINDEXED_MAX 1024

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Return the value of a hexadecimal digit, 16 if it is none. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

/* Parse "7f00 " or "0x7F00 " with the blanks around it. Returns false if it is anything else. */
static bool parse_number(const char **p, const char *end, uint64_t *v)
{
	const char *first;

	while (*p < end && is_blank(**p))
		(*p)++;
	if (end - *p > 2 && (*p)[0] == '0' && ((*p)[1] == 'x' || (*p)[1] == 'X'))
		*p += 2;
	first = *p;
	for (*v = 0; *p < end && digit_value(**p) < 16; (*p)++)
		*v = *v << 4 | digit_value(**p);
	if (*p == first || *p - first > 16 || *p == end || !is_blank(**p))
		return false;
	while (*p < end && is_blank(**p))
		(*p)++;
	return true;
}

/* Return the length of a name that is cut to `max` bytes between two characters of UTF-8. */
static size_t cut_name(const char *name, size_t max)
{
	size_t len = max;

	while (len && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--;
	return len ? len : max;
}

/* Make room for `more` bytes of names. */
static bool grow_names(struct perf_map *m, size_t more)
{
	while (m->names_cap - m->names_len < more)
		if (!ARRAY_GROW(m->names, m->names_cap, m->names_cap, PERF_MAP_NAMES_MAX))
			return false;
	return true;
}

static void add_name(struct perf_map *m, const char *name, size_t len)
{
	static const char dots[] = "...";
	bool cut = len > PERF_MAP_NAME_MAX;
	char *to = m->names + m->names_len;

	if (cut)
		len = cut_name(name, PERF_MAP_NAME_MAX - strlen(dots));
	for (size_t i = 0; i < len; i++)
		*to++ = name[i] ? name[i] : '?';
	if (cut)
		to = mempcpy(to, dots, strlen(dots));
	*to++ = '\0';
	m->names_len = (size_t)(to - m->names);
}

/* Parse a line without its newline. */
static void add_line(struct perf_map *m, const char *p, size_t len)
{
	bool whole = len < PERF_MAP_LINE_KEPT;
	const char *end = p + len;
	uint64_t start, size;

	if (whole && len && end[-1] == '\r')
		end--;
	if (!parse_number(&p, end, &start) || !parse_number(&p, end, &size) || p == end)
		return;
	if (!whole && end - p <= PERF_MAP_NAME_MAX)
		return;		/* it has so many blanks that the name is not complete */
	if (!size || size > UINT32_MAX || start > UINT64_MAX - size)
		return;
	if (!ARRAY_GROW(m->lines, m->nr, m->cap, PERF_MAP_LINES_MAX) ||
	    !grow_names(m, PERF_MAP_NAME_MAX + 1)) {
		m->failed = true;
		return;
	}
	m->lines[m->nr++] = (struct perf_map_line){ .start = start, .size = (uint32_t)size,
						    .name = (uint32_t)m->names_len };
	add_name(m, p, (size_t)(end - p));
}

/* Keep a part of a line. What is more than a line needs is dropped. */
static void keep_part(struct perf_map *m, const char *bytes, size_t len)
{
	size_t room = sizeof(m->part) - m->part_len;

	memcpy(m->part + m->part_len, bytes, len < room ? len : room);
	m->part_len += len < room ? len : room;
}

void perf_map_add(struct perf_map *m, const char *bytes, size_t len)
{
	const char *end = bytes + len, *newline;

	for (; bytes < end && !m->failed; bytes = newline + 1) {
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
		keep_part(m, bytes, (size_t)((newline ? newline : end) - bytes));
		if (!newline)
			return;
		add_line(m, m->part, m->part_len);
		m->part_len = 0;
	}
}

static int order_bounds(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Return the number of bounds that are at most `address`. */
static size_t count_bounds(const uint64_t *bounds, size_t nr, uint64_t address)
{
	size_t from = 0;

	while (from < nr) {
		size_t middle = from + (nr - from) / 2;

		if (bounds[middle] <= address)
			from = middle + 1;
		else
			nr = middle;
	}
	return from;
}

/* Store where the lines begin and end, sorted, each address once. Returns their number. */
static size_t collect_bounds(const struct perf_map *m, uint64_t *bounds)
{
	size_t nr = 0, unique = 0;

	for (size_t i = 0; i < m->nr; i++) {
		bounds[nr++] = m->lines[i].start;
		bounds[nr++] = m->lines[i].start + m->lines[i].size;
	}
	array_sort(bounds, nr, sizeof(*bounds), order_bounds);
	for (size_t i = 0; i < nr; i++)
		if (!unique || bounds[i] != bounds[unique - 1])
			bounds[unique++] = bounds[i];
	return unique;
}

/* Return the first range from i on that has no owner. Shortens the way for the next search. */
static uint32_t skip_owned(uint32_t *next, uint32_t i)
{
	for (; next[i] != i; i = next[i])
		next[i] = next[next[i]];
	return i;
}

/* Give each range to the last line that covers it: the last line takes first what it covers. */
static void assign_ranges(const struct perf_map *m, const uint64_t *bounds, size_t nr,
			  uint32_t *owners, uint32_t *next)
{
	for (uint32_t i = 0; i < nr; i++) {
		owners[i] = 0;
		next[i] = i;
	}
	for (uint32_t k = (uint32_t)m->nr; k; k--) {
		uint64_t start = m->lines[k - 1].start, end = start + m->lines[k - 1].size;
		uint32_t i = (uint32_t)count_bounds(bounds, nr, start) - 1;

		for (i = skip_owned(next, i); bounds[i] < end; i = skip_owned(next, i)) {
			owners[i] = k;
			next[i] = i + 1;
		}
	}
}

/* Index all lines. If memory is out, the index remains as it was. */
static void build_index(struct perf_map *m)
{
	size_t nr = 2 * m->nr;
	uint64_t *bounds = malloc(nr * sizeof(*bounds));
	uint32_t *owners = malloc(nr * sizeof(*owners)), *next = calloc(nr, sizeof(*next));

	if (bounds && owners && next) {
		nr = collect_bounds(m, bounds);
		assign_ranges(m, bounds, nr, owners, next);
		free(m->bounds);
		free(m->owners);
		m->bounds = bounds;
		m->owners = owners;
		m->nr_bounds = nr;
		m->indexed = m->nr;
	} else {
		free(bounds);
		free(owners);
	}
	free(next);
}

static const struct perf_map_line *find_line(const struct perf_map *m, uint64_t address)
{
	size_t before;

	for (size_t i = m->nr; i > m->indexed; i--) {
		const struct perf_map_line *line = &m->lines[i - 1];

		if (address >= line->start && address - line->start < line->size)
			return line;
	}
	before = count_bounds(m->bounds, m->nr_bounds, address);
	return before && m->owners[before - 1] ? &m->lines[m->owners[before - 1] - 1] : NULL;
}

const char *perf_map_find(struct perf_map *m, uint64_t address, uint64_t *offset)
{
	const struct perf_map_line *line;

	if (m->nr - m->indexed > UNINDEXED_MAX + m->indexed / 16)
		build_index(m);
	line = find_line(m, address);
	if (!line)
		return NULL;
	*offset = address - line->start;
	return m->names + line->name;
}

size_t perf_map_bytes(const struct perf_map *m)
{
	size_t range = sizeof(*m->bounds) + sizeof(*m->owners);

	return m->cap * sizeof(*m->lines) + m->names_cap + 2 * m->indexed * range;
}

void perf_map_release(struct perf_map *m)
{
	free(m->lines);
	free(m->names);
	free(m->bounds);
	free(m->owners);
	*m = (struct perf_map){ 0 };
}
