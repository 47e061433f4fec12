/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The name of a process, for the events of its threads that have other names. In the ring it comes
 * before the first event that needs it, and again when the name changes.
 *
 * It also comes again once in PROCESS_NAME_REPEAT_NS. So the reader may forget names, and a name
 * that two threads read during a change, and that arrived in the wrong order, does not stay wrong.
 */
#pragma once

#include "event.h"

#define PROCESS_NAME_REPEAT_NS 60000000000ULL	/* 60 s */

struct process_name {
	__u64 ts_ns;		/* CLOCK_BOOTTIME */
	__u32 pid;		/* thread group */
	__u32 zero;
	__u8 name[EVENT_COMM_LEN];	/* of the thread group's leader; as event.comm */
};
