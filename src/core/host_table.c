/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "host_table.h"

#include <stdlib.h>

void host_table_release(struct host_table *t)
{
	for (unsigned i = 0; i < t->nr; i++)
		free(t->host[i]);
	free(t->host);
	*t = (struct host_table){ .nr = 0 };
}

int host_table_find(const struct host_table *t, const char *name, const char *boot_id)
{
	for (unsigned i = 0; i < t->nr; i++)
		if (!strcmp(t->host[i]->name, name) && !strcmp(t->host[i]->boot_id, boot_id))
			return (int)i;
	return -1;
}

int host_table_add(struct host_table *t, const struct run_info *run, int64_t shift_ns)
{
	struct host *host = t->nr < HOSTS_MAX ? calloc(1, sizeof(*host)) : NULL;
	struct host **grown = host ? realloc(t->host, (t->nr + 1) * sizeof(*grown)) : NULL;

	if (!grown) {
		free(host);
		return -1;
	}
	t->host = grown;
	memcpy(host->name, run_info_host(run), sizeof(host->name));
	memcpy(host->boot_id, run->boot_id, sizeof(host->boot_id));
	host->shift_ns = shift_ns;
	host->boot_to_wall_ns = run->boot_to_wall_ns - shift_ns;
	t->host[t->nr] = host;
	return (int)t->nr++;
}

bool host_table_has_other_clock(const struct host_table *t, unsigned host)
{
	for (unsigned i = 0; i < t->nr; i++)
		if (!host_has_clock_of(t, i, host))
			return true;
	return false;
}
