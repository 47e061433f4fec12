/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which finished stories are wanted: the filters that need more than addresses. Pure.
 *
 * Alternatives within a kind, all kinds together; an empty kind lets everything pass. -p, -c and -u
 * look at every process that acted on the socket (trigger and calls): a packet's bystander is never
 * one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

#define SELECT_MAX 16

struct select {
	unsigned pids, comms, uids;	/* how many of each array are in use */
	uint32_t pid[SELECT_MAX];
	uint32_t uid[SELECT_MAX];
	char comm[SELECT_MAX][16];	/* compared as the kernel keeps it: 15 bytes */
	uint64_t slow_ns;		/* some phase at least that long; 0 any */
	uint64_t calls;			/* sets: bit n stands for the enum's value n; 0 any */
	uint32_t endings;
	uint32_t classes;
	uint32_t initiators;
};

/* Does this one task match -p, -c and -u? "-p 7 -c nginx" is one process, not two. */
bool select_wants_task(const struct select *f, uint32_t pid, uint32_t uid, const uint8_t *comm);
bool select_wants_uid(const struct select *f, uint32_t uid);

/* Is this story wanted? */
bool select_wants(const struct select *f, const struct story *s, const struct verdict *v);
