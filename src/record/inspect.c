/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "inspect.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "format.h"
#include "reader.h"

#define GZIP_WINDOW (15 + 16)	/* zlib: the largest window, in the gzip format */
#define MAGIC_BYTES (sizeof(RECORD_MAGIC) - 1)
#define HEAD_BYTES 4096		/* compressed bytes that certainly contain the magic */

struct file_position {
	int fd;
	off_t offset;
};

bool record_has_magic(int fd)
{
	uint8_t head[HEAD_BYTES], text[MAGIC_BYTES] = { 0 };
	ssize_t len = pread(fd, head, sizeof(head), 0);
	z_stream z = { .next_in = head, .avail_in = len > 0 ? (uInt)len : 0,
		       .next_out = text, .avail_out = sizeof(text) };

	if (len <= 0 || inflateInit2(&z, GZIP_WINDOW))
		return false;
	inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	return !z.avail_out && !memcmp(text, RECORD_MAGIC, sizeof(text));
}

static ssize_t read_at_position(void *arg, void *bytes, size_t len)
{
	struct file_position *p = arg;
	ssize_t n = pread(p->fd, bytes, len, p->offset);

	if (n > 0)
		p->offset += n;
	return n;
}

enum record_found record_inspect(int fd, const struct run_info *meta, int64_t *begun_wall_ns)
{
	struct file_position position = { .fd = fd };
	struct record_reader *r;
	char why[RECORD_WHY];
	struct record got;
	bool whole;

	*begun_wall_ns = 0;
	if (!record_has_magic(fd))
		return RECORD_FOUND_OTHER;
	r = record_reader_open(read_at_position, &position, why);
	if (!r)
		return RECORD_FOUND_PIECE;
	whole = !strcmp(run_info_host(record_reader_run_info(r)), run_info_host(meta));
	whole = whole && !record_reader_run_info(r)->merged;
	while (whole && (got = record_reader_next(r)).got < RECORD_GOT_END)
		if (got.got == RECORD_GOT_MARK && !*begun_wall_ns)
			*begun_wall_ns = (int64_t)got.mark->now_ns +
					 record_reader_run_info(r)->boot_to_wall_ns;
	whole = whole && (got.got == RECORD_GOT_END ||
			  record_reader_break(r) == RECORD_BREAK_NO_END);
	record_reader_close(r);
	return whole ? RECORD_FOUND_WHOLE : RECORD_FOUND_PIECE;
}
