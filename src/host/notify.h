/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reports to the service manager that the service is ready, alive or about to stop: the datagrams
 * of sd_notify(3), and the watchdog of sd_watchdog_enabled(3). Without a service manager all
 * functions do nothing.
 */
#pragma once

#include <stdint.h>

struct notify {
	int fd;			/* a connected socket; -1: none */
	uint64_t every_ns;	/* between two signs of life; 0: nobody waits for them */
	uint64_t next_ns;	/* when the next one is due; 0: not ready yet */
};

/*
 * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and removes them from the environment: they
 * are not for a command that is started. Returns 0, also without a service manager, or -errno.
 */
int notify_open(struct notify *n);

void notify_close(struct notify *n);

/* The service is ready, and the watchdog begins. Returns 0 or -errno. */
int notify_ready(struct notify *n, uint64_t now_ns);

/* Sends a sign of life if it is due. Call it from the loop whose progress is watched. */
void notify_alive(struct notify *n, uint64_t now_ns);

/* When notify_alive() is due next; 0: never. */
uint64_t notify_next_ns(const struct notify *n);

/* The service stops. No sign of life comes after this. */
void notify_stopping(struct notify *n);
