/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shared by the tables of cases. A table ends with a row without a name; case_table.c lists them.
 */
#pragma once

#include <stddef.h>

#include "workload.h"

#define ACTIVE_STATES { "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT" }
#define PASSIVE_STATES { "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSE" }
#define RESET_STATES { "ESTABLISHED", "CLOSE" }

#define V4 .listen_addr = "127.0.0.1", .connect_addr = "127.0.0.1"
#define CLEAN_COUNTERS .counters = { { "TW", 1 } }
#define LOCAL_FIRST                                                                                \
	V4, CLEAN_COUNTERS, .client_expected = &expected_active,                                   \
	.server_expected = &expected_passive

extern const struct workload_case cases_basic[];
extern const struct workload_case cases_trigger[];		/* descriptors and shutdown() */
extern const struct workload_case cases_trigger_task[];	/* exit, signals, execve, threads */
extern const struct workload_case cases_trigger_far[];	/* indirect closes: SCM_RIGHTS, ss -K */
extern const struct workload_case cases_trigger_uring[];
extern const struct workload_case cases_trigger_odd[];	/* 32-bit calls, MPTCP */
extern const struct workload_case cases_reset[];		/* resets sent */
extern const struct workload_case cases_reset_in[];		/* resets received */
extern const struct workload_case cases_timeout[];
extern const struct workload_case cases_never[];
extern const struct workload_case cases_other[];

/* cases_basic.c: four waves, we close first and the peer holds; the peer's view of that; resets */
extern const struct expected expected_active, expected_passive;
extern const struct expected expected_unread_data, expected_linger_zero, expected_reset_received;

/* cases_trigger.c: the same without a visible hold */
extern const struct expected expected_active_no_hold, expected_passive_no_hold;

/* cases_basic.c */
void do_close_at_once(struct workload *w);
void do_close_after_hold(struct workload *w);	/* reads the end of file first */
void do_await_reset(struct workload *w);
