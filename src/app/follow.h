/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a recording that is still written (--follow): at its end, waits for more.
 *
 * The name is followed through rotation (rotate.h). The old file is read to its end first, and no
 * piece is left out, also if several were filled meanwhile. A pipe ends when its writer closes it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct follow {
	const char *path;	/* NULL: standard input, which has no name to follow */
	int fd;			/* open for reading; closed and replaced at a rotation */
	uint64_t offset;	/* bytes read from fd */
	bool replaced;		/* the name was seen to lead to another file */
	unsigned removed;	/* times that pieces were removed before they were read */
};

/* Begin to follow a file that is open. */
void follow_init(struct follow *f, const char *path, int fd);

/*
 * Read as read(2) does. 0: nothing at present, call again later; RECORD_READ_NEXT: another file
 * begins. -1 with ESTALE if the file was truncated.
 */
ssize_t follow_read(struct follow *f, void *bytes, size_t len);

/* Would follow_read() find anything? It may after true, and certainly does not after false. */
bool follow_may_read(const struct follow *f);
