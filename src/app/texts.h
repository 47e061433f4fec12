/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Texts about processes and network namespaces that change with time: executables, command lines
 * and names. The live source looks them up soon after an event, because the process may end; a
 * replay takes them from the recording.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "netns_names.h"
#include "proc_exe.h"
#include "reader.h"
#include "story.h"
#include "text_cache.h"
#include "text_history.h"
#include "view.h"
#include "writer.h"

/* Where a live run looks texts up. */
struct text_source {
	struct proc_exe exe;
	struct netns_names netns;
	bool cmdline;		/* look up command lines too */
};

struct texts {
	struct text_source *source;	/* set by the live source; NULL in a replay */
	struct text_history *exe, *cmdline;	/* by process id */
	struct text_history *netns;		/* by inode number */
	struct buf words;	/* of the latest command line that was looked up */
};

void text_source_init(struct text_source *x, bool cmdline);
void text_source_release(struct text_source *x);

/* Keeps t->source. Returns false if out of memory. */
bool texts_init(struct texts *t);
void texts_release(struct texts *t);

/*
 * Looks up the texts of the event's task and namespace unless they are known, and writes those to
 * the recording that its present file lacks. names: of processes. writer may be NULL.
 */
void texts_note(struct texts *t, const struct event *e, const struct text_cache *names,
		struct record_writer *writer);

/* Takes a text from a recording. Other annotations are ignored. */
void texts_take(struct texts *t, const struct record_annotation *a);

/* Make views look up executables and command lines here, as long as t exists. */
void texts_set_lookup(struct texts *t, struct lookup *lookup);
