/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "scan.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host_orphans.h"
#include "iter.skel.h"
#include "netns_visit.h"
#include "time_units.h"

#define SCAN_MAX_NS (10 * NS_PER_S)	/* the default of scan_config.max_ns */
#define BATCH_EVENTS 512		/* per read: more than the kernel's buffer of 32 KiB */
#define CLOSING_STATES                                                                             \
	(1u << STATE_FIN_WAIT1 | 1u << STATE_FIN_WAIT2 | 1u << STATE_CLOSING |                     \
	 1u << STATE_CLOSE_WAIT | 1u << STATE_LAST_ACK)

struct scan {
	struct iter_bpf *skel;
	struct bpf_link *sockets, *files;
	struct netns_visits visits;
	uint64_t max_ns;

	/* of the current scan */
	live_event_fn *fn;
	void (*between_batches)(void *arg);
	void *arg;
	struct scan_stats *stats;
	uint64_t deadline_ns;
	int iter;		/* over the sockets of the namespace that is visited */
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
	int err;

	*scan = NULL;
	if (!w) {
		snprintf(why, LIVE_WHY_BYTES, "out of memory");
		return -ENOMEM;
	}
	w->max_ns = config->max_ns ?: SCAN_MAX_NS;
	if (!config->verbose)
		live_silence_libbpf();
	err = netns_visits_open(&w->visits, config->filter);
	if (err) {
		snprintf(why, LIVE_WHY_BYTES,
			 "cannot open /proc/self/ns/net: %s; is /proc mounted?", strerror(-err));
		scan_close(w);
		return err;
	}
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
	netns_visits_release(&w->visits);
	free(w);
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
		if (w->batch[i].kind == EVENT_HOLDER)	/* its socket may be where we were not */
			netns_visits_note_unreachable(&w->visits, w->batch[i].netns);
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

static int open_iterator(void *arg, uint32_t inum)
{
	struct scan *w = arg;

	(void)inum;
	w->iter = bpf_iter_create(bpf_link__fd(w->sockets));
	return w->iter < 0 ? -errno : 0;
}

static int scan_netns(void *arg, uint32_t inum)
{
	struct scan *w = arg;
	int err = read_iterator(w, w->iter);

	(void)inum;
	close(w->iter);
	return err;
}

static bool scan_is_over(void *arg)
{
	const struct scan *w = arg;

	return w->stats->cut_short;
}

static void count_namespaces(const struct scan *w)
{
	const struct netns_totals t = netns_visits_count(&w->visits);

	w->stats->namespaces = t.visited;
	w->stats->left_out = t.left_out;
	w->stats->hidden = t.hidden;
	w->stats->own_only = t.own_only;
	w->stats->left_out_why = t.why;
}

int scan_run(struct scan *w, live_event_fn *fn, void (*between_batches)(void *arg), void *arg,
	     struct scan_stats *stats)
{
	const struct netns_visitor visitor = { .inside = open_iterator, .after = scan_netns,
					       .is_over = scan_is_over, .arg = w };
	long before, after;
	int err;

	*stats = (struct scan_stats){ 0 };
	w->fn = fn;
	w->between_batches = between_batches;
	w->arg = arg;
	w->stats = stats;
	w->deadline_ns = live_now_ns() + w->max_ns;
	before = host_orphans();
	err = netns_visits_run(&w->visits, &visitor);
	after = host_orphans();
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

const void *scan_object(size_t *bytes)
{
	return iter_bpf__elf_bytes(bytes);
}
