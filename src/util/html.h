/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text of unknown origin in an HTML document: control characters and bytes that are not UTF-8 are
 * shown as \xNN (escape.h), & < > and quotes become references. The result is safe as the content
 * of an element and in a quoted value of an attribute, not in a script, a style or an URL.
 */
#pragma once

#include "buf.h"

void html_text(struct buf *b, const void *bytes, size_t len);

/* As html_text(), for a NUL-terminated string. */
void html_str(struct buf *b, const char *text);

/* As html_text(), for text that was built in a buffer, which is then empty. */
void html_take(struct buf *b, struct buf *text);
