/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Chooses the partition of each event of a host, and with a maximum rate, the endpoints that are
 * kept. Pure.
 *
 * The partition follows from the initial sequence numbers of the connection (partition_hash.h).
 * Changes of state show them; other events of a socket wait until one has come, at most
 * PARTITIONER_WAIT_MAX. A socket that ends without (it was never open), a minisock whose socket
 * nobody saw, and a socket with too many events go to partition 0. The events of a socket keep
 * their order, and none is changed, repeated or lost. With one partition and no rate nothing waits.
 *
 * With a rate, all events of an endpoint wait until its end begins, and then the rate decides: an
 * endpoint whose hash is not below the share is held for PARTITIONER_HOLD_NS at most. If its story
 * turns out to be clean within that time, its events are left out and counted; otherwise they are
 * passed on. Sockets that a walk found are always kept.
 *
 * Sockets are found by their key, and minisocks by their addresses. The table is bounded: the
 * socket without an event for the longest time is forgotten, and counted unless it was over.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "siphash.h"
#include "time_units.h"

#define PARTITIONER_WAIT_MAX 64
#define PARTITIONER_HOLD_NS (2 * NS_PER_S)
#define PARTITION_ALL UINT32_MAX	/* of listeners, and of RSTs without a socket */

struct partitioner_config {
	uint32_t max_sockets;	/* that are remembered, at least 1 */
	uint32_t max_waiting;	/* events of all sockets that may wait, at least 1 */
	uint64_t seed;		/* random hash key: remote hosts choose addresses */
	uint64_t max_rate;	/* endpoints per second; 0: all */
	/*
	 * Called for each event that is passed on, with the tag that it was fed with. It must not
	 * call a function of the partitioner.
	 */
	void (*put)(void *arg, uint32_t partition, const struct event *e, uint32_t tag);
	void *arg;
};

struct partitioner_counts {
	uint64_t waiting;	/* events that wait now, those of held endpoints included */
	uint64_t without_key;	/* sockets that ended before their key was known */
	uint64_t overflowed;	/* sockets that had too many events waiting */
	uint64_t evicted;	/* sockets that were forgotten before they were over */
	uint64_t left_out;	/* endpoints that the rate left out */
	uint64_t left_out_events;
};

struct partitioner;

/*
 * Does the event belong to no single connection: is it one of a listener, or a RST without a
 * socket? It is in all partitions, and counts once.
 */
bool partitioner_is_for_all(const struct event *e);

/* NULL if out of memory. It begins with one partition and without a hash key: it keeps all. */
struct partitioner *partitioner_new(const struct partitioner_config *config);
void partitioner_free(struct partitioner *p);

/*
 * From now on there are so many partitions, a power of two, by a hash with this key. Events that
 * wait are passed on first, and sockets are forgotten.
 */
void partitioner_set_partitions(struct partitioner *p, unsigned partitions,
				const struct siphash_key *hash_key);

/* Take the next event. */
void partitioner_feed(struct partitioner *p, const struct event *e, uint32_t tag);

/* The story of an endpoint is over. clean: it has the class clean. */
void partitioner_settle(struct partitioner *p, uint64_t sk_key, uint64_t cookie, bool clean);

/*
 * The partition of a socket about which there is a fact besides its events, after passing on those
 * that wait. False: the endpoint was left out. A socket that is not known belongs to partition 0.
 */
bool partitioner_find(struct partitioner *p, uint64_t sk_key, uint64_t cookie,
		      uint32_t *partition);

/* Pass on what was held until now_ns. */
void partitioner_advance(struct partitioner *p, uint64_t now_ns);

/* When partitioner_advance() has something to do next; 0: never. */
uint64_t partitioner_next_ns(const struct partitioner *p);

/* Pass on everything, in the order in which the sockets came. */
void partitioner_flush(struct partitioner *p);

/* The share of the endpoints that is kept now, in millionths. */
uint32_t partitioner_rate(struct partitioner *p, uint64_t now_ns);

struct partitioner_counts partitioner_counts(const struct partitioner *p);
