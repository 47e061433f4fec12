/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The file that a recorder writes: opened without losing what it finds, locked, and replaced by the
 * next one when it is full.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct record_writer_config;

struct record_file {
	int fd;
	bool is_regular;	/* a file, not a pipe, device or standard output */
	uint64_t bytes;		/* of complete members */
	uint64_t age_ns;	/* of a file that is continued, 0 for a new one */
};

/* Open the file of a recording, with the effects and errors of record_writer_open(). */
int record_file_open(struct record_file *f, const struct record_writer_config *config);

/* Rotate the pieces and open a new, empty file. Returns 0 or -errno; f then has the old file. */
int record_file_next(struct record_file *f, const char *path);

/* Close the file, unless it is standard output or was not opened. Returns 0 or -errno. */
int record_file_close(struct record_file *f);
