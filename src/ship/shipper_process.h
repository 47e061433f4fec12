/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processes of the shipper, and what travels between them and the parent. Only shipper*.c
 * include this.
 *
 * The keeper sends a message over its control socket for each worker that it starts: the worker's
 * pid, and with it one end of a stream socket to the worker. Through that one, the parent sends
 * shipments, each a wire_shipment and its bytes, and the worker answers with transport_events. A
 * worker that dies takes its socket with it, so half a message never meets a new worker.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "transport.h"

struct wire_shipment {
	uint64_t id;
	uint32_t size;
	uint32_t units;
	uint16_t kind;
	uint16_t partition;
	uint32_t reserved;
	char key[SHIPMENT_KEY_BYTES];
	char host[SHIPMENT_HOST_BYTES];
};

struct keeper_message {
	int32_t worker;		/* its pid */
};

/*
 * The keeper, a child of `parent`: starts workers until the other end of control is closed. t is
 * what the transport's open() returned.
 */
_Noreturn void shipper_run_keeper(int control, pid_t parent, const struct transport *transport,
				  void *t);

/* A worker, a child of `keeper`: serves fd until its other end is closed. */
_Noreturn void shipper_run_worker(int fd, pid_t keeper, const struct transport *transport, void *t);
