/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a call is kept from its entry to its return: in the slot of its thread, an element of an
 * array, or in the hash map `inflight` if a call of another thread is in progress in that slot.
 *
 * An element of an array is found, used and released without a helper call, which saves the time of
 * an insertion, two lookups and a removal in the map. When the close() of another file returns, it
 * finds an unused slot and does not search the map either.
 *
 * All changes of a slot's users are additions to one word, because kernels before 5.12 have no
 * other atomic operation, and because two words could be seen to change in another order.
 */
#pragma once

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "filter.h"

/* A call in progress. */
struct inflight {
	struct flow flow;
	__u64 ts_ns;
	__u64 sk;		/* its address; used in these maps only */
	__u64 cookie;
	__u64 state;
};

struct inflight_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);		/* thread id */
	__type(value, struct inflight);
};
extern struct inflight_map inflight SEC(".maps");

struct call_slot {
	/* low half: its users, the calls in progress here or in the map; high half: see below */
	__u64 users_and_owner;
	struct inflight call;		/* that of the owner */
	__u64 unused[5];		/* a slot is 128 bytes */
};

#define CALL_SLOTS 4096
#define CALL_SLOT_SPREAD 61		/* odd: the next thread has a slot 61 further on */

struct call_slots_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CALL_SLOTS);
	__type(key, __u32);
	__type(value, struct call_slot);
};
extern struct call_slots_map call_slots SEC(".maps");

static __always_inline struct call_slot *call_slot_of(__u32 tid)
{
	__u32 at = tid * CALL_SLOT_SPREAD % CALL_SLOTS;

	return bpf_map_lookup_elem(&call_slots, &at);
}

static __always_inline __u64 call_slot_word(const struct call_slot *slot)
{
	return *(const volatile __u64 *)&slot->users_and_owner;
}

static __always_inline void call_slot_add(struct call_slot *slot, __u64 n)
{
	__sync_fetch_and_add(&slot->users_and_owner, n);
}

#define CALL_SLOT_USER 1ULL
#define CALL_SLOT_OWNER(tid) ((__u64)(tid) << 32)

static __always_inline bool call_slot_is_owned_by(const struct call_slot *slot, __u32 tid)
{
	return call_slot_word(slot) >> 32 == tid;
}

/*
 * Become a user of the slot, and its owner if there is no other user. Of two threads that do this
 * at once, the second sees two users, and the first may see them too: then there is no owner.
 */
static __always_inline bool call_slot_claim(struct call_slot *slot, __u32 tid)
{
	call_slot_add(slot, CALL_SLOT_USER);
	if (call_slot_word(slot) != CALL_SLOT_USER)
		return false;
	call_slot_add(slot, CALL_SLOT_OWNER(tid));
	return true;
}

/* Keep a call in the map. Returns 0, or -errno if the map is full. */
static __always_inline long call_keep_in_map(struct call_slot *slot, __u32 tid,
					     const struct inflight *call)
{
	bool is_user = bpf_map_lookup_elem(&inflight, &tid);
	long err = bpf_map_update_elem(&inflight, &tid, call, 0);

	if (is_user || err)	/* counted already, or not needed */
		call_slot_add(slot, -CALL_SLOT_USER);
	return err;
}

/*
 * Keep a call until call_release(). Returns 0, or -errno if there is no room. A call of the same
 * thread whose return was missed is overwritten.
 */
static __always_inline long call_keep(__u32 tid, const struct inflight *call)
{
	struct call_slot *slot = call_slot_of(tid);

	if (!slot)
		return -1;
	if (!call_slot_is_owned_by(slot, tid) && !call_slot_claim(slot, tid))
		return call_keep_in_map(slot, tid, call);
	slot->call = *call;
	return 0;
}

/* The call of this thread that is in progress, NULL if there is none. */
static __always_inline const struct inflight *call_find(__u32 tid)
{
	struct call_slot *slot = call_slot_of(tid);

	if (!slot || !call_slot_word(slot))
		return NULL;
	return call_slot_is_owned_by(slot, tid) ? &slot->call :
						  bpf_map_lookup_elem(&inflight, &tid);
}

/*
 * Forget the call that call_find() returned, after its event was submitted: that orders the reads
 * of the call before the release on all processors.
 */
static __always_inline void call_release(__u32 tid)
{
	struct call_slot *slot = call_slot_of(tid);

	if (!slot)
		return;
	if (call_slot_is_owned_by(slot, tid))
		call_slot_add(slot, -(CALL_SLOT_OWNER(tid) + CALL_SLOT_USER));
	else if (!bpf_map_delete_elem(&inflight, &tid))
		call_slot_add(slot, -CALL_SLOT_USER);
}
