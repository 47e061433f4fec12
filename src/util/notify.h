/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reports the state of this process to the service manager, as sd_notify(3) does: datagrams to the
 * socket of NOTIFY_SOCKET. Nothing happens if the variable is not set.
 */
#pragma once

#include <stdint.h>

/* Send a state: "READY=1", "STOPPING=1". Does not wait. Returns 0, or -errno. */
int notify_send(const char *state);

/*
 * The interval in which the service manager wants WATCHDOG=1 from this process, in ns: half of
 * WATCHDOG_USEC. 0: it does not.
 */
uint64_t notify_watchdog_ns(void);

/* Remove the variables from the environment: a program that is started is not the service. */
void notify_hide(void);
