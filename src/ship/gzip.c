/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "gzip.h"

#include <zlib.h>

#define WINDOW_BITS 15
#define GZIP_HEADER 16		/* added to the window bits */
#define MEMORY_LEVEL 8
#define FAST 1			/* a scrape waits for it */

bool gzip_buf(struct buf *b)
{
	z_stream z = { .next_in = (void *)b->data, .avail_in = (uInt)b->len };
	struct buf out = { 0 };
	bool done = false;

	if (b->failed || deflateInit2(&z, FAST, Z_DEFLATED, WINDOW_BITS + GZIP_HEADER,
				      MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.avail_out = (uInt)deflateBound(&z, b->len);
	z.next_out = (void *)buf_room(&out, z.avail_out);
	if (z.next_out)
		done = deflate(&z, Z_FINISH) == Z_STREAM_END;
	out.len = z.total_out;
	deflateEnd(&z);
	if (!done) {
		buf_release(&out);
		return false;
	}
	buf_release(b);
	*b = out;
	return true;
}
