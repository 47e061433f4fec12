/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The addresses of a host, each once, in ascending order. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ADDRESSES_MAX 4096

struct address {
	uint8_t family;		/* 4 or 6 */
	uint8_t addr[16];	/* network order, as in struct event */
};

/* Starts as { 0 }. */
struct addresses {
	bool complete;		/* no namespace and no address is left out */
	unsigned nr, cap;
	struct address *at;
};

void addresses_release(struct addresses *a);

/* Add an address, unless it is there. If there is no room, the list is incomplete. */
void addresses_add(struct addresses *a, const struct address *address);
