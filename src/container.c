/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "container.h"

#include <string.h>

/* What may stand before the id: "libpod-", "docker-", the parent "docker/", "pod1234.../" */
static const char *const prefixes[] = { "docker-", "cri-containerd-", "crio-", "libpod-",
					"nerdctl-", "buildkit-" };

static size_t hex_digits(const char *p)
{
	size_t n = 0;

	while ((p[n] >= '0' && p[n] <= '9') || (p[n] >= 'a' && p[n] <= 'f'))
		n++;
	return n;
}

/* One word of the path, up to len bytes: the id in it, or NULL. */
static const char *id_in(const char *word, size_t len)
{
	const char *id = word;

	for (unsigned i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (len > n && !strncmp(word, prefixes[i], n))
			id = word + n;
	}
	len -= (size_t)(id - word);
	if (len < CONTAINER_ID_LEN || hex_digits(id) != CONTAINER_ID_LEN)
		return NULL;
	if (len == CONTAINER_ID_LEN)
		return id;
	return len == CONTAINER_ID_LEN + 6 && !strncmp(id + CONTAINER_ID_LEN, ".scope", 6) ? id :
												NULL;
}

const char *container_id(const char *path)
{
	const char *found = NULL;

	while (*path) {
		const char *id;
		size_t len = 0;

		while (path[len] && path[len] != '/')
			len++;
		id = id_in(path, len);
		if (id)
			found = id;
		path += len + (path[len] == '/');
	}
	return found;
}
