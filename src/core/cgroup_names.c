/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cgroup_names.h"

#include <stdbool.h>
#include <string.h>

#include "array.h"

/* What container engines put before the id in the same path component. */
static const char *const engine_prefixes[] = { "docker-", "cri-containerd-", "crio-", "libpod-",
					       "nerdctl-", "buildkit-" };

static size_t count_hex_digits(const char *p)
{
	size_t n = 0;

	while ((p[n] >= '0' && p[n] <= '9') || (p[n] >= 'a' && p[n] <= 'f'))
		n++;
	return n;
}

/* The container id in one component of a path, len bytes; NULL if there is none. */
static const char *find_id(const char *word, size_t len)
{
	const char *id = word;

	for (unsigned i = 0; i < COUNT(engine_prefixes); i++) {
		size_t n = strlen(engine_prefixes[i]);

		if (len > n && !strncmp(word, engine_prefixes[i], n))
			id = word + n;
	}
	len -= (size_t)(id - word);
	if (len < CONTAINER_ID_LEN || count_hex_digits(id) != CONTAINER_ID_LEN)
		return NULL;
	if (len == CONTAINER_ID_LEN)
		return id;
	if (len == CONTAINER_ID_LEN + 6 && !strncmp(id + CONTAINER_ID_LEN, ".scope", 6))
		return id;
	return NULL;
}

/* Return the next component of a path and advance *path past it; *len is 0 at the end. */
static const char *next_component(const char **path, size_t *len)
{
	const char *word = *path;

	while (*word == '/')
		word++;
	*len = 0;
	while (word[*len] && word[*len] != '/')
		(*len)++;
	*path = word + *len;
	return word;
}

const char *cgroup_names_container(const char *path)
{
	const char *found = NULL, *word;
	size_t len;

	while (word = next_component(&path, &len), len) {
		const char *id = find_id(word, len);

		if (id)
			found = id;
	}
	return found;
}

static bool ends_with(const char *word, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && !memcmp(word + len - n, end, n);
}

const char *cgroup_names_unit(const char *path, size_t *len)
{
	static const char *const kinds[] = { ".service", ".scope", ".socket", ".mount", ".swap" };
	const char *found = NULL, *word;
	size_t n;

	while (word = next_component(&path, &n), n) {
		bool unit = false;

		if (*word == '_')	/* systemd puts it before names of cgroup files */
			word++, n--;
		for (unsigned i = 0; i < COUNT(kinds); i++)
			unit |= ends_with(word, n, kinds[i]);
		if (!unit)
			continue;
		found = word;
		*len = n;
	}
	return found;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Length of the pod uid at p, 8-4-4-4-12 digits or 32; 0 if there is none. */
static size_t measure_pod_uid(const char *p)
{
	size_t n = 0;
	char dash = p[count_hex_digits(p)];

	if (count_hex_digits(p) == 32)
		return 32;
	if (count_hex_digits(p) != 8 || (dash != '-' && dash != '_'))
		return 0;
	for (; n < POD_UID_LEN; n++) {
		bool wants_dash = n == 8 || n == 13 || n == 18 || n == 23;

		if (wants_dash ? p[n] != dash : !is_hex(p[n]))
			return 0;
	}
	return is_hex(p[n]) ? 0 : n;
}

/* Find "pod<uid>", at the start or after a dash, in a component. Returns the uid's length or 0. */
static size_t find_pod_uid(const char *word, size_t len, const char **uid)
{
	for (size_t i = 0; i + 3 < len; i++) {
		size_t n;

		if (memcmp(word + i, "pod", 3) != 0 || (i && word[i - 1] != '-'))
			continue;
		*uid = word + i + 3;
		n = measure_pod_uid(*uid);
		if (n && (i + 3 + n == len || ends_with(word, len, ".slice")))
			return n;
	}
	return 0;
}

size_t cgroup_names_pod(const char *path, char uid[POD_UID_LEN])
{
	size_t found = 0, len;
	const char *word;
	bool kube = false;

	while (word = next_component(&path, &len), len) {
		const char *from;
		size_t n;

		kube |= len >= 8 && !memcmp(word, "kubepods", 8);
		n = kube ? find_pod_uid(word, len, &from) : 0;
		if (!n)
			continue;
		for (size_t i = 0; i < n; i++)
			uid[i] = from[i] == '_' ? '-' : from[i];
		found = n;
	}
	return found;
}
