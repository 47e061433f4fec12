/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Looks up the names of Kubernetes containers in the folders that the kubelet keeps for their logs.
 * Only folders are listed: no file is opened, and no API server is asked.
 *
 * The folders are listed again if a key is not found, at most every POD_LOGS_LIST_NS. On a host
 * without the kubelet that is one failed open() each time.
 */
#pragma once

#include <stdint.h>

#include "time_units.h"

#define POD_LOGS_LIST_NS (2 * NS_PER_S)
#define POD_LOGS_MAX 8192	/* entries; more are left out */

struct pod_log;

struct pod_logs {
	const char *containers, *pods;	/* the folders */
	struct pod_log *table;
	unsigned nr;
	uint64_t listed_ns;		/* 0: never */
};

void pod_logs_init(struct pod_logs *p);
void pod_logs_release(struct pod_logs *p);

/*
 * Return the text of a key (core/pod_names.h), NULL if it is not listed. Valid until the next call.
 * now_ns is on any clock.
 */
const char *pod_logs_find(struct pod_logs *p, uint64_t key, uint64_t now_ns);

/* The same for the container, or else the pod, in the path of a cgroup. */
const char *pod_logs_find_path(struct pod_logs *p, const char *path, uint64_t now_ns);
