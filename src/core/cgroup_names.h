/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a cgroup's path says of what runs in it, by the names that systemd, container engines and
 * Kubernetes give their cgroups: the systemd unit, the container, the pod. Pure.
 */
#pragma once

#include <stddef.h>

#define CONTAINER_ID_LEN 64

/*
 * The 64 hex digits in a path as "/system.slice/docker-<id>.scope", "/docker/<id>",
 * ".../cri-containerd-<id>.scope", ".../crio-<id>.scope", ".../libpod-<id>.scope" or
 * "/kubepods/burstable/pod<uid>/<id>"; the innermost if they are nested. A pointer into path, not
 * NUL-terminated; NULL where there is none.
 */
const char *cgroup_names_container(const char *path);

/*
 * The innermost systemd unit: "nginx.service" in "/system.slice/nginx.service/worker". A pointer into
 * path, *len bytes; NULL where there is none. Slices only group units, and are none themselves.
 */
const char *cgroup_names_unit(const char *path, size_t *len);

#define POD_UID_LEN 36

/*
 * The uid of the Kubernetes pod in a path as "/kubepods/burstable/pod<uid>/<id>" or
 * ".../kubepods-burstable-pod<uid>.slice/...", where its dashes are underscores; those of static pods
 * have 32 digits and no dashes. Returns the bytes written into uid, 0 where there is none.
 */
size_t cgroup_names_pod(const char *path, char uid[POD_UID_LEN]);
