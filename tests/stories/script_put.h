/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events written in the words that script.h reads: the way back, from a recording to a story.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "buf.h"

/* "1.5ms", exact */
void script_put_time(struct buf *b, uint64_t ns);

/* Bytes of any kind, as words.h reads them. */
void script_put_quoted(struct buf *b, const void *bytes, size_t len);

/* "state ESTABLISHED FIN_WAIT1 sent=1 ...": what changed against now, which follows. */
void script_put_event(struct buf *b, const struct event *e, struct event *now);

/* Its parts. all: of the numbers that persist also those that did not change. */
void script_put_numbers(struct buf *b, const struct event *e, struct event *now, bool all);
void script_put_flags(struct buf *b, const struct event *e);
const char *script_reset_reason(unsigned reason);
