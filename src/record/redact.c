/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "redact.h"

#include <string.h>

#define FEISTEL_ROUNDS 8

/* What a hash is for. Equal bytes of different kinds have different pseudonyms. */
enum domain { DOMAIN_IPV4, DOMAIN_IPV6_HIGH, DOMAIN_IPV6_LOW, DOMAIN_NAME };

void redactor_init(struct redactor *x, const void *secret, size_t len)
{
	siphash_make_key(&x->key, secret, len);
}

static uint64_t hash_in(const struct redactor *x, enum domain domain, const void *bytes, size_t len)
{
	const struct siphash_key key = { x->key.k0 ^ domain, x->key.k1 };

	return siphash(&key, bytes, len);
}

/* This host (0/8), loopback, and multicast and what is above it have one meaning everywhere. */
static bool is_special_ipv4(uint32_t v)
{
	uint32_t first = v >> 24;

	return first == 0 || first == 127 || first >= 224;
}

/* A permutation of all IPv4 addresses: a Feistel network of two halves of 16 bits. */
static uint32_t permute_ipv4(const struct redactor *x, uint32_t v)
{
	uint16_t left = (uint16_t)(v >> 16), right = (uint16_t)v;

	for (uint8_t round = 0; round < FEISTEL_ROUNDS; round++) {
		const uint8_t bytes[] = { round, (uint8_t)(right >> 8), (uint8_t)right };
		uint16_t next = left ^ (uint16_t)hash_in(x, DOMAIN_IPV4, bytes, sizeof(bytes));

		left = right;
		right = next;
	}
	return (uint32_t)left << 16 | right;
}

/* Walk along the cycle of the permutation to the next ordinary address: a permutation again. */
static void redact_ipv4(const struct redactor *x, uint8_t addr[4])
{
	uint32_t v = (uint32_t)addr[0] << 24 | (uint32_t)addr[1] << 16 | (uint32_t)addr[2] << 8 |
		     addr[3];

	if (is_special_ipv4(v))
		return;
	do
		v = permute_ipv4(x, v);
	while (is_special_ipv4(v));
	for (unsigned i = 0; i < 4; i++)
		addr[i] = (uint8_t)(v >> (24 - 8 * i));
}

static bool is_special_ipv6(const uint8_t addr[16])
{
	static const uint8_t zero[15];

	return addr[0] == 0xff || (!memcmp(addr, zero, sizeof(zero)) && addr[15] <= 1);
}

/* The pseudonym is a unique local address: fd and 120 bits. */
static void redact_ipv6(const struct redactor *x, uint8_t addr[16])
{
	uint64_t high, low;

	if (is_special_ipv6(addr))
		return;
	high = hash_in(x, DOMAIN_IPV6_HIGH, addr, 16);
	low = hash_in(x, DOMAIN_IPV6_LOW, addr, 16);
	for (unsigned i = 0; i < 8; i++) {
		addr[i] = (uint8_t)(high >> 8 * i);
		addr[8 + i] = (uint8_t)(low >> 8 * i);
	}
	addr[0] = 0xfd;
}

void redact_addr(const struct redactor *x, unsigned family, uint8_t addr[16])
{
	if (family == 4)
		redact_ipv4(x, addr);
	else
		redact_ipv6(x, addr);
}

void redact_name(const struct redactor *x, const void *name, size_t len, char to[REDACT_NAME])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint64_t v = hash_in(x, DOMAIN_NAME, name, len);

	memset(to, 0, REDACT_NAME);
	if (!len)
		return;
	to[0] = 'n';
	to[1] = '-';
	for (unsigned i = 2; i < REDACT_NAME - 1; i++, v >>= 5)
		to[i] = digits[v & 31];
}

/* Names of tasks end at a NUL or fill the field. */
static void redact_comm(const struct redactor *x, uint8_t comm[EVENT_COMM_LEN])
{
	char name[REDACT_NAME];

	redact_name(x, comm, strnlen((const char *)comm, EVENT_COMM_LEN), name);
	memset(comm, 0, EVENT_COMM_LEN);
	memcpy(comm, name, sizeof(name));
}

void redact_event(const struct redactor *x, struct event *e)
{
	redact_addr(x, e->family, e->local_addr);
	redact_addr(x, e->family, e->peer_addr);
	redact_comm(x, e->comm);
	if (e->kind == EVENT_HOLDER)
		redact_comm(x, e->process);
}

static void redact_host(const struct redactor *x, char host[RUN_INFO_TEXT])
{
	char name[REDACT_NAME];

	redact_name(x, host, strlen(host), name);
	memset(host, 0, RUN_INFO_TEXT);
	memcpy(host, name, sizeof(name));
}

/* The recording has no stacks: see redact_annotation(). */
static void remove_stack_hook(struct run_info *meta)
{
	unsigned n = 0;

	for (unsigned i = 0; i < meta->nr_hooks; i++)
		if (strcmp(meta->hook[i].name, "stack"))
			meta->hook[n++] = meta->hook[i];
	meta->nr_hooks = n;
}

void redact_run_info(const struct redactor *x, struct run_info *meta)
{
	remove_stack_hook(meta);
	redact_host(x, meta->hostname);
	if (meta->host[0])
		redact_host(x, meta->host);
}

/*
 * Replace each part of a text between separators. A part of a long text may find no room: then the
 * rest is left out.
 */
static size_t redact_parts(const struct redactor *x, const char *text, size_t len, char separator,
			   char *to)
{
	size_t n = 0, from = 0;

	for (size_t i = 0; i <= len; i++) {
		char name[REDACT_NAME];

		if (i < len && text[i] != separator)
			continue;
		if (n + REDACT_NAME > RECORD_ANNOTATION_MAX)
			break;
		redact_name(x, text + from, i - from, name);
		memcpy(to + n, name, strlen(name));
		n += strlen(name);
		if (i < len)
			to[n++] = separator;
		from = i + 1;
	}
	return n;
}

long redact_annotation(const struct redactor *x, enum record_annotation_type type,
		       const char *text, size_t len, char *to)
{
	switch (type) {
	case RECORD_ANNOTATION_CGROUP:
	case RECORD_ANNOTATION_EXE:
	case RECORD_ANNOTATION_POD:
		return (long)redact_parts(x, text, len, '/', to);
	case RECORD_ANNOTATION_CMDLINE:
		return (long)redact_parts(x, text, len, '\0', to);
	case RECORD_ANNOTATION_NETNS:
		return (long)redact_parts(x, text, len, '\0', to);
	case RECORD_ANNOTATION_PROCESS:
		return (long)redact_parts(x, text, strnlen(text, len), '\0', to);
	case RECORD_ANNOTATION_VANISHED:
	case RECORD_ANNOTATION_UNCHECKED:
	case RECORD_ANNOTATION_MAYBE_MISSED:
	case RECORD_ANNOTATION_TREE:
	case RECORD_ANNOTATION_SAMPLED_OUT:
	case RECORD_ANNOTATION_SPOOL_FULL:
	case RECORD_ANNOTATION_WALK:	/* numbers, and our own words */
		if (len)	/* text may be NULL */
			memcpy(to, text, len);
		return (long)len;
	case RECORD_ANNOTATION_STACK:
		break;		/* has names of functions and of files */
	}
	return -1;
}
