/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The live source: loads the kernel side, attaches it, hands out its events. The only module that
 * knows libbpf. Each hook is optional where something can be told without it; what is attached, and
 * how, is written into meta.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "calls_mode.h"
#include "event.h"
#include "filter.h"
#include "run_info.h"

#define LIVE_WHY_BYTES 256
#define LIVE_BATCH 4096		/* events handed on before the caller gets to look at its clock */

struct live_config {
	const struct filter *filter;
	unsigned long buffer_bytes;	/* a power of two */
	enum calls_mode calls;
	const char *btf;		/* a file with the kernel's types, NULL: its own */
	bool no_trampolines;		/* as on a kernel without fentry, to test what is done there */
	bool stacks;			/* the user stacks of those that may have ended a connection */
	bool verbose;			/* libbpf's own words to stderr */
};

struct live;

/* One record of the ring, not yet looked at. */
typedef void live_event_fn(void *arg, const void *bytes, unsigned long len);

/*
 * Loads and attaches. 0, or -errno with why as one clause for people: -EPERM, -EOPNOTSUPP for a
 * kernel that cannot do it, else as the system said.
 */
int live_open(struct live **live, const struct live_config *config, struct run_info *meta,
	      char why[LIVE_WHY_BYTES]);
void live_close(struct live *l);

/* Readable when events came while asleep. */
int live_fd(const struct live *l);

/* Hands on what is in the ring, LIVE_BATCH events at most. Returns how many, or -errno. */
int live_consume(struct live *l, live_event_fn *fn, void *arg);

/* Asks for a wake-up through live_fd at the next event; consume once more after it, then block. */
void live_arm_wakeup(struct live *l);

/* Since the start. */
struct kernel_counters live_counters(const struct live *l);

/* What event.sk_key is disguised with: the same for all that tells of the same sockets. */
uint64_t live_sk_xor(const struct live *l);

/* Fills in the host, the kernel, and the clocks; live_open does. */
void live_fill_run_info(struct run_info *meta);

/*
 * Can this file be taken for the kernel's types? 0, or -errno with why as one clause that quotes it.
 * What the programs are attached to is found by the kernel's own types, so these must be shown too.
 */
int live_check_btf(const char *path, char why[LIVE_WHY_BYTES]);

/* For all that loads BPF programs: libbpf keeps silent; and if err says that we may not, why says it. */
void live_silence_libbpf(void);
bool live_explain_eperm(int err, char why[LIVE_WHY_BYTES]);

/*
 * A descriptor that is readable when somebody sets the wall clock (CLOCK_REALTIME), or -errno; and whether that
 * has happened since it was asked last. Slewing (adjtime) moves the clock of the events along.
 */
int live_watch_clock(void);
bool live_clock_was_set(int fd);

/* Add to an event's time for the wall clock's, as it is set now. */
int64_t live_boot_to_wall_ns(void);

/* One tick of the kernel's timers. */
uint64_t live_tick_ns(void);

/* The clock of the events, CLOCK_BOOTTIME. */
uint64_t live_now_ns(void);
