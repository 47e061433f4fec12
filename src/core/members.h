/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The members of a fleet: which hosts are traced, what addresses they have, and when they were last
 * heard of. It says why the other end of a connection is not known. Pure.
 *
 * Everything here comes from the heartbeats, by the clock of the broker. A host speaks for itself
 * alone: it can claim an address that is another's, and then it is not known whose an address is.
 *
 * An address that no host has may still be one behind which a host is: NAT, or the address of a
 * service. Nothing shows that in advance. It is learned from the first connection whose ends do not
 * call each other by their own addresses.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "siphash.h"

#define MEMBERS_MAX 16384
#define MEMBERS_ADDRESSES_MAX (1u << 20)	/* of all hosts */
#define MEMBERS_TRANSLATED_MAX 65536
#define MEMBER_SILENT_NS 30000000000ULL		/* three heartbeats */

struct members;

struct member_address {
	uint8_t family;		/* 4 or 6 */
	uint8_t addr[16];	/* as in struct event */
};

/* A heartbeat. */
struct member_beat {
	const char *host;	/* HOST of its subject */
	uint64_t broker_ns;
	bool ended;		/* the recorder has stopped */
	uint64_t lost;		/* events and endpoints, in this run so far */
	const char *run;
	uint32_t rate;		/* the share of the endpoints that is kept, in millionths */
	bool complete;		/* the list of addresses is */
	const struct member_address *address;
	unsigned nr;
};

/* An end whose other end is not known. Times are those of the broker, as far as they are known. */
struct member_question {
	struct member_address peer;
	uint64_t key;		/* of the connection: twin_key_unordered() */
	bool clean;		/* the end's class */
	uint64_t from_ns, now_ns;	/* its close began; now */
};

/* NULL if out of memory. seed: hosts choose their names and addresses. */
struct members *members_new(uint64_t seed);
void members_free(struct members *m);

/* False if out of memory, or there are too many hosts. */
bool members_take(struct members *m, const struct member_beat *beat);

/* Segments of a host are missing. */
void members_lose(struct members *m, const char *host, uint64_t broker_ns);

/* The key of the hash that decides what is sampled. */
void members_set_hash_key(struct members *m, const struct siphash_key *key);

/* A connection to this address has its other end at another address. */
void members_note_translated(struct members *m, const struct member_address *address);

/* From now on the heartbeats are those of the present: what is missing is not there. */
void members_set_live(struct members *m);

/*
 * Is it certain at once that the peer is not traced? Only of the present: what addresses a host had
 * in the past is not known.
 */
bool members_are_without(const struct members *m, const struct member_address *peer);

/* The window is over: why has the other end not come? */
enum one_sided members_explain(const struct members *m, const struct member_question *q);
