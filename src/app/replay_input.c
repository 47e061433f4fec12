/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replay_input.h"

#include <stdlib.h>

/* Take the header that the reader has met: of a host that it knows, or of another one. */
static bool take_header(struct replay_input *in)
{
	const struct run_info *run = record_reader_run_info(in->source->reader);
	struct replay_part *grown;
	unsigned i = 0;

	while (i < in->nr_parts && in->parts[i].run != run)
		i++;
	if (i == in->nr_parts) {
		grown = realloc(in->parts, (i + 1) * sizeof(*grown));
		if (!grown)
			return false;
		in->parts = grown;
		in->parts[in->nr_parts++] = (struct replay_part){ .run = run };
	}
	in->parts[i].pending = true;
	in->part = i;
	return true;
}

/* Of what is not played here: the marks and headers that say whose the next records are. */
static bool is_about_hosts(const struct record *record)
{
	return record->got == RECORD_GOT_RUN ||
	       (record->got == RECORD_GOT_MARK && record->mark->type == RECORD_MARK_HOST);
}

bool replay_input_next(struct replay_input *in)
{
	in->fresh = false;
	in->announces_next = in->record.got == RECORD_GOT_MARK &&
			     in->record.mark->type == RECORD_MARK_NEXT_FILE;
	for (;;) {
		in->record = record_reader_next(in->source->reader);
		if (!is_about_hosts(&in->record))
			return true;
		if (in->record.got == RECORD_GOT_MARK)
			in->part = in->record.mark->host;
		else if (!take_header(in))
			return false;
	}
}

bool replay_input_begin(struct replay_input *in, struct replay_source *source)
{
	*in = (struct replay_input){ .source = source, .record.got = RECORD_GOT_RUN };
	if (!take_header(in) || !replay_input_next(in))
		return false;
	in->fresh = true;
	return true;
}

void replay_input_release(struct replay_input *in)
{
	free(in->parts);
	in->parts = NULL;
}

/* An annotation has no time of its own: it precedes its event. */
void replay_input_set_key(struct replay_input *in)
{
	const struct replay_host *host = replay_input_part(in)->host;
	uint64_t ns;

	if (in->record.got != RECORD_GOT_EVENT && in->record.got != RECORD_GOT_MARK)
		return;
	ns = replay_record_ns(&in->record) + (uint64_t)host->session.shift_ns;
	if (ns > in->key_ns)
		in->key_ns = ns;
}
