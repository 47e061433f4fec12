/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the tables of cases share. A table ends with a row without a name; cases_all.c lists them.
 */
#pragma once

#include <stddef.h>

#include "workload.h"

#define ACTIVE_STATES { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT" }
#define PASSIVE_STATES { "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSE" }
#define RESET_STATES { "ESTABLISHED", "CLOSE" }

#define V4 .listen_addr = "127.0.0.1", .connect_addr = "127.0.0.1"
#define CLEAN_COUNTERS .counters = { { "TW", 1 } }
#define LOCAL_FIRST V4, CLEAN_COUNTERS, .client_fate = &fate_active, .server_fate = &fate_passive

extern const struct deed_case cases_basic[];
extern const struct deed_case cases_trigger[];		/* descriptors and shutdown() */
extern const struct deed_case cases_trigger_task[];	/* exit, signals, execve, threads */
extern const struct deed_case cases_trigger_far[];	/* acts from elsewhere: SCM_RIGHTS, ss -K */
extern const struct deed_case cases_trigger_uring[];
extern const struct deed_case cases_trigger_odd[];	/* 32-bit calls, MPTCP */
extern const struct deed_case cases_reset[];		/* RSTs that we send */
extern const struct deed_case cases_reset_in[];		/* and those that come */
extern const struct deed_case cases_timeout[];
extern const struct deed_case cases_never[];
extern const struct deed_case cases_other[];

/* cases.c: four waves, we first, the hold is the peer's; the other side of it; RSTs */
extern const struct fate fate_active, fate_passive;
extern const struct fate fate_unread_data, fate_linger_zero, fate_reset_received;

/* cases_trigger.c: the same without a hold that shows */
extern const struct fate fate_active_no_hold, fate_passive_no_hold;

/* cases.c */
void act_close_at_once(struct deed *d);
void act_close_after_hold(struct deed *d);	/* reads the end of file first */
void act_await_reset(struct deed *d);
