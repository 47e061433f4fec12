/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From bytes to an event, or nothing: the one gate for what comes from the ring or a recording.
 * Pure.
 */
#pragma once

#include <stddef.h>

#include "event.h"

/*
 * The event in these bytes, which stay the caller's; NULL if they are not one: wrong size or
 * alignment, a field that indexes something is out of range, or a pid that no kernel gives.
 */
const struct event *decode_event(const void *bytes, size_t len);
