/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compresses a text for an HTTP reply.
 */
#pragma once

#include "buf.h"

/* Replace the content of b by its gzip form (RFC 1952). Returns false if that fails. */
bool gzip_buf(struct buf *b);
