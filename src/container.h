/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which container a cgroup belongs to, by the names that container engines give their cgroups. Pure.
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
const char *container_id(const char *path);
