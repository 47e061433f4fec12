/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The live source: loads the BPF programs, attaches them, and delivers their events. Only this
 * folder uses libbpf. Some hooks are optional (hook_table.h). meta records how each hook is
 * attached.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calls_mode.h"
#include "event.h"
#include "filter.h"
#include "program_run.h"
#include "run_info.h"
#include "tree.h"

#define LIVE_WHY_BYTES 256
#define LIVE_BATCH 4096		/* maximum number of events per live_consume() */

struct live_config {
	const struct filter *filter;
	unsigned long buffer_bytes;	/* a power of two */
	enum calls_mode calls;
	const char *btf;		/* file with the kernel's types; NULL: /sys/kernel/btf */
	bool no_trampolines;		/* for tests: act as on a kernel without fentry */
	struct tree_root tree;		/* COMMAND, whose descendants are followed; or zero */
	bool stacks;			/* record the user stacks of tasks that close */
	bool processes;			/* wake the reader at the first event of a process */
	bool verbose;			/* print libbpf's messages to stderr */
};

struct live;

/* Receives one record of the ring, which is not checked yet. */
typedef void live_event_fn(void *arg, const void *bytes, unsigned long len);

/*
 * Load and attach the programs. Returns 0, or -errno with the reason in why, as one clause for the
 * user: -EPERM, -EOPNOTSUPP if the kernel lacks something, else the system's error.
 */
int live_open(struct live **live, const struct live_config *config, struct run_info *meta,
	      char why[LIVE_WHY_BYTES]);
void live_close(struct live *l);

/* A descriptor that becomes readable at the first event after live_arm_wakeup(). */
int live_fd(const struct live *l);

/* Deliver the events in the ring, at most LIVE_BATCH. Returns their number, or -errno. */
int live_consume(struct live *l, live_event_fn *fn, void *arg);

/*
 * Request a wake-up through live_fd() at the next event. Consume once more after this call before
 * blocking: an event may have arrived in between.
 */
void live_arm_wakeup(struct live *l);

/*
 * Set all counters to 0. The ring should have been emptied just before: an event that finds no room
 * counts from here on.
 */
void live_begin_counting(struct live *l);

/* Counters since live_begin_counting(). */
struct kernel_counters live_counters(const struct live *l);

/*
 * Count the events that the kernel may have skipped since live_begin_counting(): an upper bound.
 * False if it is unknown.
 */
bool live_count_misses(const struct live *l, uint64_t *misses);

/*
 * List the programs that ran, with their runs and time. Returns their number, 0 if the kernel does
 * not count (kernel.bpf_stats_enabled). Needs no privilege.
 */
unsigned live_count_runs(const struct live *l, struct program_run *list, unsigned max);

/* The value that event.sk_key is XORed with. Pass it to the scan, so that its keys match. */
uint64_t live_sk_xor(const struct live *l);

/* Fill in host, kernel and clocks. live_open() calls it. */
void live_fill_run_info(struct run_info *meta);

/*
 * Check the file of --btf. 0, or -errno and why, as one clause that quotes the path. -EXDEV: the
 * file has the types of another kernel.
 */
int live_check_btf(const char *path, char why[LIVE_WHY_BYTES]);

/* The object file with the tracer's BPF programs. (Each file that includes it has a copy of it.) */
const void *live_object(size_t *bytes);

/* Suppress libbpf's messages. */
void live_silence_libbpf(void);

/* If err means that loading is not permitted, set why to the missing privilege and return true. */
bool live_explain_eperm(int err, char why[LIVE_WHY_BYTES]);

/*
 * A descriptor that becomes readable when the wall clock (CLOCK_REALTIME) is set, or -errno.
 * Slewing (adjtime) does not count: it changes the clock of the events as well.
 */
int live_watch_clock(void);

/* Was the clock set since the last call? */
bool live_clock_was_set(int fd);

/* Return the wall-clock time minus the time of the events' clock, as the clocks are set now. */
int64_t live_boot_to_wall_ns(void);

/* One tick of the kernel's timers. */
uint64_t live_tick_ns(void);

/* The clock of the events, CLOCK_BOOTTIME. */
uint64_t live_now_ns(void);
