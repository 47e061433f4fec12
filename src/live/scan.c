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
#include "time_units.h"

#define SCAN_MAX_NS (10 * NS_PER_S)	/* then the scan stops and keeps its results so far */
#define BATCH_EVENTS 512		/* per read: more than the kernel's buffer of 32 KiB */
#define NETNS_PATH 64
#define CLOSING_STATES                                                                             \
	(1u << STATE_FIN_WAIT1 | 1u << STATE_FIN_WAIT2 | 1u << STATE_CLOSING |                     \
	 1u << STATE_CLOSE_WAIT | 1u << STATE_LAST_ACK)
#define SOCKSTAT_BYTES 1024		/* /proc/net/sockstat has six short lines */

/* A network namespace that was found, and whether it could be scanned. */
struct scanned_netns {
	uint32_t inum;
	int err;		/* 0, or -errno of the last attempt */
};

struct scan {
	struct iter_bpf *skel;
	struct bpf_link *sockets, *files;
	uint32_t netns[FILTER_NETNS];	/* --netns; empty: all */
	unsigned nr_netns;
	int own;			/* our own namespace, to return to */
	uint32_t own_inum;
	struct scanned_netns *seen;
	unsigned nr_seen, cap_seen;

	/* of the current scan */
	live_event_fn *fn;
	void (*between_batches)(void *arg);
	void *arg;
	struct scan_stats *stats;
	uint64_t deadline_ns;
	struct event batch[BATCH_EVENTS];
};

static int explain_iter_error(int err, char why[LIVE_WHY_BYTES])
{
	if (live_explain_eperm(err, why))
		return -EPERM;
	snprintf(why, LIVE_WHY_BYTES, "this kernel rejects the BPF iterators that find "
		 "sockets: %s (-v shows why)", strerror(-err));
	return -EOPNOTSUPP;
}

static int load_iterators(struct scan *w, const struct scan_config *config)
{
	const struct bpf_object_open_opts opts = { .sz = sizeof(opts),
						   .btf_custom_path = config->btf };
	int err;

	w->skel = iter_bpf__open_opts(&opts);
	if (!w->skel)
		return -errno;
	memcpy((void *)&w->skel->rodata->filter, config->filter, sizeof(*config->filter));
	w->skel->rodata->sk_xor = config->sk_xor;
	w->skel->rodata->tick_ns = live_tick_ns();
	w->skel->rodata->states = config->states ?: CLOSING_STATES;
	w->skel->rodata->partners = config->partners;
	err = iter_bpf__load(w->skel);
	if (err)
		return err;
	w->sockets = bpf_program__attach_iter(w->skel->progs.iter_sockets, NULL);
	if (!w->sockets)
		return -errno;
	w->files = bpf_program__attach_iter(w->skel->progs.iter_files, NULL);
	return w->files ? 0 : -errno;
}

int scan_open(struct scan **scan, const struct scan_config *config, char why[LIVE_WHY_BYTES])
{
	struct scan *w = calloc(1, sizeof(*w));
	struct stat st;
	int err;

	*scan = NULL;
	if (!w) {
		snprintf(why, LIVE_WHY_BYTES, "out of memory");
		return -ENOMEM;
	}
	if (!config->verbose)
		live_silence_libbpf();
	w->nr_netns = config->filter->active ? config->filter->nr_netns : 0;
	memcpy(w->netns, config->filter->netns, sizeof(w->netns));
	w->own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (w->own < 0 || fstat(w->own, &st)) {
		err = -errno;
		snprintf(why, LIVE_WHY_BYTES,
			 "cannot open /proc/self/ns/net: %s; is /proc mounted?", strerror(-err));
		scan_close(w);
		return err;
	}
	w->own_inum = (uint32_t)st.st_ino;
	err = load_iterators(w, config);
	if (err) {
		err = explain_iter_error(err, why);
		scan_close(w);
		return err;
	}
	*scan = w;
	return 0;
}

void scan_close(struct scan *w)
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

/* The entry of this namespace, added if it is new. NULL: out of memory. */
static struct scanned_netns *netns_get_or_add(struct scan *w, uint32_t inum, bool *is_new)
{
	struct scanned_netns *more;

	for (unsigned i = w->nr_seen; i-- > 0;) {	/* most likely one of the last */
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
	w->seen[w->nr_seen] = (struct scanned_netns){ .inum = inum };
	return &w->seen[w->nr_seen++];
}

static bool netns_is_wanted(const struct scan *w, uint32_t inum)
{
	for (unsigned i = 0; i < w->nr_netns; i++)
		if (w->netns[i] == inum)
			return true;
	return !w->nr_netns;
}

/* Record a holder's namespace as unreachable if it was not found: no process is in it now. */
static void note_unreachable_netns(struct scan *w, const struct event *e)
{
	struct scanned_netns *n;
	bool is_new;

	if (e->kind != EVENT_HOLDER || !netns_is_wanted(w, e->netns))
		return;
	n = netns_get_or_add(w, e->netns, &is_new);
	if (n && is_new)
		n->err = -ESRCH;
}

static void count_event(struct scan_stats *stats, const struct event *e)
{
	if (e->kind != EVENT_SOCKET) {
		stats->holders++;
		return;
	}
	stats->sockets++;
	stats->orphans += e->sock_flags & SOCKF_DEAD && e->new_state != STATE_TIME_WAIT;
}

static void deliver_batch(struct scan *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		note_unreachable_netns(w, &w->batch[i]);
		count_event(w->stats, &w->batch[i]);
		w->fn(w->arg, &w->batch[i], sizeof(w->batch[i]));
	}
	if (w->between_batches)
		w->between_batches(w->arg);
}

/*
 * Read an iterator to its end. A read fails with EAGAIN after a million objects without output
 * (bpf_seq_read, MAX_ITER_OBJECTS), and the next read continues from there.
 */
static int read_iterator(struct scan *w, int fd)
{
	for (;;) {
		ssize_t n = read(fd, w->batch, sizeof(w->batch));

		if (n == 0)
			return 0;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0 && n % (ssize_t)sizeof(*w->batch))
			return -EIO;
		deliver_batch(w, n > 0 ? (size_t)n / sizeof(*w->batch) : 0);
		if (live_now_ns() >= w->deadline_ns) {
			w->stats->cut_short = true;
			return 0;
		}
	}
}

static int run_iterator(struct scan *w, const struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));
	int err;

	if (fd < 0)
		return -errno;
	err = read_iterator(w, fd);
	close(fd);
	return err;
}

/*
 * Scan the sockets of one namespace. The iterator stays bound to the namespace in which it was
 * created, so it is read after returning to our own. Returns an error only if returning failed;
 * all other failures set *failed.
 */
static int scan_netns(struct scan *w, uint32_t inum, const char *path, int *failed)
{
	int target, iter, err;

	*failed = 0;
	if (inum == w->own_inum) {
		*failed = run_iterator(w, w->sockets);
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
			*failed = read_iterator(w, iter);
		close(iter);
	}
	return err;
}

/* Scan the namespace at this path, unless that was done already. */
static int visit_netns(struct scan *w, uint32_t inum, const char *path)
{
	struct scanned_netns *n;
	bool is_new;

	if (!netns_is_wanted(w, inum) || w->stats->cut_short)
		return 0;
	n = netns_get_or_add(w, inum, &is_new);
	if (!n)
		return -ENOMEM;
	if (!is_new && !n->err)
		return 0;
	return scan_netns(w, inum, path, &n->err);
}

/* Visit the namespaces of all processes. */
static int visit_netns_of_processes(struct scan *w)
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
			err = visit_netns(w, inum, path);
	}
	closedir(proc);
	return err;
}

/* Visit the namespaces with a name in this folder, which belongs to ip netns or docker. */
static int visit_named_netns(struct scan *w, const char *folder)
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
			err = visit_netns(w, (uint32_t)st.st_ino, path);
	}
	closedir(dir);
	return err;
}

static void count_namespaces(const struct scan *w)
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

/*
 * The number of orphans of the host, -1 if it is unknown. Although it is in a file of one network
 * namespace, the kernel counts them in all of them (net/ipv4/proc.c, sockstat_seq_show).
 */
static long read_orphans_of_host(void)
{
	char text[SOCKSTAT_BYTES], *tcp;
	int fd = open("/proc/net/sockstat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	long orphans = -1;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	tcp = strstr(text, "TCP: inuse ");
	if (!tcp || sscanf(tcp, "TCP: inuse %*d orphan %ld", &orphans) != 1)
		return -1;
	return orphans;
}

int scan_run(struct scan *w, live_event_fn *fn, void (*between_batches)(void *arg), void *arg,
	     struct scan_stats *stats)
{
	long before, after;
	int err;

	*stats = (struct scan_stats){ 0 };
	w->fn = fn;
	w->between_batches = between_batches;
	w->arg = arg;
	w->stats = stats;
	w->nr_seen = 0;
	w->deadline_ns = live_now_ns() + SCAN_MAX_NS;
	before = read_orphans_of_host();
	err = visit_netns(w, w->own_inum, "/proc/self/ns/net");
	if (!err)
		err = visit_netns_of_processes(w);
	if (!err)
		err = visit_named_netns(w, "/run/netns");
	if (!err)
		err = visit_named_netns(w, "/run/docker/netns");
	after = read_orphans_of_host();
	stats->orphans_of_host = before < after ? before : after;
	if (!err && stats->sockets)
		err = run_iterator(w, w->files);
	count_namespaces(w);
	return err;
}

int scan_files_fd(const struct scan *w)
{
	return bpf_link__fd(w->files);
}
