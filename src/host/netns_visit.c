/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "netns_visit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"

#define PROC_PATH 64
#define NAME_PATH 512

static const char *const folders[] = { "/run/netns", "/run/docker/netns" };

/* A network namespace that was found, and whether it could be visited. */
struct visited_netns {
	uint32_t inum;
	int err;		/* 0, or -errno of the last attempt */
};

int netns_visits_open(struct netns_visits *v, const struct filter *filter)
{
	struct stat st;
	int err;

	*v = (struct netns_visits){ .nr_wanted = filter->active ? filter->nr_netns : 0 };
	memcpy(v->wanted, filter->netns, sizeof(v->wanted));
	v->own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (v->own < 0 || fstat(v->own, &st)) {
		err = -errno;
		netns_visits_release(v);
		return err;
	}
	v->own_inum = (uint32_t)st.st_ino;
	return 0;
}

void netns_visits_release(struct netns_visits *v)
{
	if (v->own >= 0)
		close(v->own);
	v->own = -1;
	free(v->seen);
	v->seen = NULL;
}

/* The entry of this namespace, added if it is new. NULL: out of memory. */
static struct visited_netns *get_or_add(struct netns_visits *v, uint32_t inum, bool *is_new)
{
	*is_new = false;
	for (unsigned i = v->nr; i-- > 0;)	/* most likely one of the last */
		if (v->seen[i].inum == inum)
			return &v->seen[i];
	*is_new = true;
	if (v->nr == v->cap) {
		unsigned cap = v->cap ? v->cap * 2 : ARRAY_CAP_MIN;
		struct visited_netns *more = realloc(v->seen, cap * sizeof(*more));

		if (!more)
			return NULL;
		v->seen = more;
		v->cap = cap;
	}
	v->seen[v->nr] = (struct visited_netns){ .inum = inum };
	return &v->seen[v->nr++];
}

static bool is_wanted(const struct netns_visits *v, uint32_t inum)
{
	for (unsigned i = 0; i < v->nr_wanted; i++)
		if (v->wanted[i] == inum)
			return true;
	return !v->nr_wanted;
}

void netns_visits_note_unreachable(struct netns_visits *v, uint32_t inum)
{
	struct visited_netns *n;
	bool is_new;

	if (!is_wanted(v, inum))
		return;
	n = get_or_add(v, inum, &is_new);
	if (n && is_new)
		n->err = -ESRCH;
}

/*
 * Enter the namespace at this path, and return to our own. Returns an error only if returning
 * failed; all other failures set *failed.
 */
static int call_inside(const struct netns_visits *v, const struct netns_visitor *visitor,
		       uint32_t inum, const char *path, int *failed)
{
	int target;

	if (inum == v->own_inum) {
		*failed = visitor->inside(visitor->arg, inum);
		return 0;
	}
	target = open(path, O_RDONLY | O_CLOEXEC);
	if (target < 0 || setns(target, CLONE_NEWNET)) {
		*failed = -errno;
		if (target >= 0)
			close(target);
		return 0;
	}
	close(target);
	*failed = visitor->inside(visitor->arg, inum);
	return setns(v->own, CLONE_NEWNET) ? -errno : 0;
}

/* Visit the namespace at this path, unless that was done already. */
static int visit(struct netns_visits *v, const struct netns_visitor *visitor, uint32_t inum,
		 const char *path)
{
	struct visited_netns *n;
	bool is_new;
	int err, failed;

	if (!is_wanted(v, inum) || (visitor->is_over && visitor->is_over(visitor->arg)))
		return 0;
	n = get_or_add(v, inum, &is_new);
	if (!n)
		return -ENOMEM;
	if (!is_new && !n->err)
		return 0;
	err = call_inside(v, visitor, inum, path, &failed);
	if (!err && !failed)
		failed = visitor->after(visitor->arg, inum);
	/* n is stale if after() noted a namespace */
	n = get_or_add(v, inum, &is_new);
	if (n)
		n->err = failed;
	return err;
}

static int visit_those_of_processes(struct netns_visits *v, const struct netns_visitor *visitor)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		char path[PROC_PATH], name[PROC_PATH] = "";
		unsigned inum;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/ns/net", entry->d_name);
		if (readlink(path, name, sizeof(name) - 1) < 0) {
			if (errno == EACCES || errno == EPERM) {
				v->hidden++;
				v->hidden_why = errno;
			}
			continue;
		}
		if (sscanf(name, "net:[%u]", &inum) == 1)
			err = visit(v, visitor, inum, path);
	}
	closedir(proc);
	return err;
}

/* Visit the namespaces with a name in this folder, which belongs to ip netns or docker. */
static int visit_named(struct netns_visits *v, const struct netns_visitor *visitor,
		       const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return 0;
	while (!err && (entry = readdir(dir))) {
		char path[NAME_PATH];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (!stat(path, &st))
			err = visit(v, visitor, (uint32_t)st.st_ino, path);
	}
	closedir(dir);
	return err;
}

int netns_visits_run(struct netns_visits *v, const struct netns_visitor *visitor)
{
	int err;

	v->nr = v->hidden = 0;
	err = visit(v, visitor, v->own_inum, "/proc/self/ns/net");
	if (!err)
		err = visit_those_of_processes(v, visitor);
	for (unsigned i = 0; !err && i < COUNT(folders); i++)
		err = visit_named(v, visitor, folders[i]);
	return err;
}

struct netns_totals netns_visits_count(const struct netns_visits *v)
{
	struct netns_totals t = { .hidden = v->hidden, .why = v->hidden_why };
	bool own = false;

	for (unsigned i = 0; i < v->nr; i++) {
		if (!v->seen[i].err) {
			t.visited++;
			own |= v->seen[i].inum == v->own_inum;
			continue;
		}
		t.left_out++;
		t.why = -v->seen[i].err;
	}
	t.own_only = own && t.visited == 1 && (t.left_out || t.hidden);
	return t;
}
