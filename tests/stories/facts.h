/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The keys of an expectation. Each has a value of one word; "-" means unknown or none.
 *
 *	ending class initiator reason blame opened partial v4mapped	the contract's, yes, no
 *	trigger fd how pid tid uid comm process signal exit_code	of the trigger
 *	deferred ret call_ns
 *	calls=shutdown:none,close:fin		every call with its effect, in order
 *	states=ESTABLISHED,FIN_WAIT1
 *	waves=FIN>,ACK<,FIN<,ACK>		the waves seen, in order; '~': not exact
 *	wave1.at wave1.seq wave1.ack		at counts from the start
 *	phase.ack_wait				and the other phases
 *	start settled				times, relative to the time 0 of the script
 *	age age_at_least holders=java[812]:9		the last two: if found by the iterator
 *	sent received unread unacked unsent srtt_us fin_retransmits
 *	twin.pid twin.comm twin.process twin.cookie
 *	missing=age_ns,waves			the missing fields, without the reasons
 *
 * Keys of the tally: seen told filtered open lost (endpoints) events events-lost.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "run_info.h"
#include "verdict.h"

/* Appends the value of a key to b. Returns false if there is no such key. */
bool facts_story(struct buf *b, const char *key, const struct story *s, const struct verdict *v);
bool facts_tally(struct buf *b, const char *key, const struct run_counts *t);

/* Are the values of this key times, with a unit? */
bool facts_is_time(const char *key);
