/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of the view otlp: OTLP 1.x in its JSON form (opentelemetry-proto,
 * docs/specification.md: keys in lowerCamelCase, 64-bit integers as strings, enums as numbers, ids
 * as hexadecimal digits).
 *
 * otlp.c makes batches. otlp_attributes.c has all names of attributes, those of the semantic
 * conventions of OpenTelemetry and our own, which begin with "tcpclose.".
 */
#pragma once

#include "json_writer.h"
#include "trace_id.h"
#include "view.h"

#define OTLP_SCHEMA "https://opentelemetry.io/schemas/1.44.0"

/* What stories of one process group have in common: they share a resource. */
struct otlp_resource {
	uint16_t host;			/* story.host */
	char container[64];		/* id; zeros: none, or unknown */
	char pod[36];			/* uid; the same */
};

/* The ids of the spans of an end. */
struct otlp_ids {
	char trace[TRACE_ID_DIGITS];
	char span[SPAN_ID_DIGITS];
	char parent[SPAN_ID_DIGITS];	/* valid with has_parent */
	bool has_parent;
	struct twin_key isns;		/* zeros: unknown */
	const struct siphash_key *key;
};

/* The times of the span of an end: they include those of its phases. */
struct otlp_times {
	uint64_t start_ns, end_ns;
};

struct otlp_resource otlp_find_resource(const struct view_context *v, const struct story *s,
					const struct verdict *verdict);

struct otlp_ids otlp_make_ids(const struct view_context *v, const struct siphash_key *key,
			      const struct story *s, const struct verdict *verdict);

struct otlp_times otlp_find_times(const struct story *s, const struct verdict *verdict);

/* Print a Resource. a: a call of a task that belongs to it; NULL none. */
void otlp_print_resource(const struct view_context *v, struct json *j,
			 const struct otlp_resource *r, const struct socket_call *a);

/* Print the array of attributes that the span and the log record of a story share. */
void otlp_print_attributes(const struct view_context *v, struct buf *b, const struct story *s,
			   const struct verdict *verdict);

/* Print the attribute of a child span: the phase that it is. */
void otlp_print_phase_attributes(struct json *j, const struct phase_cut *cut);

/* Print "key":"TIME", a time of the clock of events as a string of nanoseconds since 1970. */
void otlp_kv_time(const struct view_context *v, struct json *j, const char *key, uint64_t ts_ns);

/* Print the spans of a story, separated by commas. Returns their number. */
unsigned otlp_print_spans(const struct view_context *v, struct buf *b, const struct story *s,
			  const struct verdict *verdict, const struct otlp_ids *ids,
			  const struct buf *attributes);

/* Print the log record of a story. */
void otlp_print_log(const struct view_context *v, struct buf *b, const struct story *s,
		    const struct verdict *verdict, const struct otlp_ids *ids,
		    const struct buf *attributes);
