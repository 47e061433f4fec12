/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The addresses of the network interfaces in every network namespace that is visible now, without
 * 127.0.0.0/8 and ::1. Others that a loopback interface has are reachable from other hosts. Each
 * namespace is entered for a moment (netns_visit.h).
 */
#pragma once

#include "addresses.h"
#include "netns_visit.h"

/* Fill an empty list. Returns 0, or as netns_visits_run(). */
int netns_addresses_read(struct netns_visits *v, struct addresses *a);
