/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_stream_private.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "read_clock.h"
#include "stream_init.h"

static void take_time(struct replay_stream *r, uint64_t broker_ns)
{
	if (broker_ns <= r->newest_ns)
		return;
	r->newest_ns = broker_ns;
	r->newest_mono_ns = read_clock_ns(CLOCK_MONOTONIC);
}

/* Pass on what a host says of itself. */
static void take_beat_facts(struct replay_stream *r, const struct ship_frame *frame)
{
	const struct heartbeat_facts *h = r->beat;
	const struct record_segment *segment = &h->header->segment;
	const struct member_beat beat = { .host = frame->host, .broker_ns = frame->broker_ns,
					  .ended = h->ended, .lost = h->lost + h->spool_dropped,
					  .run = segment->run, .rate = segment->rate,
					  .complete = h->complete, .address = h->address,
					  .nr = h->nr };

	fleet_note_alive(r->fleet, frame->host, segment->run, frame->broker_ns);
	for (unsigned i = 0; i < HEARTBEAT_PARTITIONS_MAX; i++)
		if (h->sequence[i])
			fleet_note_next(r->fleet, frame->host, segment->run, i, h->sequence[i],
					frame->broker_ns);
	if (!stream_facts_take(&r->facts, frame->host, h->header) ||
	    !members_take(r->members, &beat))
		log_info("host '%s': its heartbeat is not kept", frame->host);
}

/* The first heartbeats are of the present, and the segments that follow are of the past. */
static void take_heartbeat(struct replay_stream *r, const struct ship_frame *frame,
			   const uint8_t *bytes)
{
	char why[RECORD_WHY];

	if (r->caught_up)
		take_time(r, frame->broker_ns);
	if (!heartbeat_read(r->beat, (const char *)bytes, frame->size, why) ||
	    !fleet_is_name_of(frame->host, run_info_host(&r->beat->header->meta))) {
		fleet_refuse_beat(r->fleet, frame->host);
		return;
	}
	take_beat_facts(r, frame);
}

static void take_config(struct replay_stream *r, const uint8_t *bytes, size_t size)
{
	struct stream_config config;
	struct siphash_key key;

	if (stream_config_parse((const char *)bytes, size, &config) &&
	    siphash_parse_key(&key, config.hash_key))
		members_set_hash_key(r->members, &key);
}

static int take_segment(struct replay_stream *r, const struct ship_frame *frame,
			const uint8_t *bytes)
{
	if (!r->segment_seen && frame->stream_seq == 1)
		fleet_set_from_start(r->fleet);
	r->segment_seen = true;
	take_time(r, frame->broker_ns);
	if (fleet_add(r->fleet, frame->host, frame->partition, frame->broker_ns, bytes,
		      frame->size))
		return EXIT_FINE;
	log_error("cannot replay: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

int replay_stream_take(struct replay_stream *r, const struct ship_frame *frame,
		       const uint8_t *bytes)
{
	switch (frame->kind) {
	case FRAME_SEGMENT:
		return take_segment(r, frame, bytes);
	case FRAME_CONFIG:
		take_config(r, bytes, frame->size);
		return EXIT_FINE;
	case FRAME_HEARTBEAT:
		take_heartbeat(r, frame, bytes);
		return EXIT_FINE;
	case FRAME_CAUGHT_UP:
		r->caught_up = true;
		if (r->o->record.follow)
			members_set_live(r->members);
		fleet_catch_up(r->fleet);
		return r->begun ? EXIT_FINE : replay_stream_begin(r);
	case FRAME_NOTE:
		log_note("%.*s", (int)frame->size, (const char *)bytes);
		return EXIT_FINE;
	case FRAME_FAILED:
		log_error("cannot read '%s': %.*s", r->o->record.replay, (int)frame->size,
			  (const char *)bytes);
		return EXIT_FAILED;
	default:
		return EXIT_FINE;
	}
}
