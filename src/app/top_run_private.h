/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the parts of top_run.h use of each other: top_run.c has the terminal, top_answer.c what keys
 * ask for, top_replay.c the recording.
 */
#pragma once

#include "top_run.h"

/* Do what a key asked for. */
void top_run_answer(struct top_run *r, struct top *t, enum top_request asked);

/* Draw now, if the terminal takes output. */
void top_run_draw(struct top_run *r);

/* Wait for a key, a signal, or the walker. */
void top_run_wait(struct top_run *r);

/* The walk at the start of a recording: collect its sockets; release what was collected. */
void top_run_begin_scan(struct top_run *r);
void top_run_end_scan(struct top_run *r);

/* What was read is shown: the screen does not say any more that it is read. */
void top_run_end_reading(struct top_run *r);

/* Is there a recording that is no file, or that goes on? It is shown as it comes. */
bool top_run_streams(const struct options *o);

/* Can the recording be read again from its start? Else a message says why not. */
bool top_run_may_read_again(struct top_run *r);
