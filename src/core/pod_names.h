/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The names of a Kubernetes container: namespace, pod and container, from the names that the
 * kubelet gives to its log folders. Pure.
 *
 *	/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log	ID: 64 hex digits
 *	/var/log/pods/NAMESPACE_POD_UID				since Kubernetes 1.14
 *	/var/log/pods/UID					before: no names
 *
 * Kubernetes allows no underscore in these names, so it separates them.
 *
 * One text holds them: "NAMESPACE/POD/CONTAINER", or "NAMESPACE/POD" if the container is unknown.
 * Its key is a hash of the id of the container, or of the uid of the pod.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POD_NAME_LEN 253	/* of each name at most: RFC 1123's subdomain */
#define POD_NAMES_TEXT (3 * (POD_NAME_LEN + 1))

struct pod_name {
	const char *text;	/* not NUL-terminated; NULL: unknown */
	size_t len;
};

struct pod_names {
	struct pod_name namespace, pod, container;
};

/* Split a text into its names. */
struct pod_names pod_names_split(const char *text);

/* The keys of the task in the cgroup with this path; 0: none. */
uint64_t pod_names_container_key(const char *path);
uint64_t pod_names_pod_key(const char *path);

/*
 * Make the text of an entry of /var/log/containers or of /var/log/pods, and its key. Returns false
 * if the kubelet has not named it.
 */
bool pod_names_of_container_log(const char *entry, char text[POD_NAMES_TEXT], uint64_t *key);
bool pod_names_of_pod_folder(const char *entry, char text[POD_NAMES_TEXT], uint64_t *key);
