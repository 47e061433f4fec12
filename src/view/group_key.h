/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --by: what stories are summed up by, and how it is shown. The only place that knows where a
 * story's process, container or service is to be looked up.
 */
#pragma once

#include "json_writer.h"
#include "keyed_table.h"
#include "view.h"

#define GROUP_KEY_OTHER "(other)"	/* the row of what came when the table was full */

/*
 * Points into the story, the view's caches or itself. len 0: not known. Who acted on our side,
 * where nobody did the first that a walk found to hold the socket.
 */
struct group_key {
	const void *bytes, *label;
	size_t len, label_len;
	uint8_t own[24];
};

void group_key_init(struct group_key *k, const struct view_context *v, enum group_by by, const struct story *s,
	    const struct verdict *verdict);

/* "COMM" */
const char *group_key_heading(enum group_by by);

/* "nginx", "4021 nginx", "..stem.slice/nginx.service", "-": at most width columns */
void group_key_print(struct buf *b, enum group_by by, const struct keyed_entry *g, bool other, size_t width);

/* "by":"pid","pid":4021,"comm":"nginx","other":false; null where not known */
void group_key_json(struct json *j, enum group_by by, const struct keyed_entry *g, bool other);

/* The order of keys, for rows that are otherwise alike. */
int group_key_compare(const struct keyed_entry *a, const struct keyed_entry *b);
