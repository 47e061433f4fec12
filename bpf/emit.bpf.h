/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events to user space: reserve in the ring, fill in place, submit.
 *
 * A softirq can interrupt a program in process context on the same CPU, so per-CPU scratch memory
 * cannot be used. Waking the reader for each event would cost more than the event itself. The
 * reader polls while it is awake, sets reader_asleep before it blocks, and is woken only then. An
 * event that it must see at once sets reader_asleep too (wake.bpf.h).
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

/* Reserve an event, zero except for kind and time. NULL if the ring is full, which is counted. */
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
