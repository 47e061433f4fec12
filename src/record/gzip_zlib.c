/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "gzip.h"

#include <stdlib.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16)	/* the largest window, in the gzip format */

struct gzip_encoder {
	z_stream z;
};

struct gzip_encoder *gzip_encoder_new(void)
{
	struct gzip_encoder *e = calloc(1, sizeof(*e));

	if (!e || !deflateInit2(&e->z, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8,
				Z_DEFAULT_STRATEGY))
		return e;
	free(e);
	return NULL;
}

void gzip_encoder_free(struct gzip_encoder *e)
{
	if (!e)
		return;
	deflateEnd(&e->z);
	free(e);
}

size_t gzip_encode(struct gzip_encoder *e, const void *bytes, size_t len, uint8_t *out,
		   size_t room)
{
	deflateReset(&e->z);
	e->z.next_in = (Bytef *)(uintptr_t)bytes;
	e->z.avail_in = (uInt)len;
	e->z.next_out = out;
	e->z.avail_out = (uInt)room;
	return deflate(&e->z, Z_FINISH) == Z_STREAM_END ? room - e->z.avail_out : 0;
}

struct gzip_decoder *gzip_decoder_new(void)
{
	return NULL;
}

void gzip_decoder_free(struct gzip_decoder *z)
{
	(void)z;
}

size_t gzip_decode(struct gzip_decoder *z, const uint8_t *in, size_t len, uint8_t *out, size_t room,
		   size_t *used)
{
	(void)z;
	(void)in;
	(void)len;
	(void)out;
	(void)room;
	(void)used;
	return 0;
}
