/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes events in the syntax that script.h reads, to turn a recording into a story.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "buf.h"

/* Writes an exact time: "1.5ms". */
void script_put_time(struct buf *b, uint64_t ns);

/* Writes arbitrary bytes in quotes, as words.h reads them. */
void script_put_quoted(struct buf *b, const void *bytes, size_t len);

/*
 * Writes "state ESTABLISHED FIN_WAIT1 sent=1 ...": the changes against *now. Updates *now. process
 * is the name of the task's process, "" if it is unknown.
 */
void script_put_event(struct buf *b, const struct event *e, struct event *now,
		      const uint8_t *process);

/* The parts of script_put_event(). all: also write persistent numbers that did not change. */
void script_put_numbers(struct buf *b, const struct event *e, struct event *now, bool all);
void script_put_flags(struct buf *b, const struct event *e);
const char *script_reset_reason(unsigned reason);
