/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "writer_ops.h"

int record_writer_close(struct record_writer *r)
{
	return r ? r->ops->close(r) : 0;
}

void record_writer_add_event(struct record_writer *r, const struct event *e)
{
	r->ops->add_event(r, e);
}

void record_writer_add_mark(struct record_writer *r, enum record_mark_type type, uint64_t now_ns,
			    const struct kernel_counters *counters)
{
	r->ops->add_mark(r, type, now_ns, counters);
}

void record_writer_add_clock(struct record_writer *r, int64_t boot_to_wall_ns, uint64_t now_ns,
			     const struct kernel_counters *counters)
{
	r->ops->add_clock(r, boot_to_wall_ns, now_ns, counters);
}

int record_writer_add_host(struct record_writer *r, const struct run_info *meta, int64_t shift_ns)
{
	return r->ops->add_host(r, meta, shift_ns);
}

void record_writer_use_host(struct record_writer *r, unsigned host)
{
	r->ops->use_host(r, host);
}

void record_writer_begin_run(struct record_writer *r)
{
	r->ops->begin_run(r);
}

void record_writer_annotate(struct record_writer *r, enum record_annotation_type type, uint64_t key,
			    uint64_t at_ns, const void *bytes, size_t len)
{
	r->ops->annotate(r, type, key, at_ns, bytes, len);
}

unsigned record_writer_file(struct record_writer *r)
{
	return r->ops->file(r);
}

uint64_t record_writer_due_ns(const struct record_writer *r)
{
	return r->ops->due_ns(r);
}

void record_writer_flush(struct record_writer *r)
{
	r->ops->flush(r);
}

int record_writer_error(const struct record_writer *r)
{
	return r->ops->error(r);
}
