/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "recording.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "process.h"
#include "redact_key.h"
#include "story.h"

static struct record_writer_config make_config(const struct options *o,
					       const struct run_info *meta)
{
	const struct options_record *r = &o->record;

	return (struct record_writer_config){ .path = r->path, .rotate_bytes = r->rotate_bytes,
					      .rotate_ns = r->rotate_ns, .keep = r->keep,
					      .keep_ns = r->keep_ns,
					      .separate = r->replay || r->redact, .meta = meta };
}

static int open_writer(struct record_writer **writer, const struct options *o,
		       struct record_writer_config config)
{
	const struct options_record *r = &o->record;
	struct redactor redactor;
	int err;

	if (r->redact) {
		err = redact_key_read(&redactor, r->redact_key);
		if (err)
			return err;
		config.redactor = &redactor;
	}
	err = record_writer_open(writer, &config);
	switch (err) {
	case 0:
		return EXIT_FINE;
	case -EEXIST:
		log_error("cannot record to '%s': it is not a tcpclose recording, and is not "
			  "overwritten: remove it, or choose another file", r->path);
		return EXIT_INPUT;
	case -EBUSY:
		log_error("cannot record to '%s': another recorder is writing it: stop that one, "
			  "or choose another file", r->path);
		return EXIT_INPUT;
	default:
		process_log_write_error(r->path, -err);
		return EXIT_FAILED;
	}
}

int recording_open(struct record_writer **writer, const struct options *o,
		   const struct run_info *meta)
{
	return open_writer(writer, o, make_config(o, meta));
}

int recording_open_hosts(struct record_writer **writer, const struct options *o,
			 const struct run_info *meta, int64_t shift_ns)
{
	struct record_writer_config config = make_config(o, meta);

	config.merged = true;
	config.shift_ns = shift_ns;
	return open_writer(writer, o, config);
}

/* The kernel side decides so too: filter_matches_either_end() of bpf/sock.bpf.h. */
bool recording_wants(const struct filter *f, const struct event *e)
{
	struct flow w, twin;

	if (!f->active)
		return true;
	w = twin = story_flow(e);
	memcpy(twin.local_addr, w.peer_addr, sizeof(twin.local_addr));
	memcpy(twin.peer_addr, w.local_addr, sizeof(twin.peer_addr));
	twin.local_port = w.peer_port;
	twin.peer_port = w.local_port;
	return e->old_state == STATE_LISTEN || filter_matches_flow(f, &w) ||
	       filter_matches_flow(f, &twin);
}
