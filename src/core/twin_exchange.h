/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds the other end of a connection in the endpoint tables of other hosts, by the two initial
 * sequence numbers. Pure.
 *
 * The numbers are compared exactly, and no time is: each host has its own clock.
 */
#pragma once

#include <stdint.h>

struct endpoint;
struct event_queue;
struct twin_exchange;

/* NULL if out of memory. seed: random hash key, because remote hosts choose the numbers. */
struct twin_exchange *twin_exchange_new(uint64_t seed);
void twin_exchange_free(struct twin_exchange *x);

/* The queue of the tables that use the exchange (endpoint_table_private.h). */
struct event_queue *twin_exchange_queue(struct twin_exchange *x);

/*
 * Add an endpoint whose sequence numbers are known, and set its exchange_nr. It must be removed
 * before it is freed. Returns the other end, if another host has it and it has no twin yet; else
 * NULL.
 */
struct endpoint *twin_exchange_add(struct twin_exchange *x, struct endpoint *c);

/* Remove an endpoint that was added; no effect on others. */
void twin_exchange_remove(struct twin_exchange *x, struct endpoint *c);
