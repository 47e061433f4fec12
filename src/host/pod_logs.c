/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pod_logs.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "hash_table.h"
#include "pod_names.h"

struct pod_log {
	uint64_t key;
	UT_hash_handle hh;
	char text[];
};

typedef bool name_fn(const char *entry, char text[POD_NAMES_TEXT], uint64_t *key);

void pod_logs_init(struct pod_logs *p)
{
	*p = (struct pod_logs){ .containers = "/var/log/containers", .pods = "/var/log/pods" };
}

void pod_logs_release(struct pod_logs *p)
{
	HASH_TABLE_RELEASE(p->table, free);
	p->nr = 0;
}

static struct pod_log *find_entry(const struct pod_logs *p, uint64_t key)
{
	struct pod_log *e;

	HASH_FIND_BYHASHVALUE(hh, p->table, &key, sizeof(key), (unsigned)hash_fmix64(key), e);
	return e;
}

static void add_entry(struct pod_logs *p, uint64_t key, const char *text)
{
	size_t bytes = strlen(text) + 1;
	struct pod_log *e;

	if (p->nr == POD_LOGS_MAX || find_entry(p, key))
		return;
	e = malloc(sizeof(*e) + bytes);
	if (!e)
		return;
	e->key = key;
	memcpy(e->text, text, bytes);
	HASH_ADD_BYHASHVALUE(hh, p->table, key, sizeof(e->key), (unsigned)hash_fmix64(key), e);
	if (e->hh.tbl)
		p->nr++;
	else
		free(e);
}

static void list_folder(struct pod_logs *p, const char *path, name_fn *name)
{
	char text[POD_NAMES_TEXT];
	DIR *dir = opendir(path);
	struct dirent *d;
	uint64_t key;

	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (name(d->d_name, text, &key))
			add_entry(p, key, text);
	closedir(dir);
}

const char *pod_logs_find(struct pod_logs *p, uint64_t key, uint64_t now_ns)
{
	struct pod_log *e = find_entry(p, key);

	if (!e && (!p->listed_ns || now_ns >= p->listed_ns + POD_LOGS_LIST_NS)) {
		pod_logs_release(p);
		list_folder(p, p->containers, pod_names_of_container_log);
		list_folder(p, p->pods, pod_names_of_pod_folder);
		p->listed_ns = now_ns;
		e = find_entry(p, key);
	}
	return e ? e->text : NULL;
}

const char *pod_logs_find_path(struct pod_logs *p, const char *path, uint64_t now_ns)
{
	uint64_t container = pod_names_container_key(path), pod = pod_names_pod_key(path);
	const char *text = container ? pod_logs_find(p, container, now_ns) : NULL;

	return text || !pod ? text : pod_logs_find(p, pod, now_ns);
}
