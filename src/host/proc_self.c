/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "proc_self.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "read_clock.h"
#include "read_line.h"
#include "time_units.h"

#define STAT_SKIPPED 19		/* fields between the name and starttime, proc(5) */

static bool read_memory(struct metrics_process *p)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), pages, resident;
	char line[128];

	if (!read_line("/proc/self/statm", line, sizeof(line)) ||
	    sscanf(line, "%" SCNu64 " %" SCNu64, &pages, &resident) != 2)
		return false;
	p->virtual_bytes = pages * page;
	p->resident_bytes = resident * page;
	return true;
}

/* The kernel has it in ticks since the host was started. */
static bool read_start(struct metrics_process *p)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK), ticks;
	char line[1024], *at;

	if (!read_line("/proc/self/stat", line, sizeof(line)))
		return false;
	at = strrchr(line, ')');	/* the name may have any bytes */
	for (unsigned i = 0; at && i <= STAT_SKIPPED; i++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%" SCNu64, &ticks) != 1)
		return false;
	p->start_ns = read_clock_ns(CLOCK_REALTIME) - read_clock_ns(CLOCK_BOOTTIME) +
		      ticks * (NS_PER_S / hz);
	return true;
}

static bool count_fds(struct metrics_process *p)
{
	DIR *d = opendir("/proc/self/fd");
	struct rlimit limit;

	if (!d)
		return false;
	p->open_fds = 0;
	for (const struct dirent *e; (e = readdir(d)); )
		p->open_fds += e->d_name[0] != '.';
	closedir(d);
	p->open_fds--;		/* that of the folder */
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur != RLIM_INFINITY) {
		p->limited = true;
		p->max_fds = limit.rlim_cur;
	}
	return true;
}

void proc_self_read(struct metrics_process *p)
{
	p->cpu_ns = read_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	p->known = read_memory(p) && (p->start_ns || read_start(p)) && count_fds(p);
}
