/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds the descriptors of all sockets that are half-closed or closing, once, at any time after the
 * privileges were dropped: opening needs them, reading does not.
 */
#pragma once

#include "live.h"
#include "scan.h"

/* Prepare the look. Returns a descriptor for holders_read(), or -errno. */
int holders_open(const struct scan *w);

/*
 * Deliver a HOLDER event for each descriptor, those of processes that start or end meanwhile perhaps
 * not. It can be read only once. 0, or -errno; -ETIME if it took too long and was stopped.
 */
int holders_read(int fd, live_event_fn *fn, void *arg);
