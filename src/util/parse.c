/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "parse.h"

#define PID_MAX 4194304		/* PID_MAX_LIMIT of 64-bit kernels */
#define PASSWD_LINE 4096	/* bytes */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Parse leading digits and return the rest of the text; NULL without digits, or above max. */
static const char *parse_digits(const char *text, uint64_t max, uint64_t *v)
{
	uint64_t n = 0;

	if (!is_digit(*text))
		return NULL;
	for (; is_digit(*text); text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (n > max / 10 || n * 10 > max - digit || digit > max)
			return NULL;
		n = n * 10 + digit;
	}
	*v = n;
	return text;
}

bool parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *v)
{
	uint64_t n;
	const char *end = parse_digits(text, max, &n);

	if (!end || *end || n < min)
		return false;
	*v = n;
	return true;
}

bool parse_decimal(const char *text, uint64_t unit, uint64_t max, uint64_t *v)
{
	uint64_t n = 0;

	if (!is_digit(text[0]) && !(text[0] == '.' && is_digit(text[1])))
		return false;
	if (text[0] != '.')
		text = parse_digits(text, max / unit, &n);
	if (!text)
		return false;
	n *= unit;
	if (*text == '.') {
		for (text++; is_digit(*text); text++) {
			unit /= 10;
			n += unit * (uint64_t)(*text - '0');
		}
	}
	if (*text || n > max)
		return false;
	*v = n;
	return true;
}

bool parse_duration(const char *text, uint64_t max_ns, uint64_t *ns)
{
	size_t len = strspn(text, "0123456789.");
	uint64_t n, unit_s = 1;
	char number[40];

	if (len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	if (text[len]) {
		unit_s = text[len] == 's' ? 1 : text[len] == 'm' ? 60 : text[len] == 'h' ? 3600 :
			 text[len] == 'd' ? 86400 : 0;
		if (!unit_s || text[len + 1])
			return false;
	}
	if (!parse_decimal(number, 1000000000, max_ns / unit_s, &n))
		return false;
	*ns = n * unit_s;
	return true;
}

bool parse_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *v)
{
	unsigned shift = 0;
	uint64_t n;

	text = parse_digits(text, max, &n);
	if (!text)
		return false;
	if (*text == 'K' || *text == 'k')
		shift = 10;
	else if (*text == 'M' || *text == 'm')
		shift = 20;
	else if (*text == 'G' || *text == 'g')
		shift = 30;
	if (shift)
		text++;
	if (*text || n > max >> shift)
		return false;
	n <<= shift;
	if (n < min)
		return false;
	*v = n;
	return true;
}

bool parse_bytes_pow2(const char *text, uint64_t min, uint64_t max, uint64_t *v)
{
	uint64_t n;

	if (!parse_bytes(text, min, max, &n) || n & (n - 1))
		return false;
	*v = n;
	return true;
}

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

/* Avoids getpwnam(), which loads name service modules at run time: a static binary cannot. */
static bool find_uid(const char *name, uint32_t *uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd entry, *found;
	char line[PASSWD_LINE];
	bool ok = false;

	if (!f)
		return false;
	while (!ok && fgetpwent_r(f, &entry, line, sizeof(line), &found) == 0)
		ok = strcmp(found->pw_name, name) == 0;
	if (ok)
		*uid = entry.pw_uid;
	fclose(f);
	return ok;
}

bool parse_user(const char *text, uint32_t *uid)
{
	uint64_t n;

	if (!is_digit(*text))
		return *text && find_uid(text, uid);
	if (!parse_u64(text, 0, UINT32_MAX - 1, &n))
		return false;
	*uid = (uint32_t)n;
	return true;
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
