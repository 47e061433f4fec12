/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The keys that several kinds of JSON lines share, so that they have the same form in each.
 */
#pragma once

#include "json_writer.h"
#include "view.h"

/*
 * Print the start of a line (its kind and schema), and its end with the newline. --fields applies
 * to everything but the kind.
 */
void json_line_begin(struct view_context *v, struct json *j, const char *kind);
void json_line_end(struct view_context *v, struct json *j);

/* Append a time in UTC, or an address, as a value. */
void json_time(struct view_context *v, struct json *j, uint64_t ts_ns);
void json_addr(struct json *j, uint8_t family, const uint8_t *addr);

JSON_INLINE void json_kv_time(struct view_context *v, struct json *j, const char *key,
			      uint64_t ts_ns)
{
	if (json_key(j, key))
		json_time(v, j, ts_ns);
}

JSON_INLINE void json_kv_addr(struct json *j, const char *key, uint8_t family,
			      const uint8_t *addr)
{
	if (json_key(j, key))
		json_addr(j, family, addr);
}

/* Append the object "ports" of the summary of stuck; null if u is NULL. */
void json_kv_ports(struct json *j, const struct port_use *u);

/* Print null if the value is unknown, here and below. */
JSON_INLINE void json_kv_u64_or_null(struct json *j, const char *key, bool known, uint64_t value)
{
	if (known)
		json_kv_u64(j, key, value);
	else
		json_kv_null(j, key);
}

JSON_INLINE void json_kv_i32_or_null(struct json *j, const char *key, bool known, int32_t value)
{
	if (known)
		json_kv_i64(j, key, value);
	else
		json_kv_null(j, key);
}

/* Print the names of a thread and of its process, which is null if it is "". */
void json_kv_names(struct json *j, const uint8_t *comm, const uint8_t *process);

void json_kv_cookie(struct json *j, uint64_t cookie);

/*
 * Print the path of a task's cgroup, and the unit, container and pod that the path names. pid is 0
 * if the task may have exited.
 */
void json_kv_cgroup(const struct view_context *v, struct json *j, uint64_t cgroup, uint32_t pid);

/* Print the name of a host; and its boot id too, but nothing if it is NULL. */
void json_kv_host(struct json *j, const struct host *host);
void json_kv_host_and_boot(struct json *j, const struct host *host);

/* Print the keys of a socket: family, namespace, cookie, both addresses and ports. */
void json_kv_endpoint(struct json *j, const struct flow *w, uint64_t cookie);

/* Print the number of lost endpoints by cause. */
void json_kv_lost_endpoints(struct json *j, const char *key, uint64_t table_full,
			    uint64_t end_missed);
