/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions that the two files of the verdict share: verdict.c decides who ended the connection,
 * how and why; verdict_time.c numbers the waves, measures the phases and decides the blame.
 */
#pragma once

#include "verdict.h"

/* Find who sent the first FIN: from states that only one order of FINs leads to, else from FINs. */
enum initiator verdict_find_first_closer(const struct story *s);

/*
 * The number of waves in a clean close. The FIN of a socket that is connected to itself is also the
 * peer's, and so is its ACK.
 */
unsigned verdict_count_waves(const struct story *s);

/* Set the waves, start and end, phases and blame. Ending, initiator and trigger are decided. */
void verdict_set_times(struct verdict *v, const struct story *s, uint64_t now_ns);
