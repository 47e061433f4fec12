/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The members of --tree in a session: from the ring or from a recording, to the process tree that
 * the stories ask, and to the recording that is made.
 */
#pragma once

#include "reader.h"
#include "tree.h"

struct session;

/* Takes a change from the ring. */
void session_tree_feed(struct session *s, const struct tree_change *change);

/* Takes a change from a recording. Other annotations are ignored. */
void session_tree_take(struct session *s, const struct record_annotation *a);

/* Writes all members to the present file of the recording, unless it has them. */
void session_tree_note(struct session *s);
