/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "doctor_probe.h"

#include <errno.h>

#include "attach.h"
#include "probe.h"
#include "tracefs.h"

#define OTHER_MAPS_BYTES (2ull << 20)		/* upper bound for all maps but the ring */

static enum ability get_ability(bool yes)
{
	return yes ? ABILITY_YES : ABILITY_NO;
}

/* Syscall tracepoints can be used if their ids can be read. */
static enum ability probe_syscall_tracepoints(void)
{
	int id = tracefs_event_id("syscalls", "sys_enter_close");

	return id == -EPERM || id == -EACCES ? ABILITY_UNKNOWN : get_ability(id > 0);
}

static enum ability detach_may_block(void)
{
	int shown = probe_data_symbol("tasks_rcu_exit_srcu");

	return shown < 0 ? ABILITY_UNKNOWN : get_ability(shown);
}

void doctor_probe_kernel(struct diagnosis_kernel *k, bool may, bool no_trampolines)
{
	struct probe p;

	live_silence_libbpf();
	probe_init(&p, no_trampolines);
	*k = (struct diagnosis_kernel){ .btf = get_ability(p.btf),
					.tracepoint = probe_syscall_tracepoints(),
					.detach_may_block = detach_may_block() };
	if (may) {
		k->fentry = get_ability(attach_can_trace_calls(&p, CALLS_FENTRY));
		k->kprobe = get_ability(attach_can_trace_calls(&p, CALLS_KPROBE));
		k->counts_memlock = get_ability(probe_counts_memlock());
		if (p.btf) {
			k->cookie = get_ability(probe_cookie(&p));
			k->pt_regs = get_ability(probe_pt_regs(&p));
		}
	}
	probe_release(&p);
}

uint64_t doctor_probe_map_bytes(unsigned long buffer_bytes)
{
	return buffer_bytes + OTHER_MAPS_BYTES;
}
