/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a writer of recordings does: one to a file (file_writer.c), one to segments of a stream
 * (segment_writer.c). The functions are those of writer.h.
 */
#pragma once

#include "writer.h"

struct record_writer_ops {
	int (*close)(struct record_writer *r);
	void (*add_event)(struct record_writer *r, const struct event *e);
	void (*add_mark)(struct record_writer *r, enum record_mark_type type, uint64_t now_ns,
			 const struct kernel_counters *counters);
	void (*add_clock)(struct record_writer *r, int64_t boot_to_wall_ns, uint64_t now_ns,
			  const struct kernel_counters *counters);
	int (*add_host)(struct record_writer *r, const struct run_info *meta, int64_t shift_ns);
	void (*use_host)(struct record_writer *r, unsigned host);
	void (*begin_run)(struct record_writer *r);
	void (*annotate)(struct record_writer *r, enum record_annotation_type type, uint64_t key,
			 uint64_t at_ns, const void *bytes, size_t len);
	unsigned (*file)(struct record_writer *r);
	uint64_t (*due_ns)(const struct record_writer *r);
	void (*flush)(struct record_writer *r);
	int (*error)(const struct record_writer *r);
};

/* The first member of each writer. */
struct record_writer {
	const struct record_writer_ops *ops;
};
