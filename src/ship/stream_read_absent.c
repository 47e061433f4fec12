/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stream_read.h"

#include <errno.h>
#include <string.h>

bool stream_read_is_built_in(void)
{
	return false;
}

int stream_reader_start(struct stream_reader *r, const struct stream_read_config *config,
			char why[STREAM_WHY_BYTES])
{
	(void)r;
	(void)config;
	strcpy(why, "this build has no NATS client");
	return -ENOSYS;
}

void stream_reader_stop(struct stream_reader *r)
{
	(void)r;
}
