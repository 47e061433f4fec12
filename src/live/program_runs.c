/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "program_runs.h"

#include <bpf/libbpf.h>
#include <inttypes.h>
#include <stdio.h>

#define LINE 128

static bool is_counting(void)
{
	FILE *f = fopen("/proc/sys/kernel/bpf_stats_enabled", "re");
	int enabled = 0;

	if (!f)
		return false;
	if (fscanf(f, "%d", &enabled) != 1)
		enabled = 0;
	fclose(f);
	return enabled;
}

static bool read_runs(int fd, struct program_run *p)
{
	char path[40], line[LINE];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		return false;
	p->run_ns = p->runs = 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "run_time_ns: %" SCNu64, &p->run_ns) != 1)
			sscanf(line, "run_cnt: %" SCNu64, &p->runs);
	fclose(f);
	return p->runs;
}

/* A program may have several links. */
static bool is_repeated(const struct bpf_program *const *programs, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (programs[k] == programs[i])
			return true;
	return false;
}

unsigned program_runs_count(const struct bpf_program *const *programs, unsigned n,
			    struct program_run *list, unsigned max)
{
	unsigned nr = 0;

	if (!is_counting())
		return 0;
	for (unsigned i = 0; i < n && nr < max; i++) {
		struct program_run *p = &list[nr];

		if (is_repeated(programs, i) || !read_runs(bpf_program__fd(programs[i]), p))
			continue;
		snprintf(p->name, sizeof(p->name), "%s", bpf_program__name(programs[i]));
		nr++;
	}
	return nr;
}
