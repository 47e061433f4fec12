/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scan.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "iter.skel.h"

#define NS_PER_S 1000000000ULL
#define WALK_MAX_NS (10 * NS_PER_S)	/* given up then: half a picture beats none */
#define PORTION 512			/* events taken at a time: more than the kernel's 32 KiB */
#define NETNS_PATH 64

/* A network namespace that has been seen, and whether it could be walked. */
struct namespace {
	uint32_t inum;
	int err;		/* 0, or -errno of the latest try */
};

struct walk {
	struct iter_bpf *skel;
	struct bpf_link *sockets, *files;
	uint32_t netns[FILTER_NETNS];	/* --netns: only these; none: all */
	unsigned netnses;
	int own;			/* our own namespace, to come back to */
	uint32_t own_inum;
	struct namespace *seen;
	unsigned nr_seen, cap_seen;

	/* of the walk under way */
	live_event_fn *fn;
	void (*pause)(void *arg);
	void *arg;
	struct walk_stats *stats;
	uint64_t deadline_ns;
	struct event portion[PORTION];
};

static int explain(int err, char why[LIVE_WHY])
{
	if (live_is_not_permitted(err, why))
		return -EPERM;
	snprintf(why, LIVE_WHY, "this kernel does not take the BPF iterators that find sockets: %s "
		 "(-v shows why)", strerror(-err));
	return -EOPNOTSUPP;
}

static int load(struct walk *w, const struct walk_config *config)
{
	const struct bpf_object_open_opts opts = { .sz = sizeof(opts), .btf_custom_path = config->btf };
	int err;

	w->skel = iter_bpf__open_opts(&opts);
	if (!w->skel)
		return -errno;
	memcpy((void *)&w->skel->rodata->filter, config->filter, sizeof(*config->filter));
	w->skel->rodata->sk_disguise = config->disguise;
	w->skel->rodata->tick_ns = live_tick_ns();
	err = iter_bpf__load(w->skel);
	if (err)
		return err;
	w->sockets = bpf_program__attach_iter(w->skel->progs.walk_sockets, NULL);
	if (!w->sockets)
		return -errno;
	w->files = bpf_program__attach_iter(w->skel->progs.walk_files, NULL);
	return w->files ? 0 : -errno;
}

int walk_open(struct walk **walk, const struct walk_config *config, char why[LIVE_WHY])
{
	struct walk *w = calloc(1, sizeof(*w));
	struct stat st;
	int err;

	*walk = NULL;
	if (!w) {
		snprintf(why, LIVE_WHY, "out of memory");
		return -ENOMEM;
	}
	if (!config->verbose)
		live_quiet();
	w->netnses = config->filter->active ? config->filter->netnses : 0;
	memcpy(w->netns, config->filter->netns, sizeof(w->netns));
	w->own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (w->own < 0 || fstat(w->own, &st)) {
		err = -errno;
		snprintf(why, LIVE_WHY, "cannot open /proc/self/ns/net: %s; is /proc mounted?",
			 strerror(-err));
		walk_close(w);
		return err;
	}
	w->own_inum = (uint32_t)st.st_ino;
	err = load(w, config);
	if (err) {
		err = explain(err, why);
		walk_close(w);
		return err;
	}
	*walk = w;
	return 0;
}

void walk_close(struct walk *w)
{
	if (!w)
		return;
	bpf_link__destroy(w->sockets);
	bpf_link__destroy(w->files);
	iter_bpf__destroy(w->skel);
	if (w->own >= 0)
		close(w->own);
	free(w->seen);
	free(w);
}

/* What has become of this namespace, or a new entry for it; NULL out of memory. */
static struct namespace *namespace_of(struct walk *w, uint32_t inum, bool *is_new)
{
	struct namespace *more;

	for (unsigned i = w->nr_seen; i-- > 0;) {	/* the latest is the likeliest */
		*is_new = false;
		if (w->seen[i].inum == inum)
			return &w->seen[i];
	}
	*is_new = true;
	if (w->nr_seen == w->cap_seen) {
		unsigned cap = w->cap_seen ? w->cap_seen * 2 : 16;

		more = realloc(w->seen, cap * sizeof(*more));
		if (!more)
			return NULL;
		w->seen = more;
		w->cap_seen = cap;
	}
	w->seen[w->nr_seen] = (struct namespace){ .inum = inum };
	return &w->seen[w->nr_seen++];
}

static bool is_asked_for(const struct walk *w, uint32_t inum)
{
	for (unsigned i = 0; i < w->netnses; i++)
		if (w->netns[i] == inum)
			return true;
	return !w->netnses;
}

/* A descriptor whose socket is in no namespace that was found: nobody is in there any more. */
static void note_unfound(struct walk *w, const struct event *e)
{
	struct namespace *n;
	bool is_new;

	if (e->kind != EVENT_HOLDER || !is_asked_for(w, e->netns))
		return;
	n = namespace_of(w, e->netns, &is_new);
	if (n && is_new)
		n->err = -ESRCH;
}

static void hand_on(struct walk *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		note_unfound(w, &w->portion[i]);
		if (w->portion[i].kind == EVENT_SOCKET)
			w->stats->sockets++;
		else
			w->stats->holders++;
		w->fn(w->arg, &w->portion[i], sizeof(w->portion[i]));
	}
	if (w->pause)
		w->pause(w->arg);
}

/*
 * Reads an iterator to its end. EAGAIN: it passed over a million things and found none of them
 * worth a word (bpf_seq_read, MAX_ITER_OBJECTS); it goes on from there.
 */
static int read_all(struct walk *w, int fd)
{
	for (;;) {
		ssize_t n = read(fd, w->portion, sizeof(w->portion));

		if (n == 0)
			return 0;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0 && n % (ssize_t)sizeof(*w->portion))
			return -EIO;
		hand_on(w, n > 0 ? (size_t)n / sizeof(*w->portion) : 0);
		if (live_now_ns() >= w->deadline_ns) {
			w->stats->cut_short = true;
			return 0;
		}
	}
}

static int iterate(struct walk *w, const struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));
	int err;

	if (fd < 0)
		return -errno;
	err = read_all(w, fd);
	close(fd);
	return err;
}

/*
 * Walks the sockets of one namespace. The iterator belongs to the namespace that it is made in, and
 * is read from our own again. What goes wrong is the namespace's own affair, unless we cannot come
 * back.
 */
static int walk_namespace(struct walk *w, uint32_t inum, const char *path, int *failed)
{
	int target, iter, err;

	*failed = 0;
	if (inum == w->own_inum) {
		*failed = iterate(w, w->sockets);
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
	iter = bpf_iter_create(bpf_link__fd(w->sockets));
	*failed = iter < 0 ? -errno : 0;
	err = setns(w->own, CLONE_NEWNET) ? -errno : 0;
	if (iter >= 0) {
		if (!err)
			*failed = read_all(w, iter);
		close(iter);
	}
	return err;
}

/* One that was met under this path, unless it has been walked already. */
static int visit(struct walk *w, uint32_t inum, const char *path)
{
	struct namespace *n;
	bool is_new;

	if (!is_asked_for(w, inum) || w->stats->cut_short)
		return 0;
	n = namespace_of(w, inum, &is_new);
	if (!n)
		return -ENOMEM;
	if (!is_new && !n->err)
		return 0;
	return walk_namespace(w, inum, path, &n->err);
}

/* Those that processes are in. */
static int visit_processes(struct walk *w)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		char path[NETNS_PATH], name[NETNS_PATH] = "";
		unsigned inum;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/ns/net", entry->d_name);
		if (readlink(path, name, sizeof(name) - 1) < 0) {
			if (errno == EACCES || errno == EPERM) {
				w->stats->hidden++;
				w->stats->left_out_why = errno;
			}
			continue;
		}
		if (sscanf(name, "net:[%u]", &inum) == 1)
			err = visit(w, inum, path);
	}
	closedir(proc);
	return err;
}

/* Those that are kept under a name: by ip netns, by docker. */
static int visit_named(struct walk *w, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return 0;
	while (!err && (entry = readdir(dir))) {
		char path[512];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (!stat(path, &st))
			err = visit(w, (uint32_t)st.st_ino, path);
	}
	closedir(dir);
	return err;
}

static void sum_up(const struct walk *w)
{
	for (unsigned i = 0; i < w->nr_seen; i++) {
		if (!w->seen[i].err) {
			w->stats->namespaces++;
			continue;
		}
		w->stats->left_out++;
		w->stats->left_out_why = -w->seen[i].err;
	}
}

int walk_run(struct walk *w, live_event_fn *fn, void (*pause)(void *arg), void *arg,
	     struct walk_stats *stats)
{
	int err;

	*stats = (struct walk_stats){ 0 };
	w->fn = fn;
	w->pause = pause;
	w->arg = arg;
	w->stats = stats;
	w->nr_seen = 0;
	w->deadline_ns = live_now_ns() + WALK_MAX_NS;
	err = visit(w, w->own_inum, "/proc/self/ns/net");
	if (!err)
		err = visit_processes(w);
	if (!err)
		err = visit_named(w, "/run/netns");
	if (!err)
		err = visit_named(w, "/run/docker/netns");
	if (!err && stats->sockets)
		err = iterate(w, w->files);
	sum_up(w);
	return err;
}
