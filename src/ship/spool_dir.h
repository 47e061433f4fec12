/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The files of a spool: one per shipment, named by its id in 16 hexadecimal digits. Only spool.c
 * includes this. Functions that return int return 0 or -errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shipment.h"
#include "spool.h"

struct spool_dir {
	int fd;		/* locked; -1: no directory */
	char *image;	/* the file that is written or was read */
	size_t image_size;
};

/* What a file says about its shipment, without the bytes. */
struct spool_found {
	struct shipment shipment;	/* bytes is NULL */
	bool damaged;			/* not as long as it should be, or not a shipment at all */
};

int spool_dir_open(struct spool_dir *d, const char *path, char why[SPOOL_WHY_BYTES]);
void spool_dir_close(struct spool_dir *d);

int spool_dir_write(struct spool_dir *d, const struct shipment *shipment);

/*
 * Read a shipment whose id is set; its bytes are valid until the next call. -EBADMSG: the file is
 * damaged.
 */
int spool_dir_read(struct spool_dir *d, struct shipment *shipment);
void spool_dir_unlink(struct spool_dir *d, uint64_t id);

/*
 * Call found() for each shipment, in no order. Files that are not the spool's are counted in
 * *ignored. Removes what an interrupted spool_dir_write() left.
 */
int spool_dir_list(struct spool_dir *d, uint64_t *ignored,
		   bool (*found)(void *arg, const struct spool_found *found), void *arg);

int spool_dir_write_text(struct spool_dir *d, const void *text, size_t len);
size_t spool_dir_read_text(struct spool_dir *d, void *text, size_t max);
