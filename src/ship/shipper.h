/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parent's side of the process that sends shipments: a child without privileges (sandbox.h),
 * so that this one never waits for the network, and links no threads into its own work.
 *
 * shipper_start() forks a keeper, which starts the worker and starts it again, after a pause, when
 * it has died. It must run before the privileges are dropped (it becomes nobody), before BPF is
 * loaded and before threads. Keeper and worker end when this process has ended, however it ended.
 *
 * shipper_put() stores a shipment in the spool. shipper_handle() passes shipments on and takes
 * results; call it whenever shipper_fd(), an epoll descriptor, is readable. Neither ever blocks. A
 * shipment leaves the spool when the transport reports it as taken or rejected. At most
 * TRANSPORT_IN_FLIGHT are handed over at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "spool.h"
#include "transport.h"

#define SHIPPER_WHY_BYTES 512

struct shipper_config {
	const struct transport *transport;
	struct transport_config to;	/* the strings outlive the shipper */
	struct spool_config spool;
};

struct shipper_counts {
	struct spool_counts spool;
	uint64_t taken, taken_units;
	uint64_t rejected, rejected_units;	/* lost: cause rejected */
	uint64_t failed;	/* attempts; each is repeated */
	uint64_t heartbeats;	/* taken */
	uint64_t restarts;	/* of the worker */
	bool up;		/* connected */
	char why[TRANSPORT_WHY_BYTES];	/* the last reason for a failure; empty: none */
	char rejected_why[TRANSPORT_WHY_BYTES];	/* the last reason for a rejection */
};

struct shipper;

/* NULL with the reason in `why`: the spool, the credentials, or no process. */
struct shipper *shipper_start(const struct shipper_config *config, char why[SHIPPER_WHY_BYTES]);

int shipper_fd(const struct shipper *s);
void shipper_handle(struct shipper *s);

/* As spool_put(). */
bool shipper_put(struct shipper *s, const struct shipment *shipment);

/*
 * The configuration of the stream ("tcpclose config\n..."), as the transport reported it last, or
 * as an earlier run left it in the spool's directory. NULL: not known yet.
 */
const char *shipper_config_text(const struct shipper *s);

const struct shipper_counts *shipper_counts(struct shipper *s);

/*
 * Wait until nothing is in the spool any more, for at most `ms` milliseconds. The only function
 * that waits, for the end of a run. Returns true if the spool is empty.
 */
bool shipper_flush(struct shipper *s, unsigned ms);

/* End keeper and worker, and close the spool. What is in its directory stays there. */
void shipper_stop(struct shipper *s);

/* Is the worker's process running? 0: not at the moment. For tests and reports. */
int shipper_worker_pid(const struct shipper *s);
