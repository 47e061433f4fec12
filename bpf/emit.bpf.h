/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The way out of the kernel: reserve in the ring, fill in place, submit.
 *
 * Programs run in process context and in softirq on the same CPU, so nothing is prepared in per-CPU
 * scratch memory. Waking the reader per event would cost more than the event: the reader raises
 * reader_asleep before it blocks, and only then is it woken; awake, it polls.
 */
#pragma once

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "event.h"

struct events_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
};
extern struct events_map events SEC(".maps");
extern struct kernel_counters counters;
extern volatile __u32 reader_asleep;

/*
 * Room for one event, all zero but its kind and time; NULL, and counted as lost, if there is none.
 */
static __always_inline struct event *event_reserve(enum event_kind kind, __u64 ts_ns)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e) {
		__sync_fetch_and_add(&counters.ring_full[kind & EVENT_KIND_MAX], 1);
		return NULL;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->ts_ns = ts_ns;
	e->kind = kind;
	return e;
}

static __always_inline void event_submit(struct event *e)
{
	if (reader_asleep) {
		reader_asleep = 0;
		bpf_ringbuf_submit(e, BPF_RB_FORCE_WAKEUP);
	} else {
		bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	}
}
