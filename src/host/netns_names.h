/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The names of network namespaces, by inode number: those that ip-netns(8) keeps in /run/netns and
 * /var/run/netns.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct netns_name;

struct netns_names {
	struct netns_name *name;
	size_t nr, cap;
	uint64_t read_ns;	/* when the folders were read, 0: never */
	uint64_t changed_ns[2];	/* when the folders had changed by then */
};

/* Free the names. */
void netns_names_release(struct netns_names *n);

/*
 * Return the name of a namespace, NULL if it has none; valid until the next call. The folders are
 * read again if they have changed since then, or if that was more than a second before now_ns.
 */
const char *netns_names_find(struct netns_names *n, uint32_t inum, uint64_t now_ns);
