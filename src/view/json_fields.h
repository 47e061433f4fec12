/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Keys that several kinds of JSON lines share, so that they look alike in each: "key":value.
 */
#pragma once

#include "json_writer.h"
#include "view.h"

/* A line of that kind, from its first key to its newline. */
void json_line_begin(struct view_context *v, struct json *j, const char *kind);
void json_line_end(struct view_context *v, struct json *j);

void json_kv_time(struct view_context *v, struct json *j, const char *key, uint64_t ts_ns);

/* null where the value is not known, here and below */
JSON_INLINE json_kv_u64_or_null(struct json *j, const char *key, bool known, uint64_t value)
{
	if (known)
		json_kv_u64(j, key, value);
	else
		json_kv_null(j, key);
}

JSON_INLINE json_kv_i32_or_null(struct json *j, const char *key, bool known, int32_t value)
{
	if (known)
		json_kv_i64(j, key, value);
	else
		json_kv_null(j, key);
}

void json_kv_comm(struct json *j, const uint8_t *comm);
void json_kv_cookie(struct json *j, uint64_t cookie);

/* Where a task runs: its cgroup by path, NULL not known, and what that says: unit, container, pod. */
void json_kv_cgroup(struct json *j, const char *path);

/* Which socket: family, namespace, cookie, both addresses and ports. */
void json_kv_endpoint(struct json *j, const struct flow *w, uint64_t cookie);

/* Endpoints that were lost, by cause. */
void json_kv_lost_endpoints(struct json *j, const char *key, uint64_t table_full, uint64_t end_missed);
