/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hosts of a fleet, from their last heartbeats. A heartbeat is a text of lines "KEY VALUE"; the
 * keys that are not needed here are skipped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_HOSTS_MAX 1000000
#define STREAM_HOST_PARTITIONS 64

struct stream_host {
	char host[72];		/* of the subject */
	char run[33];		/* empty: unknown, as the next two */
	char version[32], kernel[64];
	uint64_t heard_ns;	/* when the broker stored the heartbeat, since 1970 */
	uint64_t seen, told;	/* endpoints; UINT64_MAX unknown */
	uint64_t lost;		/* events, by all causes; without those that the spool dropped */
	uint64_t spool_dropped, spool_waiting;
	uint64_t next[STREAM_HOST_PARTITIONS];	/* the number of its next segment */
	unsigned partitions;	/* of these that are known */
	uint64_t missing;	/* segments that are not in the stream; see missing_known */
	bool missing_known;
	bool ended;		/* the run is over */
};

struct stream_hosts {
	struct stream_host *host;	/* by name */
	size_t nr, cap;
};

/* Add the heartbeat of a host. False: it is not one, or out of memory. */
bool stream_hosts_add(struct stream_hosts *h, const char *host, const char *text, size_t len,
		      uint64_t heard_ns);
void stream_hosts_sort(struct stream_hosts *h);
void stream_hosts_release(struct stream_hosts *h);
