/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "json_fields.h"

#include <string.h>

#include "cgroup_names.h"
#include "fmt.h"
#include "pod_names.h"

void json_line_begin(struct view_context *v, struct json *j, const char *kind)
{
	json_init(j, v->out);
	json_begin_object(j);
	json_kv_str(j, "kind", kind);
	json_select_keys(j, v->fields);
	json_kv_u64(j, "schema", EVENT_SCHEMA);
}

void json_line_end(struct view_context *v, struct json *j)
{
	json_end_object(j);
	buf_char(v->out, '\n');
}

void json_time(struct view_context *v, struct json *j, uint64_t ts_ns)
{
	json_begin_str(j);
	fmt_time_utc(j->buf, view_wall_ns(v, ts_ns));
	json_end_str(j);
}

static void json_print_comm(struct json *j, const uint8_t *comm)
{
	if (json_key(j, "comm"))
		json_bytes(j, comm, strnlen((const char *)comm, EVENT_COMM_LEN));
}

void json_kv_names(struct json *j, const uint8_t *comm, const uint8_t *process)
{
	json_print_comm(j, comm);
	if (!json_key(j, "process"))
		return;
	if (process[0])
		json_bytes(j, process, strnlen((const char *)process, EVENT_COMM_LEN));
	else
		json_null(j);
}

void json_kv_cookie(struct json *j, uint64_t cookie)
{
	if (!json_key(j, "cookie"))
		return;
	if (!cookie) {
		json_null(j);
		return;
	}
	json_begin_str(j);
	fmt_hex(j->buf, cookie);
	json_end_str(j);
}

JSON_INLINE void json_kv_bytes_or_null(struct json *j, const char *key, const char *text,
				       size_t len)
{
	if (text)
		json_kv_bytes(j, key, text, len);
	else
		json_kv_null(j, key);
}

static void json_kv_pod_names(const struct view_context *v, struct json *j, uint64_t cgroup,
			      uint32_t pid)
{
	bool wanted = json_wants(j, "k8s_namespace") || json_wants(j, "k8s_pod") ||
		      json_wants(j, "k8s_container");
	struct pod_names n = pod_names_split(wanted ? view_pod(v, cgroup, pid) : NULL);

	json_kv_bytes_or_null(j, "k8s_namespace", n.namespace.text, n.namespace.len);
	json_kv_bytes_or_null(j, "k8s_pod", n.pod.text, n.pod.len);
	json_kv_bytes_or_null(j, "k8s_container", n.container.text, n.container.len);
}

void json_kv_cgroup(const struct view_context *v, struct json *j, uint64_t cgroup, uint32_t pid)
{
	bool unit_wanted = json_wants(j, "unit"), pod_wanted = json_wants(j, "pod");
	bool wanted = json_wants(j, "cgroup") || unit_wanted || json_wants(j, "container") ||
		      pod_wanted;
	const char *path = wanted ? view_cgroup_path(v, cgroup, pid) : NULL;
	char uid[POD_UID_LEN];
	size_t unit_len = 0, pod_len = path && pod_wanted ? cgroup_names_pod(path, uid) : 0;
	const char *unit = path && unit_wanted ? cgroup_names_unit(path, &unit_len) : NULL;

	json_kv_bytes_or_null(j, "cgroup", path, path ? strlen(path) : 0);
	json_kv_bytes_or_null(j, "unit", unit, unit_len);
	json_kv_bytes_or_null(j, "container", path ? cgroup_names_container(path) : NULL,
			      CONTAINER_ID_LEN);
	json_kv_bytes_or_null(j, "pod", pod_len ? uid : NULL, pod_len);
	json_kv_pod_names(v, j, cgroup, pid);
}

void json_addr(struct json *j, uint8_t family, const uint8_t *addr)
{
	json_begin_str(j);
	fmt_addr(j->buf, family, addr);
	json_end_str(j);
}

void json_kv_endpoint(struct json *j, const struct flow *w, uint64_t cookie)
{
	json_kv_u64(j, "family", w->family);
	json_kv_u64(j, "netns", w->netns);
	json_kv_cookie(j, cookie);
	json_kv_addr(j, "local_addr", w->family, w->local_addr);
	json_kv_u64(j, "local_port", w->local_port);
	json_kv_addr(j, "peer_addr", w->family, w->peer_addr);
	json_kv_u64(j, "peer_port", w->peer_port);
}

void json_kv_lost_endpoints(struct json *j, const char *key, uint64_t table_full,
			    uint64_t end_missed)
{
	if (!json_kv_object(j, key))
		return;
	json_kv_u64(j, "table_full", table_full);
	json_kv_u64(j, "end_missed", end_missed);
	json_end_object(j);
}

void json_kv_host(struct json *j, const struct host *host)
{
	json_kv_bytes(j, "host", host->name, strlen(host->name));
}

void json_kv_host_and_boot(struct json *j, const struct host *host)
{
	if (!host)
		return;
	json_kv_host(j, host);
	json_kv_bytes(j, "boot_id", host->boot_id, strlen(host->boot_id));
}
