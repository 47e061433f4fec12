/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A busy host that never was: so many connections at once, between a hundred services and
 * strangers, 0.1 to 20 ms away. Each is closed from here or from there, or reset, with all that the
 * kernel side would tell of it, and followed by another. With more connections each lives longer:
 * as many end per second, whatever their number.
 */
#pragma once

#include "event.h"

/* Writes a recording of so many events. 0 or errno. */
int generate_recording(const char *path, unsigned long events, unsigned long connections);

/* The next stranger's connection is established. */
void generate_established(struct event *e);
