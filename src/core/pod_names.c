/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pod_names.h"

#include <string.h>

#include "cgroup_names.h"
#include "hash.h"

#define POD_UID_DIGITS 32
#define LOG ".log"

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* A hash of all digits of an id or a uid, never 0; 0 if there are other characters. */
static uint64_t make_key(const char *id, size_t len)
{
	uint64_t key = 0;
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (id[i] == '-')
			continue;
		if (!is_hex(id[i]))
			return 0;
		key = hash_fmix64(key + (uint8_t)id[i]);
		digits++;
	}
	return digits < POD_UID_DIGITS ? 0 : key ?: 1;
}

uint64_t pod_names_container_key(const char *path)
{
	const char *id = cgroup_names_container(path);

	return id ? make_key(id, CONTAINER_ID_LEN) : 0;
}

uint64_t pod_names_pod_key(const char *path)
{
	char uid[POD_UID_LEN];
	size_t len = cgroup_names_pod(path, uid);

	return len ? make_key(uid, len) : 0;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool is_name(struct pod_name name)
{
	if (!name.len || name.len > POD_NAME_LEN)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_char(name.text[i]))
			return false;
	return true;
}

/* Take what comes before the next separator, and step over it. */
static struct pod_name next_name(const char **pos, char separator)
{
	struct pod_name name = { *pos, 0 };

	while (name.text[name.len] && name.text[name.len] != separator)
		name.len++;
	*pos = name.text + name.len + (name.text[name.len] != '\0');
	return name;
}

static char *append(char *to, struct pod_name name, char end)
{
	memcpy(to, name.text, name.len);
	to[name.len] = end;
	return to + name.len + 1;
}

/* The container's name has dashes too, so its id is found from the end. */
bool pod_names_of_container_log(const char *entry, char text[POD_NAMES_TEXT], uint64_t *key)
{
	struct pod_name pod = next_name(&entry, '_'), namespace = next_name(&entry, '_');
	size_t tail = 1 + CONTAINER_ID_LEN + strlen(LOG), len = strlen(entry);
	struct pod_name container = { entry, len > tail ? len - tail : 0 };
	const char *id = entry + container.len + 1;

	if (!is_name(pod) || !is_name(namespace) || !is_name(container) || id[-1] != '-' ||
	    strcmp(id + CONTAINER_ID_LEN, LOG) != 0)
		return false;
	text = append(text, namespace, '/');
	text = append(text, pod, '/');
	append(text, container, '\0');
	*key = make_key(id, CONTAINER_ID_LEN);
	return *key;
}

bool pod_names_of_pod_folder(const char *entry, char text[POD_NAMES_TEXT], uint64_t *key)
{
	struct pod_name namespace = next_name(&entry, '_'), pod = next_name(&entry, '_');

	*key = make_key(entry, strlen(entry));
	if (!*key || !is_name(namespace) || !is_name(pod))
		return false;
	text = append(text, namespace, '/');
	append(text, pod, '\0');
	return true;
}

struct pod_names pod_names_split(const char *text)
{
	struct pod_names n = { .namespace = { NULL, 0 } };

	if (!text || !*text)
		return n;
	n.namespace = next_name(&text, '/');
	n.pod = next_name(&text, '/');
	if (*text)
		n.container = (struct pod_name){ text, strlen(text) };
	return n;
}
