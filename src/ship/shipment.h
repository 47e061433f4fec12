/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What leaves this process for another one: a segment of a recording, a heartbeat, or a request of
 * OTLP. A shipment waits in the spool (spool.h), a child process (shipper.h) hands it to a
 * transport (transport.h), and it leaves the spool when the other end has it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHIPMENT_BYTES_MAX (1u << 20)	/* of one shipment; a segment has at most 256 KiB */
#define SHIPMENT_KEY_BYTES 64
#define SHIPMENT_HOST_BYTES 72

/* The numbers are in files of the spool: do not renumber them. */
enum shipment_kind {
	SHIPMENT_SEGMENT = 1,	/* events, for one partition */
	SHIPMENT_HEARTBEAT = 2,	/* only the newest one counts: see spool_put() */
	SHIPMENT_TRACES = 3,	/* a request of OTLP */
	SHIPMENT_LOGS = 4,
};

struct shipment {
	uint64_t id;		/* in the spool, ascending from 1; set by the spool */
	enum shipment_kind kind;
	uint16_t partition;	/* of a segment */
	uint32_t units;		/* events or stories in it: what is lost with it */
	char key[SHIPMENT_KEY_BYTES];	/* message id, NUL-terminated; empty: none */
	char host[SHIPMENT_HOST_BYTES];	/* HOST of the subject; empty: the transport's */
	const void *bytes;
	uint32_t size;		/* 1 to SHIPMENT_BYTES_MAX */
};
