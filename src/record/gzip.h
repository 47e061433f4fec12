/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compression and decompression of a whole member of a recording: gzip (RFC 1952), at the level
 * that costs the least time. Two implementations have the same format: gzip_libdeflate.c, where
 * libdeflate is installed, takes half of the time of gzip_zlib.c to compress, and a third of it to
 * decompress.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct gzip_encoder;
struct gzip_decoder;

/* NULL if out of memory. */
struct gzip_encoder *gzip_encoder_new(void);
void gzip_encoder_free(struct gzip_encoder *z);

/* Write one member into `out`. Returns its length, 0 if it does not fit into `room` bytes. */
size_t gzip_encode(struct gzip_encoder *z, const void *bytes, size_t len, uint8_t *out,
		   size_t room);

/* NULL if out of memory, or if this implementation has nothing faster than zlib's inflate(). */
struct gzip_decoder *gzip_decoder_new(void);
void gzip_decoder_free(struct gzip_decoder *z);

/*
 * Decompress a member that begins at `in` and verify its checksum. Returns the number of bytes
 * decompressed, at most `room`, and sets *used to the length of the member. Returns 0 if it ends
 * after `len` bytes, is damaged, empty or too long, or has a header that no recorder writes:
 * inflate() finds out which. z may be NULL.
 */
size_t gzip_decode(struct gzip_decoder *z, const uint8_t *in, size_t len, uint8_t *out, size_t room,
		   size_t *used);
