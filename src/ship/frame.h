/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the child that reads a stream writes into a pipe: a head and then its bytes, again and
 * again, in the byte order of the host. The same frames can be in a file.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

#define FRAME_BYTES_MAX (2u << 20)	/* behind one head */

enum frame_kind {
	FRAME_SEGMENT = 1,
	FRAME_HEARTBEAT = 2,
	FRAME_CONFIG = 3,
	FRAME_CAUGHT_UP = 4,	/* the end as it was when reading began */
	FRAME_NOTE = 5,		/* one line for the user */
	FRAME_FAILED = 6,	/* one line for the user; it is the last frame */
};

struct ship_frame {
	uint32_t size;		/* of the bytes behind it */
	uint16_t kind;		/* enum frame_kind */
	uint16_t partition;	/* of the subject of a segment */
	uint64_t broker_ns;	/* when the broker stored the message, since 1970; 0 none */
	uint64_t stream_seq;	/* its number in the stream; 0 none */
	char host[72];		/* HOST of the subject, NUL-terminated */
};

/* Reads frames. Set fd, and the rest to 0; frame_reader_release() leaves fd open. */
struct frame_reader {
	int fd;
	struct buf buf;
	size_t taken;		/* bytes of buf that were returned */
	bool over;		/* the end was reached */
};

/*
 * Return 1 and a frame; its bytes are valid until the next call, and no string ends behind them.
 * 0: there is none yet (fd is non-blocking), or a signal came. -1: the end. -EBADMSG: not frames.
 * Another -errno: reading failed.
 */
int frame_read(struct frame_reader *r, struct ship_frame *frame, const uint8_t **bytes);
void frame_reader_release(struct frame_reader *r);

/* Write a frame, all of it, waiting if fd blocks. Returns 0 or -errno. */
int frame_write(int fd, const struct ship_frame *frame, const void *bytes);
