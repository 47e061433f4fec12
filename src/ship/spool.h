/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A bounded queue of shipments between this process and the one that sends them: in memory, or in
 * files of a directory that survive both.
 *
 * A shipment is in the spool until spool_remove(). spool_next() hands it over, oldest first;
 * spool_again() takes it back, at its old place. When the spool is full, the oldest shipments that
 * are not handed over are dropped and counted with their units; if all are handed over, the new one
 * is dropped.
 *
 * The directory has mode 0700, its files 0600. A file is written under another name and renamed, so
 * after kill -9 it is complete or ignored; a checksum detects what a power failure left. There is
 * no fsync(): a power failure may lose what was not yet on the disk. If a file cannot be written
 * (full disk), the shipment stays in memory, within SPOOL_MEMORY_BYTES; `disk_error` reports why.
 * One process at a time uses a directory.
 *
 * Nothing here waits, except for the file system.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shipment.h"

#define SPOOL_MEMORY_BYTES (32ull << 20)	/* the bound without a directory */
#define SPOOL_MAX_BYTES (256ull << 20)		/* the default bound of a directory */
#define SPOOL_MIN_BYTES (4ull << 20)
#define SPOOL_WHY_BYTES 512

struct spool_config {
	const char *dir;	/* NULL: memory. Created if missing; its parent must exist. */
	uint64_t max_bytes;	/* 0: the default */
};

struct spool_counts {
	uint64_t waiting, waiting_bytes, waiting_units;	/* in the spool, handed over or not */
	uint64_t handed_over;	/* of these */
	uint64_t memory_bytes;	/* of waiting_bytes */
	uint64_t found;		/* shipments that an earlier run left */
	uint64_t put;		/* shipments accepted, without heartbeats */
	uint64_t dropped, dropped_units, dropped_bytes;	/* no room: cause spool_full */
	uint64_t damaged, damaged_units;	/* files that are not what was written */
	uint64_t ignored;	/* files of the directory that are not the spool's: left alone */
	uint64_t disk_errors;	/* files that could not be written */
	int disk_error;		/* the last of these, a positive errno; 0 none */
};

struct spool;

/*
 * NULL if the directory cannot be used, with the reason in `why`, which names the directory: it is
 * a symbolic link, has another owner or mode, or another process uses it.
 */
struct spool *spool_open(const struct spool_config *config, char why[SPOOL_WHY_BYTES]);

/* What is in files stays there, what is in memory is lost. */
void spool_close(struct spool *s);

/*
 * Add a copy of the shipment, except its id. A heartbeat replaces one that still waits, is handed
 * over before everything else, is never in a file and is not counted in put, dropped and waiting.
 * Returns false if it was dropped (and counted).
 */
bool spool_put(struct spool *s, const struct shipment *shipment);

/*
 * Hand over the next shipment; false if none waits. It is valid until the next call of a function
 * of the spool.
 */
bool spool_next(struct spool *s, struct shipment *shipment);

/* Is there one for spool_next()? Is there nothing left, handed over or not? */
bool spool_has_next(const struct spool *s);
bool spool_is_empty(const struct spool *s);

/* What the spool knows of a shipment without reading it. */
struct shipment_facts {
	enum shipment_kind kind;	/* only whether it is a heartbeat */
	uint32_t units, size;
};

/* False: it is not in the spool (any more). */
bool spool_find(const struct spool *s, uint64_t id, struct shipment_facts *facts);

/* The shipment has arrived, or is given up. False: it is not in the spool. */
bool spool_remove(struct spool *s, uint64_t id);

/* The shipment must be handed over again; or all that were handed over. */
void spool_again(struct spool *s, uint64_t id);
void spool_again_all(struct spool *s);

const struct spool_counts *spool_counts(const struct spool *s);

/*
 * A small text that is kept in the directory beside the shipments: the last configuration of the
 * stream. spool_load_text() returns its length, 0 if there is none (always, without a directory).
 */
void spool_save_text(struct spool *s, const void *text, size_t len);
size_t spool_load_text(struct spool *s, void *text, size_t max);
