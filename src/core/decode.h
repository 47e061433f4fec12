/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Validation of events: every event from the ring buffer or a recording passes here before it is
 * used. Pure.
 */
#pragma once

#include <stddef.h>

#include "event.h"

/*
 * Return the bytes as an event, without a copy. NULL if they are not a valid event: wrong size or
 * alignment, an enum or state out of range, or a pid that no kernel assigns.
 */
const struct event *decode_event(const void *bytes, size_t len);
