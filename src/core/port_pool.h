/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ephemeral ports of a network namespace: those from which connect() takes the local port of a
 * connection. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* From the files of /proc/sys/net/ipv4; IPv6 uses the same. */
struct port_pool {
	uint16_t low, high;		/* ip_local_port_range, both included */
	uint8_t reserved[65536 / 8];	/* ip_local_reserved_ports, a bit for each port */
	bool reuse_any, reuse_loopback;	/* tcp_tw_reuse: connect() takes ports in TIME_WAIT */
};

/* Parse "32768\t60999\n". Returns false if the text is none. */
bool port_pool_set_range(struct port_pool *p, const char *text);

/* Parse "8080,9000-9010\n"; "\n" is an empty list. Returns false if the text is none. */
bool port_pool_set_reserved(struct port_pool *p, const char *text);

/* Parse tcp_tw_reuse: 0 off, 1 on, 2 on for loopback. It takes tcp_timestamps as well. */
bool port_pool_set_reuse(struct port_pool *p, const char *reuse, const char *timestamps);

bool port_pool_has(const struct port_pool *p, uint16_t port);

/* The number of ports in the range that are not reserved. */
uint32_t port_pool_size(const struct port_pool *p);
