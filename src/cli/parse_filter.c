/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "parse_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "parse.h"

#define PID_MAX 4194304		/* PID_MAX_LIMIT of 64-bit kernels */

static void apply_prefix(struct filter_addr *a, unsigned bits)
{
	for (unsigned i = 0; i < sizeof(a->mask); i++) {
		unsigned here = bits < 8 ? bits : 8;

		a->mask[i] = (__u8)(0xff00 >> here);
		a->addr[i] &= a->mask[i];
		bits -= here;
	}
}

bool parse_addr(const char *text, struct filter_addr *a)
{
	static const __u8 v4mapped[12] = { [10] = 0xff, [11] = 0xff };
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct filter_addr n = { .family = 4 };
	char addr[INET6_ADDRSTRLEN];
	uint64_t bits, width = 32;

	if (len >= sizeof(addr))
		return false;
	memcpy(addr, text, len);
	addr[len] = '\0';
	if (inet_pton(AF_INET, addr, n.addr) != 1) {
		n.family = 6;
		width = 128;
		if (inet_pton(AF_INET6, addr, n.addr) != 1)
			return false;
	}
	bits = width;
	if (slash && !parse_u64(slash + 1, 0, width, &bits))
		return false;
	if (n.family == 6 && bits >= 96 && memcmp(n.addr, v4mapped, sizeof(v4mapped)) == 0) {
		n.family = 4;
		bits -= 96;
		memmove(n.addr, n.addr + 12, 4);
		memset(n.addr + 4, 0, 12);
	}
	apply_prefix(&n, (unsigned)bits);
	*a = n;
	return true;
}

static bool parse_port(const char *text, __u16 *port)
{
	uint64_t n;

	if (!parse_u64(text, 1, 65535, &n))
		return false;
	*port = (__u16)n;
	return true;
}

/* Return the next word of a line, and end it with a NUL; NULL past the last. */
static char *cut_word(char **rest)
{
	static const char blank[] = " \t\n";
	char *word = *rest + strspn(*rest, blank), *end = word + strcspn(word, blank);

	*rest = *end ? end + 1 : end;
	*end = '\0';
	return *word ? word : NULL;
}

/* Does a line of /etc/services, "https 443/tcp www-ssl # ...", give name a TCP port? */
static bool service_line_has(char *line, const char *name, __u16 *port)
{
	char *word, *number, *protocol;
	bool found;

	line[strcspn(line, "#")] = '\0';
	word = cut_word(&line);
	number = cut_word(&line);
	protocol = number ? strchr(number, '/') : NULL;
	if (!protocol || strcmp(protocol, "/tcp") != 0)
		return false;
	*protocol = '\0';
	found = strcmp(word, name) == 0;
	while (!found && (word = cut_word(&line)))
		found = strcmp(word, name) == 0;
	return found && parse_port(number, port);
}

/*
 * Avoids getservbyname(), which loads name service modules at run time: a static binary cannot.
 */
static bool find_service(const char *name, __u16 *port)
{
	FILE *f = fopen("/etc/services", "re");
	bool found = false;
	char *line = NULL;
	size_t cap = 0;

	if (!f)
		return false;
	while (!found && getline(&line, &cap, f) >= 0)
		found = service_line_has(line, name, port);
	free(line);
	fclose(f);
	return found;
}

int parse_ports(const char *text, struct filter_range *range)
{
	const char *dash = strchr(text, '-');
	char first[sizeof("65535")];
	struct filter_range r;

	if (parse_port(text, &r.first) || find_service(text, &r.first)) {
		r.last = r.first;
	} else {
		size_t len = dash ? (size_t)(dash - text) : sizeof(first);

		if (len >= sizeof(first))
			return -EINVAL;
		memcpy(first, text, len);
		first[len] = '\0';
		if (!parse_port(first, &r.first) || !parse_port(dash + 1, &r.last))
			return -EINVAL;
	}
	if (r.last < r.first)
		return -ERANGE;
	*range = r;
	return 0;
}

/* Read the inode number of a namespace file; -ENOENT if it is left in /run/netns but unmounted. */
static int read_netns_inum(const char *path, uint32_t *inum)
{
	struct statfs fs;
	struct stat st;

	if (statfs(path, &fs) || stat(path, &st))
		return -errno;
	if (fs.f_type != NSFS_MAGIC)
		return -ENOENT;
	*inum = (uint32_t)st.st_ino;
	return 0;
}

int parse_netns(const char *text, uint32_t *inum)
{
	char path[sizeof("/run/netns/") + 255];
	uint64_t n;
	int rc;

	if (parse_u64(text, PARSE_NETNS_FIRST, UINT32_MAX, &n)) {
		*inum = (uint32_t)n;
		return 0;
	}
	if (parse_u64(text, 1, PID_MAX, &n)) {
		snprintf(path, sizeof(path), "/proc/%u/ns/net", (unsigned)n);
		rc = read_netns_inum(path, inum);
		if (rc != -ENOENT)
			return rc;
	}
	if (!*text || strchr(text, '/') || strcmp(text, ".") == 0 || strcmp(text, "..") == 0 ||
	    strlen(text) > 255)
		return -ENOENT;
	snprintf(path, sizeof(path), "/run/netns/%s", text);
	rc = read_netns_inum(path, inum);
	return rc == -EACCES || rc == -EPERM || rc == 0 ? rc : -ENOENT;
}
