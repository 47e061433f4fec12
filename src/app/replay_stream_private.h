/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The run that plays a stream: replay_stream.c has its loop, replay_stream_frames.c takes what
 * comes, and replay_stream_hosts.c finds the hosts.
 */
#pragma once

#include "exports.h"
#include "fleet.h"
#include "frame.h"
#include "heartbeat_read.h"
#include "replay_host_list.h"
#include "stream_facts.h"
#include "stream_read.h"
#include "top_run.h"

struct replay_stream {
	const struct options *o;
	struct process *process;
	struct session all;
	struct exports exports;
	struct top_run *top;
	struct replay_host_list hosts;
	struct stream_facts facts;
	struct fleet *fleet;
	struct members *members;
	struct heartbeat_facts *beat;		/* the latest one */
	struct stream_reader reader;
	struct frame_reader frames;
	int epoll;
	bool begun;		/* the view has been started */
	bool caught_up;
	bool segment_seen;
	bool over;		/* no more frames */
	/* the latest time of the broker, and when it came */
	uint64_t newest_ns, newest_mono_ns;
	uint64_t first_ns, now_ns;	/* of the first and the present record */
	struct stream_walk **walks;	/* by host; only with the view stuck */
	unsigned nr_walks;
	uint64_t stop_ns;	/* end of -d, CLOCK_MONOTONIC; 0 none */
};

/* Of the view stuck: take an item; show the last walk of each host. As below. */
int replay_stream_walk(struct replay_stream *r, const struct fleet_item *item);
int replay_stream_show_walks(struct replay_stream *r);
void replay_stream_release_walks(struct replay_stream *r);

/* Take a frame that the child has sent. Returns an exit status, with the reason logged. */
int replay_stream_take(struct replay_stream *r, const struct ship_frame *frame,
		       const uint8_t *bytes);

/* Find the host of a run, or add it: run->user, NULL if there are too many. As above. */
int replay_stream_find_host(struct replay_stream *r, struct fleet_run *run);

/*
 * Start the view. The hosts that have sent something by now come first, in the order of their
 * names. As above.
 */
int replay_stream_begin(struct replay_stream *r);
