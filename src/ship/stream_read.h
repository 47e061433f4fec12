/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the stream of a fleet: a child process (the sandbox of sandbox.h, with cnats in it) fetches
 * the messages and writes them as frames into a pipe (frame.h). It stops fetching while the pipe is
 * full, so the reader sets the pace.
 *
 * The order of the frames: the configuration; the last heartbeat of each host; then segments of the
 * partitions that were asked for, in the order of the stream within each partition, heartbeats as
 * they come, and CAUGHT_UP once. Without `follow` the child ends after that. After an interruption
 * it goes on behind the last message: nothing comes twice, unless the broker stores it twice.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "transport.h"

#define STREAM_WHY_BYTES 512
#define STREAM_PARTITIONS_MAX 64

struct stream_read_config {
	struct transport_config from;	/* url, credentials; host is not used */
	uint64_t partitions;	/* bit N: partition N; 0: all */
	uint64_t since_ns;	/* since 1970, of the broker's clock; 0: from the first message */
	bool follow;
};

struct stream_reader {
	int fd;		/* frames come here, non-blocking; -1 */
	int pid;	/* the child, 0 none */
};

/* False: this build has no NATS client. */
bool stream_read_is_built_in(void);

/* Start the child. Returns 0 or -errno with the reason in `why`. */
int stream_reader_start(struct stream_reader *r, const struct stream_read_config *config,
			char why[STREAM_WHY_BYTES]);

/* End the child, if it has not ended, and close fd. */
void stream_reader_stop(struct stream_reader *r);
