/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an expectation can ask, each answered with a word; "-" is: not known, or none.
 *
 *	ending class initiator reason blame opened partial v4mapped	the contract's, yes, no
 *	trigger fd how pid tid uid comm signal exit_code deferred	of the trigger
 *	ret call_ns
 *	calls=shutdown:none,close:fin		every call with its effect, in order
 *	states=ESTABLISHED,FIN_WAIT1
 *	waves=FIN>,ACK<,FIN<,ACK>		those seen, by their numbers; '~': not exact
 *	wave1.at wave1.seq wave1.ack		at counts from the start
 *	phase.ack_wait				and so on
 *	start settled				instants, in the story's own time
 *	age age_at_least holders=java[812]:9		the last two: of one that a walk found
 *	sent received unread unacked unsent srtt_us fin_retransmits
 *	twin.pid twin.comm twin.cookie
 *	missing=age_ns,waves			what is missing, without the why
 *
 * Of the tally: seen told filtered open lost (endpoints) events events-lost.
 */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "run_info.h"
#include "verdict.h"

/* Appends the value to b. False: there is no such key. */
bool facts_story(struct buf *b, const char *key, const struct story *s, const struct verdict *v);
bool facts_tally(struct buf *b, const char *key, const struct run_counts *t);

/* Are the values of this key times, written with a unit? */
bool facts_is_time(const char *key);
