/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "host_facts.h"

#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pid_namespace.h"
#include "read_line.h"

#define INITIAL_USER_NS "user:[4026531837]"	/* PROC_USER_INIT_INO of linux/proc_ns.h */

/* Read the word in brackets from a line like "none [integrity] confidentiality". */
static void read_lockdown(struct diagnosis_host *host)
{
	char line[128], *word, *end;

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		return;
	word = strchr(line, '[');
	end = word ? strchr(word, ']') : NULL;
	if (end)
		snprintf(host->lockdown, sizeof(host->lockdown), "%.*s", (int)(end - word - 1),
			 word + 1);
}

static bool is_other_namespace(const char *ns, const char *first)
{
	char name[64] = "";

	return readlink(ns, name, sizeof(name) - 1) > 0 && strcmp(name, first) != 0;
}

static int parse_hidepid(const struct mntent *m)
{
	const char *option = hasmntopt(m, "hidepid");

	if (!option)
		return 0;
	option += strlen("hidepid=");
	if (*option >= '0' && *option <= '9')
		return *option - '0';
	/* Words since Linux 5.8: off, noaccess, invisible, ptraceable. */
	return strncmp(option, "off", 3) ? 1 : 0;
}

static void read_mounts(struct diagnosis_host *host)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	const struct mntent *m;

	while (mounts && (m = getmntent(mounts))) {
		host->cgroup1 |= !strcmp(m->mnt_type, "cgroup");
		host->cgroup2 |= !strcmp(m->mnt_type, "cgroup2");
		host->tracefs |= !strcmp(m->mnt_type, "tracefs");
		if (!strcmp(m->mnt_type, "proc") && !strcmp(m->mnt_dir, "/proc"))
			host->hidepid = parse_hidepid(m);
	}
	if (mounts)
		endmntent(mounts);
}

void host_facts_read(struct diagnosis_host *host)
{
	struct rlimit limit;
	char line[16];

	*host = (struct diagnosis_host){ .unprivileged_bpf = -1, .memlock_bytes = UINT64_MAX };
	read_lockdown(host);
	read_mounts(host);
	host->own_pid_ns = is_other_namespace("/proc/self/ns/pid", INITIAL_PID_NS);
	host->own_user_ns = is_other_namespace("/proc/self/ns/user", INITIAL_USER_NS);
	if (read_line("/proc/sys/kernel/unprivileged_bpf_disabled", line, sizeof(line)))
		host->unprivileged_bpf = (int)strtol(line, NULL, 10);
	if (!getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY)
		host->memlock_bytes = limit.rlim_cur;
}
