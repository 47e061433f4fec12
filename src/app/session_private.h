/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions that the two files of the session share: session_vanished.c handles endpoints whose
 * sockets are gone, and the counts of what the kernel may have skipped.
 */
#pragma once

#include "session.h"

/* Takes an annotation of a recording, if it is about these. */
void session_take_vanished(struct session *s, const struct record_annotation *a);

/* Reads the kernel's count before a report that contains it. In a recording it comes before too. */
void session_update_misses(struct session *s);
