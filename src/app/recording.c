/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "recording.h"

#include <errno.h>

#include "log.h"
#include "process.h"

int recording_open(struct record_writer **writer, const struct options *o,
		   const struct run_info *meta)
{
	const struct options_record *r = &o->record;
	struct record_writer_config config = { .path = r->path, .rotate_bytes = r->rotate_bytes,
					       .rotate_ns = r->rotate_ns, .keep = r->keep,
					       .keep_ns = r->keep_ns, .separate = r->replay,
					       .meta = meta };
	int err = record_writer_open(writer, &config);

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
